"""Selecting: what all such tools share, and the rectangle and ellipse."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from studio.document.selecting import Combine, combined, feathered, of_path
from studio.document.tiles import Tiles
from studio.ui.canvas.kit import Kit
from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.tools.tool import Surface, Tool

CLICK = 3.0  # device pixels: a shorter drag is a click
DASHES = 4


def combination(pointer: Pointer, chosen: Combine) -> Combine:
    """Shift adds, Alt takes away, both keep what is in both."""
    if pointer.shift and pointer.alt:
        return Combine.INTERSECT
    if pointer.shift:
        return Combine.ADD
    return Combine.SUBTRACT if pointer.alt else chosen


class SelectTool(Tool):
    """What the selecting tools share: the edge in the making, and how it meets the selection that is there."""

    def __init__(self, canvas: Surface, kit: Kit) -> None:
        super().__init__(canvas)
        self.kit = kit
        self._how = Combine.REPLACE
        self._start: Pointer | None = None
        self._path = QPainterPath()  # on the document

    def press(self, pointer: Pointer) -> None:
        self._how = combination(pointer, self.kit.combine)
        self._start = pointer
        self._path = QPainterPath()

    def cancel(self) -> bool:
        busy = not self._path.isEmpty()
        self._start = None
        self._show(QPainterPath())
        return busy

    def leave(self) -> None:
        self.cancel()

    def paint(self, painter: QPainter) -> None:
        if not self._path.isEmpty():
            draw_edge(painter, self.canvas.view.transform().map(self._path))

    def outline(self) -> QRectF:
        if self._path.isEmpty():
            return QRectF()
        return self.canvas.view.transform().map(self._path).boundingRect().adjusted(-3, -3, 3, 3)

    def _show(self, path: QPainterPath) -> None:
        self._path = path
        self.canvas.refresh_outline()

    def _select(self, new: Tiles) -> None:
        if self.kit.feather:
            new = feathered(new, self.kit.feather, self.document.size)
        self.document.select(combined(self.document.selection, new, self._how), self._how_said())

    def _finish(self) -> None:
        path, self._start = self._path, None
        self._show(QPainterPath())
        self._select(of_path(path, self.document.size, smooth=self.kit.smooth_edges))

    def _how_said(self) -> str:
        return {
            Combine.REPLACE: "Select",
            Combine.ADD: "Add to selection",
            Combine.SUBTRACT: "Subtract from selection",
            Combine.INTERSECT: "Intersect with selection",
        }[self._how]

    def _clicked(self, pointer: Pointer) -> bool:
        return self._start is not None and (pointer.screen - self._start.screen).manhattanLength() <= CLICK

    def _deselect(self) -> None:
        self._start = None
        self._show(QPainterPath())
        if self._how is Combine.REPLACE:
            self.document.select(None, "Select nothing")


class RectangleSelect(SelectTool):
    """A rectangle between two corners; Shift while dragging: a square. A click selects nothing."""

    id = "select_rectangle"
    title = "Rectangle selection"
    hint = "Drag to select. Shift: add. Alt: subtract. Both: intersect. Click: select nothing."
    icon = "square-dashed"
    key = "M"

    def move(self, pointer: Pointer) -> None:
        if self._start is None:
            return
        path = QPainterPath()
        self._add_shape(path, self._box(self._start, pointer))
        self._show(path)

    def release(self, pointer: Pointer) -> None:
        if self._start is None:
            return
        if self._clicked(pointer) or self._path.isEmpty():
            self._deselect()
        else:
            self._finish()

    def _add_shape(self, path: QPainterPath, box: QRectF) -> None:
        path.addRect(box)

    def _box(self, start: Pointer, pointer: Pointer) -> QRectF:
        """Between the two points, on whole pixels, and on guides that are near."""
        first = self.canvas.snapping.point(start.position, free=pointer.control)
        second = self.canvas.snapping.point(pointer.position, free=pointer.control)
        dx, dy = second.x() - first.x(), second.y() - first.y()
        if pointer.shift and not start.shift:
            side = max(abs(dx), abs(dy))
            dx, dy = math.copysign(side, dx), math.copysign(side, dy)
        corner = QPointF(round(first.x()), round(first.y()))
        other = QPointF(round(first.x() + dx), round(first.y() + dy))
        return QRectF(corner, other).normalized()


class EllipseSelect(RectangleSelect):
    """An ellipse in the box between two corners; Shift while dragging: a circle."""

    id = "select_ellipse"
    title = "Ellipse selection"
    icon = "circle-dashed"
    key = "Shift+M"

    def _add_shape(self, path: QPainterPath, box: QRectF) -> None:
        path.addEllipse(box)


def draw_edge(painter: QPainter, path: QPainterPath) -> None:
    """A thin line (device pixels) that is seen on light and on dark."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(0, 0, 0, 170), 0))
    painter.drawPath(path)
    pen = QPen(QColor(255, 255, 255, 230), 0, Qt.PenStyle.CustomDashLine)
    pen.setDashPattern([DASHES, DASHES])
    painter.setPen(pen)
    painter.drawPath(path)
