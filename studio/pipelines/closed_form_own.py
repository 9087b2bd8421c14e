"""The picture's own pieces as a library for its hole: what it shows elsewhere at the same height, mirrored or not.

A scene may be shifted sideways, hardly up or down. So what a hole lacks is mostly to be seen beside it, in the right
style, colours and light, and no library of pictures fits as well. The posterior mean over such copies, taken through
small windows, is the closed-form denoiser of a single picture (Kamb and Ganguli, arXiv 2412.20292).
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch is only partly typed; what it gives back is typed where it enters here

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from studio.pipelines.closed_form_evidence import Evidence, Surroundings

_BLOCK = 8  # pixels to a latent, each way
_COLOURS = 3  # the channels that carry the colour of a place
_NEAREST = 2  # latents by which a copy is moved at least
_SHIFTS = 24  # to either side, about
_COMPLETED = 2.0  # latents from the rim over which that begins to count
_FOLDS = (2, 4, 6)  # rows that are repeated beyond the upper and the lower edge
_SPARSE = 3  # of the shifts that these come in, one in so many
_UNKNOWN = 4.0  # squared difference to which what a copy does not show is put
_LOYAL = 4.0  # how much more a copy must agree with what is known than an item of the library: it is the same picture
_UNUSUAL = 1.5  # what it costs to copy what is not usual at that height, such as a thing, by squared difference


class Copies:
    """Copies of the surroundings: latents (k, C, h, w), and where they show something, (k, h, w) bool."""

    def __init__(self, around: Surroundings, encode: Tensor, decode: Tensor) -> None:
        known, seen = around.known, ~around.hole
        planes = torch.cat([known, seen[None], _unusual(known, seen)[None]])
        mirrored = torch.cat([mirror(known, encode, decode, across=True), planes[len(known) :].flip(-1)])
        width = known.shape[2]
        stride = max(1, width // _SHIFTS)
        shifts = [0, *range(_NEAREST, width, stride), *range(-_NEAREST, -width, -stride)]
        copies = [_moved(planes, shift) for shift in shifts[1:]] + [_moved(mirrored, shift) for shift in shifts]
        if bool((~seen).all(1).any()):
            upturned = torch.cat([mirror(known, encode, decode, across=False), planes[len(known) :].flip(-2)]).flip(-2)
            for rows in _FOLDS:
                folded = _folded(planes, upturned, seen.any(1), rows)
                copies += [_moved(folded, shift) for shift in shifts[:: _SPARSE * stride]]
        shown = [copy for copy in copies if bool(((copy[-2] > 0.5) & around.hole).any())]
        whole = torch.stack(shown) if shown else planes.new_zeros(0, *planes.shape)
        self.latents, self.shows = whole[:, :-2], whole[:, -2] > 0.5
        self._known = seen
        self._prior = -_UNUSUAL * _deep(around.hole) * whole[:, -1]

    def logits(self, evidence: Evidence, down: Tensor, across: Tensor) -> Tensor:
        """(k, h, w) unnormalised log-posterior at each place; windows (h, h) and (w, w) as in `soft_window`."""
        gap = evidence.value - evidence.signal * self.latents
        misfit = gap.square().sum(1) * evidence.precision
        misfit = torch.where(self._known, _LOYAL * misfit, misfit)
        blind = _UNKNOWN * evidence.signal.square() * evidence.precision
        misfit = torch.where(self.shows, misfit, blind)
        total = down @ misfit @ across.T
        return torch.where(self.shows, self._prior - 0.5 * total, -torch.inf)


def mirror(latents: Tensor, encode: Tensor, decode: Tensor, across: bool) -> Tensor:
    """(C, h, w) as the picture has them that is mirrored, left to right if `across`, else top to bottom.

    encode (C, 192), decode (192, C): see `Canvas`.
    """
    pixels = decode.unflatten(0, (_BLOCK, _BLOCK, 3)).flip(1 if across else 0).flatten(0, 2)
    return torch.einsum("ij,jhw->ihw", encode @ pixels, latents).flip(-1 if across else -2)


def _folded(planes: Tensor, upturned: Tensor, seen: Tensor, rows: int) -> Tensor:
    """(C, h, w) whose rows beyond those that are seen (h,) repeat the nearest `rows` of these, to and fro.

    upturned: each row of planes, where it is, turned upside down.
    """
    lines = seen.nonzero()[:, 0]
    if not len(lines):
        return planes
    first, last = int(lines[0]), int(lines[-1])
    rows = min(rows, last - first + 1)
    order: list[Tensor] = []
    for line in range(len(seen)):
        beyond = first - line if line < first else line - last
        if beyond <= 0:
            order.append(planes[:, line])
            continue
        turn, place = divmod(beyond - 1, rows)
        place = place if turn % 2 == 0 else rows - 1 - place
        source = planes if turn % 2 else upturned
        order.append(source[:, first + place if line < first else last - place])
    return torch.stack(order, 1)


def _moved(planes: Tensor, shift: int) -> Tensor:
    """(C, h, w) moved to the right by `shift` latents, zeros moving in."""
    width = planes.shape[-1]
    return functional.pad(planes, (max(shift, 0), max(-shift, 0)))[..., max(-shift, 0) : max(-shift, 0) + width]


def _deep(hole: Tensor) -> Tensor:
    """(h, w) 0 at the hole's rim to 1 deep inside: what stands there half is completed."""
    inside, outside = hole.nonzero().float(), (~hole).nonzero().float()
    depth = torch.zeros_like(hole, dtype=torch.float32)
    if len(inside) and len(outside):
        depth[hole] = 1 - torch.exp(-(torch.cdist(inside, outside).amin(1) - 1) / _COMPLETED)
    return depth


def _unusual(known: Tensor, seen: Tensor) -> Tensor:
    """(h, w) how far the colours of each place are from what is usual at that height."""
    colours = known[:_COLOURS].masked_fill(~seen, torch.nan)
    usual = colours.nanmedian(-1, keepdim=True).values.nan_to_num()
    far = (known[:_COLOURS] - usual).square().sum(0)
    return functional.avg_pool2d(far[None, None], 3, 1, 1)[0, 0]
