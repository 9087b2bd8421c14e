"""The preferences: made from the declarations of the settings, in force at once, kept."""

import dataclasses

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QLabel

from studio.settings.settings import Settings
from studio.ui.preferences_page import AT_START, PreferencesPage
from studio.ui.theme import colours
from studio.ui.widgets.switch import Switch

CONTROL = Qt.KeyboardModifier.ControlModifier
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def page(desk, qtbot):
    qtbot.keyClick(desk.window, Qt.Key.Key_Comma, CONTROL)
    page = desk.window.findChild(PreferencesPage)
    assert page is not None
    assert page.isVisible()
    yield page
    page.close()


def choose(control, value):
    control.setCurrentIndex(control.findData(value))
    control.activated.emit(control.currentIndex())


def test_every_offered_setting_has_a_control_with_its_words(page):
    offered = Settings.offered()
    assert list(page.controls) == list(offered)
    words = [label.text() for label in page.findChildren(QLabel)]
    for name, offer in offered.items():
        control = page.controls[name]
        assert offer.title in words
        assert control.accessibleName() == offer.title
        assert Settings.about(name) in control.accessibleDescription()
        assert (AT_START in control.accessibleDescription()) == offer.at_start


def test_what_is_not_offered_is_set_in_the_window_itself():
    others = {field.name for field in dataclasses.fields(Settings)} - set(Settings.offered())
    assert not others & {"theme", "previews", "memory", "isolation", "scale", "reduce_motion"}


@pytest.mark.parametrize(
    ("name", "value"), [("theme", "light"), ("memory", "low"), ("isolation", "thread"), ("scale", 150)]
)
def test_a_choice_is_kept(page, desk, themed, name, value):
    choose(page.controls[name], value)
    assert getattr(desk.preferences.now, name) == value


@pytest.mark.parametrize("name", ["previews", "reduce_motion"])
def test_a_switch_is_kept(page, desk, qtbot, name):
    before = getattr(desk.preferences.now, name)
    page.controls[name].setFocus()
    qtbot.keyClick(page.controls[name], Qt.Key.Key_Space)
    assert getattr(desk.preferences.now, name) is not before


def test_what_is_changed_in_a_menu_is_seen(page, desk, themed):
    desk.window.table.run("view.theme_light")
    assert page.controls["theme"].currentData() == "light"
    assert not colours().dark
    desk.window.table.run("view.reduce_motion")
    assert page.controls["reduce_motion"].isChecked()


def test_all_of_it_can_be_read(page):
    """Nothing is cut off, and the controls stand under one another."""
    for label in page.findChildren(QLabel):
        assert label.height() >= label.heightForWidth(label.width())
    ends = {
        QRect(control.mapTo(page, control.rect().topLeft()), control.size()).right()
        for control in page.controls.values()
    }
    assert len(ends) == 1
    assert any(isinstance(control, Switch) for control in page.controls.values())


def test_escape_closes_it(page, qtbot):
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert not page.isVisible()
