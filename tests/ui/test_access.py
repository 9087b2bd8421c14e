"""Everything that can be used says what it is and what it does, and can be reached by keyboard."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QButtonGroup,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QWidget,
)

from studio.request.geometry import Size
from studio.ui.canvas.canvas import Canvas
from studio.ui.widgets.numbers import SliderField
from tests.ui.fakes import colour

KINDS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
)
PANELS = ("tool", "navigator", "history", "layers", "results", "queue")


def controls(window: QWidget) -> list[QWidget]:
    """What can be seen and used, without what others are made of."""
    shown = [each for each in window.findChildren(QWidget) if isinstance(each, KINDS) and each.isVisible()]
    made_of = (QAbstractSpinBox, QComboBox)
    return [
        each
        for each in shown
        if not isinstance(each, QScrollBar)
        and not isinstance(each.parent(), made_of)
        and not each.objectName().startswith("qt_")
        and not each.visibleRegion().isEmpty()
    ]


def round_by_tab(qtbot, start: QWidget) -> set[QWidget]:
    """What has the keyboard one after the other, until it comes back to where it was."""
    start.setFocus()
    been: set[QWidget] = set()
    while (now := QApplication.focusWidget()) not in been:
        assert now is not None
        been.add(now)
        if isinstance(now, Canvas):  # there Tab hides the panels, and F6 leads on
            now.focusNextChild()
        else:
            qtbot.keyClick(now, Qt.Key.Key_Tab)
    return been


def is_reached(control: QWidget, been: set[QWidget]) -> bool:
    """By Tab, or by arrows from its neighbour in a group of which one is chosen; a slider by the field beside it."""
    if control in been:
        return True
    parent = control.parent()
    if isinstance(parent, SliderField):
        return parent.field in been
    if isinstance(control, QAbstractButton) and isinstance(group := control.group(), QButtonGroup):
        return any(each in been for each in group.buttons())
    return False


@pytest.mark.parametrize("advanced", [False, True])
@pytest.mark.parametrize("painting", [False, True])
def test_every_control_of_the_window_is_named_explained_and_reached_by_tab(qtbot, desk, advanced, painting):
    window = desk.window
    window.resize(1440, 1200)
    window.prompt.advanced.setChecked(advanced)
    if painting:
        desk.document.set_source(colour(Size(256, 256)))
    else:
        window.telling.sentence("The disk is nearly full.")
    found = 0
    for panel in PANELS:
        dock = window.page.dock(panel)
        dock.raise_()
        qtbot.waitUntil(lambda dock=dock: not dock.widget().visibleRegion().isEmpty())
        been = round_by_tab(qtbot, window.prompt.words.prompt.field)
        behind = [each for each in PANELS if window.page.dock(each).visibleRegion().isEmpty()]
        assert behind
        assert not [each for name in behind for each in been if window.page.dock(name).isAncestorOf(each)]
        for control in controls(window):
            spoken = QAccessible.queryAccessibleInterface(control).text(QAccessible.Text.Name)
            assert spoken, (panel, control)
            assert control.toolTip(), (panel, spoken)
            assert is_reached(control, been), (panel, spoken)
            found += 1
    assert found > 250


def test_after_a_click_on_the_button_typing_goes_on_in_the_prompt(qtbot, desk):
    panel, field = desk.panel, desk.panel.words.prompt.field
    panel.count.field.field.setFocus()
    qtbot.mouseClick(panel.button.main, Qt.MouseButton.LeftButton)
    assert len(desk.engine.jobs) == 1
    assert field.hasFocus()
    qtbot.keyClicks(QApplication.focusWidget(), "a boat")
    assert desk.document.recipe.prompt == "a boat"
    panel.button.main.setFocus()
    qtbot.keyClick(panel.button.main, Qt.Key.Key_Space)
    assert len(desk.engine.jobs) == 2
    assert panel.button.main.hasFocus()


def test_a_click_on_the_button_leaves_the_keyboard_to_the_canvas(qtbot, desk):
    desk.window.page.begin()
    desk.window.page.canvas.setFocus()
    qtbot.mouseClick(desk.panel.button.main, Qt.MouseButton.LeftButton)
    assert desk.window.page.canvas.hasFocus()
