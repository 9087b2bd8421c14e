"""The picker: takes a colour from the picture."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from studio.document.colours import palette_of
from studio.document.document import Document
from studio.document.thumbnails import overview
from studio.request.geometry import Rect
from studio.ui.canvas.kit import Kit
from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.tools.tool import Surface, Tool

RADIUS = 34.0  # device pixels of the ring that shows the colour
WIDTH = 14.0
LOOK = 1024  # pixels a side at most that a palette is taken from: smaller pictures keep their colours unmixed


class Picker(Tool):
    """Takes the colour that is seen under the pointer: as foreground, with Shift as background."""

    id = "picker"
    only_looks = True
    title = "Colour picker"
    hint = "Click to take a colour. Shift: as background."
    icon = "pipette"
    key = "I"

    def __init__(self, canvas: Surface, kit: Kit) -> None:
        super().__init__(canvas)
        self.kit = kit
        self._at: QPointF | None = None
        self._found = ""

    def press(self, pointer: Pointer) -> None:
        self.move(pointer)

    def move(self, pointer: Pointer) -> None:
        self._at = pointer.screen
        colour = self.colour_at(pointer.position)
        if colour:
            self._found = colour
            (self.kit.set_background if pointer.shift else self.kit.set_foreground)(colour)
        self.canvas.refresh_outline()

    def release(self, pointer: Pointer) -> None:
        self._at = None
        self.canvas.refresh_outline()

    def colour_at(self, point: QPointF) -> str:
        """#rrggbb of the document under a point, or "" where it is transparent or outside."""
        pixel = Rect(math.floor(point.x()), math.floor(point.y()), 1, 1)
        if not Rect.of(self.document.size).contains(pixel):
            return ""
        colour = self.document.image(pixel).pixelColor(0, 0)
        return colour.name() if colour.alpha() else ""

    def paint(self, painter: QPainter) -> None:
        if self._at is None or not self._found:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((QColor("#80000000"), WIDTH + 3), (QColor(self._found), WIDTH)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(self._at, RADIUS, RADIUS)

    def outline(self) -> QRectF:
        if self._at is None:
            return QRectF()
        reach = RADIUS + WIDTH
        return QRectF(self._at.x() - reach, self._at.y() - reach, 2 * reach, 2 * reach)


def take_palette(document: Document, kit: Kit) -> None:
    """The colours of what is seen, or of what is selected of it, for the hand."""
    if document.selection is None:
        seen = overview(document.layers, document.size, LOOK)
    else:
        area = Rect.of(document.size).intersection(document.selection.bounds())
        seen = document.picture(area if not area.empty else None)
    kit.set_option("palette", palette_of(seen))
