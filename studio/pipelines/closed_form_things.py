"""Things on the ground: each is one cut-out at one place, whole, or not there at all.

A thing's posterior is a softmax over all its cut-outs at all places where it may stand, so that there is one of it,
never half of one. How well a cut-out at a place explains the noisy picture is a correlation.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateImportUsage=false
# torch, diffusers and safetensors are only partly typed; what they give back is typed where it enters here

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from studio.pipelines.closed_form_canvas import Canvas
from studio.pipelines.closed_form_evidence import Evidence

CUTOUTS = 12  # the fittest, that take part
_FEW = 24  # placements that are laid one by one
_FIT = 8.0  # what it costs if the ground behind a thing differs from the one it was cut out of, by squared difference
_ABSENT_FIT = 0.6  # a difference at which it is as well left out
_CROWD = 6.0  # what it costs to hide behind it, or to be hidden by it, wholly: another thing's share
_THIRDS = (0.25, 0.5, 0.75)  # where left, centre and right are
_SPREAD = 0.045
_POLITE = 6.0  # what it costs to stand where another thing was told to be
_CLEAR = 0.12  # shares of the width over which that fades
_BESIDE = 0.9  # from one thing to the next of its kind, in widths
_CUT_OFF = 0.6  # of the ground that something hides at the edge of its box if it does not end there by itself
_HALF = 9.0  # what it costs to be only the lower half of a sun or moon
_STAGGER = 1  # latents by which every other one stands lower
_CHANNELS_BEHIND = 3
_RESOLUTION = 3.0  # how much more decided the choice among places becomes as the noise falls, lest two of them mix
_NEVER = -1e9  # no evidence is a match for it: in a hardly noisy picture it comes to tens of thousands


@dataclass(frozen=True)
class Cutouts:
    """Cut-outs of one kind, padded to one size. picture (M, C, a, b), cover (M, 1, a, b), behind (M, 3, a, b),
    inside (M, 1, a, b): 1 within a cut-out's own box; tops, lefts, heights, widths (M,) of these in the library."""

    picture: Tensor
    cover: Tensor
    behind: Tensor
    inside: Tensor
    tops: list[int]
    lefts: list[int]
    heights: list[int]
    widths: list[int]


