"""Small sheets over the canvas: what they show while something is chosen, and that nothing else stops."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from studio.document import layering
from studio.document.document import Document
from studio.document.selecting import of_path, plane
from studio.request.geometry import Rect, Size
from studio.ui.actions import ActionTable
from studio.ui.canvas.actions import canvas_actions
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.edge_sheet import EdgeSheet
from studio.ui.canvas.extent_sheet import ExtentSheet
from studio.ui.canvas.resize_sheet import ResizeSheet
from studio.ui.widgets.name_sheet import NameSheet
from studio.ui.widgets.notice import Notices
from studio.ui.widgets.popover import Popover
from tests.document.making import plain
from tests.ui.canvas.hands import at, colour, covered, drag

ENTER, ESCAPE = Qt.Key.Key_Return, Qt.Key.Key_Escape


@pytest.fixture
def table(canvas: Canvas, document: Document) -> ActionTable:
    table = ActionTable(canvas)
    table.add(*canvas_actions(canvas, document))
    return table


def selected(document: Document) -> None:
    document.select(plane(plain((60, 40), 255).array[..., 0], 100, 80))


def sheet(canvas: Canvas, kind: type[Popover]):
    (found,) = [each for each in canvas.findChildren(kind) if each.isVisible()]
    return found


def shown_edge(canvas: Canvas) -> Rect:
    """What the ants run around."""
    ants = canvas.marching._seen
    return ants._path.boundingRect().toRect().getRect()


@pytest.mark.parametrize(
    ("action", "typed", "edge"),
    [("grow", "10", (90, 70, 80, 60)), ("shrink", "10", (110, 90, 40, 20))],
)
def test_growing_is_seen_before_it_is_done(canvas, document, table, qtbot, action, typed, edge):
    selected(document)
    before, steps = document.selection, document.undo_stack.count()
    table.run(f"select.{action}")
    field = sheet(canvas, EdgeSheet).pixels.field
    QTest.keyClicks(field, typed)
    qtbot.waitUntil(lambda: shown_edge(canvas) == pytest.approx(edge, abs=1))
    assert document.selection is before  # only thought of
    QTest.keyClick(field, ENTER)
    assert document.selection.bounds() == pytest.approx(edge, abs=1)
    assert document.undo_stack.count() == steps + 1
    assert canvas.marching._instead is None
    document.undo_stack.undo()
    assert document.selection is before


def test_escape_leaves_the_selection_as_it_is(canvas, document, table, qtbot):
    selected(document)
    before, steps = document.selection, document.undo_stack.count()
    table.run("select.feather")
    feather = sheet(canvas, EdgeSheet)
    qtbot.waitUntil(lambda: canvas.marching._instead is not None)
    QTest.keyClick(feather.pixels.field, ESCAPE)
    assert document.selection is before
    assert document.undo_stack.count() == steps
    assert canvas.marching._instead is None
    assert not [each for each in canvas.findChildren(Popover) if each.isVisible()]


def test_painting_and_selecting_go_on_while_it_is_open(canvas, document, table, qtbot):
    selected(document)
    table.run("select.grow")
    layering.add_paint(document)
    canvas.tools.choose("select_rectangle")
    drag(canvas, (200, 150), (240, 190))
    qtbot.waitUntil(lambda: canvas.marching._instead is not None and shown_edge(canvas)[0] == 192)
    sheet(canvas, EdgeSheet).apply_button.click()
    assert document.selection.bounds() == pytest.approx((192, 142, 56, 56), abs=1)
    canvas.tools.choose("brush")
    drag(canvas, (220, 170), (222, 170))
    assert colour(document, 220, 170) == (255, 0, 0)


def test_one_sheet_takes_the_place_of_another(canvas, document, table):
    selected(document)
    table.run("select.grow")
    first = sheet(canvas, EdgeSheet)
    told: list[bool] = []
    first.discarded.connect(lambda: told.append(True))
    table.run("picture.resize")
    assert told == [True]
    assert sheet(canvas, Popover).accessibleName() == "Resize picture"


def test_nothing_selected_grows_from_all(canvas, document, table):
    document.select(of_path(_circle(), document.size))
    table.run("select.shrink")
    EdgeSheet(canvas, "Shrink", 4, lambda tiles, by, size: tiles)
    sheet(canvas, EdgeSheet).discard()
    assert covered(document).max() == 255


def _circle():
    from PySide6.QtGui import QPainterPath

    path = QPainterPath()
    path.addEllipse(50, 50, 100, 100)
    return path


def test_another_size_of_the_canvas_is_framed_meanwhile(canvas, document, table):
    table.run("picture.canvas_size")
    extent = sheet(canvas, ExtentSheet)
    extent.width_field.setValue(500)
    QTest.keyClick(extent.anchor, Qt.Key.Key_Left)
    assert canvas.guides.frame == Rect(0, 0, 500, 300)
    QTest.keyClick(extent.anchor, Qt.Key.Key_Right)
    assert canvas.guides.frame == Rect(-50, 0, 500, 300)
    before = canvas.grab().toImage().pixelColor(at(canvas, -50, 150))
    QTest.keyClick(extent.width_field, ENTER)
    assert canvas.guides.frame is None
    assert document.size == Size(500, 300)
    assert colour(document, 60, 150) == (255, 255, 255)
    assert document.picture(Rect(0, 0, 40, 300)).array[..., 3].max() == 0
    document.undo_stack.undo()
    assert canvas.grab().toImage().pixelColor(at(canvas, -50, 150)) != before


def test_resizing_keeps_the_shape_unless_told_otherwise(canvas, document, table):
    table.run("picture.resize")
    resize = sheet(canvas, ResizeSheet)
    QTest.keyClicks(resize.width_field, "200")
    assert resize.height_field.value() == 150
    assert resize.note.text() == "50 % as wide · 30,000 pixels"
    resize.tied.click()
    resize.height_field.setValue(290)
    QTest.keyClick(resize.height_field, ENTER)
    assert document.size == Size(200, 290)


def test_a_name_is_asked_for(qtbot, canvas):
    names: list[str] = []
    asked = NameSheet(canvas, "Keep brush", "My brush")
    asked.named.connect(names.append)
    asked.field.clear()
    assert not asked.apply_button.isEnabled()
    QTest.keyClicks(asked.field, "  Ink ")
    QTest.keyClick(asked.field, ENTER)
    assert names == ["Ink"]


def test_what_is_told_meanwhile_stays_readable(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(600, 400)
    part = QWidget(window)
    part.setGeometry(0, 0, 600, 400)
    notices = Notices(window, part)
    window.show()
    sheet = NameSheet(part, "Keep this brush", "Ink")
    before = sheet.geometry()
    notice = notices.tell("This model cannot follow pictures.", "error")
    qtbot.waitUntil(lambda: sheet.y() > before.y())
    assert not sheet.geometry().intersects(notices.geometry())
    notices.withdraw(notice)
    qtbot.waitUntil(lambda: sheet.geometry() == before)
