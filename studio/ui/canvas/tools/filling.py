"""Filling by a click, gradients by a drag, and the wand that selects what filling would fill."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath

from studio.document.content import bucket, gradient, wand
from studio.document.layers import Plane
from studio.document.selecting import combined, feathered
from studio.request.errors import Trouble
from studio.ui.canvas.kit import Kit
from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.tools.brushing import paintable
from studio.ui.canvas.tools.selecting import combination, draw_edge
from studio.ui.canvas.tools.tool import Surface, Tool

ANGLE = math.pi / 12  # what Shift snaps a gradient to


class Fill(Tool):
    """Fills what has the colour under the pointer."""

    id = "fill"
    title = "Fill"
    hint = "Click to fill with the foreground colour. Alt: with the background colour."
    icon = "paint-bucket"
    key = "G"

    def __init__(self, canvas: Surface, kit: Kit) -> None:
        super().__init__(canvas)
        self.kit = kit

    def press(self, pointer: Pointer) -> None:
        kit = self.kit
        try:
            bucket(
                self.document,
                paintable(self.document.active),
                pointer.position,
                kit.background if pointer.alt else kit.foreground,
                tolerance=kit.tolerance,
                contiguous=kit.contiguous,
                merged=kit.merged,
            )
            kit.used()
        except Trouble as trouble:
            self.canvas.refuse(trouble)


class Gradient(Tool):
    """From the foreground colour to the background colour, along a line."""

    id = "gradient"
    title = "Gradient"
    hint = "Drag from the first colour to the second. Shift: in steps of 15°."
    icon = "blend"
    key = "Shift+G"

    def __init__(self, canvas: Surface, kit: Kit) -> None:
        super().__init__(canvas)
        self.kit = kit
        self._start: QPointF | None = None
        self._end = QPointF()

    def press(self, pointer: Pointer) -> None:
        self._start = self._end = self.canvas.snapping.point(pointer.position, free=pointer.control)

    def move(self, pointer: Pointer) -> None:
        if self._start is not None:
            near = self.canvas.snapping.point(pointer.position, free=pointer.control)
            self._end = self._snapped(pointer) if pointer.shift else near
            self.canvas.refresh_outline()

    def release(self, pointer: Pointer) -> None:
        self.move(pointer)
        start, self._start = self._start, None
        self.canvas.refresh_outline()
        if start is None or start == self._end:
            return
        first = QColor(self.kit.foreground)
        second = QColor(self.kit.background)
        if self.kit.to_transparent:
            second = QColor(first)
            second.setAlpha(0)
        try:
            layer = paintable(self.document.active)
            gradient(self.document, layer, start, self._end, (first, second), self.kit.gradient)
            self.kit.used()
        except Trouble as trouble:
            self.canvas.refuse(trouble)

    def cancel(self) -> bool:
        busy, self._start = self._start is not None, None
        self.canvas.refresh_outline()
        return busy

    def leave(self) -> None:
        self.cancel()

    def paint(self, painter: QPainter) -> None:
        if self._start is not None:
            draw_edge(painter, self.canvas.view.transform().map(self._line()))

    def outline(self) -> QRectF:
        if self._start is None:
            return QRectF()
        return self.canvas.view.transform().map(self._line()).boundingRect().adjusted(-3, -3, 3, 3)

    def _line(self) -> QPainterPath:
        path = QPainterPath(self._start or QPointF())
        path.lineTo(self._end)
        return path

    def _snapped(self, pointer: Pointer) -> QPointF:
        start = self._start or QPointF()
        gap = pointer.position - start
        angle = round(math.atan2(gap.y(), gap.x()) / ANGLE) * ANGLE
        length = math.hypot(gap.x(), gap.y())
        return start + QPointF(math.cos(angle), math.sin(angle)) * length


class Wand(Tool):
    """Selects what has the colour under the pointer."""

    id = "select_wand"
    title = "Magic wand"
    hint = "Click to select what is alike. Shift: add. Alt: subtract. Both: intersect."
    icon = "wand"
    key = "W"

    def __init__(self, canvas: Surface, kit: Kit) -> None:
        super().__init__(canvas)
        self.kit = kit

    def press(self, pointer: Pointer) -> None:
        kit, document = self.kit, self.document
        layer = document.active
        merged = kit.merged or not isinstance(layer, Plane)
        found = wand(
            document,
            layer if isinstance(layer, Plane) else None,
            pointer.position,
            tolerance=kit.tolerance,
            contiguous=kit.contiguous,
            merged=merged,
        )
        if found is not None:
            found = feathered(found, kit.feather, document.size)
            document.select(combined(document.selection, found, combination(pointer, kit.combine)), "Magic wand")
