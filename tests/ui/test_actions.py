"""The action table: what is offered, by which key, and when."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from studio.request.errors import Trouble
from studio.ui.actions import Action, ActionTable, Where, shown_keys


@pytest.fixture
def window(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.resize(300, 200)
    widget.show()
    qtbot.waitExposed(widget)
    widget.activateWindow()
    widget.setFocus()
    return widget


def act(run=lambda: None, **fields):
    return Action(**{"id": "test.act", "title": "Do it", "group": "Edit", "run": run, **fields})


def test_the_key_of_an_action_runs_it(qtbot, window):
    done = []
    ActionTable(window).add(act(lambda: done.append(1), keys=("Ctrl+Return",)))
    qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert done == [1]


def test_what_cannot_be_done_is_not_done(qtbot, window):
    done, possible = [], [False]
    table = ActionTable(window)
    table.add(act(lambda: done.append(1), keys=("Ctrl+J",), enabled_when=lambda: possible[0]))
    qtbot.keyClick(window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert not table.run("test.act")
    assert done == []
    possible[0] = True
    table.refresh()
    qtbot.keyClick(window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert done == [1]


def test_an_action_that_is_on_is_ticked(window):
    on = [False]
    table = ActionTable(window)
    table.add(act(lambda: on.__setitem__(0, not on[0]), checked_when=lambda: on[0]))
    table.run("test.act")
    assert table.qt("test.act").isChecked()
    table.run("test.act")
    assert not table.qt("test.act").isChecked()


def test_trouble_in_an_action_is_told_not_lost(qtbot, window):
    def fail():
        raise Trouble("The disk is full.", "Make room.")

    table = ActionTable(window)
    table.add(act(fail))
    with qtbot.waitSignal(table.trouble) as told:
        table.run("test.act")
    assert str(told.args[0]) == "The disk is full. Make room."


def test_other_keys_can_be_chosen_and_reset(qtbot, window):
    done = []
    table = ActionTable(window, {"test.act": ["Ctrl+L"]})
    table.add(act(lambda: done.append(1), keys=("Ctrl+J",)))
    qtbot.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert done == [1]
    assert table.chosen_keys == {"test.act": ["Ctrl+L"]}
    table.reset_keys()
    qtbot.keyClick(window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert done == [1, 1]
    assert table.chosen_keys == {}


def test_choosing_the_default_key_is_no_choice(window):
    table = ActionTable(window, {"test.act": ["Ctrl+L"]})
    table.add(act(keys=("Ctrl+J",)))
    table.set_keys("test.act", ["Ctrl+J"])
    assert table.chosen_keys == {}


def test_who_has_a_key_is_known(window):
    table = ActionTable(window)
    table.add(act(keys=("Ctrl+J",)))
    assert table.holder("ctrl+j").id == "test.act"
    assert table.holder("Ctrl+J", but="test.act") is None
    assert table.holder("Ctrl+M") is None


def test_keys_of_the_canvas_work_only_on_the_canvas(qtbot, window):
    done = []
    canvas, field = QWidget(window), QLineEdit(window)
    for widget in (canvas, field):
        widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        widget.show()
    table = ActionTable(window)
    table.add(act(lambda: done.append(1), keys=("Tab",), where=Where.CANVAS))
    table.set_canvas(canvas)
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert done == []
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Tab)
    assert done == [1]


def test_two_actions_of_one_name_are_a_mistake(window):
    table = ActionTable(window)
    table.add(act())
    with pytest.raises(ValueError, match=r"test\.act"):
        table.add(act())


def test_keys_are_shown_as_the_platform_writes_them():
    assert shown_keys(("Ctrl+K", "F1")) in ("Ctrl+K", "⌘K")
    assert shown_keys(()) == ""
