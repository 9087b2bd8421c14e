"""Killed in the middle of saves, marks, moves, deletes and imports: no ghost, no orphan, no half file, nothing lost."""

from __future__ import annotations

import os
import time
from pathlib import Path

from studio.library.gallery.gallery import Gallery
from tests.library.gallery.killing import Killing, Left
from tests.library.gallery.requests import picture, pixels

ROUNDS = 5  # `python -m tests.benchmarks gallery_crash` kills 40 times within 1,000 acts


def test_kill_9_again_and_again_leaves_neither_orphan_nor_ghost_nor_half_a_file(tmp_path: Path) -> None:
    killing = Killing(tmp_path, seed=7)
    for _round in range(ROUNDS):
        killing.kill(after=killing.dice.randint(1, 50))
        assert killing.look() == Left()
    assert killing.told.acts > ROUNDS


def test_a_source_that_no_picture_came_of_is_cleared_away_when_the_index_is_built_anew(tmp_path: Path) -> None:
    gallery = Gallery(tmp_path / "gallery")
    gallery.keep(picture("kept", source=pixels(1), strength=0.5))
    gallery.sources.keep(picture("killed before it was written", source=pixels(2), strength=0.5).request)
    sources = sorted((tmp_path / "gallery" / ".sfumato" / "sources").glob("*/*.png"))
    assert len(sources) == 2
    gallery.reindex()
    assert all(path.exists() for path in sources), "it may belong to a picture that is being written now"
    for path in sources:
        os.utime(path, (0, time.time() - 40 * 86_400))
    gallery.reindex()
    assert [path.exists() for path in sources].count(True) == 1
    [item] = gallery.recent(1)
    assert gallery.request(gallery.metadata(item)).source == pixels(1)
    gallery.close()
