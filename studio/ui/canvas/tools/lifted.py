"""Content in the hand of a tool: it floats over all while it moves, and is seen in its place when the hand rests."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QTimer
from PySide6.QtGui import QImage, QPainter, QTransform

from studio.document.floating import Floating
from studio.document.layers import Layer, Plane, walk
from studio.document.transforming import Resampling
from studio.request.errors import BadInput
from studio.ui.canvas.tools.tool import Surface

REST = 120  # milliseconds without moving
MOST = 2 << 20  # pixels, of all layers together, that are worth showing in their place: more takes longer than a blink


class Lifted:
    """Of a layer, or of all layers of a group. how: asked for how it is to be sampled."""

    def __init__(self, canvas: Surface, layer: Layer, how: Callable[[], Resampling]) -> None:
        self._canvas = canvas
        self._how = how
        self.name = layer.name
        self._planes = sum(isinstance(found, Plane) for found in walk((layer,)))
        self._floating = Floating(canvas.document, layer)
        self._transform = QTransform()
        self._in_place = False
        bounds = self._floating.bounds
        self.box = QRectF(*bounds)
        self._image = QImage() if bounds.empty else self._floating.image()
        self._rest = QTimer(singleShot=True, interval=REST)
        self._rest.timeout.connect(self.show)

    @property
    def transform(self) -> QTransform:
        """Where it is now, on the canvas."""
        return self._transform

    @transform.setter
    def transform(self, transform: QTransform) -> None:
        if self._in_place:
            self._in_place = False
            self._floating.hide()
        self._transform = transform
        self._rest.start()

    def show(self) -> None:
        """Shows it as it would be laid down, with its blend mode and what lies above it, unless there is too much."""
        reach = self._transform.mapRect(self.box)
        most = max(self.box.width() * self.box.height(), reach.width() * reach.height())
        if self.box.isEmpty() or most * self._planes > MOST:
            return
        try:
            self._floating.show(self._transform, self._how())
        except BadInput:
            return  # that is said when it is laid down
        self._in_place = True
        self._canvas.refresh_outline()

    def to_screen(self) -> QTransform:
        return self._transform * self._canvas.view.transform()

    def paint(self, painter: QPainter) -> None:
        if self._in_place:
            return
        painter.save()
        painter.setTransform(self.to_screen() * painter.transform())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.box.topLeft(), self._image)
        painter.restore()

    def outline(self) -> QRectF:
        return self.to_screen().mapRect(self.box).adjusted(-2, -2, 2, 2)

    def end(self, text: str) -> None:
        """Lays it down, or puts it back if it was not moved. Raises BadInput if the result would be too large."""
        self._rest.stop()
        if self._transform.isIdentity():
            self._floating.put_back()
        else:
            self._floating.lay_down(self._transform, text, self._how())

    def give_up(self) -> None:
        self._rest.stop()
        self._floating.put_back()
