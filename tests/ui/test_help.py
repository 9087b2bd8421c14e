"""The help: every page can be read in the window, and says what is there."""

import re

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QKeySequence

from studio.library.resources import resource
from studio.ui.help_page import HelpPage, pages

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def page(desk, qtbot):
    qtbot.keyClick(desk.window, Qt.Key.Key_F1)
    page = desk.window.findChild(HelpPage)
    yield page
    page.close()


def test_it_opens_at_the_first_five_minutes(page):
    assert page.isVisible()
    assert page.text.toPlainText().startswith("The first five minutes")


def test_every_page_can_be_read(page):
    assert {file.name for _, file in pages()} == {file.name for file in resource("help").glob("*.md")}
    for row, (title, _) in enumerate(pages()):
        page.pages.setCurrentRow(row)
        text = page.text.toPlainText()
        assert text.startswith(title)
        assert not re.search(r"^\s*\||---", text, re.MULTILINE)  # tables are tables


def test_a_link_to_another_page_is_followed(page):
    page.text.anchorClicked.emit(QUrl("models.md"))
    assert page.text.toPlainText().startswith("Models")
    assert page.pages.currentItem().text() == "Models"


def test_the_page_of_keys_tells_the_truth(desk):
    """Every key that it names for an action of the window is that action's."""
    named = {}
    for line in resource("help", "keys.md").read_text().splitlines():
        if line.startswith("| ") and not line.startswith(("| key", "|--")):
            keys = re.findall(r"(?:(?:Ctrl|Alt|Shift)\+)+(?:[A-Z][a-z]+|\S)|F\d|Escape", line.split("|")[1])
            named.update({key: line for key in keys if key.startswith(("Ctrl+", "F", "Escape"))})
    offered = {QKeySequence(key) for action in desk.window.table for key in desk.window.table.keys(action.id)}
    wrong = [line for key, line in named.items() if key != "Ctrl+w" and QKeySequence(key) not in offered]
    assert wrong == []