def in_rows(cutouts: Cutouts, looks: list[int], number: int, width: int) -> Cutouts:
    """Rows of `number` instead of single things, none wider than `width` latents: each with the next that looks alike.

    A row is one thing with one place. Things placed one by one would all come to stand where the noise looks most like
    one. looks: one number a cut-out, equal where they look alike.
    """
    count, _, high, _ = cutouts.picture.shape
    rows: list[tuple[Tensor, int, int]] = []
    for item in range(count):
        alike = [other for other in (*range(item, count), *range(item)) if looks[other] == looks[item]]
        members = [alike[i % len(alike)] for i in range(number)]
        wide = max(cutouts.widths[member] for member in members)
        gap = min(round(_BESIDE * wide), (width - wide) // max(1, number - 1))
        feet = [min(high, cutouts.heights[member]) for member in members]
        tall = max(feet) + _STAGGER
        row = torch.zeros(len(_planes(cutouts, item)), tall, wide + gap * (number - 1), device=cutouts.cover.device)
        for place, (member, foot) in enumerate(zip(members, feet, strict=True)):
            one = _planes(cutouts, member)[:, :foot, : cutouts.widths[member]]
            bottom = tall if place % 2 else tall - _STAGGER
            where = (slice(None), slice(bottom - foot, bottom), slice(place * gap, place * gap + one.shape[2]))
            row[where] = _before(one, row[where])
        rows.append((row, max(0, cutouts.tops[item] + cutouts.heights[item] + _STAGGER - tall), cutouts.lefts[item]))
    return _stacked(rows, cutouts.picture.shape[1])


def _planes(cutouts: Cutouts, item: int) -> Tensor:
    """(C + 5, a, b): picture, cover, behind, inside of one."""
    return torch.cat([cutouts.picture[item], cutouts.cover[item], cutouts.behind[item], cutouts.inside[item]])


def _before(one: Tensor, other: Tensor) -> Tensor:
    """Planes of one cut-out in front of those of another."""
    cover = one[-2 - _CHANNELS_BEHIND]
    picture = one[: -2 - _CHANNELS_BEHIND] + (1 - cover) * other[: -2 - _CHANNELS_BEHIND]
    covered = 1 - (1 - cover) * (1 - other[-2 - _CHANNELS_BEHIND])
    behind = torch.where(one[-1:] > 0, one[-1 - _CHANNELS_BEHIND : -1], other[-1 - _CHANNELS_BEHIND : -1])
    return torch.cat([picture, covered[None], behind, torch.maximum(one[-1:], other[-1:])])


def _stacked(parts: list[tuple[Tensor, int, int]], channels: int) -> Cutouts:
    """Planes with their tops and lefts, padded to one size."""
    high = max(part[0].shape[1] for part in parts)
    wide = max(part[0].shape[2] for part in parts)
    planes = torch.stack(
        [functional.pad(part[0], (0, wide - part[0].shape[2], 0, high - part[0].shape[1])) for part in parts]
    )
    picture, cover, behind, inside = planes.split([channels, 1, _CHANNELS_BEHIND, 1], 1)
    return Cutouts(
        picture,
        cover,
        behind,
        inside,
        [part[1] for part in parts],
        [part[2] for part in parts],
        [part[0].shape[1] for part in parts],
        [part[0].shape[2] for part in parts],
    )


class Store:
    """All cut-outs as stored: cells of all one after the other, row by row; see `ClosedFormUNet` for the tensors."""

    def __init__(self, cells: Tensor, cover: Tensor, behind: Tensor, boxes: Tensor, gain: Tensor) -> None:
        self._cells, self._cover, self._behind, self._gain = cells, cover, behind, gain
        self._boxes: list[tuple[int, int, int, int]] = [tuple(box) for box in boxes.tolist()]
        sizes = boxes[:, 2].long() * boxes[:, 3].long()
        self._starts: list[int] = (sizes.cumsum(0) - sizes).tolist()

    def pick(self, indices: list[int], canvas: Canvas) -> Cutouts:
        """These cut-outs, brought to the canvas."""
        return _stacked([self._one(index, canvas) for index in indices], len(self._gain))

    def _one(self, index: int, canvas: Canvas) -> tuple[Tensor, int, int]:
        """(C + 5, h, w): picture, cover, behind and ones; and its top and left on the canvas."""
        top, left, height, width = self._boxes[index]
        cells = slice(self._starts[index], self._starts[index] + height * width)
        picture = self._cells[cells].float() * self._gain
        cover = self._cover[cells].float() / 255
        behind = self._behind[cells].float() * self._gain[:_CHANNELS_BEHIND]
        planes = torch.cat([picture, cover, behind, torch.ones_like(cover)], 1).T.reshape(-1, height, width)
        if canvas.native:
            return planes, top, left
        scale = canvas.magnification
        rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
        rows, columns = min(rows, canvas.height), min(columns, canvas.width)
        channels = len(self._gain)
        scaled = canvas.resized(planes[None, :channels], rows, columns)[0]
        rest = functional.interpolate(planes[None, channels:], (rows, columns), mode="area")[0]
        foot = round((top + height) * canvas.height / canvas.side)
        return torch.cat([scaled, rest]), min(max(0, foot - rows), canvas.height - rows), round(left * scale)


@dataclass(frozen=True)
class Stand:
    """How a thing may stand.

    position: (3,) scores of left, centre, right, or None. lift: how many latents it may stand higher or lower. moves:
    whether anywhere across, or only about where it was cut out. spoken_for: which of left (0), centre (1), right (2)
    are other things' places, of which it keeps clear unless it was told to be there, too. whole: whether a cut-out that
    ends where the sky or the picture does must go on ending there.
    """

    position: Tensor | None
    lift: int
    moves: bool
    spoken_for: tuple[int, ...] = ()
    whole: bool = False


class Thing:
    """One wanted thing on one canvas.

    scores (M,): log-prior of each cut-out; presence: log-odds that it is there, inf if it must be.
    """

    def __init__(
        self,
        cutouts: Cutouts,
        scores: Tensor,
        canvas: Canvas,
        stand: Stand,
        presence: float,
    ) -> None:
        self.cutouts, self.canvas, self.stand, self.presence = cutouts, canvas, stand, presence
        lift = stand.lift
        _, _, high, wide = cutouts.picture.shape
        self._low = max(0, min(cutouts.tops) - lift)
        self._high = min(canvas.height, max(t + h for t, h in zip(cutouts.tops, cutouts.heights, strict=True)) + lift)
        slab = self._high - self._low
        self._pad = (0, max(0, wide - min(cutouts.widths)), 0, max(0, high - min(cutouts.heights)))
        self._shape = (slab + self._pad[3] - high + 1, canvas.width + self._pad[1] - wide + 1)
        self._base = self._place_prior(scores)
        self.prior = self._base
        self.weights = torch.zeros_like(self._base)
        picture, cover, behind = cutouts.picture, cutouts.cover, cutouts.behind
        self._match_kernel = torch.cat([picture, -cover], 1)
        self._size_kernel = torch.cat([-2 * cover * picture, cover.square(), picture.square().sum(1, keepdim=True)], 1)
        shows = cutouts.inside * (1 - 0.5 * cover)  # how much of the ground it was cut out of can be told
        shows = shows / shows.sum((2, 3), keepdim=True)
        misfit = [-2 * shows * behind, shows, shows * behind.square().sum(1, keepdim=True)]
        hides = cover / cover.sum((2, 3), keepdim=True).clamp_min(1e-4)
        self._misfit_kernel = torch.cat([*(_FIT * part for part in misfit), _CROWD * hides], 1)

    def __call__(self, evidence: Evidence, ground: Tensor, taken: Tensor) -> tuple[Tensor, Tensor]:
        """ground (C, h, w), taken (h, w) by other things, 0..1 -> the expected picture (C, h, w) and cover (h, w): what
        is there afterwards is `(1 - cover) * ground + picture`."""
        rows = slice(self._low, self._high)
        value, base = evidence.value[:, rows], ground[:, rows]
        signal, precision = evidence.signal[rows], evidence.precision[rows]
        pull = (value - signal * base) * (signal * precision)
        hold = signal.square() * precision
        energy = base.square()
        match = self._correlate(torch.cat([pull, (pull * base).sum(0, keepdim=True)]), self._match_kernel)
        size = self._correlate(
            torch.cat([hold * base, hold * energy.sum(0, keepdim=True), hold[None]]), self._size_kernel
        )
        behind, one = base[:_CHANNELS_BEHIND], torch.ones_like(hold)[None]
        misfit = self._correlate(
            torch.cat([behind, behind.square().sum(0, keepdim=True), one, taken[None, rows]]), self._misfit_kernel
        )
        logits = match - 0.5 * size + self.prior - misfit
        sharp = 1 + _RESOLUTION * (1 - evidence.level)
        flat = sharp * logits.flatten()
        if self.presence == float("inf"):
            self.weights = torch.softmax(flat, 0).view_as(logits)
        else:
            absent = torch.full((1,), sharp * (-self.presence - _FIT * _ABSENT_FIT), device=flat.device)
            self.weights = torch.softmax(torch.cat([flat, absent]), 0)[:-1].view_as(logits)
        return self._laid()

    def _correlate(self, planes: Tensor, kernel: Tensor) -> Tensor:
        return functional.conv2d(functional.pad(planes[None], self._pad), kernel)[0]

    def _laid(self) -> tuple[Tensor, Tensor]:
        """The cut-outs where they may stand, each as much as it is likely."""
        parts = torch.cat([self.cutouts.picture, self.cutouts.cover], 1)
        whole = torch.zeros(parts.shape[1], self.canvas.height, self.canvas.width, device=parts.device)
        likely = self.weights.flatten().topk(min(_FEW, self.weights.numel()))
        if float(likely.values.sum()) > 0.999 * float(self.weights.sum()):
            _, high, wide = self.weights.shape
            for place, weight in zip(likely.indices.tolist(), likely.values.tolist(), strict=True):
                if weight < 1e-4:
                    break
                item, row, left = place // (high * wide), place // wide % high, place % wide
                tall, broad = self.cutouts.heights[item], self.cutouts.widths[item]
                top = self._low + row
                whole[:, top : top + tall, left : left + broad] += weight * parts[item, :, :tall, :broad]
        else:
            slab = functional.conv_transpose2d(self.weights[None], parts)[0]
            whole[:, self._low : self._high] = slab[:, : self._high - self._low, : self.canvas.width]
        return whole[:-1], whole[-1]

    def columns(self) -> Tensor:
        """(w,): where across the canvas its middle is, as probabilities (they sum to that of its being there)."""
        across = self.weights.sum(1)  # (M, positions)
        found = torch.zeros(self.canvas.width, device=across.device)
        for row, wide in zip(across, self.cutouts.widths, strict=True):
            shift = wide // 2
            reach = min(len(row), self.canvas.width - shift)
            found[shift : shift + reach] += row[:reach]
        return found

    def _place_prior(self, scores: Tensor) -> Tensor:
        count, lift = len(scores), self.stand.lift
        prior = torch.full((count, *self._shape), _NEVER, device=scores.device)
        canvas, cut = self.canvas, self.cutouts
        for item in range(count):
            high, wide = cut.heights[item], cut.widths[item]
            across = self._across(item)
            ends_above, ends_below = self._ends(item) if self.stand.whole else (False, False)
            if ends_above and cut.tops[item] > 0:
                across = across - _HALF  # something was before it
            for rise in range(0 if ends_below else -lift, 1 if ends_above else lift + 1):
                top = cut.tops[item] + rise
                if top >= 0 and top + high <= canvas.height:
                    prior[item, top - self._low, : canvas.width - wide + 1] = across + scores[item] - 0.6 * abs(rise)
        return prior - torch.logsumexp(prior.flatten(), 0)

    def _ends(self, item: int) -> tuple[bool, bool]:
        """Whether a cut-out was cut off at its top and at its bottom: it hides the ground up to the edge of its box."""
        rows = self.cutouts.cover[item, 0, : self.cutouts.heights[item]]
        return bool(rows[0].max() > _CUT_OFF), bool(rows[-1].max() > _CUT_OFF)

    def _across(self, item: int) -> Tensor:
        """Log-prior of a cut-out's left edge at each column where it may be."""
        stand, canvas, wide = self.stand, self.canvas, self.cutouts.widths[item]
        lefts = torch.arange(canvas.width - wide + 1, device=self.cutouts.cover.device)
        middles = (lefts + wide / 2) / canvas.width
        across = _thirds(middles, stand.position, wide / 2 / canvas.width)
        if stand.position is None:
            for third in stand.spoken_for:
                across = across - _POLITE * (-0.5 * ((middles - _THIRDS[third]) / _CLEAR).square()).exp()
        if not stand.moves:
            home = self.cutouts.lefts[item] + (canvas.width - canvas.tile) / 2
            across = across - 0.5 * ((lefts - home) / 3).square()
        return across

    def follow(self, columns: Tensor) -> None:
        """Stand under something else, whose `columns` these are."""
        spread = functional.avg_pool1d(columns[None, None], 3, 1, 1)[0, 0] + 1e-6
        self.prior = self._base.clone()
        for item, wide in enumerate(self.cutouts.widths):
            lefts = torch.arange(min(self._shape[1], len(spread) - wide // 2), device=columns.device)
            self.prior[item, :, : len(lefts)] = self._base[item, :, : len(lefts)] + spread[lefts + wide // 2].log()


def _thirds(middles: Tensor, position: Tensor | None, reach: float) -> Tensor:
    """Log-prior of standing with its middle at these shares of the width; reach: half its own, by which it stays off
    the sides."""
    if position is None:
        return torch.zeros_like(middles)
    thirds = torch.tensor(_THIRDS, device=middles.device).clamp(min(reach, 0.5), max(1 - reach, 0.5))
    apart = ((middles[:, None] - thirds) / _SPREAD).square() * -0.5
    return torch.logsumexp(apart + position - position.max(), 1)
