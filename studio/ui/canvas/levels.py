"""One scale of the flat picture: its memory, and how it is made from the next finer one."""

from __future__ import annotations

import mmap
import os

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter, QRegion

from studio.document.images import COLOUR, SOURCE, Array, over
from studio.request.errors import Trouble
from studio.request.geometry import Size


class Level:
    """A part of the picture at 1/2ⁿ. The array has an even number of rows and columns; one beyond repeats its edge.

    size: in its own pixels. stale: what is not up to date, in document pixels.
    """

    def __init__(self, size: Size) -> None:
        even = size.rounded_up(2)
        self.array = reserved(even)
        self.size = size
        self.image = over(self.array, COLOUR)
        self.stale = QRegion()

    def repeat_edges(self, rect: QRect) -> None:
        """Copies the last row and column to those beyond, near a rectangle that was drawn."""
        width, height = self.size
        if width < self.array.shape[1] and rect.right() >= width - 1:
            self.array[rect.top() : rect.bottom() + 1, width] = self.array[rect.top() : rect.bottom() + 1, width - 1]
        if height < self.array.shape[0] and rect.bottom() >= height - 1:
            self.array[height, rect.left() : rect.right() + 2] = self.array[height - 1, rect.left() : rect.right() + 2]

    def take(self, other: Level, rect: QRect) -> None:
        """Copies a rectangle of another level of this size."""
        rows, columns = slice(rect.top(), rect.bottom() + 1), slice(rect.left(), rect.right() + 1)
        self.array[rows, columns] = other.array[rows, columns]
        self.repeat_edges(rect)

    def halve(self, finer: QImage, source: QRect, target: QRect) -> None:
        """Redraws a part from one twice as large of a finer image: each pixel the mean of four."""
        painter = QPainter(self.image)
        painter.setCompositionMode(SOURCE)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(target, finer, source)
        painter.end()
        self.repeat_edges(target)


def reserved(size: Size) -> Array:
    """Zeros, height × width × 4, that take memory page by page as they are drawn on. Raises Trouble if there is none.

    Numpy's own are backed by pages of 2 MB where the system has them: one dab on a canvas of 16384² would take, and
    clear, 34 MB for the 1 MB that it needs (measured: 85 ms).
    """
    try:
        if os.name != "posix":
            return np.zeros((size.height, size.width, 4), np.uint8)
        memory = mmap.mmap(-1, size.area * 4, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        if hasattr(mmap, "MADV_NOHUGEPAGE"):
            memory.madvise(mmap.MADV_NOHUGEPAGE)
    except (MemoryError, OSError, OverflowError) as error:
        raise Trouble(f"There is not enough memory to show {size} pixels.", "Crop or resize it.") from error
    return np.frombuffer(memory, np.uint8).reshape(size.height, size.width, 4)
