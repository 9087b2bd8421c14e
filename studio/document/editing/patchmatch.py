"""Holes filled with what is elsewhere in the picture: no prompt, no model, no imagination running wild.

Coherent completion by patches, coarse to fine: Wexler, Shechtman, Irani, Space-Time Completion of Video (2007), with
the nearest patches found as in Barnes et al., PatchMatch (2009). Propagation jumps like a flood (Rong and Tan 2006)
instead of scanning, so that all places move at once in numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from studio.document.opencv import cv
from studio.request.pixels import Array

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]  # n × 2: row, column
Check = Callable[[], object]

PATCH = 7  # pixels a side, odd
HALF = PATCH // 2
WORK_SIDE = 256  # pixels; places are found at most this large, then carried to the full size
COARSEST = 24  # pixels; the shorter side of the smallest level
ROUNDS = (6, 4, 3)  # of search and vote, from the coarsest level on; finer levels take the last
JUMPS = (8, 4, 2, 1)


def unchecked() -> None:
    """Nobody wants it stopped."""


class _Level(NamedTuple):
    """One level of the pyramid. picture: h × w × 3, 0..255. hole: h × w, bool."""

    picture: Floats
    hole: npt.NDArray[np.bool_]


def completed(picture: Array, mask: Array, seed: int = 0, check: Check = unchecked) -> Array | None:
    """The picture (uint8, h × w × 3) with all pixels where mask (uint8, h × w) is not 0 made from patches elsewhere.

    The same picture, mask and seed give the same result. None when too little is known to take patches from.
    check: called again and again, at most some tenths of a second apart; what it raises ends the work.
    """
    levels = _pyramid(picture, mask)
    if not all(_sources(level).any() for level in levels):
        return None
    rng = np.random.default_rng(seed)
    field: Places | None = None
    current = levels[-1].picture
    for depth, level in enumerate(reversed(levels)):
        current = level.picture if depth == 0 else _over(level, current)
        rounds = ROUNDS[min(depth, len(ROUNDS) - 1)]
        field, current = _solve(level._replace(picture=current), field, rounds, rng, check)
    assert field is not None
    check()
    return _carried(picture, mask, levels[0], field)


def _pyramid(picture: Array, mask: Array) -> list[_Level]:
    """Finest level first. The hole is first filled with the mean of what is known around it."""
    height, width = mask.shape
    scale = min(1.0, WORK_SIDE / max(height, width))
    levels: list[_Level] = []
    known = (mask == 0).astype(np.float32)
    while True:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        weight: Floats = cv().resize(known, size, interpolation=cv().INTER_AREA)
        colour: Floats = cv().resize(picture * known[..., None], size, interpolation=cv().INTER_AREA)
        colour /= np.maximum(weight, np.float32(1e-6))[..., None]
        hole = weight < 0.999
        mean = colour[~hole].mean(0) if (~hole).any() else np.full(3, 127, np.float32)
        colour[hole] = mean
        levels.append(_Level(colour.astype(np.float32), hole))
        if min(size) <= COARSEST * 2:
            return [*levels[:-1], _continued(levels[-1])]
        scale /= 2


def _continued(level: _Level) -> _Level:
    """The hole begins with its surroundings continued smoothly into it (Telea 2004): a horizon runs on."""
    if level.hole.all():
        return level
    flat = np.rint(level.picture).clip(0, 255).astype(np.uint8)
    smooth = cv().inpaint(flat, level.hole.astype(np.uint8), 3, cv().INPAINT_TELEA)
    return level._replace(picture=np.where(level.hole[..., None], smooth, level.picture).astype(np.float32))


def _over(level: _Level, coarse: Floats) -> Floats:
    """The level's own known pixels, its hole taken from the coarser result."""
    height, width = level.hole.shape
    larger: Floats = cv().resize(coarse, (width, height), interpolation=cv().INTER_LINEAR)
    return np.where(level.hole[..., None], larger, level.picture)


def _sources(level: _Level) -> npt.NDArray[np.bool_]:
    """Where a whole patch is known and inside the picture."""
    side = np.ones((PATCH, PATCH), np.uint8)
    touched = cv().dilate(level.hole.astype(np.uint8), side) > 0
    inside = np.zeros_like(touched)
    inside[HALF : touched.shape[0] - HALF, HALF : touched.shape[1] - HALF] = True
    return ~touched & inside


def _solve(
    level: _Level, field: Places | None, rounds: int, rng: np.random.Generator, check: Check
) -> tuple[Places, Floats]:
    """Searches and votes in turns. field: places (h × w × 2) of the coarser level, or None."""
    allowed = _sources(level)
    choices = np.argwhere(allowed)
    targets = np.argwhere(cv().dilate(level.hole.astype(np.uint8), np.ones((PATCH, PATCH), np.uint8)) > 0)
    places = _start(level, field, allowed, choices, targets, rng)
    picture = level.picture
    for _ in range(rounds):
        check()
        search = _Search(picture, allowed, targets)
        places, cost = search.improved(places, choices, rng)
        check()
        picture = _voted(level, picture, targets, places, cost)
    return places, picture


