"""The words of a region: the same language as the prompt's, with the LoRA that are on there only."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from studio.document import layering
from studio.ui.panels.prompt.language import Offer
from studio.ui.theme import colours
from tests.ui.fakes import OTHER_MODEL
from tests.ui.test_weights import WEIGHTS

CONTROL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton
OFFERS = (Offer("lora", "ink"), Offer("lora", "oil"), Offer("wildcard", "trees"), Offer("style", "Ink drawing"))


@pytest.fixture
def desk(qtbot, desk):
    """A region is the active layer, and the keyboard is in its words."""
    desk.document.set_model(OTHER_MODEL)
    desk.window.complete(lambda: OFFERS)
    desk.window.show_weights(WEIGHTS)
    desk.layer = layering.add_region(desk.document, "")
    desk.window.page.dock("layers").raise_()
    desk.options = desk.window.panels.layers.options.region
    desk.field = desk.options.prompt.field
    desk.field.setFocus()
    qtbot.waitUntil(desk.field.hasFocus)
    return desk


def test_names_are_completed_but_no_styles_which_are_for_the_whole_picture(qtbot, desk):
    qtbot.keyClicks(desk.field, "a birch <i")
    names = desk.options.languages[0].names
    assert names.isVisible()
    assert [names.item(row).text() for row in range(names.count())] == ["ink", "oil"]
    qtbot.keyClick(desk.field, Qt.Key.Key_Return)
    assert desk.layer.prompt == "a birch <lora:ink:1>"
    qtbot.keyClicks(desk.field, " __t")
    qtbot.keyClick(desk.field, Qt.Key.Key_Tab)
    assert desk.layer.prompt == "a birch <lora:ink:1> __trees__"


def test_words_are_weighed_by_keys_and_coloured(qtbot, desk):
    qtbot.keyClicks(desk.field, "a birch")
    qtbot.keyClick(desk.field, Qt.Key.Key_Up, CONTROL)
    assert desk.layer.prompt == "a (birch:1.1)"
    formats = desk.field.document().firstBlock().layout().formats()
    assert {each.format.foreground().color().name() for each in formats} == {colours().accent_text}
    qtbot.keyClick(desk.field, Qt.Key.Key_Down, CONTROL)
    assert desk.layer.prompt == "a birch"


def test_a_lora_of_a_region_has_a_row_of_its_own(qtbot, desk):
    """Added from the list, weighed, switched off and taken out: only the region's words change."""
    qtbot.keyClicks(desk.field, "a birch")
    desk.document.change(prompt="a wood <lora:oil:1>")
    before = desk.options.height()
    qtbot.mouseClick(desk.options.loras.add, LEFT)
    popup = desk.options.loras._popup
    assert [each.title for each in popup.model.entries] == ["ink", "oil"]
    qtbot.keyClicks(popup.field, "in")
    qtbot.keyClick(popup.field, Qt.Key.Key_Return)
    assert desk.layer.prompt == "a birch <lora:ink:1>"
    (row,) = desk.options.loras.rows
    qtbot.waitUntil(lambda: desk.options.height() > before)
    row.weight.field.setFocus()
    qtbot.keyClick(row.weight.field, Qt.Key.Key_Up)
    assert desk.layer.prompt == "a birch <lora:ink:1.05>"
    (row,) = desk.options.loras.rows
    qtbot.mouseClick(row.switch, LEFT)
    assert not row.weight.isEnabled()
    qtbot.mouseClick(row.remove, LEFT)
    assert desk.layer.prompt.strip() == "a birch"
    assert not desk.options.loras.rows
    assert desk.document.recipe.prompt == "a wood <lora:oil:1>"
    desk.document.undo_stack.undo()
    assert len(desk.options.loras.rows) == 1


def test_each_region_shows_its_own_words_and_undo_takes_them_back(qtbot, desk):
    qtbot.keyClicks(desk.field, "a birch <lora:ink:1>")
    other = layering.add_region(desk.document, "a pond")
    assert desk.field.toPlainText() == "a pond"
    assert not desk.options.loras.rows
    desk.document.set_active(desk.layer)
    assert desk.field.toPlainText() == "a birch <lora:ink:1>"
    assert len(desk.options.loras.rows) == 1
    desk.document.set_active(other)
    qtbot.keyClicks(desk.options.without.field, "leaves")
    assert other.negative == "leaves"
    desk.document.undo_stack.undo()
    assert other.negative == desk.options.without.field.toPlainText() == ""


@pytest.mark.parametrize("height", [560, 720, 1000])
def test_however_much_is_said_of_a_region_its_row_and_the_buttons_stay_in_sight(qtbot, desk, height):
    desk.window.resize(1280, height)
    panel, before = desk.window.panels.layers, desk.field.height()
    desk.field.insertPlainText("birches by a pond in the fog at dawn, <lora:ink:1> <lora:oil:1> " * 30)
    qtbot.waitUntil(lambda: desk.field.height() > before)
    assert desk.field.height() <= 120  # from there on it scrolls
    row = panel.tree.visualRect(panel.tree.rows.index_of(desk.layer))
    qtbot.waitUntil(lambda: panel.tree.viewport().rect().contains(row))
    assert panel.tree.geometry().bottom() < panel.height() - 20
    assert panel.visibleRegion().boundingRect() == panel.rect()
