"""How an edit of several passes looked on its way, put together from what came of it and the frames of its passes."""

from __future__ import annotations

import numpy as np

from studio.document.editing.plan import Pass
from studio.document.editing.prepare import window
from studio.document.editing.run import SEEN_SIDE, EditRun, every, inside, mixed
from studio.document.opencv import cv
from studio.request.geometry import Rect
from studio.request.pixels import Array, Pixels


class LookBack:
    """Earlier passes show what came of them in the end, later ones what was there before.

    Of a very large edit it is made smaller.
    """

    def __init__(self, run: EditRun, made: Pixels, first: Pixels) -> None:
        """run: before its first pass. made: the finished layer (RGBA, of `plan.result`), or all of `plan.context` with
        it (RGB), as the gallery keeps it. first: the last frame of the first pass, of any size.
        """
        self._run, self._first = run, first
        plan = run.plan
        self._whole = made.channels == 3
        self.area = plan.context if self._whole else plan.result
        layer = _layer_in(run, made.array) if self._whole else made.array
        self._step = max(1, -(-max(self.area.size) // SEEN_SIDE))
        self._final = layer[:: self._step, :: self._step]
        self._below = run.ground[:: self._step, :: self._step, :3]
        self._known: tuple[int, Array] | None = None

    def at(self, number: int, frame: Pixels) -> Pixels:
        """The pixels of `area` while pass `number` was at a frame: a layer, or a whole, as what was made is."""
        step = self._run.plan.passes[number]
        layer, place = self._before(number).copy(), self._place(step)
        part, final = layer[place], self._final[place]
        seen = self._fitted(frame, step, place)
        if number and step.only is None:
            seen = mixed(part[..., :3], seen, self._share(step, place))
        part[..., :3], part[..., 3] = seen, np.maximum(part[..., 3], final[..., 3])
        return Pixels(mixed(self._below, layer[..., :3], layer[..., 3:]) if self._whole else layer)

    def _before(self, number: int) -> Array:
        """The layer when a pass begins."""
        if self._known is not None and self._known[0] == number:
            return self._known[1]
        layer, passes = np.zeros_like(self._final), self._run.plan.passes
        if number and passes[0].only is None:  # it is all there, only not in detail
            place = self._place(passes[0])
            layer[(*place, slice(3))] = self._fitted(self._first, passes[0], place)
            layer[(*place, 3)] = self._final[(*place, 3)]
        for step in passes[:number] if passes[0].only is not None else passes[1:number]:
            place = self._place(step)
            layer[place] = self._final[place]
        self._known = number, layer
        return layer

    def _target(self, step: Pass) -> Rect:
        return (step.only or step.area).intersection(self._run.plan.result)

    def _place(self, step: Pass) -> tuple[slice, slice]:
        """Where the layer is that a pass works on."""
        rows, columns = (every(each, self._step) for each in inside(self._target(step), self.area))
        return rows, columns

    def _fitted(self, frame: Pixels, step: Pass, place: tuple[slice, slice]) -> Array:
        """A frame as it lies there."""
        rows, columns = place
        height, width = frame.array.shape[:2]
        across, down = width / step.area.width, height / step.area.height
        x = (self.area.x + columns.start * self._step + 0.5 - step.area.x) * across - 0.5
        y = (self.area.y + rows.start * self._step + 0.5 - step.area.y) * down - 0.5
        way = np.array([[across * self._step, 0, x], [0, down * self._step, y]], np.float64)
        size = columns.stop - columns.start, rows.stop - rows.start
        flags = cv().INTER_LINEAR | cv().WARP_INVERSE_MAP
        found = cv().warpAffine(frame.array, way, size, flags=flags, borderMode=cv().BORDER_REPLICATE)
        return np.asarray(found, np.uint8)[..., :3]

    def _share(self, step: Pass, place: tuple[slice, slice]) -> Array:
        """How much of a piece is seen where it overlaps others, height × width × 1."""
        target, (rows, columns) = self._target(step), place
        top = self.area.y + rows.start * self._step - target.y
        left = self.area.x + columns.start * self._step - target.x
        share = window(step, target, self._run.plan.context)[top :: self._step, left :: self._step]
        return np.rint(share * 255).astype(np.uint8)[..., None]


def _layer_in(run: EditRun, whole: Array) -> Array:
    """The layer that makes the whole of what was seen: opaque where that is another than before."""
    changed = (whole != run.ground[..., :3]).any(2)
    return np.dstack([whole, changed.astype(np.uint8) * np.uint8(255)])
