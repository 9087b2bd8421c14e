"""What a network is shown of a picture: tables of small pictures and what comes out."""

from __future__ import annotations

import numpy as np
import pytest

from studio.document.preprocessing import PREPROCESSORS, likely, preprocessor
from studio.request.errors import BadInput


def grey(value: int, size: int = 64):
    return np.full((size, size, 3), value, np.uint8)


def box(inside: int, outside: int):
    """A square of 32 pixels in the middle of one of 64."""
    array = grey(outside)
    array[16:48, 16:48] = inside
    return array


def made(name, picture, **settings):
    return preprocessor(name).of(picture, settings)


@pytest.mark.parametrize("each", PREPROCESSORS, ids=lambda each: each.id or "none")
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("shape", [(1, 1), (7, 90), (64, 64)])
def test_any_picture_gives_rgb_of_its_size_and_is_left_alone(each, channels, shape):
    picture = np.random.default_rng(1).integers(0, 256, (*shape, channels), np.uint8)
    before = picture.copy()
    found = each.of(picture, {})
    assert (found.shape, found.dtype) == ((*shape, 3), np.uint8)
    assert found.flags.c_contiguous
    assert np.array_equal(picture, before)


@pytest.mark.parametrize("name", ["canny", "lineart", "scribble"])
def test_lines_are_white_on_black_where_the_picture_has_some_and_nowhere_else(name):
    assert not made(name, grey(200)).any()
    found = made(name, box(20, 240))
    assert found[0, 0].max() == 0
    assert found[16:48, 14:18].max() == 255 if name != "lineart" else found[16:48, 14:18].max() > 100
    assert np.array_equal(found[..., 0], found[..., 2])


def test_canny_follows_the_outline_and_weak_edges_need_lower_limits():
    found = made("canny", box(20, 240))[..., 0]
    assert found[20:44, 20:44].max() == 0
    assert 100 < (found > 0).sum() < 160  # a thin line around 32 × 32
    weak = box(120, 135)
    assert not made("canny", weak).any()
    assert made("canny", weak, low=10, high=30).any()
    assert made("canny", weak, low=30, high=10).any()  # the two may be given in any order


def test_lineart_takes_thin_dark_lines_of_a_drawing_at_full_strength():
    drawing = grey(250)
    drawing[30:33] = 10
    found = made("lineart", drawing)[..., 0]
    assert found[31].min() > 180
    assert found[:20].max() == 0
    assert made("lineart", drawing, strength=50)[31, 0, 0] < found[31, 0]


@pytest.mark.parametrize("background", [0, 255])
def test_scribble_takes_strokes_of_any_colour_from_a_clear_layer(background):
    layer = np.zeros((64, 64, 4), np.uint8)
    layer[..., :3] = background
    layer[30:34, 10:50] = (200, 90, 255, 255)
    found = made("scribble", layer, thicken=0)[..., 0]
    assert np.array_equal(found > 0, layer[..., 3] > 0)
    assert (made("scribble", layer, thicken=3)[..., 0] > 0).sum() > (found > 0).sum()


@pytest.mark.parametrize(("paper", "ink"), [(255, 0), (0, 255)])
def test_scribble_takes_ink_from_light_and_from_dark_paper(paper, ink):
    picture = grey(paper)
    picture[30:34] = ink
    found = made("scribble", picture, thicken=0)[..., 0]
    assert (found[30:34] == 255).all()
    assert not found[:30].any()


def test_depth_is_stretched_to_the_full_range_and_can_be_turned_round():
    found = made("depth", box(150, 100))
    assert (found[32, 32, 0], found[0, 0, 0]) == (255, 0)
    assert made("depth", box(150, 100), invert=1)[32, 32, 0] == 0
    assert np.array_equal(made("depth", grey(80)), grey(80))  # nothing to stretch


def test_colour_cells_have_the_mean_of_what_is_in_them():
    picture = grey(0)
    picture[:, 32:] = (200, 100, 50)
    found = made("colour", picture, cell=32)
    assert np.array_equal(found, picture)
    assert (made("colour", picture, cell=64) == (100, 50, 25)).all()


@pytest.mark.parametrize("name", ["tile", "blur"])
def test_tile_and_blur_keep_colours_and_lose_detail(name):
    random = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    found = made(name, random)
    assert abs(float(found.mean()) - float(random.mean())) < 4
    assert found.std() < random.std() / 2


def test_clear_places_count_as_paper():
    clear = np.zeros((8, 8, 4), np.uint8)
    assert (made("", clear) == 255).all()


def test_settings_stay_within_their_limits_and_unknown_ones_are_passed_over():
    assert preprocessor("canny").filled({"low": -4, "high": 999, "weather": 1}) == {"low": 0, "high": 255}


def test_an_unknown_one_names_the_known_ones():
    with pytest.raises(BadInput, match="canny, lineart, scribble"):
        preprocessor("pose")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("control_v11p_sd15_canny_fp16", "canny"),
        ("control_v11f1e_sd15_tile", "tile"),
        ("t2iadapter_color_sd14v1", "colour"),
        ("diffusers_xl_depth_full", "depth"),
        ("control-lora-sketch-rank128", "scribble"),
        ("control_v11p_sd15s2_lineart_anime", "lineart"),
        ("control_v11p_sd15_openpose", ""),
        ("controlnet-union-sdxl-1.0", "canny"),
    ],
)
def test_the_name_of_a_network_tells_what_it_wants_to_see(name, expected):
    assert likely(name).id == expected
