"""The ground of a picture: the posterior mean over the library's grounds, at each place through a shrinking window."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch is only partly typed; what it gives back is typed where it enters here

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from studio.pipelines.closed_form_canvas import Canvas
from studio.pipelines.closed_form_evidence import Evidence, Surroundings
from studio.pipelines.closed_form_join import Membrane
from studio.pipelines.closed_form_own import Copies
from studio.pipelines.closed_form_tint import Tint

_CANDIDATES = 40  # how many grounds take part in a step, for each place where a tile may lie
_LEEWAY = 1.9  # how much less than the best a ground may be wished for: less than a weather or a style not asked for
_LEEWAY_AROUND = 6.0  # the same when a hole is filled: less than another place or hour
_FEWEST = 4  # that take part, however little they are wished for
_WHOLE = 0.90  # noisier than this, the window is the whole tile
_NARROW = 2  # latents to which the window shrinks
_COARSE = 8  # cells to a side of the coarse pictures by which candidates are found
_PROFILE = 0.3  # how much the colours of whole rows count, lest a picture have two palettes
_PROFILE_WIDE = 2.0  # the same where several tiles lie side by side
_SHORTLIST = 320  # grounds that are compared with the surroundings of a hole in full
_AS_IT_IS = 0.3  # how much it counts there that an item need not be moved to their colours
_COLOURS = 3  # the channels that carry the colour of a place
_OFF = 4.0  # squared difference to which the world beyond a tile's edge is put
_SHOWN = 1 / 3  # of the canvas that must be known for its own pieces to tell what goes on around it
_RESOLUTION = 2.0  # how much more decided the choice among copies becomes as the noise falls
_FADE = 6  # latents over which one tile passes into the next
_LEAST_SHARE = 0.02  # of a tile where another suits better, so that none ends at an edge
_STEP = 16  # latents by which a tile may be moved sideways: the grain of its style repeats so


class Atlas:
    """All grounds as stored, int8 (N, C, side, side) times gain (C,), and coarse pictures of them; under another sky if
    there is a tint."""

    def __init__(self, stored: Tensor, gain: Tensor, tint: Tint | None = None) -> None:
        self._stored, self._gain, self._tint = stored, gain[:, None, None], tint
        parts: list[Tensor] = []
        chunks: tuple[Tensor, ...] = torch.arange(len(stored), device=stored.device).split(512)
        for index in chunks:
            coarse = functional.adaptive_avg_pool2d(stored[index].float(), _COARSE) * self._gain
            parts.append(coarse if tint is None else tint(coarse, index))
        self.coarse = torch.cat(parts).flatten(1)  # (N, C * 64)
        self.coarse_energy = self.coarse.unflatten(1, (len(gain), -1)).square().sum(1)  # (N, 64)

    def tiles(self, index: Tensor) -> Tensor:
        """(k,) -> (k, C, side, side) float32."""
        latents = self._stored[index].float() * self._gain
        return latents if self._tint is None else self._tint(latents, index)

    def under(self, tint: Tint) -> Atlas:
        """The same grounds under that sky."""
        return Atlas(self._stored, self._gain[:, 0, 0], tint)


@dataclass(frozen=True)
class _Candidates:
    """Grounds that take part, for tiles at these columns of the canvas: index (k,), latents (k, C, h, tile)."""

    index: Tensor
    latents: Tensor
    columns: slice


class Grounds:
    """The grounds for one prompt on one canvas, or in a hole of one. scores (N,): their log-prior."""

    def __init__(
        self, atlas: Atlas, scores: Tensor, canvas: Canvas, around: Surroundings | None, membrane: Membrane | None
    ) -> None:
        self.atlas, self.canvas = atlas, canvas
        # around a hole the picture has a say, too
        self.scores = _without_misfits(scores - scores.max(), _LEEWAY if around is None else _LEEWAY_AROUND)
        self._fitted: dict[int, Tensor] = {}
        self._membrane = membrane
        shown = around is not None and float((~around.hole).float().mean()) > _SHOWN
        self._copies = Copies(around, canvas.encode, canvas.decode) if around is not None and shown else None
        last = canvas.width - canvas.tile
        lefts = sorted({*range(0, last, _STEP), last})
        self._columns = [slice(left, left + canvas.tile) for left in lefts]
        self._prior = dict.fromkeys(lefts, self.scores)
        if around is not None:
            known = Evidence.of_surroundings(around)
            self._prior = {columns.start: self._suiting(known, columns) for columns in self._columns}

    def __call__(self, evidence: Evidence) -> tuple[Tensor, Tensor, Tensor]:
        """The mean ground (C, h, w), and which items it is made of: index (k,) and their shares of it (k,)."""
        candidates = [self._nearest(evidence, columns) for columns in self._columns]
        logits = [self._logits(each, evidence)[..., each.columns] for each in candidates]
        shares = self._shares(logits)
        mean, weights = torch.zeros_like(evidence.value), list[Tensor]()
        for each, own, share in zip(candidates, logits, shares, strict=True):
            within = torch.softmax(own, 0)
            if evidence.level <= _WHOLE:
                within = blurred(within)
            mean[..., each.columns] += torch.einsum("nhw,nchw->chw", within * share[:, each.columns], each.latents)
            weights.append((within * share[:, each.columns]).sum((1, 2)) / share.numel())
        if self._copies is not None and len(self._copies.latents):
            mean = self._with_copies(self._copies, evidence, mean, logits)
        return mean, torch.cat([each.index for each in candidates]), torch.cat(weights)

    def _with_copies(self, copies: Copies, evidence: Evidence, mean: Tensor, others: list[Tensor]) -> Tensor:
        """The mean ground, of copies of the surroundings as far as they suit better."""
        down, across = self._windows(evidence.level, mean)
        sharp = 1 + _RESOLUTION * (1 - evidence.level)
        logits = copies.logits(evidence, down, across) * sharp
        fit = torch.full((len(others), *mean.shape[1:]), -torch.inf, device=mean.device)
        for each, own, columns in zip(fit, others, self._columns, strict=True):
            each[:, columns] = own.logsumexp(0)
        share = torch.sigmoid(logits.logsumexp(0) - sharp * fit.logsumexp(0))
        within = torch.softmax(logits, 0).nan_to_num()
        if evidence.level <= _WHOLE:
            within = blurred(within) * copies.shows
            within = within / within.sum(0).clamp_min(1e-6)
            share = blurred(share[None])[0] * copies.shows.any(0)
        return (1 - share) * mean + share * torch.einsum("nhw,nchw->chw", within, copies.latents)

    def _windows(self, level: float, like: Tensor) -> tuple[Tensor, Tensor]:
        """For rows and for columns, the narrower the less noise there is."""
        radius = (_NARROW + 9 * level**1.3) * self.canvas.magnification
        return soft_window(like.shape[-2], radius, like.device), soft_window(like.shape[-1], radius, like.device)

    def _shares(self, logits: list[Tensor]) -> Tensor:
        """(tiles, h, w) how much each tile counts at each place, changing softly from one to the next."""
        canvas = self.canvas
        fits = torch.full((len(logits), canvas.height, canvas.width), -torch.inf, device=logits[0].device)
        reach = torch.zeros(len(logits), 1, canvas.width, device=fits.device)
        for fit, ramp, own, columns in zip(fits, reach, logits, self._columns, strict=True):
            fit[:, columns] = own.logsumexp(0)
            places = torch.arange(canvas.tile, device=fits.device) + 0.5
            left = places if columns.start else torch.full_like(places, _FADE)
            right = places.flip(0) if columns.stop < canvas.width else torch.full_like(places, _FADE)
            ramp[0, columns] = (torch.minimum(left, right) / _FADE).clamp_max(1)
        shares = torch.softmax(fits, 0)
        width = 2 * _FADE + 1
        spread = functional.avg_pool1d(functional.pad(shares, (_FADE, _FADE), mode="replicate"), width, 1)
        shares = (spread + _LEAST_SHARE) * reach
        return shares / shares.sum(0)

    def _suiting(self, known: Evidence, columns: slice) -> Tensor:
        """(N,) log-prior by what is known around the hole: impossible but for the few that suit it best."""
        shortlist = (self.scores + self._likelihood(known, columns)).topk(min(_SHORTLIST, len(self.scores))).indices
        misfit = torch.cat([self._misfit(part, known, columns) for part in torch.split(shortlist, 64)])
        scores = torch.full_like(self.scores, -torch.inf)
        scores[shortlist] = self.scores[shortlist] - 0.5 * misfit
        return scores

    def _misfit(self, index: Tensor, known: Evidence, columns: slice) -> Tensor:
        """(k,) how far items are from what is known, as they are and, which counts more, moved to its colours."""
        assert self._membrane is not None
        latents = self._tiles(index)
        value, precision = known.value[..., columns], known.precision[:, columns]
        parts = [(value - each).square().sum(1) for each in (latents, self._membrane.shift(latents, columns))]
        return ((_AS_IT_IS * parts[0] + (1 - _AS_IT_IS) * parts[1]) * precision).sum((1, 2))

    def _nearest(self, evidence: Evidence, columns: slice) -> _Candidates:
        """By prior, and by likelihood as far as it can be told from coarse pictures."""
        likelihood = self._likelihood(evidence, columns)
        prior = self._prior[columns.start]
        index = (prior + likelihood).topk(min(_CANDIDATES, len(prior))).indices
        latents = self._tiles(index)
        return _Candidates(index, self._membrane.shift(latents, columns) if self._membrane else latents, columns)

    def _likelihood(self, evidence: Evidence, columns: slice) -> Tensor:
        """(N,) up to a constant, from coarse pictures."""
        value, signal, precision = (
            part[..., columns] for part in (evidence.value, evidence.signal, evidence.precision)
        )
        pull = functional.adaptive_avg_pool2d(value * signal * precision, _COARSE).flatten()
        hold = functional.adaptive_avg_pool2d((signal.square() * precision)[None], _COARSE).flatten()
        cell = signal.numel() / _COARSE**2
        return (self.atlas.coarse @ pull - 0.5 * self.atlas.coarse_energy @ hold) * cell

    def _tiles(self, index: Tensor) -> Tensor:
        if self.canvas.native:
            return self.atlas.tiles(index)
        wanted: list[int] = index.tolist()
        missing = [item for item in wanted if item not in self._fitted]
        for part in (missing[i : i + 8] for i in range(0, len(missing), 8)):
            fitted = self.canvas.ground(self.atlas.tiles(torch.tensor(part, device=index.device)))
            self._fitted.update(zip(part, fitted, strict=True))
        return torch.stack([self._fitted[item] for item in wanted])

    def _logits(self, candidates: _Candidates, evidence: Evidence) -> Tensor:
        """(k, h, w) unnormalised log-posterior at each place of the canvas; impossible where no tile is."""
        latents, columns = candidates.latents, candidates.columns
        signal, precision = evidence.signal[:, columns], evidence.precision[:, columns]
        gap = evidence.value[..., columns] - signal * latents
        outside = len(gap[0]) + _OFF * evidence.signal.square() * evidence.precision
        misfit = outside.expand(len(latents), -1, -1).clone()
        misfit[..., columns] = gap.square().sum(1) * precision
        if evidence.level > _WHOLE:
            total = misfit.sum((1, 2))[:, None, None].expand_as(misfit)
            if len(self._columns) > 1:
                total = total + self._profile(latents, evidence)[:, None, None]
        else:
            down, across = self._windows(evidence.level, misfit)
            total = down @ misfit @ across.T + self._profile(latents, evidence)[:, None, None]
        placed = torch.full_like(misfit, -torch.inf)
        prior = self._prior[columns.start][candidates.index]
        placed[..., columns] = prior[:, None, None] - 0.5 * total[..., columns]
        return placed

    def _profile(self, latents: Tensor, evidence: Evidence) -> Tensor:
        """(k,) misfit of the mean colours of whole rows, from one side of the canvas to the other."""
        certain = evidence.precision.sum(1)
        weight = evidence.precision / certain[:, None]
        rows = (evidence.value[:_COLOURS] * weight).sum(2) - (evidence.signal * weight).sum(1) * latents[
            :, :_COLOURS
        ].mean(3)
        share = latents.shape[3] / self.canvas.width
        much = _PROFILE if len(self._columns) == 1 else _PROFILE_WIDE
        return (rows.square().sum(1) * certain).sum(1) * much * share


def _without_misfits(scores: Tensor, leeway: float) -> Tensor:
    """(N,) with those made impossible that the words hardly allow.

    Late in the day, through small windows, what is between two grounds of one style may look most like a third one of
    another, and no prior is a match for that likelihood.
    """
    least = torch.minimum(scores.max() - leeway, scores.topk(min(_FEWEST, len(scores))).values[-1])
    return scores.masked_fill(scores < least, -torch.inf)


def soft_window(side: int, radius: float, device: torch.device) -> Tensor:
    """(side, side): row p weighs the places around p by a raised cosine."""
    places = torch.arange(side, device=device, dtype=torch.float32)
    apart = (places[:, None] - places[None]).abs()
    return torch.where(apart <= radius, 0.5 + 0.5 * torch.cos(math.pi * apart / (radius + 1)), 0.0)


def blurred(weights: Tensor) -> Tensor:
    """(N, h, w) weights, each mixed with its neighbours' over 3×3 places."""
    tap = torch.tensor([0.25, 0.5, 0.25], device=weights.device)
    padded = functional.pad(weights[:, None], (1, 1, 1, 1), mode="replicate")
    return functional.conv2d(padded, (tap[:, None] * tap[None])[None, None])[:, 0]
