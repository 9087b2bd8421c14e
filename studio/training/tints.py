"""Tints: the maps that take grounds under an ordinary sky to those under a coloured one, fitted to pairs of both."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch is only partly typed; what it gives back is typed where it enters here

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from studio.pipelines.closed_form_tint import SKIES, with_products
from studio.training.codec import Basis
from studio.training.parts import draw_ground, paint
from studio.training.scenes.scene import Scene
from studio.training.scenes.world import HUES, PLACES, STYLES, TIMES

LIGHTS = tuple((time, style) for time in TIMES for style in STYLES)  # a map for each of these and each hue
SKY = {"clear": 0, "clouds": 0, "storm": 1, "fog": 2, "snowfall": 2}
_RIDGE = 1.0
_CYCLE = 9  # of weathers, see `draw_ground`


def fit_tints(light: int, seed: int, scenes: int, basis: Basis) -> Tensor:
    """(hues, terms, C) float32: the maps of LIGHTS[light], by least squares over that many scenes of all places."""
    random = np.random.default_rng([seed, light, 0x71E7])
    drawn: list[tuple[Scene, int]] = []
    for number in range(scenes):
        scene = draw_ground(random, PLACES[number % len(PLACES)], *LIGHTS[light], int(random.integers(_CYCLE)))
        drawn.append((scene, int(random.integers(2**31))))
    plain = _latents(drawn, None, basis)
    given = _terms(plain, torch.tensor([SKY[scene.weather] for scene, _ in drawn]))
    square = given.T @ given + _RIDGE * torch.eye(given.shape[1], dtype=given.dtype)
    found: list[Tensor] = []
    for hue in HUES:
        wanted = _latents(drawn, hue, basis).movedim(1, -1).flatten(0, 2).double()
        found.append(torch.linalg.solve(square, given.T @ wanted))
    return torch.stack(found).float()


def _latents(drawn: Sequence[tuple[Scene, int]], hue: str | None, basis: Basis) -> Tensor:
    pictures = np.stack([paint(replace(scene, hue=hue), paint_seed).picture for scene, paint_seed in drawn])
    return torch.from_numpy(basis.latents(pictures))


def _terms(plain: Tensor, sky: Tensor) -> Tensor:
    """(n, C, h, w), (n,) -> (n * h * w, terms) in double precision."""
    count, _, rows, columns = plain.shape
    height = torch.eye(rows, dtype=torch.float64)[None, :, None].expand(count, -1, columns, -1)
    more = [height * (sky == kind)[:, None, None, None] for kind in range(1, SKIES)]
    return torch.cat([with_products(plain).movedim(1, -1).double(), height, *more], -1).flatten(0, 2)
