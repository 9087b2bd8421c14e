"""Edits that take several passes: made again as a whole, and looked at part by part."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from studio.request.geometry import Rect
from studio.ui.panels.layer_generated import GeneratedOptions
from tests.stories.artist import CONTROL, same

pytestmark = [pytest.mark.model, pytest.mark.qt_log_ignore("This plugin does not support")]
BOTH = Rect(40, 40, 40, 40), Rect(170, 150, 36, 36)  # the largest is the first part


def select_both(painter) -> None:
    """Two rectangles, the second with Shift."""
    painter.select(BOTH[0])
    x, y, wide, high = BOTH[1]
    painter.drag((x, y), (x + wide, y + high), modifier=Qt.KeyboardModifier.ShiftModifier)


@pytest.fixture
def detailed(painter):
    """Two parts of a landscape were worked over; what came of it is in the gallery, and lies over the canvas."""
    painter.document.change(steps=8)
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


def test_the_film_goes_through_all_parts_one_after_another(detailed):
    bar, (first, second) = detailed.studio.timeline.bar, BOTH
    assert bar.words.text() == "Part 2 of 2, step 3 of 3"
    finished = [detailed.screen(each) for each in BOTH]
    detailed.shot("two-parts")
    detailed.pull(0.0)
    assert bar.words.text() == "Part 1 of 2, step 1 of 3"
    detailed.shot("first-part")
    assert not same(detailed.screen(first), finished[0])
    assert not same(detailed.screen(second), finished[1])  # that was not begun then
    bar.strip.setFocus()
    detailed.key(Qt.Key.Key_PageDown)
    assert bar.words.text() == "Part 2 of 2, step 1 of 3"
    detailed.shot("second-part")
    assert same(detailed.screen(first), finished[0])  # that was done then
    assert not same(detailed.screen(second), finished[1])
    assert not bar.branch.isEnabled()
    detailed.key(Qt.Key.Key_PageDown)
    assert [same(detailed.screen(each), before) for each, before in zip(BOTH, finished, strict=True)] == [True, True]


def test_a_branch_of_the_first_part_is_carried_through_the_others(detailed):
    before = detailed.window.candidates.items[0].picture
    detailed.pull(0.0)
    detailed.say("a blue barn")
    detailed.click(detailed.studio.timeline.bar.branch)
    detailed.until(lambda: len(detailed.window.candidates.items) == 2 and not detailed.studio.engine.jobs)
    made = detailed.window.page.proposal.item.picture
    assert made.request.branch.step == 1
    assert made.pixels != before.pixels
    assert detailed.studio.timeline.bar.words.text() == "Part 2 of 2, step 3 of 3"


def test_a_part_is_stopped_at_a_step_and_made_again_so(painter, shared):
    """The second part is kept at its second step; the file says so, and the same comes of it again."""
    painter.document.change(steps=8)
    select_both(painter)
    painter.say("a red house")
    painter.choose("Detail each part")
    painter.until(lambda: any(job.request.part.number == 1 for job in painter.studio.engine.jobs))
    bar = painter.studio.timeline.bar
    shared.rest_after(2)
    painter.until(lambda: bar.words.text() == "Part 2 of 2, step 2 of 3")
    painter.shot("second-part-in-the-making")
    painter.click(bar.keep)
    shared.go_on()
    painter.until(lambda: painter.window.page.proposal.ready and not painter.studio.engine.jobs)
    assert bar.words.text() == "Part 2 of 2, step 2 of 3"
    painter.until(lambda: len(painter.studio.gallery.recent(9)) == 2)
    painter.window.candidates.discard(list(painter.window.candidates.items))
    show_in_gallery(painter)
    assert painter.window.table.run("gallery.again")
    painter.until(lambda: "identical" in said(painter))


def test_the_parts_of_a_picture_of_last_week(detailed, open_artist):
    """From the gallery, in another session, over an empty canvas."""
    detailed.document.undo_stack.setClean()  # nothing is asked about
    detailed.leave()
    later = open_artist()
    show_in_gallery(later)
    later.until(lambda: later.window.table.run("gallery.steps"))
    bar = later.studio.timeline.bar
    assert bar.words.text() == "Part 2 of 2, step 3 of 3"
    later.shot("parts-of-last-week")
    bar.strip.setFocus()
    finished = later.screen()
    later.key(Qt.Key.Key_PageUp)
    assert bar.words.text() == "Part 2 of 2, step 1 of 3"
    later.shot("second-part-of-last-week")
    assert not same(later.screen(), finished)
    later.key(Qt.Key.Key_PageUp)
    later.click(bar.keep)
    later.until(lambda: len(later.window.candidates.items) == 2 and not later.studio.engine.jobs)
    assert later.window.page.proposal.item.picture.request.stop_at == 1
    assert bar.words.text() == "Part 2 of 2, step 3 of 3"  # the second part is made over it
