from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QImage, QPainter

from studio.document.images import AREA, COLOUR, SOURCE, image_of, over, pixels_of, resampled, view
from studio.document.tiles import SIDE, Tiles, keys_in
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from tests.document.making import noise, plain

PLACES = st.integers(-600, 600)
SIZES = st.integers(1, 600)


@given(PLACES, PLACES, SIZES, SIZES)
@settings(max_examples=30, deadline=None)
def test_an_image_put_anywhere_is_read_back_exactly(x: int, y: int, width: int, height: int) -> None:
    image = image_of(noise((width, height), 4))
    tiles = Tiles.of_image(image, x, y)
    assert tiles.read(Rect(x, y, width, height)) == image
    around = Rect(x, y, width, height).grown(3)
    covered = view(tiles.read(around))
    assert not covered[:3].any()
    assert not covered[:, :3].any()
    assert not covered[-3:].any()
    assert not covered[:, -3:].any()


def test_replacing_twice_is_as_if_never() -> None:
    tiles = Tiles.of_image(image_of(noise((700, 300))))
    before = tiles.copy()
    patch = image_of(plain((200, 200), 1, 2, 3))
    there = tiles.replace(tiles.drawn(patch, 180, 60, SOURCE))
    assert not tiles.same_as(before)
    tiles.replace(there)
    assert all(tiles.get(key) is before.get(key) for key in before)


def test_an_edit_never_changes_tiles_that_others_share() -> None:
    tiles = Tiles.of_image(image_of(noise((SIDE, SIDE))))
    shared = tiles.copy()
    bytes_before = view(shared.read(Rect(0, 0, SIDE, SIDE))).copy()
    tiles.replace(tiles.drawn(image_of(plain((10, 10), 0, 0, 0)), 5, 5, SOURCE))
    assert (view(shared.read(Rect(0, 0, SIDE, SIDE))) == bytes_before).all()


def test_tiles_erased_to_nothing_are_dropped() -> None:
    tiles = Tiles.of_image(image_of(noise((SIDE * 2, SIDE))))
    clear = QImage(SIDE * 2, SIDE, COLOUR)
    clear.fill(0)
    tiles.replace(tiles.drawn(clear, 0, 0, SOURCE))
    assert len(tiles) == 0


def test_bounds_are_those_of_the_content() -> None:
    area = Tiles(AREA)
    area.replace(area.filled(Rect(-10, 250, 20, 300), 77))
    assert area.bounds() == Rect(-10, 250, 20, 300)
    assert area.extent() == Rect(-256, 0, 512, 768)


def test_keys_of_negative_places_are_left_and_above() -> None:
    assert list(keys_in(Rect(-1, -1, 2, 2))) == [(-1, -1), (0, -1), (-1, 0), (0, 0)]
    assert list(keys_in(Rect(0, 0, 0, 5))) == []


def test_every_premultiplied_colour_survives_straight_alpha() -> None:
    alpha, colour = np.meshgrid(np.arange(256), np.arange(256), indexing="ij")
    every = np.zeros((256, 256, 4), np.uint8)
    every[..., 3] = alpha
    every[..., :3] = np.minimum(colour, alpha)[..., None]
    image = over(every, COLOUR)
    assert (view(image_of(pixels_of(image))) == every).all()


def test_painting_on_coverage_is_like_painting_with_alpha() -> None:
    area, colour = QImage(16, 16, AREA), QImage(16, 16, COLOUR)
    for image, mode in ((area, AREA), (colour, COLOUR)):
        image.fill(0)
        stamp = QImage(8, 8, mode)
        stamp.fill(0x80000000 if mode == COLOUR else 0x80)
        painter = QPainter(image)
        painter.setOpacity(0.5)
        painter.drawImage(2, 2, stamp)
        painter.drawImage(6, 6, stamp)
        painter.end()
    assert (view(area) == view(colour)[..., 3]).all()


def test_making_a_checkerboard_tiny_gives_its_mean() -> None:
    board = np.indices((512, 512)).sum(0) % 2 * 255
    image = image_of(Pixels(np.repeat(board[..., None], 3, 2).astype(np.uint8)))
    small = view(resampled(image, Size(7, 5)))[..., :3].astype(int)
    assert abs(small - 127.5).max() < 2
