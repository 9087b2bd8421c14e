"""The queue as a panel: in order, with what each job does, to be moved, cancelled and tried again."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication

from studio.request.geometry import Size
from studio.ui.panels.queue import whole_parts
from studio.ui.theme import font
from tests.ui.fakes import colour


def waiting(desk, *words):
    for each in words:
        desk.document.change(prompt=each)
        desk.window.deeds.generate()
    return desk.window.queue


def prompts(desk):
    return [job.request.prompt.raw for job in desk.engine.jobs]


def test_the_queue_shows_jobs_in_order_with_what_they_do(desk):
    queue = waiting(desk, "one", "two")
    desk.engine.step(desk.engine.jobs[0], 5, colour(Size(64, 64)))
    first, second = queue.rows.rows
    assert (first.title, first.words, first.fraction) == ("one", "Step 5 of 20 · 3 s left", 0.25)
    assert not first.thumb.isNull()
    assert (second.title, second.words) == ("two", "256 × 256 px · 20 steps")


def test_the_cross_of_a_row_cancels_its_job(qtbot, desk):
    from studio.ui.panels.queue import cross_of

    queue = waiting(desk, "one", "two")
    rect = queue.list.visualRect(queue.rows.index(1))
    qtbot.mouseClick(queue.list.viewport(), Qt.MouseButton.LeftButton, pos=cross_of(rect).center())
    assert prompts(desk) == ["one"]


def test_delete_cancels_and_alt_with_arrows_moves(qtbot, desk):
    queue = waiting(desk, "one", "two", "three")
    desk.engine.step(desk.engine.jobs[0], 1)
    queue.list.setFocus()
    queue.list.setCurrentIndex(queue.rows.index(2))
    qtbot.keyClick(queue.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert prompts(desk) == ["one", "three", "two"]
    queue.list.setCurrentIndex(queue.rows.index(1))
    qtbot.keyClick(queue.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert prompts(desk) == ["one", "two", "three"]
    queue.list.setCurrentIndex(queue.rows.index(2))
    qtbot.keyClick(queue.list, Qt.Key.Key_Delete)
    assert prompts(desk) == ["one", "two"]


@pytest.mark.parametrize(
    ("source", "target", "order"),
    [(3, 1, ["one", "four", "two", "three"]), (1, 4, ["one", "three", "four", "two"]), (2, 0, None)],
)
def test_dragging_a_row_moves_its_job(desk, source, target, order):
    queue = waiting(desk, "one", "two", "three", "four")
    desk.engine.step(desk.engine.jobs[0], 1)
    rows = queue.rows
    data = rows.mimeData([rows.index(source)])
    assert not rows.dropMimeData(data, Qt.DropAction.MoveAction, target, 0, rows.index(-1))
    assert prompts(desk) == (order or ["one", "three", "two", "four"])


def test_the_running_job_stays_where_it_is(desk):
    queue = waiting(desk, "one", "two")
    desk.engine.step(desk.engine.jobs[0], 1)
    flags = queue.rows.flags(queue.rows.index(0))
    assert not flags & Qt.ItemFlag.ItemIsDragEnabled
    assert queue.rows.flags(queue.rows.index(1)) & Qt.ItemFlag.ItemIsDragEnabled


def test_a_failed_job_stays_to_be_tried_again(qtbot, desk):
    queue = waiting(desk, "one")
    desk.engine.fail(desk.job)
    (row,) = queue.rows.rows
    assert row.words == "The machine has too little memory."
    queue.list.crossed.emit(row)
    assert prompts(desk) == ["one"]
    assert all(each.failed is None for each in queue.rows.rows)


def test_clear_cancels_what_waits_and_forgets_what_failed(qtbot, desk):
    queue = waiting(desk, "one")
    desk.engine.fail(desk.job)
    waiting(desk, "two", "three")
    desk.engine.step(desk.engine.jobs[0], 1)
    qtbot.mouseClick(queue.clear, Qt.MouseButton.LeftButton)
    assert prompts(desk) == ["two"]
    assert [row.title for row in queue.rows.rows] == ["two"]
    assert not queue.clear.isVisible()


def test_the_menu_of_a_job(desk):
    queue = waiting(desk, "one", "two", "three")
    desk.engine.step(desk.engine.jobs[0], 1)
    menu = queue.menu_for(queue.rows.rows[2])
    menu.actions()[0].trigger()
    assert prompts(desk) == ["one", "three", "two"]
    assert [action.text() for action in queue.menu_for(queue.rows.rows[0]).actions()] == ["Cancel"]


def test_what_last_time_left_is_offered_quietly(qtbot, desk_of):
    from tests.ui.fakes import FakeEngine

    first = desk_of()
    first.document.change(count=3)
    first.window.deeds.generate()
    for answer, left in (("Continue", 1), ("Discard", 0)):
        engine = FakeEngine()
        engine.leave_over(first.job)
        desk = desk_of(engine=engine)
        qtbot.waitUntil(lambda desk=desk: bool(desk.window.page.notices.shown))
        (notice,) = desk.window.page.notices.shown
        assert notice.sentence == "3 pictures were still to be made when you left."
        button = next(button for button in notice.buttons if button.text() == answer)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert len(engine.jobs) == left
        assert desk.window.page.notices.shown == ()


def test_a_right_click_beside_all_rows_opens_nothing(desk):
    from PySide6.QtGui import QContextMenuEvent

    place, keys = QPoint(5, 5), Qt.KeyboardModifier.ShiftModifier
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, place, keys)
    desk.window.queue.contextMenuEvent(event)
    desk.window.results.contextMenuEvent(event)
    assert QApplication.activePopupWidget() is None


def test_what_there_is_no_room_for_is_left_out_in_whole_parts(themed):
    metrics = QFontMetrics(font(12))
    words = "2 pictures · 256 × 256 px · 20 steps"
    room = metrics.horizontalAdvance(words)
    assert whole_parts(words, metrics, room) == words
    assert whole_parts(words, metrics, room - 10) == "2 pictures · 256 × 256 px"
    assert whole_parts("one long word", metrics, 40).endswith("…")
