"""Edits that take several passes: made again as a whole, and looked at part by part."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from studio.request.geometry import Rect
from studio.ui.panels.layer_generated import GeneratedOptions
from tests.stories.artist import CONTROL, same

pytestmark = [pytest.mark.model, pytest.mark.qt_log_ignore("This plugin does not support")]
BOTH = Rect(40, 40, 36, 36), Rect(170, 150, 40, 40)


def select_both(painter) -> None:
    """Two rectangles, the second with Shift."""
    painter.select(BOTH[0])
    x, y, wide, high = BOTH[1]
    painter.drag((x, y), (x + wide, y + high), modifier=Qt.KeyboardModifier.ShiftModifier)


@pytest.fixture
def detailed(painter):
    """Two parts of a landscape were worked over; what came of it is in the gallery, and lies over the canvas."""
    select_both(painter)
    painter.say("a red house")
    painter.choose("Detail each part")
    gallery = painter.studio.gallery
    painter.until(lambda: painter.window.page.proposal.ready and not painter.studio.engine.jobs)
    painter.until(lambda: len(gallery.recent(9)) == 2)
    return painter


def show_in_gallery(artist, row: int = 0) -> None:
    """Chooses a picture of the gallery, the newest first."""
    artist.key(Qt.Key.Key_2, CONTROL)
    view = artist.studio._gallery_view
    artist.until(lambda: view.grid.model().rowCount() == 2)
    view.grid.setCurrentIndex(view.grid.model().index(row, 0))
    artist.until(lambda: view.current is not None)


def said(artist) -> str:
    return " ".join(notice.sentence for notice in artist.studio._gallery_view.notices.shown)


def test_all_parts_are_made_again_and_come_out_identical(detailed):
    """From the gallery, over another document: each part of the picture as it was, to the last bit."""
    detailed.window.candidates.discard(list(detailed.window.candidates.items))
    show_in_gallery(detailed)
    assert detailed.window.table.run("gallery.again")
    detailed.until(lambda: "identical" in said(detailed))
    assert "It came out identical, to the last bit." in said(detailed)
    detailed.until(lambda: len(detailed.studio.gallery.recent(9)) == 2)  # neither the copy nor its first part stays


def test_a_layer_of_several_parts_is_made_again_with_all_of_them(detailed):
    detailed.go_to_canvas()
    detailed.key(Qt.Key.Key_Return)
    before = detailed.picture()
    options = detailed.window.findChild(GeneratedOptions)
    detailed.click(options.make)
    detailed.until(lambda: detailed.window.page.proposal.ready and not detailed.studio.engine.jobs)
    detailed.go_to_canvas()
    detailed.key(Qt.Key.Key_Return)
    after = detailed.picture()
    for x, y, wide, high in BOTH:
        assert not same(after[y : y + high, x : x + wide], before[y : y + high, x : x + wide])
    assert options.count.text() == "2 of 2"
