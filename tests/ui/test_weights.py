"""LoRA and the picture codec in the prompt panel: rows of the prompt's own tags, and only what fits the model."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from studio.library.entry import Entry
from studio.library.recognition.recognised import Recognised
from tests.ui.fakes import OTHER_MODEL

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
LEFT = Qt.MouseButton.LeftButton


def entry(name, kind="lora", family="sdxl", variant="", triggers=()):
    path = Path(f"models/{name}.safetensors")
    return Entry(found=Recognised(path=path, kind=kind, family=family, variant=variant, triggers=triggers))


WEIGHTS = (
    entry("ink", triggers=("ink style", "wet paper")),
    entry("oil"),
    entry("old", family="sd15"),
    entry("fine", kind="vae", family="", variant="kl-4"),
    entry("flux", kind="vae", family="flux", variant="kl-16"),
)


@pytest.fixture
def desk(desk):
    desk.document.set_model(OTHER_MODEL)
    desk.panel.show_weights(WEIGHTS)
    desk.loras = desk.panel.loras
    return desk


def prompt(desk, text):
    desk.document.change(prompt=text)
    return desk.loras.rows


def test_nothing_is_shown_where_nothing_fits(desk_of):
    desk = desk_of()
    desk.panel.show_weights(WEIGHTS)
    assert not desk.panel.loras.isVisible()  # the embedded model takes none
    desk.document.set_model(OTHER_MODEL)
    assert desk.panel.loras.isVisible()
    desk.panel.show_weights(WEIGHTS[2:3])
    assert not desk.panel.loras.isVisible()


def test_one_is_added_from_the_list_of_those_that_fit(qtbot, desk):
    prompt(desk, "a fox")
    qtbot.mouseClick(desk.loras.add, LEFT)
    popup = desk.loras._popup
    assert [each.title for each in popup.model.entries] == ["ink", "oil"]
    qtbot.keyClicks(popup.field, "oi")
    qtbot.keyClick(popup.field, Qt.Key.Key_Return)
    assert desk.document.recipe.prompt == "a fox <lora:oil:1>"
    assert desk.panel.words.prompt.field.toPlainText() == "a fox <lora:oil:1>"
    assert [row.switch.text() for row in desk.loras.rows] == ["oil"]
    assert [each.title for each in desk.loras._entries()] == ["ink"]
    desk.window.table.run("edit.undo")
    assert desk.document.recipe.prompt == "a fox"
    assert not desk.loras.rows


def test_a_row_and_its_tag_say_the_same(qtbot, desk):
    (row,) = prompt(desk, "a fox <lora:ink:0.8>")
    assert (row.weight.value, row.switch.isChecked()) == (0.8, True)
    row.weight.field.setValue(1.25)
    assert desk.document.recipe.prompt == "a fox <lora:ink:1.25>"
    qtbot.mouseClick(row.switch, LEFT)
    assert desk.document.recipe.prompt == "a fox <lora:ink:1.25:off>"
    assert not row.weight.isEnabled()
    assert desk.loras.rows == [row]  # the same row, so the hand does not lose it
    field = desk.panel.words.prompt.field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "<lora:ink:0.5> a fox")
    (row,) = desk.loras.rows
    assert (row.weight.value, row.switch.isChecked()) == (0.5, True)
    qtbot.mouseClick(row.remove, LEFT)
    assert desk.document.recipe.prompt == "a fox"


def test_tags_of_the_negative_prompt_have_rows_too(qtbot, desk):
    desk.document.change(prompt="a fox <lora:ink:1>", negative="mud <lora:oil:0.5>")
    first, second = desk.loras.rows
    assert [row.switch.text() for row in desk.loras.rows] == ["ink", "oil"]
    assert "negative prompt" in second.switch.toolTip()
    assert desk.loras._entries() == [], "what is in either is not offered again"
    second.weight.field.setValue(0.75)
    first.weight.field.setValue(0.25)
    assert (desk.document.recipe.prompt, desk.document.recipe.negative) == (
        "a fox <lora:ink:0.25>",
        "mud <lora:oil:0.75>",
    )
    qtbot.mouseClick(second.switch, LEFT)
    assert desk.document.recipe.negative == "mud <lora:oil:0.75:off>"
    qtbot.mouseClick(second.remove, LEFT)
    assert desk.document.recipe.negative == "mud"
    desk.window.table.run("edit.undo")
    assert [row.switch.text() for row in desk.loras.rows] == ["ink", "oil"]


def test_rows_without_effect_say_so(desk):
    prompt(desk, "a fox <lora:ink:0.5> {<lora:linen:1>|snow} <lora:ink:0.8>")
    rows = desk.loras.rows
    assert [row.note.text() for row in rows] == [
        "Named again below; that one counts.",
        "In a choice: the seed decides.",
        "",
    ]
    prompt(desk, "a fox <lora:ink:0.5> {<lora:linen:1>|snow} <lora:ink:0.8:off>")
    assert [row.note.isVisibleTo(row) for row in desk.loras.rows] == [False, True, False]


def test_a_tag_in_a_schedule_or_beside_and_is_said_to_be_on_everywhere(desk):
    for text in ("a [fox <lora:ink:1>::0.5]", "a fox AND snow <lora:ink:1>"):
        prompt(desk, text)
        assert "on for the whole picture in all steps" in desk.panel.words.hint.text()
    prompt(desk, "a [fox:owl:0.5] <lora:ink:1>")
    assert "in all steps" not in desk.panel.words.hint.text()


def test_undo_takes_back_a_switch_alone(qtbot, desk):
    (row,) = prompt(desk, "a fox <lora:ink:1>")
    qtbot.mouseClick(row.switch, LEFT)
    desk.window.table.run("edit.undo")
    assert desk.document.recipe.prompt == "a fox <lora:ink:1>"
    assert desk.loras.rows[0].switch.isChecked()


def test_undo_takes_back_all_of_a_slide_and_no_words(qtbot, desk):
    field = desk.panel.words.prompt.field
    field.setFocus()
    qtbot.keyClicks(field, "a fox <lora:ink:1>")
    (row,) = desk.loras.rows
    for weight in (0.9, 0.7, 0.4):
        row.weight.field.setValue(weight)
    assert desk.document.recipe.prompt == "a fox <lora:ink:0.4>"
    desk.window.table.run("edit.undo")
    assert desk.document.recipe.prompt == "a fox <lora:ink:1>"
    assert row.weight.value == 1.0


def test_trigger_words_are_put_in_by_a_click(qtbot, desk):
    (row,) = prompt(desk, "a fox <lora:ink:1>")
    assert [word.text() for word in row.words] == ["+ ink style", "+ wet paper"]
    qtbot.mouseClick(row.words[1], LEFT)
    assert desk.document.recipe.prompt == "a fox, wet paper <lora:ink:1>"


def test_what_cannot_be_used_says_why(desk):
    found = prompt(desk, "<lora:ink:1> <lora:old:1> <lora:nobody:1>")
    said = [row.problem.text() for row in found]
    assert said == ["", "It is for Stable Diffusion 1.5.", "It is not on this machine."]


def test_another_picture_codec_is_chosen_and_asked_for(desk):
    desk.panel.advanced.setChecked(True)
    choice = desk.panel.codec.choice
    assert desk.panel.codec.isVisible()
    assert [choice.itemText(each) for each in range(choice.count())] == ["Automatic (the model's own)", "fine"]
    choice.setCurrentIndex(1)
    choice.activated.emit(1)
    (codec,) = desk.document.request().attachments
    assert (codec.kind, codec.name) == ("vae", "fine")
    desk.panel.show_weights(WEIGHTS[:3])
    assert choice.currentText() == "fine (does not fit)"
    desk.window.table.run("edit.undo")
    assert desk.document.request().attachments == ()
    assert not desk.panel.codec.isVisible()
