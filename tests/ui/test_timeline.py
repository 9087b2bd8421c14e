"""Time travel in the window: scrub, play, branch, keep a step, steer."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel

from studio.document.selecting import plane
from studio.document.ways_on import Words, branched, kept, rooted
from studio.library.timelines import Timelines, Trace, encoded, spread, worth_keeping
from studio.request.course import Branch, Keep, Turn
from studio.request.errors import BadInput
from studio.request.events import Made, Picture
from studio.request.geometry import Size
from studio.request.passes import Part
from studio.request.pixels import Pixels
from studio.request.record import key_of
from studio.request.request import Prompt
from studio.ui.timeline.strip import FINE
from studio.ui.timeline.wiring import Timeline
from tests.ui.fakes import colour

LEFT = Qt.MouseButton.LeftButton
STEPS = 10


def frame(step: int) -> Pixels:
    """A colour that tells which step it is."""
    return colour(Size(64, 64), 20 * step)


@pytest.fixture
def timelines(tmp_path):
    return Timelines(tmp_path / "timelines", 50_000_000)


@pytest.fixture
def desk(desk_of, timelines):
    desk = desk_of()
    desk.timeline = Timeline(desk.window, timelines)
    desk.document.change(prompt="a fox", steps=STEPS)
    return desk


def make(desk, timelines, request=None):
    """A picture is made, with a frame for each step."""
    job = desk.engine.jobs[-1]
    request = request or job.request.single(0)
    trace = Trace(total=STEPS)
    for step in range(1, STEPS + 1):
        desk.engine.step(job, step, frame(step))
        trace.frames[step] = frame(step)
    timelines.keep(request, trace, "weights")
    picture = Picture(pixels=colour(job.request.size, 230), request=request, seconds=1.0)
    desk.engine.tell(job, Made(0, picture))
    desk.engine.finish(job, picture)
    return request


@pytest.fixture
def made(desk, timelines):
    desk.window.deeds.generate()
    desk.request = make(desk, timelines)
    return desk


def shown(desk) -> np.ndarray:
    """The colour in the middle of what lies over the canvas."""
    image = desk.window.page.canvas.grab().toImage()
    pixel = image.pixelColor(image.width() // 2, image.height() // 2)
    return np.array([pixel.red(), pixel.green(), pixel.blue()])


def is_step(desk, step: int) -> bool:
    return np.abs(shown(desk).astype(int) - frame(step).array[0, 0]).max() <= 4


def test_the_bar_is_there_when_there_is_something_to_see(desk, timelines):
    bar = desk.timeline.bar
    assert not bar.isVisible()
    desk.window.deeds.generate()
    desk.engine.step(desk.job, 1, frame(1))
    assert bar.isVisible()
    assert bar.words.text() == "Step 1 of 10"
    assert bar.steer.isVisible()
    assert not bar.branch.isVisible()
    make(desk, timelines)
    assert bar.branch.isVisible()
    assert not bar.steer.isVisible()
    desk.window.page.proposal.dismiss()
    assert not bar.isVisible()


def test_pulling_the_playhead_shows_the_steps_in_their_place(qtbot, made):
    strip = made.timeline.bar.strip
    qtbot.mousePress(strip, LEFT, pos=QPoint(0, 20))
    assert is_step(made, 1)
    qtbot.mouseMove(strip, QPoint(strip.width() // 2, 20))
    between = shown(made)[0]
    assert frame(1).array[0, 0, 0] < between < frame(10).array[0, 0, 0]
    qtbot.mouseRelease(strip, LEFT, pos=QPoint(strip.width() // 2, 20))
    assert strip.value() % FINE == 0  # it stands at a step when it is let go
    assert is_step(made, made.timeline.bar.step)


def test_keys_go_step_by_step_and_the_end_is_the_picture_itself(qtbot, made):
    strip = made.timeline.bar.strip
    strip.setFocus()
    qtbot.keyClick(strip, Qt.Key.Key_Home)
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    assert is_step(made, 2)
    qtbot.keyClick(strip, Qt.Key.Key_End)
    assert abs(int(shown(made)[0]) - 230) <= 2
    made.window.page.canvas.setFocus()
    qtbot.keyClick(made.window.page.canvas, Qt.Key.Key_Comma)
    assert is_step(made, 9)
    qtbot.keyClick(made.window.page.canvas, Qt.Key.Key_Period)
    assert abs(int(shown(made)[0]) - 230) <= 2


def test_space_plays_it_to_the_end(qtbot, made):
    strip = made.timeline.bar.strip
    strip.setFocus()
    qtbot.keyClick(strip, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: 0 < strip.value() < strip.maximum(), timeout=20_000)
    qtbot.waitUntil(lambda: strip.value() == strip.maximum(), timeout=20_000)
    assert made.timeline.bar.play.accessibleName() == "Play"


def test_what_is_not_seen_is_not_put_on_the_canvas(qtbot, made):
    made.timeline.travel.go(-4)
    assert not made.window.page.bar.isVisible()
    made.window.page.canvas.setFocus()
    qtbot.keyClick(made.window.page.canvas, Qt.Key.Key_Return)
    assert not made.document.has_picture
    made.timeline.travel.go(4)
    qtbot.keyClick(made.window.page.canvas, Qt.Key.Key_Return)
    assert made.document.has_picture


def test_a_branch_goes_on_with_other_words(qtbot, made, timelines):
    made.timeline.travel.go(-6)
    made.document.change(prompt="a wolf", guidance=4.0)
    qtbot.mouseClick(made.timeline.bar.branch, LEFT)
    request = made.job.request
    assert request.branch == Branch(parent=made.request, step=4)
    assert (request.prompt.raw, request.guidance, request.seed) == ("a wolf", 4.0, made.request.seed)
    make(made, timelines, request)
    assert made.timeline.bar.strip.film.marks == (4,)
    assert made.window.page.proposal.item.picture.request == request


def test_a_branch_that_would_change_nothing_says_so(qtbot, made):
    made.timeline.travel.go(-6)
    qtbot.mouseClick(made.timeline.bar.branch, LEFT)
    assert made.engine.jobs == ()
    said = [label.text() for label in made.window.findChildren(QLabel) if label.isVisible()]
    assert any("nothing would be different" in words for words in said)
    made.timeline.bar.fresh.setValue(40)
    qtbot.mouseClick(made.timeline.bar.branch, LEFT)
    assert made.job.request.branch.fresh == 0.4
    assert made.job.request.seed != made.request.seed


def test_a_selection_confines_the_branch(qtbot, made):
    size = made.request.size
    mask = np.zeros((size.height, size.width), np.uint8)
    mask[:, :100] = 255
    made.document.select(plane(mask))
    made.timeline.travel.go(-6)
    made.document.change(prompt="a wolf")
    qtbot.mouseClick(made.timeline.bar.branch, LEFT)
    request = made.job.request
    assert np.array_equal(request.mask.array[..., 0], mask)
    assert request.source == made.window.candidates.items[-1].picture.pixels


def test_the_strength_of_a_branch_holds_it_to_the_picture_for_a_part_of_the_way(qtbot, made):
    """From step 4 of 10 with half the strength: let go for the last 3 steps."""
    made.timeline.travel.go(-6)
    made.document.change(prompt="a wolf")
    bar = made.timeline.bar
    assert bar.free_words.text() == "Strength 100 %"
    bar.free.setValue(50)
    qtbot.mouseClick(bar.branch, LEFT)
    request = made.job.request
    assert request.branch.step == 4
    assert request.source == made.window.candidates.items[-1].picture.pixels
    assert np.unique(request.mask.array).tolist() == [round(255 * 0.3)]
    mask = np.zeros((request.size.height, request.size.width), np.uint8)
    mask[:, :100] = 255
    made.document.select(plane(mask))
    qtbot.mouseClick(bar.branch, LEFT)
    assert np.array_equal(made.job.request.mask.array[..., 0], mask // 255 * round(255 * 0.3))


def test_a_step_of_a_finished_picture_is_kept(qtbot, made):
    made.timeline.travel.go(-3)
    qtbot.mouseClick(made.timeline.bar.keep, LEFT)
    assert made.job.request.stop_at == 7
    assert made.job.parent is not None


def test_a_step_of_the_picture_in_the_making_is_kept(qtbot, desk):
    desk.window.deeds.generate()
    desk.engine.step(desk.job, 3, frame(3))
    qtbot.mouseClick(desk.timeline.bar.keep, LEFT)
    assert desk.engine.wishes == [(desk.job, Keep())]


def test_steering_tells_the_running_job_what_is_changed_now(qtbot, desk):
    desk.window.deeds.generate()
    desk.engine.step(desk.job, 2, frame(2))
    desk.document.change(prompt="not for this one")
    qtbot.mouseClick(desk.timeline.bar.steer, LEFT)
    assert desk.engine.wishes == []
    field = desk.panel.words.prompt.field
    field.selectAll()
    qtbot.keyClicks(field, "a wolf")
    qtbot.waitUntil(lambda: bool(desk.engine.wishes), timeout=20_000)
    assert desk.engine.wishes == [(desk.job, Turn(prompt=Prompt.plain("a wolf")))]
    desk.document.change(guidance=5.0)
    qtbot.waitUntil(lambda: len(desk.engine.wishes) == 2, timeout=20_000)
    assert desk.engine.wishes[1][1] == Turn(guidance=5.0)


def test_without_steering_a_running_job_keeps_its_words(qtbot, desk):
    desk.window.deeds.generate()
    desk.engine.step(desk.job, 2, frame(2))
    desk.document.change(prompt="a wolf")
    desk.timeline.steer.tell()
    assert desk.engine.wishes == []


def test_the_bar_can_be_put_away(made):
    made.timeline.travel.go(-2)
    made.window.table.run("view.timeline")
    assert not made.timeline.bar.isVisible()
    assert made.window.page.proposal.ready
    made.window.table.run("view.timeline")
    assert made.timeline.bar.isVisible()


# values


def request_of(desk, **changes):
    desk.document.change(**changes)
    return desk.document.request()


def test_a_branch_before_the_last_branching_belongs_to_the_parent(desk):
    parent = request_of(desk)
    words = Words(prompt=Prompt.plain("a wolf"), negative=Prompt.plain(""), guidance=3.0)
    branch = branched(parent, 5, words)
    assert rooted(branch, 5) == rooted(branch, 3) == parent
    assert rooted(branch, 6) == branch
    assert kept(branch, 3).branch is None
    other = Words(prompt=Prompt.plain("an owl"), negative=Prompt.plain(""), guidance=3.0)
    assert branched(branch, 3, other).branch.parent == parent
    assert branched(branch, 8, other).branch.parent == branch
    with pytest.raises(BadInput):
        branched(parent, STEPS, words)


# the cache


def trace(side: int, channels: int, steps: int = 24) -> Trace:
    random = np.random.default_rng(0)
    result = Trace(total=steps)
    wanted = worth_keeping(steps, 2 * channels * (side // 8) ** 2, side * side)
    for step in range(1, steps + 1):
        smooth = random.integers(0, 255, (side // 8, side // 8, 3), np.uint8).repeat(8, 0).repeat(8, 1)
        result.frames[step] = Pixels(smooth)
        if step in wanted:
            result.latents[step] = random.normal(size=(channels, side // 8, side // 8)).astype(np.float16)
    return result


@pytest.mark.parametrize(("channels", "steps"), [(4, 30), (8, 24), (16, 50), (4, 300)])
def test_the_steps_of_a_512_picture_take_two_megabytes_at_most(channels, steps):
    assert len(encoded(trace(512, channels, steps), "")) < 2_000_000


@pytest.mark.parametrize("count", [2, 5, 12, 40])
def test_the_passes_of_one_512_picture_take_no_more_together(timelines, desk, count):
    first = replace(request_of(desk), part=Part(number=0, count=count))
    size = timelines.keep(first, trace(512, 4, 20), "")
    for number in range(1, count):
        without = replace(trace(512, 4, 20), latents={})  # nothing goes on from a later one
        part = replace(first, part=Part(number=number, count=count, first=key_of(first)))
        size += timelines.keep(part, without, "")
    assert size < 2_000_000
    found = timelines.parts(first, count)
    assert list(found) == list(range(count))
    assert all(len(each.steps) >= 2 and each.steps[-1] == 20 for each in found.values())
    timelines.path(part).unlink()
    assert list(timelines.parts(first, count)) == list(range(count - 1))


def test_steps_are_spread_evenly_and_the_last_is_among_them():
    assert spread(5, 10) == {1, 2, 3, 4, 5}
    assert spread(23, 4) == {6, 12, 18, 23}
    assert spread(0, 4) == spread(5, 0) == frozenset()


def test_what_was_not_looked_at_for_longest_goes_first(tmp_path, desk):
    requests = [request_of(desk, seed=seed) for seed in range(5)]
    size = len(encoded(trace(128, 4), "x"))
    timelines = Timelines(tmp_path / "small", 3 * size + 1000)
    for request in requests[:3]:
        timelines.keep(request, trace(128, 4), "x")
    for age, request in enumerate(requests[:3]):
        os.utime(timelines.path(request), (1000 + age, 1000 + age))
    timelines.find(requests[0])
    timelines.keep(requests[3], trace(128, 4), "x")
    assert [timelines.find(request) is not None for request in requests[:4]] == [True, False, True, True]


def test_damaged_or_foreign_files_are_as_if_they_were_not_there(timelines, desk):
    request = request_of(desk)
    timelines.keep(request, trace(128, 4), "x")
    assert timelines.latents(request, 3, "x") is not None
    assert timelines.latents(request, 3, "other weights") is None
    assert timelines.latents(request, 99, "x") is None
    path = timelines.path(request)
    data = path.read_bytes()
    path.write_bytes(data[:-10])
    assert timelines.latents(request, 23, "x") is None
    for bad in (b"", b"rubbish" * 100, data[:40], data[:8] + b"\xff" * 100):
        path.write_bytes(bad)
        assert timelines.find(request) is None


def test_the_selection_of_a_running_edit_can_be_steered(qtbot, desk):
    document, window = desk.document, desk.window
    document.set_source(colour(Size(256, 256)), "ground")
    document.change(strength=1.0)
    left, right = np.zeros((2, 256, 256), np.uint8)
    left[64:128, 64:128], right[64:128, 96:160] = 255, 255
    document.select(plane(left))
    window.deeds.generate()
    desk.engine.step(desk.job, 2, frame(2))
    qtbot.mouseClick(desk.timeline.bar.steer, LEFT)
    document.select(plane(right))
    qtbot.waitUntil(lambda: bool(desk.engine.wishes), timeout=20_000)
    job, turn = desk.engine.wishes[0]
    assert turn.mask.size == job.request.size
    assert turn.mask != job.request.mask
    steered = turn.applied(job.request)
    picture = Picture(pixels=colour(job.request.size, 250), request=steered)
    desk.engine.tell(job, Made(0, picture))
    item = window.candidates.items[0]
    alpha = item.picture.pixels.array[..., 3]
    covered = np.zeros((256, 256), np.uint8)
    area = item.place.area
    covered[area.y : area.bottom, area.x : area.right] = alpha
    assert covered[96, 150] > 0  # the result joins the canvas through the new selection
    assert covered[96, 70] == 0
