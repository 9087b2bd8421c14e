"""From a wish to a picture on the canvas: the button, the queue, the results."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication

from studio.document.editing.modes import Mode
from studio.document.selecting import plane
from studio.request.events import Loading
from studio.request.geometry import Rect, Size
from studio.request.request import LONGEST_PROMPT
from tests.ui.fakes import colour

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def made(desk):
    """A window with one finished picture."""
    desk.document.change(prompt="a fox")
    desk.window.deeds.generate()
    job = desk.job
    desk.engine.finish(job, desk.engine.make(job))
    return desk


def items(desk):
    return desk.window.candidates.items


def test_control_enter_asks_for_what_is_typed(qtbot, desk):
    field = desk.panel.words.prompt.field
    qtbot.keyClicks(field, "a fox in the snow")
    qtbot.keyClick(field, Qt.Key.Key_Return, CONTROL)
    assert desk.job.request.prompt.raw == "a fox in the snow"
    assert field.toPlainText() == "a fox in the snow"


def test_the_button_does_it_too(qtbot, desk):
    qtbot.mouseClick(desk.panel.button.main, Qt.MouseButton.LeftButton)
    assert len(desk.engine.jobs) == 1


def test_every_step_shows_on_the_canvas_and_in_the_status_bar(desk):
    desk.window.deeds.generate()
    preview = colour(Size(64, 64))
    desk.engine.step(desk.job, 12, preview, left=3)
    assert desk.window.page.proposal.item.preview is preview
    assert desk.window.status.work.text() == "Step 12 of 20 · 3 s left"
    assert desk.window.page.canvas_shown


def test_loading_is_said_in_words(desk):
    desk.window.deeds.generate()
    desk.engine.tell(desk.job, Loading("reading the model"))
    assert desk.window.status.work.text() == "Reading the model"


def test_asking_again_while_one_runs_queues(qtbot, desk):
    desk.window.deeds.generate()
    desk.engine.step(desk.job, 1)
    assert desk.panel.button.main.text() == "Add to queue"
    qtbot.mouseClick(desk.panel.button.main, Qt.MouseButton.LeftButton)
    assert len(desk.engine.jobs) == 2
    assert desk.window.status.work.text().endswith("queue 1")


def test_a_picture_can_be_put_before_those_that_wait(qtbot, desk):
    for words in ("one", "two"):
        desk.document.change(prompt=words)
        desk.window.deeds.generate()
    desk.engine.step(desk.engine.jobs[0], 1)
    desk.document.change(prompt="urgent")
    desk.window.deeds.generate_first()
    assert [job.request.prompt.raw for job in desk.engine.jobs] == ["one", "urgent", "two"]


def test_escape_cancels_at_once_and_what_waits_goes_on(qtbot, desk):
    desk.window.deeds.generate()
    desk.window.deeds.generate()
    first, second = desk.engine.jobs
    desk.engine.step(first, 3, colour(Size(64, 64)))
    qtbot.keyClick(desk.panel.words.prompt.field, Qt.Key.Key_Escape)
    assert desk.engine.jobs == (second,)
    assert items(desk) == ()
    assert desk.window.page.proposal.item is None


def test_when_nothing_runs_escape_shows_the_canvas(qtbot, made):
    assert made.window.page.proposal.ready
    qtbot.keyClick(made.panel.words.prompt.field, Qt.Key.Key_Escape)
    assert made.window.page.proposal.item is None
    assert len(items(made)) == 1


def test_the_stop_button_is_there_only_while_something_runs(qtbot, desk):
    assert not desk.panel.button.stop.isVisible()
    desk.window.deeds.generate()
    assert desk.panel.button.stop.isVisible()
    qtbot.mouseClick(desk.panel.button.stop, Qt.MouseButton.LeftButton)
    assert desk.engine.jobs == ()
    assert not desk.panel.button.stop.isVisible()


def test_a_finished_picture_waits_over_the_canvas_until_it_is_put_there(qtbot, made):
    assert not made.document.has_picture
    assert made.window.page.bar.isVisible()
    made.window.page.canvas.setFocus()
    qtbot.keyClick(made.window.page.canvas, Qt.Key.Key_Return)
    assert made.document.has_picture
    assert made.document.size == Size(256, 256)
    assert not made.window.page.bar.isVisible()
    made.window.table.run("edit.undo")
    assert not made.document.has_picture


def test_with_a_picture_and_less_than_full_strength_the_button_refines(qtbot, made):
    made.window.page.proposal.apply()
    assert made.panel.button.main.text() == "Generate"
    made.document.change(strength=0.5)
    assert made.panel.button.main.text() == "Refine"
    qtbot.mouseClick(made.panel.button.main, Qt.MouseButton.LeftButton)
    assert made.job.request.source is not None
    assert made.job.request.strength == 0.5


def test_the_menu_offers_the_other_way(qtbot, made):
    made.window.page.proposal.apply()
    titles = [action.text() for action in made.panel.button.menu.actions()]
    assert {"Generate", "Refine"} <= set(titles)
    made.panel.button.chosen.emit(Mode.REFINE)
    assert made.job.request.source is not None
    made.window.engine.cancel_all()
    made.panel.button.chosen.emit(Mode.GENERATE)
    assert made.job.request.source is None
    assert made.job.request.strength == 1


def test_a_set_fills_the_results_one_after_the_other(desk):
    desk.document.change(count=3)
    desk.window.deeds.generate()
    job = desk.job
    pictures = [desk.engine.make(job, index) for index in range(2)]
    desk.engine.step(job, 4, colour(Size(64, 64)), picture=2)
    assert [item.picture for item in items(desk)] == [*pictures, None]
    assert desk.window.status.work.text() == "Picture 3 of 3 · step 4 of 20 · 3 s left"
    desk.engine.finish(job, *pictures)
    assert [item.picture for item in items(desk)] == pictures


def test_the_newest_request_comes_first_its_pictures_in_order(desk):
    for words in ("one", "two"):
        desk.document.change(prompt=words, count=2)
        desk.window.deeds.generate()
        job = desk.job
        desk.engine.finish(job, desk.engine.make(job, 0), desk.engine.make(job, 1))
    shown = [(item.job.request.prompt.raw, item.index) for item in items(desk)]
    assert shown == [("two", 0), ("two", 1), ("one", 0), ("one", 1)]


def test_a_click_shows_a_result_and_work_goes_on_behind(qtbot, made):
    first = items(made)[0]
    made.window.deeds.generate()
    made.engine.step(made.job, 2, colour(Size(64, 64)))
    assert made.window.page.proposal.item is not first
    results = made.window.results
    place = results.visualRect(made.window.candidates.place(first)).center()
    qtbot.mouseClick(results.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert made.window.page.proposal.item is first
    made.engine.step(made.job, 3, colour(Size(64, 64)))
    assert made.window.page.proposal.item is first


def test_double_click_and_enter_put_a_result_on_the_canvas(qtbot, made):
    results = made.window.results
    place = results.visualRect(made.window.candidates.index(0)).center()
    qtbot.mouseClick(results.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(results.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert made.document.has_picture
    layers = len(made.document.layers)
    results.setFocus()
    qtbot.keyClick(results, Qt.Key.Key_Return)
    assert len(made.document.layers) == layers + 1


def test_delete_discards_undoably_and_the_file_stays(qtbot, desk, tmp_path):
    file = tmp_path / "kept.png"
    file.write_bytes(b"picture")
    desk.window.deeds.generate()
    job = desk.job
    desk.engine.finish(job, desk.engine.make(job, path=file))
    item = items(desk)[0]
    desk.window.results.setFocus()
    desk.window.results.setCurrentIndex(desk.window.candidates.index(0))
    qtbot.keyClick(desk.window.results, Qt.Key.Key_Delete)
    assert items(desk) == ()
    assert desk.window.page.proposal.item is None
    assert file.exists()
    qtbot.keyClick(desk.window, Qt.Key.Key_Z, CONTROL)
    assert items(desk) == (item,)


def test_painting_brings_the_canvas_back_and_the_result_stays_in_the_list(made):
    assert made.window.page.proposal.ready
    made.document.set_source(colour(Size(256, 256), 10))
    assert made.window.page.proposal.item is None
    assert len(items(made)) == 1


def test_whoever_paints_on_the_first_picture_paints_on_what_is_seen(qtbot, made):
    """An empty canvas that only shows a picture: the first stroke puts it there, and is a step of undo of its own."""
    canvas = made.window.page.canvas
    shown = made.window.page.proposal.item.picture.pixels
    canvas.tools.choose("hand")
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton)
    assert made.window.page.proposal.ready  # who only looks puts nothing there
    canvas.tools.choose("brush")
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton)
    assert made.window.page.proposal.item is None
    painted = made.document.picture().array[..., :3]
    changed = (painted != shown.array[..., :3]).any(2)
    assert 0 < changed.mean() < 0.5
    made.document.undo_stack.undo()
    assert np.array_equal(made.document.picture().array[..., :3], shown.array[..., :3])


@pytest.mark.parametrize("action", ["select.all", "layer.add", "file.export", "picture.canvas_size"])
def test_what_is_seen_on_an_empty_canvas_is_what_is_worked_on(made, action):
    shown = made.window.page.proposal.item.picture.pixels
    assert made.window.table.run(action)
    assert np.array_equal(made.document.picture().array[..., :3], shown.array[..., :3])


def test_painting_goes_on_beside_a_part_in_the_making_and_the_preview_touches_nothing(qtbot, desk):
    document, canvas = desk.document, desk.window.page.canvas
    document.set_source(colour(Size(256, 256)))
    area = np.zeros((256, 256), np.uint8)
    area[20:90, 20:90] = 255
    document.select(plane(area))
    document.change(prompt="a red house", strength=1.0)
    desk.window.deeds.generate(Mode.FILL)
    document.select(None)
    before = document.picture()
    desk.engine.step(desk.job, 3, colour(Size(32, 32), 250))
    assert document.picture() == before
    canvas.fit()
    canvas.kit.change(size=10)
    canvas.kit.set_foreground("#00ff00")
    start, end = (canvas.view.to_screen(QPointF(x, 200)).toPoint() for x in (60, 180))
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(canvas, end)
    desk.engine.step(desk.job, 4, colour(Size(32, 32), 240))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=end)
    after = document.picture().array
    assert after[200, 120, 1] > 240
    assert (after[:180] == before.array[:180]).all()
    item = desk.window.page.proposal.item
    assert item is not None
    assert item.place.area.contains(Rect(20, 20, 70, 70))


def test_the_bar_goes_through_the_pictures_of_a_set(qtbot, desk):
    desk.document.change(count=3)
    desk.window.deeds.generate()
    job = desk.job
    desk.engine.finish(job, *(desk.engine.make(job, index) for index in range(3)))
    bar = desk.window.page.bar
    assert bar.count.text() == "3 of 3"
    qtbot.mouseClick(bar.next, Qt.MouseButton.LeftButton)
    assert bar.count.text() == "1 of 3"
    qtbot.mouseClick(bar.previous, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(bar.discard, Qt.MouseButton.LeftButton)
    assert len(items(desk)) == 2
    assert bar.count.text() == "2 of 2"


def test_a_result_is_dragged_out_as_file_and_picture(desk, tmp_path):
    desk.window.deeds.generate()
    job = desk.job
    desk.engine.finish(job, desk.engine.make(job, path=tmp_path / "fox.png"))
    data = desk.window.candidates.mimeData([desk.window.candidates.index(0)])
    assert [url.toLocalFile() for url in data.urls()] == [str(tmp_path / "fox.png")]
    assert data.hasImage()


def test_a_result_can_be_copied(qtbot, made):
    made.window.results.setFocus()
    made.window.results.setCurrentIndex(made.window.candidates.index(0))
    qtbot.keyClick(made.window.results, Qt.Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().mimeData().hasImage()


def test_a_result_can_be_what_the_next_one_starts_from(made):
    made.window.deeds.start_from(items(made)[0])
    assert made.document.has_picture
    assert made.document.recipe.strength < 1


def test_a_failure_is_one_sentence_with_one_remedy(qtbot, desk):
    desk.window.deeds.generate()
    job = desk.job
    desk.engine.fail(job)
    (notice,) = desk.window.page.notices.shown
    assert notice.sentence == "The machine has too little memory. Make the picture smaller."
    qtbot.mouseClick(notice.buttons[0], Qt.MouseButton.LeftButton)
    assert desk.job.parent == job.id
    assert desk.window.page.notices.shown == ()


def test_a_picture_that_could_not_be_kept_is_told_and_still_there(desk):
    desk.window.deeds.generate()
    desk.engine.make(desk.job, problem="The disk is full: the picture could not be kept.")
    assert desk.window.page.notices.shown[0].sentence.startswith("The disk is full")
    assert items(desk)[0].picture is not None


def test_notes_of_the_engine_are_told(desk):
    desk.window.deeds.generate()
    desk.engine.finish(desk.job, notes=("Went on with tiled decoding: memory was short.",))
    assert desk.window.page.notices.shown[0].sentence.startswith("Went on with tiled")


def test_the_welcome_is_there_while_there_is_nothing_to_see(qtbot, desk):
    page = desk.window.page
    assert page.welcome.isVisible()
    assert [example.text() for example in page.welcome.examples] == list(desk.document.model.examples)
    qtbot.mouseClick(page.welcome.examples[1], Qt.MouseButton.LeftButton)
    assert desk.document.recipe.prompt == "a mountain lake at night"
    assert len(desk.engine.jobs) == 1
    assert not page.welcome.isVisible()
    desk.window.table.run("picture.cancel")
    assert page.welcome.isVisible()


def test_one_can_begin_with_an_empty_canvas(desk):
    desk.window.page.welcome.empty.emit()
    assert desk.window.page.canvas.isVisible()


def test_too_long_a_prompt_never_reaches_the_engine(desk):
    desk.document.change(prompt="x" * (LONGEST_PROMPT + 1))
    assert not desk.window.table.run("picture.generate")
    desk.window.deeds.generate()
    assert desk.engine.jobs == ()


def test_old_results_leave_the_memory_but_not_those_that_are_nowhere_else(desk, tmp_path, monkeypatch):
    monkeypatch.setattr("studio.ui.candidates.MOST_BYTES", 3 * 256 * 256 * 3)
    for number in range(5):
        desk.window.deeds.generate()
        path = None if number == 0 else tmp_path / f"{number}.png"
        job = desk.job
        desk.engine.finish(job, desk.engine.make(job, path=path))
    kept = [item.path.name if item.path else None for item in items(desk)]
    assert kept == ["4.png", "3.png", "2.png", None]


def test_the_menu_of_a_result(made):
    menu = made.window.results.menu_for(items(made)[0])
    titles = [action.text() for action in menu.actions()]
    assert titles[:4] == ["Put on canvas", "Start from this picture", "Copy", "Discard"]
    assert titles[4:] == ["Subtle variations", "Strong variations"]
    menu.actions()[0].trigger()
    assert made.document.has_picture
