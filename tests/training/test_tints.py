"""Skies of other colours, as maps of the latents under an ordinary one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from diffusers import AutoencoderTiny

from studio.library.resources import resource
from studio.pipelines.closed_form_tint import Tint
from studio.training.parts import draw_ground, paint
from studio.training.scenes.world import HUES
from studio.training.tints import LIGHTS, SKY, fit_tints
from studio.training.unet_data import basis_of

SEED, SCENES = 3, 26


@pytest.fixture(scope="module")
def basis():
    return basis_of(AutoencoderTiny.from_pretrained(resource("models", "scenes") / "vae").float())


@pytest.fixture(scope="module")
def maps(basis):
    return fit_tints(LIGHTS.index(("noon", "flat")), SEED, SCENES, basis)


def latents(basis, scene):
    return torch.from_numpy(basis.latents(paint(scene, 99).picture[None]))


@pytest.mark.parametrize("hue", ["pink", "green", "orange"])
@pytest.mark.parametrize(("place", "number"), [("sea", 0), ("mountains", 1), ("village", 4), ("snow", 8)])
def test_a_tint_makes_of_a_plain_ground_what_the_painter_makes_under_that_sky(basis, maps, place, number, hue):
    scene = draw_ground(np.random.default_rng(77), place, "noon", "flat", number)
    tint = Tint.of(maps[HUES.index(hue)][None], torch.tensor([0]), torch.tensor([SKY[scene.weather]]), 8)
    plain, wanted = latents(basis, scene), latents(basis, replace(scene, hue=hue))
    made = tint(plain, torch.tensor([0]))
    assert (made - wanted).square().mean() < 0.12 * (plain - wanted).square().mean()


def test_coarse_pictures_are_tinted_alike(basis, maps):
    scene = draw_ground(np.random.default_rng(5), "sea", "noon", "flat", 0)
    tint = Tint.of(maps[HUES.index("pink")][None], torch.tensor([0]), torch.tensor([SKY[scene.weather]]), 8)
    fine, only = latents(basis, scene), torch.tensor([0])
    pooled = torch.nn.functional.adaptive_avg_pool2d
    assert torch.allclose(tint(pooled(fine, 8), only), pooled(tint(fine, only), 8), atol=0.25)
