"""Live mode: the picture follows the brush and the words, the newest change wins."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from studio.document.document import Document
from studio.document.selecting import plane
from studio.request.events import Cancelled, Failed, Finished, Made, Picture, Step
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from studio.ui.live.live import LiveMode
from studio.ui.live.pacing import Pacing
from studio.ui.live.source import LiveSource
from studio.ui.live.wiring import Live
from tests.ui.fakes import SCENES_MODEL, FakeEngine, colour


def photo(size: Size, seed: int = 0) -> Pixels:
    random = np.random.default_rng(seed)
    return Pixels(random.integers(0, 255, (size.height, size.width, 3), np.uint8))


# pacing, as numbers


def test_quick_pictures_begin_at_once_and_slow_ones_when_the_hand_rests():
    pacing = Pacing()
    assert pacing.due(first=10.0, last=12.0) == 10.0
    pacing.took(1.4)
    assert pacing.quick
    pacing.took(4.0)
    assert not pacing.quick
    assert pacing.due(first=10.0, last=10.0) == 10.25
    assert pacing.due(first=10.0, last=12.9) == 13.0
    for _ in range(10):
        pacing.took(0.5)
    assert pacing.quick


def test_a_slow_picture_is_given_up_and_every_second_quick_one_is_finished():
    pacing = Pacing()
    assert pacing.replaces(0.2, given_up=0)
    assert not pacing.replaces(0.6, given_up=0)
    assert not pacing.replaces(0.2, given_up=1)
    pacing.took(9.0)
    assert pacing.replaces(0.9, given_up=5)


# the canvas, piece by piece


@pytest.mark.parametrize("size", [Size(96, 64), Size(256, 192), Size(128, 96), Size(50, 41)])
def test_what_is_mended_equals_what_is_drawn_anew(size, qapp):
    canvas = Size(128, 96)
    document = Document(SCENES_MODEL)
    document.set_source(photo(canvas), "ground")
    source = LiveSource(document)
    document.damaged.connect(source.damage)
    before = source.picture(size)
    document.set_source(photo(Size(20, 15), 1), "spot")
    mended, anew = source.picture(size), LiveSource(document).picture(size)
    assert mended.size == size
    assert mended != before
    assert np.abs(mended.array.astype(int) - anew.array).max() <= 1


# the loop


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def live(qtbot):
    """The loop alone, with a clock that the test turns."""
    engine, document, clock = FakeEngine(), Document(SCENES_MODEL), Clock()
    mode = LiveMode(document, engine, clock=clock)
    mode.document, mode.engine, mode.clock = document, engine, clock
    document.change(prompt="a fox", seed=5)
    return mode


def wait_for_draft(qtbot, live, count):
    qtbot.waitUntil(lambda: len(live.engine.drafts) == count, timeout=20_000)
    return live.engine.drafts[-1]


def finish(live, job, value=200, seconds=1.0):
    live.clock.now += seconds
    picture = Picture(pixels=colour(job.request.size, value), request=job.request)
    live.engine.tell(job, Made(0, picture))
    live.engine.tell(job, Finished((picture,)))
    return picture


def test_a_change_of_the_words_makes_a_picture_with_the_same_seed(qtbot, live):
    live.set_on(True)
    first = wait_for_draft(qtbot, live, 1)
    assert (first.request.prompt.raw, first.request.seed, first.request.count) == ("a fox", 5, 1)
    picture = finish(live, first)
    assert live.pixels == picture.pixels
    live.document.change(count=3, seed_locked=True)  # which a look leaves out
    live.document.change(prompt="a wolf")
    assert wait_for_draft(qtbot, live, 2).request.prompt.raw == "a wolf"
    assert live.engine.jobs == ()


def test_the_newest_change_wins(qtbot, live):
    live.set_on(True)
    first = wait_for_draft(qtbot, live, 1)
    live.engine.tell(first, Step(1, 20, colour(Size(64, 64))))
    live.document.change(prompt="a wolf")
    qtbot.waitUntil(lambda: isinstance(first.last, Cancelled), timeout=20_000)
    second = wait_for_draft(qtbot, live, 2)
    assert second.request.prompt.raw == "a wolf"
    live.engine.tell(second, Step(1, 20, colour(Size(64, 64))))
    live.document.change(prompt="a bear")
    qtbot.waitUntil(lambda: not live._timer.isActive(), timeout=20_000)
    assert not second.over  # one is let finish, so that something is seen
    finish(live, second)
    assert wait_for_draft(qtbot, live, 3).request.prompt.raw == "a bear"


def test_slow_pictures_wait_until_the_hand_rests(qtbot, live):
    live.set_on(True)
    finish(live, wait_for_draft(qtbot, live, 1), seconds=8.0)
    live.document.change(prompt="a wolf")
    assert live._timer.remainingTime() > 150
    assert live.words == "Waits until the hand rests"


def test_it_rests_while_pictures_are_made_and_while_nobody_sees_it(qtbot, live):
    job = live.engine.submit(live.document.request())
    live.set_on(True)
    assert live.words == "Rests while pictures are made"
    assert not live._timer.isActive()
    live.set_seen(False)
    live.engine.cancel(job)
    assert not live._timer.isActive()
    live.set_seen(True)
    wait_for_draft(qtbot, live, 1)


def test_a_stroke_makes_a_picture_of_the_canvas(qtbot, live):
    live.document.set_source(photo(Size(200, 200)), "ground")
    live.document.change(strength=1.0)
    live.set_on(True)
    assert live.document.recipe.strength < 1  # at full strength the canvas would be ignored
    first = wait_for_draft(qtbot, live, 1)
    assert first.request.source.size == first.request.size
    finish(live, first)
    live.document.set_source(photo(Size(50, 50), 3), "spot")
    second = wait_for_draft(qtbot, live, 2)
    assert second.request.source != first.request.source


def test_a_selection_confines_it(qtbot, live):
    live.document.set_source(photo(Size(256, 256)), "ground")
    mask = np.zeros((256, 256), np.uint8)
    mask[40:120, 40:120] = 255
    live.document.select(plane(mask))
    live.set_on(True)
    job = wait_for_draft(qtbot, live, 1)
    assert job.request.mask is not None
    before = live.document.picture().array
    finish(live, job)
    live.apply()
    after = live.document.picture().array
    assert np.array_equal(after[mask == 0], before[mask == 0])
    assert (after[60:100, 60:100] != before[60:100, 60:100]).any()


def test_an_error_stops_it_and_says_why(qtbot, live):
    live.set_on(True)
    job = wait_for_draft(qtbot, live, 1)
    live.engine.tell(job, Failed("The machine has too little memory.", "", "Make the picture smaller."))
    assert not live.on
    assert live.words == "The machine has too little memory. Make the picture smaller."
    live.document.change(prompt="a wolf")
    assert not live._timer.isActive()


def test_switched_off_it_gives_up_what_it_makes(qtbot, live):
    live.set_on(True)
    job = wait_for_draft(qtbot, live, 1)
    live.set_on(False)
    assert isinstance(job.last, Cancelled)


# in the window


@pytest.fixture
def desk(desk_of):
    desk = desk_of()
    desk.live = Live(desk.window)
    return desk


def test_one_switch_shows_the_panel_and_begins(qtbot, desk):
    window = desk.window
    assert not desk.live.dock.isVisible()
    qtbot.keyClick(window.prompt.words.prompt.field, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert desk.live.dock.isVisible()
    assert window.table.qt("live.toggle").isChecked()
    qtbot.keyClicks(window.prompt.words.prompt.field, "a fox")
    qtbot.waitUntil(lambda: bool(desk.engine.drafts), timeout=20_000)
    desk.live.dock.close()
    assert not desk.live.mode.seen
    window.table.run("live.toggle")
    assert not window.table.qt("live.toggle").isChecked()


def test_the_picture_lies_over_the_canvas_until_the_hand_paints_on(qtbot, desk):
    window, document = desk.window, desk.document
    document.set_source(colour(Size(256, 256), 20), "ground")
    window.table.run("live.over")
    window.table.run("live.toggle")
    qtbot.waitUntil(lambda: bool(desk.engine.drafts), timeout=20_000)
    job = desk.engine.drafts[-1]
    picture = Picture(pixels=colour(job.request.size, 240), request=job.request)
    desk.engine.tell(job, Made(0, picture))
    desk.engine.tell(job, Finished((picture,)))

    def middle():
        image = window.page.canvas.grab().toImage()
        return image.pixelColor(image.width() // 2, image.height() // 2).red()

    assert abs(middle() - 240) <= 2
    document.damaged.emit(Rect(0, 0, 8, 8))
    assert abs(middle() - 20) <= 2
    window.table.run("live.apply")
    assert abs(middle() - 240) <= 2
    assert desk.engine.asked_to_keep == [picture]
    window.table.run("edit.undo")
    assert abs(middle() - 20) <= 2
