"""Through the denoising: looking back, branching off, keeping a step, steering; and pictures that follow the brush."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from studio.request.events import Step
from studio.request.geometry import Rect
from tests.stories.artist import CONTROL, same

pytestmark = [pytest.mark.model, pytest.mark.qt_log_ignore("This plugin does not support")]


@pytest.fixture
def seen(artist):
    """A lake that was made in eight steps lies over the empty canvas."""
    artist.document.change(steps=8)
    artist.type("a lake and mountains at sunset")
    artist.click(artist.button.main)
    artist.until_made()
    return artist


def test_the_playhead_shows_how_it_came_out_of_noise(seen):
    bar, finished = seen.studio.timeline.bar, seen.screen()
    assert bar.words.text() == "Step 8 of 8"
    seen.pull(0.0)
    assert bar.words.text() == "Step 1 of 8"
    early = seen.screen()
    assert not same(early, finished)
    assert not seen.window.page.bar.isVisible()  # what is not seen is not put on the canvas
    seen.shot("looking-back")
    seen.go_to_canvas()
    seen.key(Qt.Key.Key_Period)
    assert bar.words.text() == "Step 2 of 8"
    seen.pull(1.0)
    assert same(seen.screen(), finished)


def test_a_branch_goes_on_with_other_words(seen):
    (first,) = [item.picture for item in seen.window.candidates.items]
    seen.pull(0.3)
    step = seen.studio.timeline.bar.step
    seen.say("a lake and mountains in winter")
    seen.click(seen.studio.timeline.bar.branch)
    (made,) = seen.until_made()
    seen.shot("branched")
    request = made.picture.request
    assert (request.branch.step, request.prompt.raw) == (step, "a lake and mountains in winter")
    assert made.picture.pixels != first.pixels
    assert seen.studio.timeline.bar.words.text() == "Step 8 of 8"
    assert seen.studio.timeline.bar.strip.film.marks == (step,)


def test_a_step_of_a_finished_picture_is_kept(seen):
    seen.pull(0.5)
    step = seen.studio.timeline.bar.step
    seen.click(seen.studio.timeline.bar.keep)
    (made,) = seen.until_made()
    assert made.picture.request.stop_at == step


def test_keeping_this_step_stops_the_picture_in_the_making(artist, shared):
    shared.rest_after(3)
    artist.document.change(steps=8)
    artist.type("a forest in autumn")
    artist.click(artist.button.main)
    artist.until_step(3)
    artist.shot("in-the-making")
    artist.click(artist.studio.timeline.bar.keep)
    shared.go_on()
    (made,) = artist.until_made()
    assert made.picture.request.stop_at == 3
    assert max(step.done for step in artist.all(Step)) == 3


def test_words_are_changed_while_it_runs(artist, shared):
    shared.rest_after(2)
    artist.document.change(steps=8)
    artist.say("a forest in autumn")
    artist.key(Qt.Key.Key_Return, CONTROL)
    artist.until_step(2)
    artist.click(artist.studio.timeline.bar.steer)
    artist.say("a forest in winter, snow")
    artist.until(lambda: artist.studio.timeline.steer.told)
    artist.shot("steered")
    shared.go_on()
    (made,) = artist.until_made()
    (turn,) = made.picture.request.steering
    assert (turn.step, turn.prompt.raw) == (2, "a forest in winter, snow")
    assert made.picture.request.prompt.raw == "a forest in autumn"  # so it can be made again
    artist.key(Qt.Key.Key_Escape)


def test_the_picture_follows_the_brush(painter):
    live = painter.studio.live.mode
    painter.go_to_canvas()
    painter.key(Qt.Key.Key_L, CONTROL)
    assert live.on
    painter.until(lambda: live.ready and not live.fraction)
    first = live.pixels
    painter.take(Qt.Key.Key_B)
    painter.canvas.kit.change(size=60)
    painter.canvas.kit.set_foreground("#f0f0ff")
    painter.drag((40, 200), (210, 200))
    painter.until(lambda: live.ready and live.pixels != first and not live.fraction)
    painter.shot("live")
    assert painter.studio.engine.jobs == ()  # looks are in no queue
    before = painter.picture()
    painter.click(painter.studio.live.panel.apply)
    assert not same(painter.picture(), before)
    painter.go_to_canvas()
    painter.key(Qt.Key.Key_L, CONTROL)
    painter.key(Qt.Key.Key_Z, CONTROL)
    assert same(painter.picture(), before)


def test_a_selection_confines_the_live_picture(painter):
    live, before = painter.studio.live.mode, painter.picture()
    chosen = painter.select(Rect(90, 110, 80, 70))
    painter.key(Qt.Key.Key_L, CONTROL)
    painter.until(lambda: live.ready)
    painter.click(painter.studio.live.panel.apply)
    after = painter.picture()
    assert same(after, before, ~chosen)
    assert not same(after, before)


def test_a_grid_over_three_parameters(artist):
    artist.type("a red house")
    artist.document.change(steps=2)
    artist.window.table.run("picture.grid")
    dialog = artist.studio.more.dialog
    axes = (("Seed", "1, 2"), ("Steps", "1, 2"), ("Guidance", "1, 3"))
    for row, (kind, values) in zip(dialog.rows, axes, strict=True):
        artist.option(row.kind, kind)
        artist.click(row.values)
        artist.key(Qt.Key.Key_A, CONTROL)
        artist.type(values)
    artist.shot("grid-dialog")
    assert dialog.words.text() == "8 pictures"
    artist.click(dialog.make)
    artist.until(lambda: any("The grid is in the gallery" in sentence for sentence in artist.told))
    (sheet,) = artist.studio.home.gallery.rglob("*grid*.png")
    assert sheet.stat().st_size > 50_000
    artist.window.grab()


def test_the_steps_of_a_picture_of_last_week(open_artist, seen, shared):
    """From the gallery, after the program was closed: its steps, and another way on from one of them."""
    (made,) = [item.picture for item in seen.window.candidates.items]
    seen.leave()
    later = open_artist()
    assert not later.studio.timeline.bar.isVisible()
    later.key(Qt.Key.Key_2, CONTROL)
    gallery = later.studio._gallery_view
    later.until(lambda: gallery.grid.model().rowCount() == 1)
    gallery.grid.setCurrentIndex(gallery.grid.model().index(0, 0))
    later.until(lambda: gallery.current is not None)
    later.until(lambda: later.window.table.run("gallery.steps"))
    bar = later.studio.timeline.bar
    assert bar.isVisible()
    assert bar.words.text() == "Step 8 of 8"
    later.pull(0.3)
    step = bar.step
    later.say("a lake and mountains in winter")
    later.click(bar.branch)
    (branch,) = later.until_made()
    assert (branch.picture.request.branch.parent, branch.picture.request.branch.step) == (made.request, step)
    later.shot("steps-of-last-week")


def test_steps_that_are_gone_are_made_again(open_artist, seen, shared):
    seen.leave()
    for path in shared.timelines._folder.iterdir():
        path.unlink()
    later = open_artist()
    later.key(Qt.Key.Key_2, CONTROL)
    gallery = later.studio._gallery_view
    later.until(lambda: gallery.grid.model().rowCount() == 1)
    gallery.grid.setCurrentIndex(gallery.grid.model().index(0, 0))
    later.until(lambda: later.window.table.run("gallery.steps"))
    (notice,) = later.window.page.notices.shown
    assert notice.sentence == "The steps of this picture are not kept any more."
    assert not later.studio.timeline.bar.isVisible()
    later.click(notice.findChild(QPushButton))
    (again,) = later.until_made()
    assert again.picture.pixels == later.window.candidates.items[-1].picture.pixels
    assert later.studio.timeline.bar.words.text() == "Step 8 of 8"
