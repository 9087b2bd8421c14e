"""Controls for many pictures: each follows the picture in hand, or always the same one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from studio.document.control_layers import guiding_of_layer
from studio.document.controlling import Steer
from studio.document.layers import CANVAS, ControlLayer, Layer, shown
from studio.document.resolve import fitted
from studio.request.control import Control
from studio.request.family import Family
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels


@dataclass(frozen=True)
class Follower:
    """How pictures are followed. picture: always this one (RGB, or RGBA with straight alpha); None: the one in hand."""

    steer: Steer
    picture: Pixels | None = None

    def control(self, in_hand: Pixels, size: Size) -> Control:
        """For a picture of that size. Another shape is covered, without its borders; a reference is seen whole.

        in_hand: as it came from its file. Raises BadInput for values that cannot be used.
        """
        picture = in_hand if self.picture is None else self.picture
        steer = replace(self.steer, origin=in_hand.digest) if self.picture is None else self.steer
        return steer.control(steer.shown((picture if steer.refers else _covering(picture, size)).array))


def followers_in(layers: tuple[Layer, ...], canvas: Size, family: Family) -> tuple[Follower, ...]:
    """The shown control layers that go with a family, the lowest first; those that look at the canvas follow what
    comes in its place. The others keep their picture; empty ones do not count."""
    found: list[Follower] = []
    for layer in shown(layers):
        if not isinstance(layer, ControlLayer) or not layer.steer.goes_with(family):
            continue
        if layer.source == CANVAS:
            found.append(Follower(layer.steer))
        elif (guiding := guiding_of_layer(layer, layers, canvas, Rect.of(canvas))) is not None:
            found.append(Follower(guiding.steer, Pixels(np.ascontiguousarray(guiding.picture))))
    return tuple(found)


def follows(followers: Sequence[Follower]) -> bool:
    """Whether any of them looks at the picture in hand, place by place."""
    return any(each.picture is None and not each.steer.refers for each in followers)


def _covering(picture: Pixels, size: Size) -> Pixels:
    """The middle of it that has the shape of `size`, at that size."""
    width, height = picture.size
    wide = min(width, max(1, round(height * size.width / size.height)))
    high = min(height, max(1, round(width * size.height / size.width)))
    left, top = (width - wide) // 2, (height - high) // 2
    return fitted(Pixels(np.ascontiguousarray(picture.array[top : top + high, left : left + wide])), size)
