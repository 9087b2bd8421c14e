from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.document.editing.fill import filled
from studio.document.editing.masks import edit_masks, grow, is_soft
from studio.document.editing.plan import Fill, softness_of
from studio.request.geometry import Rect


def box(size: int = 200, at: tuple[int, int, int, int] = (60, 60, 80, 80)) -> np.ndarray:
    mask = np.zeros((size, size), np.uint8)
    x, y, w, h = at
    mask[y : y + h, x : x + w] = 255
    return mask


def scene(size: int = 200) -> np.ndarray:
    """Sky over grass with some texture."""
    rng = np.random.default_rng(0)
    picture = np.empty((size, size, 3), np.float32)
    picture[: size // 2] = (120, 180, 230)
    picture[size // 2 :] = (80, 140, 60)
    return (picture + rng.normal(0, 6, picture.shape)).clip(0, 255).astype(np.uint8)


def test_the_selection_is_denoised_in_full_and_a_little_beyond():
    selection = box()
    masks = edit_masks(selection, softness_of(Rect(60, 60, 80, 80), 1.0))
    assert masks.denoise[selection > 0].min() == 255
    assert masks.denoise[100, 142] > 200
    assert masks.denoise[0, 0] == 0


def test_nothing_is_shown_outside_of_the_selection_and_all_of_it_inside():
    selection = box()
    masks = edit_masks(selection, softness_of(Rect(60, 60, 80, 80), 1.0))
    assert not masks.composite[selection == 0].any()
    assert masks.composite[selection > 0].min() > 0
    assert (masks.composite[70:130, 70:130] == 255).all()


def test_the_edges_fall_off_evenly_outwards():
    masks = edit_masks(box(), softness_of(Rect(60, 60, 80, 80), 1.0))
    for mask in masks:
        row = mask[100, 100:].astype(int)
        assert (np.diff(row) <= 0).all()
        assert np.abs(np.diff(row)).max() < 60


@pytest.mark.parametrize("at", [(10, 10, 1, 1), (10, 10, 3, 90), (0, 0, 40, 200)])
def test_a_thin_selection_is_shown_in_full_at_its_core(at):
    selection = box(at=at)
    selection[150:190, 150:190] = 255  # a large part beside it does not count
    composite = edit_masks(selection, softness_of(Rect(0, 0, 200, 200), 1.0)).composite
    x, y, w, h = at
    assert composite[y : y + h, x : x + w].max() == 255


def test_where_nothing_lies_below_the_result_is_shown_in_full():
    selection = box(at=(120, 0, 80, 200))
    bare = (np.arange(200) >= 120).astype(np.uint8)[None].repeat(200, 0)
    masks = edit_masks(selection, softness_of(Rect(120, 0, 80, 200), 1.0), bare)
    assert np.array_equal(masks.composite, selection)


@pytest.mark.parametrize(("blur", "soft"), [(0, False), (3, False), (61, True)])
def test_an_edge_painted_soft_is_told_from_antialiasing(blur, soft):
    selection = cv2.GaussianBlur(box(), (blur, blur), 0) if blur else box()
    assert is_soft(selection) is soft


def test_the_artists_own_soft_edge_is_the_schedule():
    selection = cv2.GaussianBlur(box(), (61, 61), 0)
    masks = edit_masks(selection, softness_of(Rect(60, 60, 80, 80), 1.0))
    assert np.array_equal(masks.denoise, selection)
    assert not masks.composite[selection == 0].any()


def test_growing_is_euclidean():
    dot = np.zeros((41, 41), np.uint8)
    dot[20, 20] = 255
    grown = grow(dot, 10)
    assert grown[20, 30] == 255
    assert grown[20, 31] == 0
    assert grown[28, 28] == 0


@pytest.mark.parametrize("fill", list(Fill))
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_a_fill_never_touches_what_is_not_masked(fill, data):
    x, y = data.draw(st.integers(0, 150)), data.draw(st.integers(0, 150))
    w, h = data.draw(st.integers(1, 50)), data.draw(st.integers(1, 50))
    picture, mask = scene(), box(at=(x, y, w, h))
    result = filled(picture, mask, fill)
    assert np.array_equal(result[mask == 0], picture[mask == 0])
    assert result.dtype == np.uint8


@pytest.mark.parametrize("fill", [Fill.BLUR, Fill.BORDER, Fill.REMOVE])
def test_a_hole_gets_the_colours_around_it(fill):
    picture = scene()
    hole = box(at=(80, 20, 40, 40))  # in the sky
    damaged = picture.copy()
    damaged[hole > 0] = (255, 0, 0)
    mended = filled(damaged, hole, fill)[hole > 0].mean(0)
    assert np.abs(mended - (120, 180, 230)).max() < 12


@pytest.mark.parametrize("fill", [Fill.BLUR, Fill.BORDER, Fill.REMOVE, Fill.NEUTRAL])
def test_a_mask_of_everything_gives_grey(fill):
    result = filled(scene(), np.full((200, 200), 255, np.uint8), fill)
    assert np.abs(result[20:-20, 20:-20].astype(int) - 127).max() <= 1


def test_removing_continues_the_pattern_around():
    rows = np.where(np.arange(200) // 10 % 2, 200, 60)
    picture = np.repeat(np.repeat(rows[:, None, None], 200, 1), 3, 2).astype(np.uint8)
    hole = box(at=(80, 70, 50, 50))
    damaged = picture.copy()
    damaged[hole > 0] = (255, 0, 255)
    mended = filled(damaged, hole, Fill.REMOVE)
    assert np.abs(mended[hole > 0].astype(int) - picture[hole > 0]).mean() < 15
    assert np.array_equal(mended, filled(damaged, hole, Fill.REMOVE))


def test_a_hole_in_a_sliver_is_filled_by_other_means():
    picture = np.full((64, 12, 3), 90, np.uint8)
    hole = np.zeros((64, 12), np.uint8)
    hole[20:40, 2:10] = 255
    assert np.abs(filled(picture, hole, Fill.REMOVE).astype(int) - 90).max() <= 2
