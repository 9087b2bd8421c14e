"""The quiet bars: one sentence each, none twice, none in the way, and none lost that something can be done about."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from studio.ui.widgets.notice import MOST_KEPT, Remedy


def test_the_same_sentence_is_not_shown_twice_and_bars_can_be_closed(desk):
    notices = desk.window.page.notices
    for _ in range(2):
        desk.window.telling.sentence("The disk is nearly full.")
    assert len(notices.shown) == 1
    notices.shown[0].close_bar()
    assert not notices.isVisible()


def test_at_most_three_bars_and_nothing_moves_for_them(desk):
    desk.window.page.begin()
    before = desk.window.page.canvas.geometry()
    for number in range(5):
        desk.window.telling.sentence(f"Sentence {number}.")
    shown = desk.window.page.notices.shown
    assert [notice.sentence for notice in shown] == ["Sentence 2.", "Sentence 3.", "Sentence 4."]
    assert desk.window.page.canvas.geometry() == before


def test_earlier_bars_wait_and_are_not_lost(desk, qtbot):
    notices = desk.window.page.notices
    done: list[str] = []
    notices.tell("A picture is not kept yet.", "error", Remedy("Keep it", lambda: done.append("kept")))
    for number in range(4):
        desk.window.telling.sentence(f"Sentence {number}.")
    (more,) = [each for each in notices.findChildren(QPushButton) if each.text() == "2 more messages"]
    assert more.isVisible()
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert [notice.sentence for notice in notices.shown] == ["A picture is not kept yet.", "Sentence 0."]
    qtbot.mouseClick(notices.shown[0].buttons[0], Qt.MouseButton.LeftButton)
    assert done == ["kept"]
    assert more.text() == "3 more messages"
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert [notice.sentence for notice in notices.shown] == ["Sentence 1.", "Sentence 2.", "Sentence 3."]
    notices.shown[1].close_bar()
    assert [notice.sentence for notice in notices.shown] == ["Sentence 0.", "Sentence 1.", "Sentence 3."]
    assert not more.isVisible()


def test_of_what_is_only_told_the_latest_wait_and_remedies_always(desk):
    notices = desk.window.page.notices
    remedy = notices.tell("A picture is not kept yet.", "error", Remedy("Keep it", lambda: None))
    for number in range(3 * MOST_KEPT):
        desk.window.telling.sentence(f"Sentence {number}.")
    assert notices.waiting + len(notices.shown) == MOST_KEPT + 1
    assert notices.shown[-1].sentence == f"Sentence {3 * MOST_KEPT - 1}."
    while notices.waiting and remedy not in notices.shown:
        notices._leaf()
    assert remedy in notices.shown
