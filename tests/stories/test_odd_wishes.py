"""What no program likes: odd selections, layers and canvases that change under a job, a hundred clicks."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, Qt

from studio.document.selecting import plane
from studio.request.events import Cancelled, Finished
from studio.request.geometry import Rect, Size
from tests.stories.artist import CONTROL, same

pytestmark = [pytest.mark.model, pytest.mark.qt_log_ignore("This plugin does not support")]

HOUSE = Rect(90, 110, 80, 70)


def make_and_take(painter) -> np.ndarray:
    painter.click(painter.button.main)
    painter.until_made()
    painter.go_to_canvas()
    painter.key(Qt.Key.Key_Return)
    return painter.picture()


def begin(painter, shared, area: Rect = HOUSE) -> None:
    """A fill that rests after its first step."""
    shared.rest_after(1)
    painter.select(area)
    painter.say("a red house")
    painter.click(painter.button.main)
    painter.until_step(1)


# selections


def test_a_mask_without_a_pixel_is_no_mask(painter):
    painter.take(Qt.Key.Key_Q)
    painter.window.table.run("layer.add_mask")
    assert painter.says == "Generate"
    make_and_take(painter)


def test_a_mask_of_everything_is_the_whole(painter):
    before = painter.picture()
    painter.go_to_canvas()
    painter.key(Qt.Key.Key_A, CONTROL)
    assert painter.says == "Generate"
    after = make_and_take(painter)
    assert (after != before).any(2).mean() > 0.9


def test_one_pixel_can_be_made_anew(painter):
    before = painter.picture()
    mask = np.zeros((256, 256), np.uint8)
    mask[77, 99] = 255
    painter.document.select(plane(mask))
    assert painter.says == "Fill"
    after = make_and_take(painter)
    assert same(after, before, mask == 0)
    painter.key(Qt.Key.Key_Z, CONTROL)
    assert same(painter.picture(), before)


def test_a_selection_off_the_canvas_is_none(painter):
    painter.select(Rect(100, 100, 60, 60))
    painter.window.table.run("layer.add_mask")
    painter.document.select(plane(np.full((40, 40), 255, np.uint8), 400, 400))
    assert painter.says == "Generate"
    make_and_take(painter)


def test_a_selection_larger_than_the_canvas_counts_where_it_is_on_it(painter):
    before = painter.picture()
    painter.document.select(plane(np.full((600, 400), 255, np.uint8), 128, -100))
    assert painter.says in ("Fill", "Expand")
    after = make_and_take(painter)
    assert same(after[:, :128], before[:, :128])
    assert (after != before).any(2)[:, 140:].mean() > 0.8


def test_a_region_without_an_area_has_no_say(painter):
    painter.window.table.run("layer.add_region")
    assert painter.says == "Generate"
    assert "Refine region" not in painter.offered
    make_and_take(painter)


# while a job runs


def test_the_layer_is_deleted_while_its_job_runs(painter, shared):
    painter.window.table.run("layer.add")
    begin(painter, shared)
    layers = painter.document.layers
    painter.window.table.run("layer.remove")
    assert painter.document.layers == layers[:1]
    before = painter.picture()
    shared.go_on()
    painter.until_made(0)
    painter.until(lambda: painter.all(Finished))
    item = painter.window.candidates.items[0]
    painter.window.page.proposal.show(item)
    painter.go_to_canvas()
    painter.key(Qt.Key.Key_Return)
    after = painter.picture()
    assert same(after, before, ~painter.selected)
    assert not same(after, before)


def test_the_canvas_is_cropped_while_a_job_runs(painter, shared):
    """The result goes where its part of the picture has gone, clipped by the new edge; undo and it is back."""
    before = painter.picture()
    begin(painter, shared)
    painter.key(Qt.Key.Key_D, CONTROL)
    painter.take(Qt.Key.Key_C)
    painter.drag((0, 128), (120, 128))
    painter.key(Qt.Key.Key_Return)
    assert painter.document.size == Size(136, 256)
    seen = painter.screen(Rect(0, 115, 45, 60))
    shared.go_on()
    painter.until(lambda: painter.all(Finished) and not painter.studio.engine.jobs)
    painter.shot("cropped-meanwhile")
    assert not same(painter.screen(Rect(0, 115, 45, 60)), seen)
    painter.window.page.proposal.show(painter.window.candidates.items[0])
    painter.go_to_canvas()
    painter.key(Qt.Key.Key_Return)
    after = painter.picture()
    changed = (after != before[:, 120:]).any(2)
    rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
    assert 108 <= rows[0] <= 116
    assert 174 <= rows[-1] <= 181
    assert (columns[0], columns[-1] <= 50) == (0, True)
    painter.key(Qt.Key.Key_Z, CONTROL)
    painter.key(Qt.Key.Key_Z, CONTROL)
    assert same(painter.picture(), before)


def test_the_canvas_grows_while_a_job_runs(painter, shared):
    before = painter.picture()
    begin(painter, shared)
    painter.window.table.run("picture.extend_left")
    assert painter.document.size == Size(320, 256)
    shared.go_on()
    painter.until(lambda: painter.all(Finished) and not painter.studio.engine.jobs)
    painter.window.page.proposal.show(painter.window.candidates.items[0])
    painter.go_to_canvas()
    painter.key(Qt.Key.Key_Return)
    changed = (painter.picture()[:, 64:] != before).any(2)
    assert changed[120:170, 100:160].mean() > 0.8
    assert not changed[:, :80].any()


def test_the_document_is_closed_while_its_job_runs(painter, shared):
    """What it makes stays in the results and in the gallery; the new document is not touched, not even to look at."""
    begin(painter, shared)
    painter.document.undo_stack.setClean()
    painter.window.files.filing.new(Size(128, 128))
    assert not painter.document.has_picture
    blank = painter.screen(Rect(0, 0, 128, 128))
    shared.go_on()
    painter.until(lambda: painter.all(Finished) and not painter.studio.engine.jobs)
    assert painter.window.page.proposal.item is None
    assert same(painter.screen(Rect(0, 0, 128, 128)), blank)
    assert len(painter.window.candidates.items) == 1
    assert list(painter.studio.home.gallery.rglob("*.png"))


def test_undo_while_a_job_runs(painter, shared):
    """Undo takes back what was done before; the picture in the making goes on and is of what was seen then."""
    painter.take(Qt.Key.Key_B)
    clean = painter.picture()
    painter.drag((20, 20), (60, 20))
    begin(painter, shared)
    while painter.document.undo_stack.canUndo():
        painter.window.table.run("edit.undo")
    assert same(painter.picture(), clean)
    shared.go_on()
    painter.until(lambda: painter.all(Finished) and not painter.studio.engine.jobs)
    painter.window.page.proposal.show(painter.window.candidates.items[0])
    painter.go_to_canvas()
    painter.key(Qt.Key.Key_Return)
    changed = (painter.picture() != clean).any(2)
    assert changed[120:170, 100:160].mean() > 0.8
    assert not changed[:100].any()


def test_hundreds_of_clicks_on_the_button(painter, shared):
    """Two hundred are queued, the window answers, the next are refused in a sentence, and one key lets all go."""
    shared.rest_after(1)
    painter.select(HOUSE)
    painter.document.change(seed_locked=False)
    slowest = 0.0
    for _ in range(210):
        begun = time.thread_time()
        painter.click(painter.button.main)
        QCoreApplication.processEvents()
        slowest = max(slowest, time.thread_time() - begun)
    assert len(painter.studio.engine.jobs) == 200
    assert slowest < 0.5  # seconds of work for one click; nobody waits
    painter.until(lambda: "queue 199" in painter.window.status.work.text())
    assert painter.window.queue.rows.rowCount() == 200
    assert [each for each in painter.told if "200 wishes wait" in each] == painter.told
    assert len(painter.told) == 1  # said once, not ten times
    painter.shot("many-clicks")
    painter.key(Qt.Key.Key_Escape, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    painter.until(lambda: len(painter.all(Cancelled)) == 200)
    assert painter.studio.engine.jobs == ()
    assert painter.says == "Fill"


def test_closing_with_a_picture_that_nobody_took(open_artist):
    """It is in the gallery; nothing is asked, nothing is left to be made."""
    first = open_artist()
    first.type("a red house")
    first.click(first.button.main)
    (made,) = first.until_made()
    assert first.window.page.proposal.ready
    first.leave()
    assert made.path.exists()
    second = open_artist()
    assert second.studio.engine.left_over == ()
    assert second.told == []
