"""The language of prompts in the field: colours, weights by keys, names completed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor

from studio.ui.panels.prompt.language import Offer
from studio.ui.theme import colours
from tests.ui.fakes import OTHER_MODEL

CONTROL = Qt.KeyboardModifier.ControlModifier
OFFERS = (Offer("lora", "ink style"), Offer("lora", "linen"), Offer("embed", "mood"), Offer("wildcard", "animals/cats"))


@pytest.fixture
def words(desk):
    desk.panel.words.offers = lambda: OFFERS
    return desk.panel.words


@pytest.fixture
def field(words, qtbot):
    words.prompt.field.setFocus()
    qtbot.waitUntil(words.prompt.field.hasFocus)
    return words.prompt.field


def coloured(field):
    """(text, colour) of everything that is not plain, line by line."""
    found = []
    block = field.document().firstBlock()
    while block.isValid():
        for part in block.layout().formats():
            found.append((block.text()[part.start : part.start + part.length], part.format.foreground().color().name()))
        block = block.next()
    return found


def test_what_is_not_plain_words_stands_out(qtbot, field):
    qtbot.keyClicks(field, "a (red:1.2) fox BREAK <lora:ink:1>")
    roles = colours()
    assert coloured(field) == [
        ("(", roles.accent_text),
        (":1.2)", roles.accent_text),
        ("BREAK", roles.accent_text),
        ("<lora:ink:1>", roles.success),
    ]


def test_colours_follow_when_a_bracket_over_several_lines_is_closed(qtbot, field):
    field.setPlainText("{red\nblue")
    assert ("blue", colours().success) in coloured(field)
    cursor = field.textCursor()
    cursor.setPosition(4)
    cursor.insertText("}")
    assert ("blue", colours().success) not in coloured(field)


def test_ctrl_and_arrows_weigh_the_word_at_the_cursor_and_undo_takes_it_back(qtbot, desk, field):
    qtbot.keyClicks(field, "a red fox")
    field.moveCursor(QTextCursor.MoveOperation.Start)
    for _ in range(3):
        field.moveCursor(QTextCursor.MoveOperation.Right)
    qtbot.keyClick(field, Qt.Key.Key_Up, CONTROL)
    qtbot.keyClick(field, Qt.Key.Key_Up, CONTROL)
    assert desk.document.recipe.prompt == "a (red:1.2) fox"
    assert field.textCursor().selectedText() == "red"
    for _ in range(4):
        qtbot.keyClick(field, Qt.Key.Key_Down, CONTROL)
    assert desk.document.recipe.prompt == "a (red:0.8) fox"


def offered(words):
    names = words.languages[0].names
    return [names.item(row).text() for row in range(names.count())] if words.languages[0].choosing else []


def test_a_lora_is_completed_by_its_name(qtbot, desk, words, field):
    qtbot.keyClicks(field, "a fox <lora:lin")
    assert offered(words) == ["linen"]
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert desk.document.recipe.prompt == "a fox <lora:linen:1>"
    assert offered(words) == []


def test_arrows_choose_tab_takes_and_escape_leaves(qtbot, desk, words, field):
    qtbot.keyClicks(field, "<")
    assert offered(words) == ["ink style", "linen", "mood"]
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert desk.document.recipe.prompt == "<lora:linen:1>"
    qtbot.keyClicks(field, " <emb")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert offered(words) == []
    assert field.toPlainText() == "<lora:linen:1> <emb"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("<embed:", ["mood"]), ("x __cat", ["animals/cats"]), ("<lora:zzz", []), ("a", []), ("snake__case__", [])],
)
def test_what_fits_is_offered(qtbot, words, field, typed, expected):
    qtbot.keyClicks(field, typed)
    assert offered(words) == expected


def test_a_style_is_chosen_where_words_are_typed(qtbot, desk, words, field):
    words.offers = lambda: (*OFFERS, Offer("style", "Ink"), Offer("style", "Oil"))
    qtbot.keyClicks(field, "a fox <style:")
    assert offered(words) == ["Ink (style)", "Oil (style)"]
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert desk.document.recipe.prompt == "a fox "
    assert desk.document.recipe.style.name == "Oil"
    assert desk.panel.style_part.choice.currentText() == "Oil"


def test_ctrl_enter_makes_the_picture_while_names_are_offered_and_enter_alone_is_the_fields(qtbot, desk, words, field):
    qtbot.keyClicks(field, "a fox <")
    assert offered(words)
    qtbot.keyClick(field, Qt.Key.Key_Return, CONTROL)
    assert desk.job.request.prompt.text == "a fox <"
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert desk.document.recipe.prompt == "a fox <\n"


def test_a_click_takes_a_name_and_the_list_goes_with_the_keyboard(qtbot, desk, words, field):
    qtbot.keyClicks(field, "__ani")
    names = words.languages[0].names
    qtbot.mouseClick(names.viewport(), Qt.MouseButton.LeftButton, pos=names.visualItemRect(names.item(0)).center())
    assert desk.document.recipe.prompt == "__animals/cats__"
    qtbot.keyClicks(field, " <")
    assert offered(words)
    words.negative.field.setFocus()
    qtbot.waitUntil(lambda: not offered(words))


def test_the_list_stays_inside_of_the_window(qtbot, words, field):
    qtbot.keyClicks(field, "a long prompt " * 12 + "<")
    names = words.languages[0].names
    assert names.parentWidget().rect().contains(names.geometry())


def test_what_has_no_effect_with_the_model_is_said_while_it_is_typed(qtbot, desk, words, field):
    assert not words.hint.isVisible()
    qtbot.keyClicks(field, "a (red:1.2) fox")
    assert words.hint.isVisible()
    assert words.hint.text() == f"{desk.document.model.family.title} reads plain sentences: weights have no effect."
    qtbot.keyClicks(field, " AND snow")
    assert "weights and AND have no effect" in words.hint.text()
    desk.document.set_model(OTHER_MODEL)  # knows them
    assert not words.hint.isVisible()


def test_a_wildcard_without_a_file_is_told_while_it_is_typed(qtbot, words, field):
    qtbot.keyClicks(field, "__animals/cats__ ")
    assert not words.hint.isVisible()
    qtbot.keyClicks(field, "__dogs__ ")
    assert words.hint.text() == "There is no dogs.txt in your folder of wildcards."
