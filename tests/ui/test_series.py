"""Variations, grids and folders: one row in the queue, one cancel, and what comes of them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from studio.document.grids import Kind
from studio.request.geometry import Size
from studio.ui.series.wiring import MakingMore
from tests.ui.fakes import OTHER_MODEL, FakeEngine, FakeModels, colour

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def desk(desk_of, tmp_path):
    desk = desk_of()
    desk.brought = []

    def bring_in(path):
        desk.brought.append(np.asarray(Image.open(path).convert("RGB")))
        return tmp_path / "gallery" / path.name

    desk.more = MakingMore(desk.window, bring_in)
    desk.document.change(prompt="a fox", seed=5, seed_locked=True)
    return desk


def play(desk):
    """The job in hand is made."""
    job = desk.engine.jobs[0]
    picture = desk.engine.make(job)
    desk.engine.finish(job, picture)
    return job


def said(desk):
    return " ".join(label.text() for label in desk.window.findChildren(QLabel))


def grid(desk, qtbot, across="1-3", down="1, 2"):
    desk.window.table.run("picture.grid")
    dialog = desk.more.dialog
    dialog.rows[0].values.setText(across)
    dialog.rows[1].choose(Kind.GUIDANCE)
    dialog.rows[1].values.setText(down)
    return dialog


def test_a_grid_is_one_row_and_ends_as_a_sheet_in_the_gallery(qtbot, desk):
    dialog = grid(desk, qtbot)
    assert dialog.words.text() == "6 pictures"
    qtbot.mouseClick(dialog.make, LEFT)
    assert len(desk.engine.jobs) == 6
    (row,) = desk.window.queue.rows.rows
    assert row.title == "Grid: seed × guidance"
    play(desk)
    desk.engine.step(desk.engine.jobs[0], 10, colour(Size(64, 64)), left=2.0)
    (row,) = desk.window.queue.rows.rows
    assert row.words.startswith("Picture 2 of 6 · ")
    assert row.fraction == pytest.approx(1.5 / 6)
    while desk.engine.jobs:
        play(desk)
    qtbot.waitUntil(lambda: bool(desk.brought), timeout=20_000)
    qtbot.waitUntil(lambda: "The grid is in the gallery" in said(desk), timeout=20_000)
    assert desk.brought[0].shape[0] > 512
    assert desk.window.queue.rows.rows == ()


def test_a_grid_is_cancelled_by_one_click_and_what_is_there_is_kept(qtbot, desk):
    dialog = grid(desk, qtbot)
    qtbot.mouseClick(dialog.make, LEFT)
    play(desk)
    (row,) = desk.window.queue.rows.rows
    desk.window.queue.list.crossed.emit(row)
    assert desk.engine.jobs == ()
    qtbot.waitUntil(lambda: "5 pictures are missing" in said(desk), timeout=20_000)


def test_a_grid_that_cannot_be_says_why(qtbot, desk):
    dialog = grid(desk, qtbot, across="many")
    assert not dialog.make.isEnabled()
    assert "no whole number" in dialog.words.text()
    dialog.rows[0].choose(Kind.PROMPT)
    assert dialog.rows[0].values.text() == "a"
    dialog.rows[0].values.setText("fox, wolf")
    assert dialog.make.isEnabled()
    dialog.reject()


def test_other_work_stays_apart_from_a_grid(qtbot, desk):
    qtbot.mouseClick(grid(desk, qtbot).make, LEFT)
    desk.document.change(prompt="an owl")
    desk.window.deeds.generate()
    assert [row.title for row in desk.window.queue.rows.rows] == ["Grid: seed × guidance", "an owl"]
    desk.window.queue.list.crossed.emit(desk.window.queue.rows.rows[0])
    assert [job.request.prompt.raw for job in desk.engine.jobs] == ["an owl"]


def test_every_picture_of_a_folder_is_worked_over(qtbot, desk, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(3):
        Image.fromarray(colour(Size(256, 192), 40 * number).array).save(folder / f"{number}.png")
    mask = np.zeros((192, 256), np.uint8)
    mask[:, :100] = 255
    Image.fromarray(mask).save(folder / "1-mask.png")
    (folder / "2.png").write_bytes(b"broken")
    (folder / "notes.txt").write_text("not a picture")
    desk.document.change(strength=0.5)
    desk.more.folders.begin(folder)
    requests = []
    while desk.engine.jobs:
        assert len(desk.engine.jobs) <= 2
        requests.append(play(desk).request)
    assert [request.strength for request in requests] == [0.5, 0.5]
    assert [request.size for request in requests] == [Size(256, 192)] * 2
    assert np.array_equal(requests[0].source.array, colour(Size(256, 192), 0).array)
    assert requests[0].mask is None
    assert np.array_equal(requests[1].mask.array[..., 0], mask)
    assert "2 of 3 pictures of the folder were worked over." in said(desk)


def photos(tmp_path, count=5):
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(count):
        Image.fromarray(colour(Size(64, 64), 40 * number).array).save(folder / f"{number}.png")
    return folder


def restarted(desk_of, tmp_path, unfinished=()):
    """The next start, with what the queue has kept of the last one."""
    engine = FakeEngine()
    engine.leave_over(*unfinished)
    desk = desk_of(engine=engine, show=False)
    desk.more = MakingMore(desk.window, lambda path: path, tmp_path / "runs")
    desk.window.telling.offer_left_over()
    return desk


def sources(jobs):
    return [int(job.request.source.array[0, 0, 0]) // 40 for job in jobs]


@pytest.fixture
def killed(desk_of, tmp_path):
    """A start that ends in the middle of a folder: one of five pictures is made, two are in the queue."""
    desk = desk_of(show=False)
    desk.more = MakingMore(desk.window, lambda path: path, tmp_path / "runs")
    desk.document.change(prompt="a fox in ink", strength=0.5)
    desk.more.folders.begin(photos(tmp_path))
    play(desk)
    jobs = desk.engine.jobs
    assert sources(jobs) == [1, 2]
    desk.more.folders.shut()  # the system lets go of the locks of a program that is killed
    return jobs


def test_the_next_start_goes_on_with_a_folder_where_the_last_one_ended(desk_of, tmp_path, killed):
    desk = restarted(desk_of, tmp_path, killed)
    (notice,) = desk.window.page.notices.shown
    assert notice.sentence == "4 pictures were still to be made when you left."
    next(button for button in notice.buttons if button.text() == "Continue").click()
    rows = desk.window.queue.rows
    assert [row.title for row in rows.rows] == ["Folder: photos"]  # with what was in the queue already
    assert len(desk.engine.jobs) == 2
    made = []
    while desk.engine.jobs:
        made.append(play(desk))
        assert len(rows.rows) <= 1
    assert sorted(sources(made)) == [1, 2, 3, 4]
    assert {(job.request.prompt.raw, job.request.strength) for job in made} == {("a fox in ink", 0.5)}
    assert "4 of 4 pictures of the folder were worked over." in said(desk)
    assert list((tmp_path / "runs").iterdir()) == []


def test_one_cancel_ends_a_folder_that_goes_on(desk_of, tmp_path, killed):
    desk = restarted(desk_of, tmp_path, killed)
    next(b for b in desk.window.page.notices.shown[0].buttons if b.text() == "Continue").click()
    desk.more.series[0].cancel()
    assert desk.engine.jobs == ()
    assert list((tmp_path / "runs").iterdir()) == []


def test_the_last_jobs_of_a_folder_are_still_one_row(desk_of, tmp_path, killed):
    """All of it was handed over when the program was killed: only jobs in the queue are left."""
    desk = restarted(desk_of, tmp_path, killed)
    next(b for b in desk.window.page.notices.shown[0].buttons if b.text() == "Continue").click()
    play(desk)
    play(desk)
    left = desk.engine.jobs
    assert sources(left) == [3, 4]
    desk.more.folders.shut()
    again = restarted(desk_of, tmp_path, left)
    (notice,) = again.window.page.notices.shown
    assert notice.sentence == "2 pictures were still to be made when you left."
    next(button for button in notice.buttons if button.text() == "Continue").click()
    assert [row.title for row in again.window.queue.rows.rows] == ["Folder: photos"]
    play(again)
    play(again)
    assert "2 of 2 pictures of the folder were worked over." in said(again)
    assert list((tmp_path / "runs").iterdir()) == []


def test_what_is_left_of_a_folder_can_be_discarded(desk_of, tmp_path, killed):
    desk = restarted(desk_of, tmp_path, killed)
    (notice,) = desk.window.page.notices.shown
    next(button for button in notice.buttons if button.text() == "Discard").click()
    assert desk.engine.jobs == ()
    assert desk.engine.left_over == ()
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_folder_that_another_window_works_on_is_left_to_it(desk_of, tmp_path):
    first = restarted(desk_of, tmp_path)
    first.more.folders.begin(photos(tmp_path))
    assert restarted(desk_of, tmp_path).window.page.notices.shown == ()
    first.more.folders.shut()
    assert "3 pictures were still" in restarted(desk_of, tmp_path).window.page.notices.shown[0].sentence


def test_a_cancelled_folder_is_not_offered_again(desk_of, tmp_path):
    desk = restarted(desk_of, tmp_path)
    desk.more.folders.begin(photos(tmp_path)).cancel()
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_folder_whose_model_is_gone_is_kept_and_said(desk_of, tmp_path, killed):
    engine = FakeEngine()
    desk = desk_of(engine=engine, models=FakeModels(OTHER_MODEL), show=False)
    desk.more = MakingMore(desk.window, lambda path: path, tmp_path / "runs")
    desk.window.telling.offer_left_over()
    next(b for b in desk.window.page.notices.shown[0].buttons if b.text() == "Continue").click()
    assert "the model scenes is not there" in said(desk)
    assert len(list((tmp_path / "runs").iterdir())) == 1
    desk.more.folders.shut()


@pytest.mark.logs
def test_damaged_notes_of_a_folder_are_dropped(desk_of, tmp_path, killed):
    (place,) = (tmp_path / "runs").iterdir()
    (place / "wish.json").write_text("{")
    assert restarted(desk_of, tmp_path).window.page.notices.shown == ()
    assert not place.exists()


def test_a_folder_without_pictures_is_said(desk, tmp_path):
    (tmp_path / "empty").mkdir()
    desk.more._chosen(str(tmp_path / "empty"))
    assert "There are no pictures" in said(desk)


def test_variations_of_a_result_share_its_seed(desk):
    desk.window.deeds.generate()
    job = play(desk)
    desk.window.table.run("picture.vary_strong")
    request = desk.job.request
    assert request.seed == job.request.seed
    assert request.variation.strength == 0.5
    assert request.count == 4
    assert desk.job.parent == job.id
    menu = desk.window.results.menu_for(desk.window.candidates.items[-1])
    next(action for action in menu.actions() if action.text() == "Subtle variations").trigger()
    assert desk.job.request.variation.strength == 0.15


def test_the_button_makes_pictures_like_the_layer_that_is_chosen(desk):
    desk.window.deeds.generate()
    play(desk)
    desk.window.page.proposal.apply()
    titles = [action.text() for action in desk.panel.button.menu.actions()]
    assert "Variations" in titles
    from studio.document.editing.modes import Mode

    desk.window.deeds.generate(Mode.VARIATIONS)
    assert desk.job.request.variation.strength == 0.3
