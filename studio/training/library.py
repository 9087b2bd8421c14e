"""The closed-form denoiser's library: grounds and things of every place, time and style, made in shards.

A shard is one round through one combination of place, time and style, and a function of the seed and the codec's
basis alone, so a build can be stopped at any moment, go on, and be spread over processes; after the first round the
library is whole, and each further one makes it richer.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateImportUsage=false
# torch, diffusers and safetensors are only partly typed; what they give back is typed where it enters here

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.training.checkpoint import load, save
from studio.training.codec import Basis
from studio.training.parts import (
    GLITTER,
    ORBS,
    SET_PIECES,
    SETTLED,
    Cutout,
    cut_out,
    draw_gaps,
    draw_ground,
    paint,
    things_for,
)
from studio.training.scenes.scene import Scene
from studio.training.scenes.world import KINDS, PLACES, STYLES, TIMES
from studio.training.tints import LIGHTS, fit_tints
from studio.training.words.slots import SLOTS, encode

COMBINATIONS = tuple((place, time, style) for place in PLACES for time in TIMES for style in STYLES)
THING_KINDS = (
    *(kind.name for kind in KINDS if kind.name not in SET_PIECES),
    *(orb + GLITTER for orb in ORBS),
)
ANYTHING = -1  # a ground's attribute that is no matter: things stand on it as they are asked for


@dataclass(frozen=True)
class Amounts:
    """How many grounds a round adds to each combination; from how many scenes of it things are cut; how many places
    each variant of a thing is cut out of in a round; the rounds; in how many kinds of foul weather gaps are filled
    after them; and how many scenes each tint is fitted to."""

    grounds: int = 8
    scenes: int = 5
    copies: int = 2
    rounds: int = 2
    gaps: int = 2
    tinted: int = 39


def ground_attributes(scene: Scene) -> NDArray[np.int8]:
    """A ground's row in the library: what words can say about it, ANYTHING for the things that are put on later."""
    row = encode(scene)
    stay = ("", *SET_PIECES, *SETTLED.get(scene.place, ()), *(("trees",) if scene.place == "forest" else ()))
    for column, slot in enumerate(SLOTS):
        if slot.subject not in stay:
            row[column] = ANYTHING
    return row


def thing_attributes(cutout: Cutout) -> NDArray[np.int8]:
    """A cut-out's row: the scene that it was cut out of, and itself."""
    alone = Scene(
        cutout.scene.place,
        cutout.scene.time,
        cutout.scene.style,
        cutout.scene.weather,
        cutout.scene.hue,
        (cutout.thing,),
    )
    return encode(alone)


def make_grounds(index: int, turn: int, seed: int, amounts: Amounts, basis: Basis) -> dict[str, Tensor]:
    """Grounds of COMBINATIONS[index] in round `turn`; see `Shards` for the keys."""
    return _painted([_ground(index, turn, part, seed, amounts.grounds) for part in range(amounts.grounds)], basis)


def make_gaps(index: int, seed: int, amounts: Amounts, basis: Basis) -> dict[str, Tensor]:
    """Grounds of COMBINATIONS[index] that the rounds leave out."""
    random = np.random.default_rng([seed, index, 0x6A95])
    turns, parts = range(amounts.rounds), range(amounts.grounds)
    there = [_ground(index, turn, part, seed, amounts.grounds)[0] for turn in turns for part in parts]
    scenes = draw_gaps(random, *COMBINATIONS[index], there, amounts.gaps)
    return _painted([(scene, int(random.integers(2**31))) for scene in scenes], basis)


def _painted(drawn: list[tuple[Scene, int]], basis: Basis) -> dict[str, Tensor]:
    if not drawn:
        none = torch.zeros(0, 8, 32, 32).half()
        return {"grounds": none, "ground_attributes": torch.zeros(0, len(SLOTS), dtype=torch.int8)}
    pictures = np.stack([paint(scene, paint_seed).picture for scene, paint_seed in drawn])
    return {
        "grounds": torch.from_numpy(basis.latents(pictures)).half(),
        "ground_attributes": torch.from_numpy(np.stack([ground_attributes(scene) for scene, _ in drawn])),
    }


