"""What the library is made of: cut-outs, and grounds where the rounds have left gaps."""

from __future__ import annotations

import numpy as np
import pytest
from diffusers import AutoencoderTiny

from studio.library.resources import resource
from studio.training.parts import cut_out, draw_gaps, draw_ground, paint
from studio.training.scenes.scene import Scene, Thing
from studio.training.unet_data import basis_of


@pytest.fixture(scope="module")
def basis():
    return basis_of(AutoencoderTiny.from_pretrained(resource("models", "scenes") / "vae").float())


@pytest.mark.parametrize("style", ["flat", "watercolour", "pencil"])
def test_a_low_sun_hides_the_sky_it_has_the_colour_of(basis, style):
    scene = Scene("hills", "dawn", style)
    sun, *_ = cut_out(scene, Thing("sun", position="left"), 1, paint(scene, 1).picture, basis)
    assert sun.cover.max() > 0.9
    assert sun.cover.mean() < 0.6  # a disc, not its whole box


def test_gaps_are_colours_and_weathers_that_are_not_there_yet():
    random = np.random.default_rng(0)
    there = [draw_ground(random, "lake", "noon", "oil", number, number) for number in range(6)]
    found = draw_gaps(random, "lake", "noon", "oil", there, 2)
    coloured = [scene for scene in found if scene.hue is not None]
    assert len(coloured) == 2
    assert not {scene.hue for scene in coloured} & {scene.hue for scene in there}
    peaks = {scene.weather for scene in found if scene.hue is None and scene.thing("peaks")}
    assert {"fog", "storm"} <= peaks
    assert all((scene.place, scene.time, scene.style) == ("lake", "noon", "oil") for scene in found)


def test_there_are_no_peaks_where_there_can_be_none():
    random = np.random.default_rng(0)
    assert not any(scene.thing("peaks") for scene in draw_gaps(random, "mountains", "dawn", "ink", [], 2))
