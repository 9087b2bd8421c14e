"""What a timeline shows: the pictures of a denoising, and what lies between two of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from PySide6.QtGui import QPixmap

from studio.library.timelines import Timeline
from studio.request.pixels import Pixels
from studio.ui.images import thumbnail


class Moment(NamedTuple):
    """A frame of a film. part: the number of the pass of an edit, 0 the first. step: so many of its steps are done."""

    part: int
    step: int


class Film:
    """The frames of one picture, finished or in the making; of an edit of several passes those of one after another.

    total: steps of the first pass. marks: steps at which its way turns: where it branched off, where it was steered.
    parts: how many passes there are.
    """

    def __init__(
        self, total: int, marks: tuple[int, ...] = (), kept: Mapping[int, Timeline] | None = None, parts: int = 1
    ) -> None:
        self.marks = marks
        self.parts = parts
        self._kept = kept or {}
        self._totals = {0: total} | {part: timeline.total for part, timeline in self._kept.items()}
        self._frames: dict[Moment, Pixels] = {}
        self._thumbs: dict[Moment, QPixmap] = {}
        moments = (Moment(part, step) for part, timeline in self._kept.items() for step in timeline.steps)
        self.moments: tuple[Moment, ...] = tuple(sorted(moments))

    def add(self, moment: Moment, total: int, frame: Pixels) -> None:
        """The picture in the making has come further. total: steps of that part."""
        self._totals[moment.part] = total
        self._frames[moment] = frame
        self.moments = tuple(sorted(self._frames))

    @property
    def last(self) -> int:
        """Index of the last frame; -1 for an empty film."""
        return len(self.moments) - 1

    @property
    def begins(self) -> tuple[int, ...]:
        """The indices at which parts begin."""
        pairs = enumerate(zip((None, *self.moments), self.moments, strict=False))
        return tuple(index for index, (before, now) in pairs if before is None or before.part != now.part)

    @property
    def length(self) -> int:
        """How many frames it will have when it is finished, as far as that is known."""
        unknown = self.parts - len(self._totals)
        return sum(self._totals.values()) + unknown * next(reversed(self._totals.values()))

    def total(self, part: int) -> int:
        """Steps of a part."""
        return self._totals[part]

    def end_of(self, part: int) -> Pixels:
        """The last frame of a part that has some."""
        return self.frame(max(index for index, moment in enumerate(self.moments) if moment.part == part))

    def frame(self, index: int) -> Pixels:
        moment = self.moments[index]
        kept = self._kept.get(moment.part)
        return self._frames[moment] if kept is None else kept.frame(moment.step)

    def at(self, position: float) -> tuple[int, Pixels]:
        """The part at an index, and its frame; between two of a part, one fades into the other."""
        index = min(int(position), self.last)
        share = position - index
        if share == 0 or index == self.last:
            return self.moments[index].part, self.frame(index)
        one, other = self.frame(index).array, self.frame(index + 1).array
        if one.shape != other.shape or self.moments[index].part != self.moments[index + 1].part:
            near = round(position)
            return self.moments[near].part, self.frame(near)
        weight = round(share * 256)
        mixed = one.astype(np.uint16) * np.uint16(256 - weight) + other.astype(np.uint16) * np.uint16(weight)
        return self.moments[index].part, Pixels((mixed >> 8).astype(np.uint8))

    def thumb(self, index: int, side: int) -> QPixmap:
        """A small picture for the strip, `side` device pixels at most."""
        moment = self.moments[index]
        if moment not in self._thumbs or max(self._thumbs[moment].width(), self._thumbs[moment].height()) != side:
            self._thumbs[moment] = thumbnail(self.frame(index), side)
        return self._thumbs[moment]
