"""Styles of other programs come into the list, and stay."""

from __future__ import annotations

import json

import pytest

from studio.prompts.styles import load_styles
from studio.ui.styles import StyleImport

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


def test_styles_of_fooocus_are_offered_at_once_and_a_damaged_file_says_so(desk, tmp_path):
    own, given = tmp_path / "styles", tmp_path / "sdxl_styles.json"
    given.write_text(json.dumps([{"name": "Noir", "prompt": "{prompt}, noir", "negative_prompt": "colour"}]))
    styles = StyleImport(desk.window, own, lambda: load_styles(own))
    styles._chosen(str(given))
    part = desk.panel.style_part
    assert [part.choice.itemText(each) for each in range(part.choice.count())] == ["None", "Noir"]
    part.choose("Noir")
    desk.document.change(prompt="a fox")
    request = desk.document.request()
    assert (request.prompt.text, request.negative.text) == ("a fox, noir", "colour")
    given.write_text("[")
    styles._chosen(str(given))
    assert "cannot be read" in desk.window.page.notices.shown[-1].sentence
    assert part.choice.count() == 2
    assert desk.window.table["file.import_styles"].title == "Import styles …"
