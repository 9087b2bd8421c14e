"""A made part meets the picture around it: the codec's faults are taken back, where nothing was kept they stay."""

from __future__ import annotations

import numpy as np
import pytest

from studio.pipelines.joining import mended


def scene(size: int = 200) -> np.ndarray:
    """Sky over grass with some texture."""
    rng = np.random.default_rng(0)
    picture = np.empty((size, size, 3), np.float32)
    picture[: size // 2] = (120, 180, 230)
    picture[size // 2 :] = (80, 140, 60)
    return (picture + rng.normal(0, 6, picture.shape)).clip(0, 255).astype(np.uint8)


def hole(size: int = 200, at: int = 50, side: int = 100) -> np.ndarray:
    mask = np.zeros((size, size), np.uint8)
    mask[at : at + side, at : at + side] = 255
    return mask


def test_a_drift_of_colour_and_contrast_is_taken_back_by_what_was_kept_alone():
    source, mask = scene(), hole()
    truth = np.where(mask[..., None] > 0, np.uint8([200, 60, 60]), source)
    drifted = (truth * 0.92 + (26, 14, 12)).clip(0, 255).astype(np.uint8)
    result = mended(drifted, source, mask)
    inside = mask > 0
    assert np.abs(drifted[inside].astype(float) - (200, 60, 60)).mean() > 3
    assert np.abs(result[inside].astype(float) - (200, 60, 60)).mean() < 2


def test_a_step_at_the_seam_is_gone_though_it_differs_from_side_to_side():
    source, mask = np.full((200, 200, 3), 120, np.uint8), hole()
    ramp = np.linspace(-25, 25, 200)[None, :, None]
    result = mended((source + ramp).clip(0, 255).astype(np.uint8), source, mask).astype(int)
    edge = np.abs(result[60:140, 50] - 120).max(), np.abs(result[60:140, 149] - 120).max()
    assert max(edge) <= 3


def test_what_a_picture_shows_stays():
    source, mask = scene(), hole()
    made = source.copy()
    made[80:120, 80:120] = (250, 250, 20)
    assert np.abs(mended(made, source, mask)[85:115, 85:115].astype(int) - (250, 250, 20)).max() <= 8


@pytest.mark.parametrize("mask", [np.full((64, 64), 255, np.uint8), np.zeros((64, 64), np.uint8)])
def test_without_anything_to_go_by_or_to_mend_nothing_changes(mask):
    picture, source = scene(64), np.roll(scene(64), 7, 0)
    result = mended(picture, source, mask)
    assert np.array_equal(result, picture)
    assert result is not picture


@pytest.mark.parametrize("shape", [(64, 64), (71, 301), (900, 130)])
def test_any_shape_with_a_mask_at_any_edge(shape):
    rng = np.random.default_rng(1)
    made, source = (rng.integers(0, 256, (*shape, 3), np.uint8) for _ in range(2))
    mask = np.zeros(shape, np.uint8)
    mask[:, -20:] = 255
    assert mended(made, source, mask).shape == made.shape
