"""Pictures of an edit at their place: through them with the arrows, one taken, several kept, all let go."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage

from studio.document.layers import GeneratedLayer, RegionLayer
from studio.document.selecting import plane
from studio.document.ways_on import Words, branched
from studio.request.events import Made, Picture
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from studio.request.request import Prompt
from tests.ui.test_editing import canvas, hills

AREA = Rect(300, 60, 60, 60)


def coloured(job, value: int) -> Pixels:
    size = job.request.size
    return Pixels(np.full((size.height, size.width, 3), (value, 20, 20), np.uint8))


@pytest.fixture
def staged(qtbot, desk):
    """A window with a picture, in which three fills of a part are finished."""
    desk.window.page.toggle_all()  # the screen of tests is small
    desk.document.set_source(hills(420, 300))
    desk.document.change(prompt="a red house", strength=1.0, count=3, seed=1, seed_locked=True)
    mask = np.zeros((300, 420), np.uint8)
    mask[AREA.y : AREA.bottom, AREA.x : AREA.right] = 255
    desk.document.select(plane(mask))
    desk.window.deeds.generate()
    job = desk.job
    pictures = [desk.engine.make(job, index, coloured(job, 60 * index + 60)) for index in range(3)]
    desk.engine.finish(job, *pictures)
    desk.window.page.canvas.setFocus()
    return desk


def press(qtbot, desk, key, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(desk.window.page.canvas, key, modifier)


def test_the_strip_stands_right_below_what_changes_and_follows_the_view(staged):
    page = staged.window.page
    shown = page.canvas.shown_rect(page.proposal.item.place.area)
    assert page.bar.isVisible()
    assert 0 < page.bar.y() - shown.bottom() < 24
    assert page.bar.geometry().center().x() == pytest.approx(shown.center().x(), abs=120)
    before = page.bar.pos()
    page.canvas.pan(-60, -40)
    assert page.bar.pos() != before
    assert page.canvas.rect().contains(page.bar.geometry())


def test_arrows_go_through_and_enter_takes_the_one_that_is_seen_in_one_step(qtbot, staged):
    document, proposal = staged.document, staged.window.page.proposal
    before, steps = canvas(document), document.undo_stack.index()
    press(qtbot, staged, Qt.Key.Key_Right)
    press(qtbot, staged, Qt.Key.Key_Right)
    assert proposal.item.index == 1
    press(qtbot, staged, Qt.Key.Key_Left)
    assert proposal.item.index == 0
    press(qtbot, staged, Qt.Key.Key_Return)
    assert np.abs(canvas(document)[90, 330] - (60, 20, 20)).max() <= 3
    assert document.undo_stack.index() == steps + 1
    layer = document.active
    assert isinstance(layer, GeneratedLayer)
    assert (len(layer.candidates), layer.chosen, layer.mode) == (3, 0, "FILL")
    document.undo_stack.undo()
    assert np.array_equal(canvas(document), before)


def test_escape_lets_all_of_them_go_and_undo_brings_them_back(qtbot, staged):
    before = canvas(staged.document)
    press(qtbot, staged, Qt.Key.Key_Escape)
    assert staged.window.candidates.items == ()
    assert not staged.window.page.bar.isVisible()
    assert np.array_equal(canvas(staged.document), before)
    staged.document.undo_stack.undo()
    assert len(staged.window.candidates.items) == 3


def test_several_can_be_kept_as_hidden_layers(qtbot, staged):
    document, proposal = staged.document, staged.window.page.proposal
    before = canvas(document)
    count = len(document.layers)
    press(qtbot, staged, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert proposal.item is not None
    press(qtbot, staged, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert len(document.layers) == count + 2
    assert np.array_equal(canvas(document), before)
    assert [item.kept for item in staged.window.candidates.items].count(True) == 2
    press(qtbot, staged, Qt.Key.Key_Return)
    assert len(document.layers) == count + 3
    assert not np.array_equal(canvas(document), before)


def test_holding_a_key_shows_the_canvas_as_it_was(qtbot, staged):
    view = staged.window.page.canvas
    spot = view.shown_rect(Rect(330, 90, 1, 1)).center()

    def seen():
        return view.grab().toImage().pixelColor(spot).green()

    with_it = seen()
    qtbot.keyPress(view, Qt.Key.Key_Backslash)
    without_it = seen()
    qtbot.keyRelease(view, Qt.Key.Key_Backslash)
    assert abs(with_it - without_it) > 15
    assert seen() == with_it


def test_a_click_on_a_small_one_shows_it(qtbot, staged):
    strip = staged.window.page.bar.strip
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip.place(1).center())
    assert staged.window.page.proposal.item.index == 1
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(strip.width() - 3, 5))
    assert staged.window.page.proposal.item.index == 2


def test_the_next_job_runs_meanwhile(qtbot, staged):
    item = staged.window.page.proposal.item
    staged.window.generation.generate()
    assert len(staged.engine.jobs) == 1
    press(qtbot, staged, Qt.Key.Key_Return)
    assert isinstance(staged.document.active, GeneratedLayer)
    assert len(staged.engine.jobs) == 1
    assert item.picture is not None


def test_a_large_edit_is_one_picture_with_one_progress_and_one_cancel(desk):
    desk.document.set_source(hills(700, 600))
    desk.document.change(strength=0.5, seed=1, seed_locked=True)
    desk.window.deeds.generate()
    first = desk.job
    desk.engine.make(first, pixels=coloured(first, 90))
    desk.engine.finish(first)
    again = desk.job
    assert again is not first
    desk.engine.step(again, 2, coloured(again, 90))
    (item,) = desk.window.candidates.items
    assert item.job is first
    assert 0 < item.fraction < 0.5
    assert item.place.area.size == Size(700, 600)
    desk.window.generation.cancel()
    assert desk.engine.jobs == ()
    assert desk.window.candidates.items == ()


def test_a_set_of_large_edits_stays_a_set(desk):
    desk.document.set_source(hills(500, 300))
    desk.document.change(strength=0.5, seed=1, seed_locked=True, count=2)
    desk.window.deeds.generate()
    root = desk.job
    for index in range(2):
        desk.engine.make(root, index, coloured(root, 90))
    desk.engine.finish(root)
    while desk.engine.jobs:
        job = desk.engine.jobs[0]
        desk.engine.make(job, pixels=coloured(job, 90))
        desk.engine.finish(job)
    items = desk.window.candidates.items
    assert [(item.job, item.index) for item in items] == [(root, 0), (root, 1)]
    assert len(desk.window.page.proposal.finished) == 2
    assert [item.picture.request for item in items] == [root.request.single(0), root.request.single(1)]


def test_what_several_passes_make_is_in_the_gallery_and_has_the_steps_of_the_first(desk):
    """The whole of what was looked at, as it came out, made from the picture of the first pass."""
    desk.document.set_source(hills(700, 600))
    desk.document.change(strength=0.5, seed=1, seed_locked=True, prompt="a hill")
    desk.window.deeds.generate()
    root = desk.job
    made = desk.engine.make(root, pixels=coloured(root, 90))
    desk.engine.finish(root)
    while desk.engine.jobs:
        job = desk.engine.jobs[0]
        desk.engine.make(job, pixels=coloured(job, 200))
        desk.engine.finish(job)
    (item,) = desk.window.candidates.items
    (kept,) = desk.engine.asked_to_keep
    homeless = []
    desk.window.generation.outcomes.homeless.connect(lambda item, problem: homeless.append((item, problem)))
    desk.engine.kept.emit(Made(0, kept, problem="The disk is full."))
    assert homeless == [(item, "The disk is full.")]  # offered again, as any other that is on no disk
    desk.engine.kept.emit(Made(0, kept, path=Path("there.png")))
    assert item.path == Path("there.png")
    assert item.picture.request == made.request  # whose steps are kept, and whose wish is the artist's
    assert item.edit.index == 0
    assert (kept.pixels.size, kept.request.origin) == (Size(700, 600), made.pixels.digest)
    assert np.abs(kept.pixels.array[300, 350].astype(int) - (200, 20, 20)).max() < 12
    desk.window.page.proposal.apply()
    assert desk.document.active.came_from == kept.pixels.digest
    assert np.array_equal(canvas(desk.document), kept.pixels.array)
    again = branched(made.request, 2, Words(prompt=Prompt.plain("a lake"), negative=Prompt.plain(""), guidance=2.0))
    desk.window.generation.again(item, again)
    job = desk.job
    desk.engine.tell(job, Made(0, Picture(pixels=coloured(job, 90), request=again)))
    assert desk.engine.jobs[0].request.prompt.text == "a lake"  # later passes know of the branch
    desk.window.generation.cancel()
    desk.window.generation.cancel()
    assert desk.window.generation._edits._begun == {}


def test_no_tint_shines_through_the_soft_edge_of_a_finished_picture(staged):
    """What one decides about looks as it will be; before and after it the tint is there."""
    canvas, document = staged.window.page.canvas, staged.document
    item = staged.window.page.proposal.item
    layer = RegionLayer(name="House", tiles=document.selection.copy(), colour="#00ff00", prompt="a house")
    place = canvas.shown_rect(AREA)

    def seen() -> np.ndarray:
        image = canvas.grab(place).toImage().convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(int)

    document.select(None)
    plain = seen()
    document.add_layer(layer)
    staged.window.page.proposal.show(item)
    assert np.array_equal(seen(), plain)
    staged.window.page.proposal.compare(before=True)
    tinted = seen()
    assert (tinted[..., 1] - tinted[..., 0]).mean() > 20
    staged.window.page.proposal.compare(before=False)
    assert np.array_equal(seen(), plain)
    staged.window.page.proposal.dismiss()
    assert np.array_equal(seen(), tinted)