def make_things(index: int, turn: int, seed: int, amounts: Amounts, basis: Basis) -> dict[str, Tensor]:
    """Things cut out of COMBINATIONS[index] in round `turn`: of scenes in fair weather."""
    drawn = [_ground(index, turn, part, seed, amounts.scenes) for part in range(amounts.scenes)]
    fair = [(scene, paint_seed) for scene, paint_seed in drawn if scene.weather in ("clear", "clouds")]
    pictures = [paint(scene, paint_seed).picture for scene, paint_seed in fair]
    cutouts: list[Cutout] = []
    for number, thing in enumerate(things_for(*COMBINATIONS[index], turn, seed, amounts.copies)):
        scene, paint_seed = fair[number % len(fair)]
        cutouts += cut_out(scene, thing, paint_seed, pictures[number % len(fair)], basis)
    return _packed(cutouts)


def _ground(index: int, turn: int, part: int, seed: int, many: int) -> tuple[Scene, int]:
    """The scene of one of `many` grounds that a round has, and the seed to paint it."""
    random = np.random.default_rng([seed, index, turn, part])
    paint_seed = int(random.integers(2**31))
    return draw_ground(random, *COMBINATIONS[index], part + turn * many), paint_seed


def _packed(cutouts: list[Cutout]) -> dict[str, Tensor]:
    """Cells of all things one after the other, row by row within each."""

    def cells(name: str, channels: int) -> Tensor:
        rows = [np.asarray(getattr(cutout, name)).reshape(channels, -1).T for cutout in cutouts]
        return torch.from_numpy(np.concatenate([np.zeros((0, channels)), *rows])).half()

    boxes = [[cutout.top, cutout.left, *cutout.cover.shape] for cutout in cutouts]
    rows = [thing_attributes(cutout) for cutout in cutouts]
    return {
        "cells": cells("picture", 8),
        "cover": cells("cover", 1),
        "behind": cells("behind", 3),
        "boxes": torch.tensor(boxes, dtype=torch.int16).reshape(-1, 4),
        "kinds": torch.tensor([THING_KINDS.index(cutout.kind) for cutout in cutouts], dtype=torch.int8),
        "thing_attributes": torch.from_numpy(np.array(rows, np.int8).reshape(-1, len(SLOTS))),
    }


class Shards:
    """A folder of shards: "grounds", "gaps", which are grounds, too, "things" and "tints".

    Keys: grounds (n, 8, 32, 32), ground_attributes (n, A); cells (c, 8), cover (c, 1), behind (c, 3), boxes (m, 4) top,
    left, height, width, kinds (m,) in THING_KINDS, thing_attributes (m, A); tints (hues, terms, 8) of one of LIGHTS.
    """

    def __init__(
        self, folder: Path, seed: int, amounts: Amounts, basis: Basis, combinations: int = len(COMBINATIONS)
    ) -> None:
        self.folder, self.seed, self.amounts, self.basis = folder, seed, amounts, basis
        self.combinations = combinations

    def path(self, what: str, turn: int, index: int) -> Path:
        """Of the shard of that round and combination."""
        return self.folder / f"{what}-{turn:02d}-{index:04d}.safetensors"

    def missing(self) -> list[tuple[str, int, int]]:
        """What, round and combination still to be made, so ordered that an unfinished round is a fair sample."""
        order = np.random.default_rng([self.seed, 0x5EED]).permutation(len(COMBINATIONS))[: self.combinations]
        turns = range(self.amounts.rounds)
        wanted = [(what, turn, int(index)) for turn in turns for index in order for what in ("grounds", "things")]
        wanted += [("gaps", 0, int(index)) for index in order if self.amounts.gaps]
        wanted += [("tints", 0, light) for light in range(len(LIGHTS) if self.amounts.tinted else 0)]
        return [shard for shard in wanted if not self.path(*shard).exists()]

    def make(self, what: str, turn: int, index: int) -> None:
        """Paints a shard and writes it, whole or not at all."""
        if what == "gaps":
            found = make_gaps(index, self.seed, self.amounts, self.basis)
        elif what == "tints":
            found = {"tints": fit_tints(index, self.seed, self.amounts.tinted, self.basis)}
        else:
            paint_shard = make_grounds if what == "grounds" else make_things
            found = paint_shard(index, turn, self.seed, self.amounts, self.basis)
        save(self.path(what, turn, index), found, {})

    def read(self, what: str) -> Iterator[dict[str, Tensor]]:
        """All shards there are, by round and combination."""
        for turn in range(self.amounts.rounds):
            for index in range(len(COMBINATIONS)):
                found = load(self.path(what, turn, index))
                if found is not None:
                    yield found[0]
