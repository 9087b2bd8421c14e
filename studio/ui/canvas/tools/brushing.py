"""Brush, eraser and mask brush: three ways to hold one thing."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from studio.document.brush import Brush, Stamps
from studio.document.edits import TilesEdit
from studio.document.layers import OWN, AreaLayer, ControlLayer, Group, Layer, MaskLayer, Plane, shown
from studio.document.smoothing import Smoothing
from studio.document.stroke import Ink, Stroke
from studio.request.errors import Trouble
from studio.ui.canvas.kit import ERASE, MASK, PAINT, Kit
from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.tools.outline import draw_ring, ring
from studio.ui.canvas.tools.picker import Picker
from studio.ui.canvas.tools.tool import Surface, Tool


class BrushTool(Tool):
    """Paints with the foreground colour. Alt picks a colour, Shift draws a straight line from the last end."""

    id = "brush"
    title = "Brush"
    hint = "Drag to paint. Shift: straight line. Alt: pick a colour. [ and ]: size."
    icon = "brush"
    key = "B"
    holds = PAINT
    erases = False

    def __init__(self, canvas: Surface, kit: Kit) -> None:
        super().__init__(canvas)
        self.kit = kit
        self._stamps = Stamps()
        self._stroke: Stroke | None = None
        self._smoothing: Smoothing | None = None
        self._erasing = False
        self._hover: QPointF | None = None
        self._turned = False  # the pen's other end is near
        self._last: Pointer | None = None
        self._end: QPointF | None = None  # of the last stroke, for straight lines
        self._picker = Picker(canvas, kit)
        self._picking = False
        self._step = ExitStack()  # open from press to release, when a layer had to be made for the stroke

    def enter(self) -> None:
        self.kit.take(self.holds)

    def leave(self) -> None:
        self.cancel()
        self._hover = None

    def target(self) -> Plane:
        """The layer to paint on. Raises Trouble when nothing can be painted on."""
        return paintable(self.document.active)

    def press(self, pointer: Pointer) -> None:
        self._near(pointer)
        self._picking = pointer.alt and not self.erases
        if self._picking:
            self._picker.press(pointer)
            return
        try:
            layer = self.target()
        except Trouble as trouble:
            self.canvas.refuse(trouble)
            return
        self._erasing = self.erases or pointer.eraser
        brush = self._brush
        ink = Ink(self.kit.foreground, self._erasing)
        self._stroke = Stroke(layer, brush, ink, self._stamps, self.document.selection)
        self.document.held[layer] = self._stroke.before
        self._smoothing = Smoothing(brush.smoothing, self.canvas.view.zoom)
        if pointer.shift and self._end is not None:
            self._add(self._smoothing.to(self._end), pointer.pressure)
            self._smoothing = Smoothing(0.0, 1.0)
        self._add(self._smoothing.to(pointer.position), pointer.pressure)

    def move(self, pointer: Pointer) -> None:
        self._near(pointer)
        if self._picking:
            self._picker.move(pointer)
        elif self._smoothing is not None:
            self._add(self._smoothing.to(pointer.position), pointer.pressure)
        self.canvas.refresh_outline()

    def release(self, pointer: Pointer) -> None:
        if self._picking:
            self._picking = False
            self._picker.release(pointer)
            return
        if self._stroke is not None:
            self._end_at(pointer)

    def finish(self) -> None:
        if self._last is not None:
            self._end_at(self._last)

    def _end_at(self, pointer: Pointer) -> None:
        stroke, smoothing = self._stroke, self._smoothing
        self._stroke = self._smoothing = None
        if stroke is None or smoothing is None:
            return
        rest = smoothing.end()
        if rest is not None:
            self.document.damaged.emit(stroke.add(rest, pointer.pressure))
        self.document.damaged.emit(stroke.finish())
        self._end = pointer.position
        versions = stroke.versions()
        self.document.held.pop(stroke.layer, None)
        if versions:
            self.document.push(TilesEdit(self.document, self._said(), stroke.layer, versions, applied=True))
        self._step.close()
        if versions and not self._erasing and self.holds == PAINT:
            self.kit.used()

    def hover(self, pointer: Pointer | None) -> None:
        self._near(pointer)
        self.canvas.refresh_outline()

    def cancel(self) -> bool:
        stroke, self._stroke, self._smoothing = self._stroke, None, None
        if stroke is None:
            return False
        self.document.held.pop(stroke.layer, None)
        self.document.damaged.emit(stroke.cancel())
        self._step.close()
        return True

    def cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.BlankCursor

    def paint(self, painter: QPainter) -> None:
        if self._hover is not None:
            draw_ring(painter, self._hover, self._diameter())

    def outline(self) -> QRectF:
        return QRectF() if self._hover is None else ring(self._hover, self._diameter())

    def _diameter(self) -> float:
        return self._brush.size * self.canvas.view.scale

    @property
    def _brush(self) -> Brush:
        """Of the end of the pen that is down, or near."""
        return self.kit.brush(ERASE if self._turned and self.holds == PAINT else self.holds)

    def _near(self, pointer: Pointer | None) -> None:
        self._hover = None if pointer is None else pointer.screen
        self._turned = pointer is not None and pointer.eraser
        self._last = pointer

    def _add(self, point: QPointF, pressure: float) -> None:
        if self._stroke is not None:
            area = self._stroke.add(point, pressure)
            if not area.empty:
                self.document.damaged.emit(area)

    def _said(self) -> str:
        return "Erase" if self._erasing else "Brush stroke"


class Eraser(BrushTool):
    """Takes away what is on the active layer, or on its mask."""

    id = "eraser"
    title = "Eraser"
    hint = "Drag to erase. Shift: straight line. [ and ]: size."
    icon = "eraser"
    key = "E"
    holds = ERASE
    erases = True


class MaskBrush(BrushTool):
    """Paints what is to be made anew: on the active mask, or on a new one if there is none."""

    id = "mask_brush"
    title = "Mask brush"
    hint = "Paint what to make anew. Alt: take away. Shift: straight line. [ and ]: size."
    icon = "mask"
    key = "Q"
    holds = MASK

    def target(self) -> Plane:
        active = self.document.active
        if isinstance(active, AreaLayer):
            return paintable(active)
        found = [layer for layer in shown(self.document.layers) if isinstance(layer, MaskLayer) and not layer.locked]
        if found:
            self.document.set_active(found[-1])
            return found[-1]
        mask = MaskLayer(name="Mask")
        self._step.enter_context(self.document.step("Paint mask"))
        self.document.add_layer(mask, "Add mask")
        return mask

    def press(self, pointer: Pointer) -> None:
        if pointer.alt:
            pointer = replace(pointer, modifiers=pointer.modifiers & ~Qt.KeyboardModifier.AltModifier, eraser=True)
        super().press(pointer)

    def _said(self) -> str:
        return "Erase from mask" if self._erasing else "Paint mask"


def paintable(layer: Layer) -> Plane:
    """The layer, if one can paint on it. Raises Trouble that says why not."""
    if isinstance(layer, Group) or not isinstance(layer, Plane):
        raise Trouble(f"“{layer.name}” is a group.", "Choose a layer in it to paint on.")
    if isinstance(layer, ControlLayer) and layer.source != OWN:
        raise Trouble(f"“{layer.name}” looks at something else.", "Choose “Its own picture” to paint on it.")
    if layer.locked:
        raise Trouble(f"The layer “{layer.name}” is locked.", "Unlock it to paint on it.")
    if not layer.visible:
        raise Trouble(f"The layer “{layer.name}” is hidden.", "Show it to paint on it.")
    return layer
