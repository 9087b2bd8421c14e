"""Moving a layer, or what is selected of it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QTransform

from studio.document.layers import GeneratedLayer, Group, Layer, Plane, walk
from studio.document.transforming import Resampling, set_fields, transform_layer
from studio.request.errors import Trouble
from studio.request.geometry import Rect
from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.tools.brushing import paintable
from studio.ui.canvas.tools.lifted import Lifted
from studio.ui.canvas.tools.tool import Surface, Tool


class Move(Tool):
    """Drags the active layer or group, or what is selected of it. Shift: straight."""

    id = "move"
    title = "Move"
    hint = "Drag to move the layer, or what is selected of it. Shift: straight. Arrows: by a pixel, with Shift by ten."
    icon = "move"
    key = "V"

    def __init__(self, canvas: Surface) -> None:
        super().__init__(canvas)
        self._start: QPointF | None = None
        self._layer: Layer = canvas.document.active  # what is dragged, whichever becomes the active one meanwhile
        self._by = (0, 0)
        self._box = QRectF()  # what is moved, as it was
        self._floating: Lifted | None = None

    def press(self, pointer: Pointer) -> None:
        layer = self.document.active
        try:
            movable(layer)
            if self.document.selection is not None:
                self._floating = Lifted(self.canvas, liftable(layer), _sharp)
        except Trouble as trouble:
            self.canvas.refuse(trouble)
            return
        self._start, self._layer = pointer.position, layer
        self._by = (0, 0)
        self._box = QRectF(*(extent_of_content(layer) if self._floating is None else self._floating.box.getRect()))

    def move(self, pointer: Pointer) -> None:
        if self._start is None:
            return
        gap = pointer.position - self._start
        gap += self.canvas.snapping.box(self._box.translated(gap), free=pointer.control)
        dx, dy = round(gap.x()), round(gap.y())
        if pointer.shift:
            dx, dy = (dx, 0) if abs(dx) >= abs(dy) else (0, dy)
        if self._floating is not None:
            self._floating.transform = QTransform.fromTranslate(dx, dy)
            self.canvas.refresh_outline()
        else:
            self._shift_to(dx, dy)
        self._by = (dx, dy)

    def release(self, pointer: Pointer) -> None:
        self.settle()

    def settle(self) -> None:
        if self._start is None:
            return
        self._start = None
        floating, self._floating = self._floating, None
        self.canvas.refresh_outline()
        dx, dy = self._by
        if floating is not None:
            floating.end(f"Move {floating.name}")
            return
        self._shift_to(0, 0)
        if dx or dy:
            transform = QTransform.fromTranslate(dx, dy)
            transform_layer(self.document, self._layer, transform, f"Move {self._layer.name}")

    def nudge(self, dx: int, dy: int) -> bool:
        """By document pixels. Successive ones of a layer are one step."""
        if self._start is not None:
            return True
        layer = self.document.active
        try:
            movable(layer)
            if self.document.selection is not None:
                lifted = Lifted(self.canvas, liftable(layer), _sharp)
                lifted.transform = QTransform.fromTranslate(dx, dy)
                lifted.end(f"Move {layer.name}")
            elif isinstance(layer, Plane) and not isinstance(layer, GeneratedLayer):
                set_fields(self.document, layer, f"Move {layer.name}", x=layer.x + dx, y=layer.y + dy)
            else:
                transform_layer(self.document, layer, QTransform.fromTranslate(dx, dy), f"Move {layer.name}")
        except Trouble as trouble:
            self.canvas.refuse(trouble)
        return True

    def cancel(self) -> bool:
        if self._start is None:
            return False
        self._start = None
        if self._floating is not None:
            self._floating.give_up()
            self._floating = None
        else:
            self._shift_to(0, 0)
        self.canvas.refresh_outline()
        return True

    def leave(self) -> None:
        self.cancel()

    def cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.SizeAllCursor

    def paint(self, painter: QPainter) -> None:
        if self._floating is not None:
            self._floating.paint(painter)

    def outline(self) -> QRectF:
        return QRectF() if self._floating is None else self._floating.outline()

    def _shift_to(self, dx: int, dy: int) -> None:
        """Shows the layer that far from where the drag began, without an edit."""
        moved_x, moved_y = dx - self._by[0], dy - self._by[1]
        for plane in planes_of(self._layer):
            self.document.damaged.emit(plane.extent())
            plane.x += moved_x
            plane.y += moved_y
            self.document.damaged.emit(plane.extent())
        self._by = (dx, dy)


def _sharp() -> Resampling:
    return Resampling.SHARP


def planes_of(layer: Layer) -> list[Plane]:
    return [found for found in walk((layer,)) if isinstance(found, Plane)]


def extent_of_content(layer: Layer) -> Rect:
    """The smallest rectangle of the canvas around all that a layer holds."""
    bounds = Rect(0, 0, 0, 0)
    for plane in planes_of(layer):
        bounds = bounds.union(plane.bounds())
    return bounds


def liftable(layer: Layer) -> Layer:
    """The layer or group, if it can be taken in hand. Raises Trouble that says why not."""
    if not isinstance(layer, Group):
        return paintable(layer)
    movable(layer)
    if not layer.visible:
        raise Trouble(f"The group “{layer.name}” is hidden.", "Show it to transform it.")
    return layer


def movable(layer: Layer) -> Layer:
    """The layer, if it and all in it may be moved. Raises Trouble that says why not."""
    for found in walk((layer,)):
        if found.locked:
            raise Trouble(f"The layer “{found.name}” is locked.", "Unlock it to move it.")
    if isinstance(layer, Group) and not layer.children:
        raise Trouble(f"The group “{layer.name}” is empty.")
    return layer
