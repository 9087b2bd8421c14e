"""What the library is made of: cut-outs, and grounds where the rounds have left gaps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from diffusers import AutoencoderTiny

from studio.library.resources import resource
from studio.training.parts import cut_out, draw_gaps, draw_ground, paint
from studio.training.scenes.scene import Scene, Thing
from studio.training.scenes.world import TREES
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


@pytest.mark.parametrize("style", ["flat", "pixel", "papercut"])
def test_the_glow_of_a_sun_takes_the_colour_of_any_sky(basis, style):
    scene, sun = Scene("hills", "noon", style), Thing("sun", position="centre")
    there, *_ = cut_out(scene, sun, 1, paint(scene, 1).picture, basis)
    green = replace(scene, hue="green")
    sky = basis.latents(paint(green, 1).picture[None])[0]
    wanted = basis.latents(paint(replace(green, things=(sun,)), 1).picture[None])[0]
    rows = slice(max(there.top, 2), 12)  # of the sky, below the edge at which glows end softly
    box = (slice(there.top, there.top + there.cover.shape[0]), slice(there.left, there.left + there.cover.shape[1]))
    laid = sky.copy()
    laid[:, box[0], box[1]] = (1 - there.cover) * sky[:, box[0], box[1]] + there.picture
    error, change = (np.square(each - wanted)[:3, rows, box[1]].mean() for each in (laid, sky))
    assert error < 0.1 * change


def test_gaps_are_weathers_that_are_not_there_yet():
    random = np.random.default_rng(0)
    there = [draw_ground(random, "lake", "noon", "oil", number) for number in range(3)]
    found = draw_gaps(random, "lake", "noon", "oil", there, 2)
    assert {"fog", "storm"} <= {scene.weather for scene in found if scene.thing("peaks")}
    assert all((scene.place, scene.time, scene.style) == ("lake", "noon", "oil") for scene in found)


def test_forests_have_trees_of_every_colour_and_stand_in_snowfall_too():
    random = np.random.default_rng(0)
    there = [draw_ground(random, "forest", "noon", "flat", number) for number in range(8)]
    found = [*there, *draw_gaps(random, "forest", "noon", "flat", there, 2)]
    leaves = {tree.colour for scene in found if (tree := scene.thing("tree")) and scene.weather in ("clear", "clouds")}
    assert leaves == {"green", "orange", "yellow", "red", "pink", "white"}
    snowed = {kind for scene in found if scene.weather == "snowfall" for kind in TREES if scene.thing(kind)}
    assert {"pine", "tree", "birch"} <= snowed
    assert not any(sum(each.kind in TREES for each in scene.things) > 1 for scene in found)


def test_there_are_no_peaks_where_there_can_be_none():
    random = np.random.default_rng(0)
    assert not any(scene.thing("peaks") for scene in draw_gaps(random, "mountains", "dawn", "ink", [], 2))
