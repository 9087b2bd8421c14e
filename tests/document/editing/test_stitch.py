"""Across the edge of an extended picture its lines go on, and all that is new is seen in the end."""

from __future__ import annotations

import numpy as np

from studio.document.editing.stitch import WIDTH, Stitch


def striped() -> np.ndarray:
    """Rows of two colours at the left, nothing at the right."""
    below = np.zeros((40, 80, 4), np.uint8)
    below[:, :40, :3] = np.where(np.arange(40) % 8 < 4, 40, 200)[:, None, None]
    below[:, :40, 3] = 255
    return below


def test_what_is_new_begins_as_the_old_edge_and_becomes_what_was_made():
    below = striped()
    stitch = Stitch.of(below)
    made = np.full((40, 80, 3), 120, np.uint8)
    result = stitch.over(made).astype(int)
    assert np.abs(result[:, 40] - below[:, 39, :3]).max() <= 4
    assert (result[:, 40 + WIDTH + 1 :] == 120).all()
    assert (result[:, :40] == 120).all()  # what lies over the old picture is not its concern
    assert (made == 120).all()


def test_without_an_edge_there_is_nothing_to_stitch():
    assert Stitch.of(np.full((8, 8, 4), 255, np.uint8)) is None
    assert Stitch.of(np.zeros((8, 8, 4), np.uint8)) is None
