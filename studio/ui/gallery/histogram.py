"""How often each brightness is, in red, green and blue."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QWidget

from studio.request.pixels import Pixels

_COLOURS = ("#d06058", "#5fa860", "#5a82c8")
_GROUND = QColor(20, 20, 20, 225)  # in every theme: what adds light needs the dark
SIZE = QSize(256 + 16, 96)
Counts = npt.NDArray[np.float64]


def counts_of(pixels: Pixels) -> Counts:
    """(3, 256): the share of each value in red, green and blue, 1 for the most frequent that is not an end.

    Black and white, which often outnumber all else, are cut at 1 so that the rest can be seen.
    """
    colour = pixels.array[..., :3] if pixels.channels >= 3 else np.repeat(pixels.array, 3, axis=2)
    counts = np.stack([np.bincount(colour[..., each].ravel(), minlength=256) for each in range(3)]).astype(np.float64)
    highest = counts[:, 1:255].max() or counts.max()
    return np.minimum(counts / highest, 1.0)


class Histogram(QWidget):
    """Three curves that add up to white where they meet."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(SIZE)
        self.setAccessibleName("Histogram")
        self._counts: Counts | None = None

    def show_pixels(self, pixels: Pixels | None) -> None:
        """None: there is no picture yet."""
        self._counts = counts_of(pixels) if pixels is not None else None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_GROUND)
        painter.drawRoundedRect(self.rect(), 8, 8)
        if self._counts is None:
            return
        room = QRectF(self.rect()).adjusted(8, 8, -8, -8)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Plus)
        for counts, colour in zip(self._counts, _COLOURS, strict=True):
            outline = QPolygonF([QPointF(room.left(), room.bottom())])
            for value in range(256):
                outline.append(QPointF(room.left() + value, room.bottom() - float(counts[value]) * room.height()))
            outline.append(QPointF(room.right(), room.bottom()))
            painter.setBrush(QColor(colour))
            painter.drawPolygon(outline)