def _start(
    level: _Level,
    field: Places | None,
    allowed: npt.NDArray[np.bool_],
    choices: Places,
    targets: Places,
    rng: np.random.Generator,
) -> Places:
    height, width = level.hole.shape
    places = np.zeros((height, width, 2), np.int64)
    at = tuple(targets.T)
    places[at] = choices[rng.integers(len(choices), size=len(targets))]
    if field is not None:
        rows = np.minimum(targets[:, 0] * field.shape[0] // height, field.shape[0] - 1)
        columns = np.minimum(targets[:, 1] * field.shape[1] // width, field.shape[1] - 1)
        coarse = field[rows, columns]
        scale = np.array([height / field.shape[0], width / field.shape[1]])
        guess = np.rint(coarse * scale).astype(np.int64) + targets % 2
        guess = np.clip(guess, 0, (height - 1, width - 1))
        good = allowed[guess[:, 0], guess[:, 1]] & (coarse.sum(1) > 0)
        places[tuple(targets[good].T)] = guess[good]
    return places


class _Search:
    """Patches of one picture, compared by their squared difference."""

    def __init__(self, picture: Floats, allowed: npt.NDArray[np.bool_], targets: Places) -> None:
        height, width = allowed.shape
        padded = np.pad(picture, ((HALF, HALF), (HALF, HALF), (0, 0)), mode="reflect")
        windows = np.lib.stride_tricks.sliding_window_view(padded, (PATCH, PATCH), (0, 1))
        self._patches = windows.reshape(height * width, -1).astype(np.float32)
        self._allowed, self._targets, self._width = allowed, targets, width
        self._wanted = self._patches[targets[:, 0] * width + targets[:, 1]]

    def _cost(self, candidates: Places) -> Floats:
        found = self._patches[candidates[:, 0] * self._width + candidates[:, 1]]
        found -= self._wanted
        return np.einsum("nk,nk->n", found, found)

    def improved(self, places: Places, choices: Places, rng: np.random.Generator) -> tuple[Places, Floats]:
        """Places (h × w × 2) after propagation and random search, and the cost of each target's place."""
        height, width = self._allowed.shape
        limits = np.array([height - 1, width - 1])
        at = tuple(self._targets.T)
        best = places[at]
        cost = self._cost(best)
        is_target = np.zeros((height, width), bool)
        is_target[at] = True

        def consider(candidates: Places, sound: npt.NDArray[np.bool_]) -> None:
            candidates = np.clip(candidates, 0, limits)
            sound = sound & self._allowed[candidates[:, 0], candidates[:, 1]]
            candidates = np.where(sound[:, None], candidates, best)
            new = self._cost(candidates)
            better = new < cost
            best[better], cost[better] = candidates[better], new[better]

        for jump in JUMPS:
            for step in ((0, jump), (0, -jump), (jump, 0), (-jump, 0)):
                field = places.copy()
                field[at] = best
                neighbours = np.clip(self._targets + step, 0, limits)
                rows, columns = neighbours[:, 0], neighbours[:, 1]
                consider(field[rows, columns] - (neighbours - self._targets), is_target[rows, columns])
        everywhere = np.ones(len(best), bool)
        radius = max(height, width)
        while radius >= 1:
            consider(best + rng.integers(-radius, radius + 1, size=best.shape), everywhere)
            radius //= 4
        consider(choices[rng.integers(len(choices), size=len(best))], everywhere)
        result = places.copy()
        result[at] = best
        return result, cost


def _voted(level: _Level, picture: Floats, targets: Places, places: Places, cost: Floats) -> Floats:
    """Each pixel of the hole becomes the mean of what the patches over it say, good matches counting more."""
    height, width = level.hole.shape
    spread = float(np.quantile(cost, 0.75)) + 1e-3
    trust = np.exp(-cost / (2 * spread)).astype(np.float64) + 1e-6
    total = np.zeros(height * width)
    colour = np.zeros((height * width, 3))
    source = places[tuple(targets.T)]
    for dy in range(-HALF, HALF + 1):
        for dx in range(-HALF, HALF + 1):
            to = targets + np.array((dy, dx))
            inside = ((to >= 0) & (to < (height, width))).all(1)
            flat = to[inside, 0] * width + to[inside, 1]
            given = picture[source[inside, 0] + dy, source[inside, 1] + dx]
            weight = trust[inside]
            total += np.bincount(flat, weight, height * width)
            for channel in range(3):
                colour[:, channel] += np.bincount(flat, weight * given[:, channel], height * width)
    mean = (colour / np.maximum(total, 1e-9)[:, None]).reshape(height, width, 3).astype(np.float32)
    return np.where(level.hole[..., None], mean, picture)


def _carried(picture: Array, mask: Array, finest: _Level, field: Places) -> Array:
    """The places found on the finest level, used at full size: real pixels are copied, so nothing gets blurred."""
    height, width = mask.shape
    scale = np.array([height / finest.hole.shape[0], width / finest.hole.shape[1]])
    targets = np.argwhere(mask > 0)
    small = np.minimum((targets / scale).astype(np.int64), np.array(finest.hole.shape) - 1)
    shift = field[small[:, 0], small[:, 1]] - small
    source = np.clip(targets + np.rint(shift * scale).astype(np.int64), 0, (height - 1, width - 1))
    result = picture.copy()
    result[tuple(targets.T)] = picture[tuple(source.T)]
    unknown = mask[tuple(source.T)] > 0
    if unknown.any():
        result[tuple(targets[unknown].T)] = picture[mask == 0].mean(0)
    return _smoothed_seams(result, mask)


def _smoothed_seams(picture: Array, mask: Array) -> Array:
    """Neighbouring patches meet softly; only masked pixels change."""
    soft = cv().bilateralFilter(picture, 5, 30, 2)
    return np.where(mask[..., None] > 0, soft, picture).astype(np.uint8)
