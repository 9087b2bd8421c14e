"""The words of the prompt panel: typing, undo, earlier prompts, the height of the fields."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from tests.ui.fakes import SCENES_MODEL

ALT = Qt.KeyboardModifier.AltModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def panel(desk):
    return desk.panel


def test_what_is_typed_is_the_prompt(qtbot, desk):
    qtbot.keyClicks(desk.panel.words.prompt.field, "a fox in the snow")
    qtbot.keyClicks(desk.panel.words.negative.field, "people")
    assert (desk.document.recipe.prompt, desk.document.recipe.negative) == ("a fox in the snow", "people")


def test_undo_takes_words_back_and_redo_brings_them_again(qtbot, desk):
    field = desk.panel.words.prompt.field
    qtbot.keyClicks(field, "a fox")
    qtbot.keyClicks(desk.panel.words.negative.field, "snow")
    qtbot.keyClick(desk.panel.words.negative.field, Qt.Key.Key_Z, CONTROL)
    assert desk.panel.words.negative.field.toPlainText() == ""
    assert field.toPlainText() == "a fox"
    qtbot.keyClick(field, Qt.Key.Key_Z, CONTROL)
    assert field.toPlainText() == ""
    qtbot.keyClick(field, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert field.toPlainText() == "a fox"


def test_the_placeholder_is_an_example_of_the_model(panel):
    assert SCENES_MODEL.examples[0] in panel.words.prompt.field.placeholderText()


def test_earlier_prompts_come_back_with_alt_and_arrows(qtbot, desk):
    field = desk.panel.words.prompt.field
    for words in ("first", "second"):
        desk.document.change(prompt=words)
        desk.window.deeds.generate()
    desk.document.change(prompt="what I type now")
    qtbot.keyClick(field, Qt.Key.Key_Up, ALT)
    assert field.toPlainText() == "second"
    qtbot.keyClick(field, Qt.Key.Key_Up, ALT)
    assert field.toPlainText() == "first"
    qtbot.keyClick(field, Qt.Key.Key_Down, ALT)
    qtbot.keyClick(field, Qt.Key.Key_Down, ALT)
    assert field.toPlainText() == "what I type now"


def test_earlier_prompts_can_be_searched(qtbot, desk):
    for words in ("a mountain lake at night", "a fox in the snow", "three pears"):
        desk.document.change(prompt=words)
        desk.window.deeds.generate()
    qtbot.mouseClick(desk.panel.words.earlier, Qt.MouseButton.LeftButton)
    popup = desk.panel.words._popup
    assert [entry.title for entry in popup.model.entries] == [
        "three pears",
        "a fox in the snow",
        "a mountain lake at night",
    ]
    qtbot.keyClicks(popup.field, "lake")
    qtbot.keyClick(popup.field, Qt.Key.Key_Return)
    assert desk.document.recipe.prompt == "a mountain lake at night"
    assert popup.isHidden()


def test_tab_goes_on_instead_of_typing_a_tab(qtbot, desk):
    field = desk.panel.words.prompt.field
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert "\t" not in field.toPlainText()
    assert not field.hasFocus()


def test_the_prompt_is_made_higher_by_dragging_and_stays_so(qtbot, desk_of):
    first = desk_of()
    area = first.panel.words.prompt
    before = area.field.height()
    handle = area._handle
    qtbot.mousePress(handle, Qt.MouseButton.LeftButton, pos=QPoint(5, 4))
    qtbot.mouseMove(handle, QPoint(5, 64))
    qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=QPoint(5, 64))
    assert area.field.height() == before + 60
    second = desk_of(first.preferences.now)
    assert second.panel.words.prompt.field.height() == before + 60


def test_the_field_grows_with_the_words(desk):
    field = desk.panel.words.negative.field
    low = field.height()
    desk.document.change(negative="words " * 40)
    assert low < field.height() <= 104
