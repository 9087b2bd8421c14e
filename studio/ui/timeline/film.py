"""What a timeline shows: the pictures of a denoising, and what lies between two of them."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QPixmap

from studio.library.timelines import Timeline
from studio.request.pixels import Pixels
from studio.ui.images import thumbnail


class Film:
    """The frames of one picture, finished or in the making.

    total: steps of the picture. marks: steps at which its way turns: where it branched off, where it was steered.
    """

    def __init__(self, total: int, marks: tuple[int, ...] = (), kept: Timeline | None = None) -> None:
        self.total = total
        self.marks = marks
        self._kept = kept
        self._frames: dict[int, Pixels] = {}
        self._thumbs: dict[int, QPixmap] = {}
        self.steps: tuple[int, ...] = kept.steps if kept is not None else ()

    def add(self, step: int, frame: Pixels) -> None:
        """The picture in the making has come further."""
        self._frames[step] = frame
        self.steps = tuple(sorted(self._frames))

    @property
    def last(self) -> int:
        """Index of the last frame; -1 for an empty film."""
        return len(self.steps) - 1

    def frame(self, index: int) -> Pixels:
        step = self.steps[index]
        return self._kept.frame(step) if self._kept is not None else self._frames[step]

    def at(self, position: float) -> Pixels:
        """The frame at an index; between two, one fades into the other."""
        index = min(int(position), self.last)
        share = position - index
        if share == 0 or index == self.last:
            return self.frame(index)
        one, other = self.frame(index).array, self.frame(index + 1).array
        if one.shape != other.shape:
            return self.frame(round(position))
        weight = round(share * 256)
        mixed = one.astype(np.uint16) * np.uint16(256 - weight) + other.astype(np.uint16) * np.uint16(weight)
        return Pixels((mixed >> 8).astype(np.uint8))

    def thumb(self, index: int, side: int) -> QPixmap:
        """A small picture for the strip, `side` device pixels at most."""
        step = self.steps[index]
        if step not in self._thumbs or max(self._thumbs[step].width(), self._thumbs[step].height()) != side:
            self._thumbs[step] = thumbnail(self.frame(index), side)
        return self._thumbs[step]
