"""Filling a hole so that it joins its surroundings: library grounds are moved to the colours around the hole.

The library rarely holds the same colours at the same place. So each candidate may change by a smooth field of colour:
at the hole's rim by what it differs from the surroundings there, within by what the rim says, the nearer part of it
the louder. That is the membrane of gradient-domain cloning (Pérez, Gangnet and Blake, 2003) by inverse distances.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from studio.pipelines.closed_form_evidence import Surroundings

_COLOURS = 3  # the channels that carry the colour of a place
_RIM = 2  # latents around the hole
_FALL = 3.0  # power of the distance by which the rim's say falls
_ALONG = 0.7  # latents of the edge that agree on what the fill lacks
_DEPTH = 2.5  # latents into the fill by which that is forgotten
_UNSEEN = 20.0  # noise over picture from which on nothing can be seen of what was there
_FREEDOM = 0.01  # mean square of latents by which what is made may differ from it, where noise is as loud as picture
_SMOOTH = 7  # side of the window over which differences to the surroundings are evened out


def held(made: Tensor, around: Surroundings) -> Tensor:
    """made (C, h, w) -> the same, held near what was in the hole before, as far as that could be seen at first.

    The library seldom holds what was there, least of all in a picture of another style, and would put what it has in
    its place. So changes count that are small for the noise that hid it; a larger one counts the less the larger it
    is, and what would be quite another thing is left out instead of mixed in faintly.
    """
    if around.hidden > _UNSEEN:
        return made
    may = _FREEDOM * around.hidden**1.5
    change = made - around.known
    strays = functional.avg_pool2d(change.square().mean(0)[None, None], 3, 1, 1, count_include_pad=False)[0, 0]
    return around.known + change / (1 + (strays / may).square())


class Membrane:
    """Fields of colour over one hole."""

    def __init__(self, around: Surroundings) -> None:
        self._known = around.known[:_COLOURS]
        self._hole = around.hole
        seen = (~around.hole).float()[None, None]
        self._seen = seen
        self._weight = functional.avg_pool2d(seen, _SMOOTH, 1, _SMOOTH // 2) + 1e-4
        near = functional.max_pool2d(around.hole.float()[None, None], 2 * _RIM + 1, 1, _RIM)[0, 0] > 0
        self._rim = near & ~around.hole
        inside, rim = around.hole.nonzero().float(), self._rim.nonzero().float()
        falls = torch.cdist(inside, rim).clamp_min(0.5) ** -_FALL
        self._blend = falls / falls.sum(1, keepdim=True)
        touching = functional.max_pool2d(seen, 3, 1, 1)[0, 0] > 0
        self._edge = touching & around.hole
        apart = torch.cdist(inside, self._edge.nonzero().float())
        say = torch.exp(-0.5 * (apart / _ALONG).square())
        nearest = apart.amin(1, keepdim=True) if self._edge.any() else torch.zeros(len(inside), 1, device=seen.device)
        self._reach = say / say.sum(1, keepdim=True).clamp_min(1e-6) * torch.exp(-nearest / _DEPTH)

    def join(self, picture: Tensor) -> Tensor:
        """picture (C, h, w): the hole's fill between its surroundings -> its colours met with theirs at the edge.

        What the fill lacks where it touches them falls off inwards, as the rim's say does.
        """
        if not self._edge.any():
            return picture
        outside = self._seen[0, 0]
        near = functional.avg_pool2d((self._known * outside)[None], 3, 1, 1)[0]
        share = functional.avg_pool2d(outside[None, None], 3, 1, 1)[0, 0].clamp_min(1e-4)
        gap = (near / share - picture[:_COLOURS])[:, self._edge]
        joined = picture.clone()
        joined[:_COLOURS, self._hole] += gap @ self._reach.T
        return joined

    def shift(self, latents: Tensor, columns: slice) -> Tensor:
        """(k, C, h, tile) candidates that lie on these columns of the canvas -> the same, moved to its colours."""
        if not self._rim.any() or not self._hole.any():
            return latents
        count, _, height, _ = latents.shape
        seen = self._seen[..., columns]
        gap = (self._known[..., columns] - latents[:, :_COLOURS]) * seen
        even = functional.avg_pool2d(gap, _SMOOTH, 1, _SMOOTH // 2) / self._weight[..., columns]
        whole = torch.zeros(count, _COLOURS, height, self._hole.shape[1], device=latents.device)
        whole[..., columns] = even
        field = whole.clone()
        field[..., self._hole] = whole[..., self._rim] @ self._blend.T
        moved = latents.clone()
        moved[:, :_COLOURS] += field[..., columns]
        return moved
