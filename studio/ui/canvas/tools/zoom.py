"""Zooming by the pointer."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.tools.tool import Surface, Tool

PER_PIXEL = 1.01  # zoom for each device pixel of a drag
CLICK = 3.0  # device pixels: a shorter drag is a click


class Zoom(Tool):
    """Click to zoom in, with Alt out; drag sideways to zoom smoothly."""

    id = "zoom"
    only_looks = True
    title = "Zoom"
    hint = "Click to zoom in. Alt: out. Drag to the right or left: smoothly."
    icon = "search"
    key = "Z"

    def __init__(self, canvas: Surface) -> None:
        super().__init__(canvas)
        self._start: Pointer | None = None
        self._zoom = 1.0
        self._dragged = False

    def press(self, pointer: Pointer) -> None:
        self._start, self._zoom, self._dragged = pointer, self.canvas.view.zoom, False

    def move(self, pointer: Pointer) -> None:
        if self._start is None:
            return
        dx = pointer.screen.x() - self._start.screen.x()
        self._dragged = self._dragged or abs(dx) > CLICK
        if self._dragged:
            self.canvas.set_zoom(self._zoom * PER_PIXEL**dx, self._place(self._start))

    def release(self, pointer: Pointer) -> None:
        start, self._start = self._start, None
        if start is not None and not self._dragged:
            view = self.canvas.view
            self.canvas.set_zoom(view.stop_below() if pointer.alt else view.stop_above(), self._place(start))

    def _place(self, pointer: Pointer) -> QPointF:
        return self.canvas.to_widget(pointer.screen)
