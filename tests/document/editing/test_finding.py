"""Small things that stand out are found; horizons, skies, textures and large things are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from studio.document.editing.finding import small_things

THINGS = ((100, 90), (400, 120), (300, 330))


def landscape(height: int = 400, width: int = 520) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width]
    sky = np.dstack([90 + rows * 0.2, 140 + rows * 0.2 + columns * 0.05, 230 - rows * 0.1])
    sky[height // 2 :] = (80, 130, 60)
    return sky.astype(np.uint8)


@pytest.mark.parametrize("scale", [1, 3])
def test_each_thing_is_a_part_and_the_horizon_is_none(scale):
    picture = landscape()
    for x, y in THINGS:
        cv2.circle(picture, (x, y), 14, (200, 40, 30), -1)
    large = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    found = small_things(large)
    assert found.shape == large.shape[:2]
    count, labels = cv2.connectedComponents(found)
    assert count == 1 + len(THINGS)
    assert all(found[y * scale, x * scale] == 255 for x, y in THINGS)
    assert len({labels[y * scale, x * scale] for x, y in THINGS}) == len(THINGS)
    assert (found > 0).mean() < 0.04


@pytest.mark.parametrize(
    "picture",
    [
        landscape(),
        np.full((300, 300, 3), 127, np.uint8),
        np.random.default_rng(0).integers(100, 150, (300, 300, 3), np.uint8),
        np.zeros((1, 1, 3), np.uint8),
        cv2.circle(landscape(), (260, 200), 150, (200, 40, 30), -1),
    ],
)
def test_where_nothing_small_stands_out_nothing_is_found(picture):
    assert not small_things(picture).any()
