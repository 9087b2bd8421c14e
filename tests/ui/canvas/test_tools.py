"""Tools driven by real mouse, pen and key events."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPointingDevice
from PySide6.QtTest import QTest

from studio.document import layering
from studio.document.content import fill
from studio.document.document import Document
from studio.document.layers import MaskLayer, PaintLayer
from studio.document.selecting import array_of
from studio.document.transforming import Turn, turn_canvas
from studio.request.errors import Trouble
from studio.request.geometry import Rect
from studio.ui.actions import ActionTable
from studio.ui.canvas.actions import canvas_actions
from studio.ui.canvas.canvas import Canvas
from studio.ui.panels.brush import BrushPanel
from studio.ui.panels.history import HistoryPanel
from studio.ui.panels.layers import LayersPanel
from studio.ui.panels.navigator import NavigatorPanel
from studio.ui.widgets.popover import Popover
from tests.document.making import plain
from tests.ui.canvas.hands import ALT, LEFT, NONE, SHIFT, at, colour, covered, drag, pen


def test_a_stroke_paints_and_is_one_step(canvas: Canvas, document: Document) -> None:
    steps = document.undo_stack.count()
    drag(canvas, (50, 50), (200, 50), (200, 150))
    assert colour(document, 120, 50) == (255, 0, 0)
    assert colour(document, 200, 120) == (255, 0, 0)
    assert colour(document, 120, 80) == (255, 255, 255)
    assert document.undo_stack.count() == steps + 1
    document.undo_stack.undo()
    assert document.picture() == plain((400, 300), 255, 255, 255)


def test_shift_draws_a_straight_line_from_the_last_end(canvas: Canvas, document: Document) -> None:
    drag(canvas, (50, 50), (60, 50))
    QTest.mouseClick(canvas, LEFT, SHIFT, at(canvas, 250, 250))
    assert colour(document, 155, 150) == (255, 0, 0)


def test_alt_picks_a_colour_without_painting(canvas: Canvas, document: Document) -> None:
    drag(canvas, (50, 50), (200, 50))
    canvas.kit.set_foreground("#0000ff")
    QTest.mouseClick(canvas, LEFT, ALT, at(canvas, 120, 50))
    assert canvas.kit.foreground == "#ff0000"
    QTest.mouseClick(canvas, LEFT, ALT, at(canvas, 350, 250))
    assert canvas.kit.foreground == "#ffffff"


def test_the_pens_other_end_erases(canvas: Canvas, document: Document) -> None:
    pen(canvas, [(50 + 10 * n, 100, 0.8) for n in range(12)], QPointingDevice.PointerType.Eraser)
    assert len(colour(document, 100, 100)) == 4
    assert colour(document, 100, 100)[3] == 0


def test_a_pens_pressure_makes_the_line_wider(canvas: Canvas, document: Document) -> None:
    canvas.kit.change(size=40, pressure_size=True)
    pen(canvas, [(50 + 10 * n, 60, 0.2) for n in range(25)])
    pen(canvas, [(50 + 10 * n, 200, 1.0) for n in range(25)])
    red = (document.picture().array == (255, 0, 0)).all(-1)
    assert red[140:260, 170].sum() > 3 * red[20:100, 170].sum() > 0


def test_undo_in_the_middle_of_a_stroke_gives_it_up(canvas: Canvas, document: Document) -> None:
    drag(canvas, (50, 200), (200, 200))
    steps = document.undo_stack.index()
    QTest.mousePress(canvas, LEFT, NONE, at(canvas, 50, 50))
    QTest.mouseMove(canvas, at(canvas, 120, 50))
    document.undo_stack.undo()
    QTest.mouseRelease(canvas, LEFT, NONE, at(canvas, 120, 50))
    assert colour(document, 80, 50) == (255, 255, 255)
    assert colour(document, 120, 200) == (255, 0, 0)
    assert document.undo_stack.index() == steps


def test_the_mask_brush_makes_a_mask_and_has_a_size_of_its_own(canvas: Canvas, document: Document) -> None:
    steps = document.undo_stack.count()
    canvas.tools.choose("mask_brush")
    canvas.kit.change(size=60)
    drag(canvas, (100, 100), (200, 100))
    mask = document.active
    assert isinstance(mask, MaskLayer)
    assert mask.bounds().height > 55
    assert document.undo_stack.count() == steps + 1
    assert document.request().mask is not None
    drag(canvas, (100, 100), (200, 100), modifiers=ALT)
    assert not array_of(mask.tiles, Rect(100, 95, 100, 10)).any()
    canvas.tools.choose("brush")
    assert canvas.kit.brush().size == 20
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert not any(isinstance(layer, MaskLayer) for layer in document.layers)


@pytest.mark.parametrize("field", ["locked", "visible"])
def test_what_cannot_be_painted_on_says_why(canvas: Canvas, document: Document, qtbot, field: str) -> None:
    layering.change(document, document.active, "x", **{field: field == "locked"})
    with qtbot.waitSignal(canvas.trouble) as told:
        drag(canvas, (50, 50), (90, 50))
    assert isinstance(told.args[0], Trouble)
    assert told.args[0].remedy


def test_rectangles_are_selected_added_and_taken_away(canvas: Canvas, document: Document) -> None:
    canvas.tools.choose("select_rectangle")
    drag(canvas, (50, 50), (150, 150))
    assert (covered(document) == 255).sum() == 10_000
    drag(canvas, (200, 50), (250, 100), modifiers=SHIFT)
    assert (covered(document) == 255).sum() == 12_500
    drag(canvas, (50, 50), (100, 150), modifiers=ALT)
    assert (covered(document) == 255).sum() == 7_500
    QTest.mouseClick(canvas, LEFT, NONE, at(canvas, 300, 250))
    assert document.selection is None


def test_lasso_polygon_and_ellipse(canvas: Canvas, document: Document) -> None:
    canvas.tools.choose("select_lasso")
    drag(canvas, (50, 50), (150, 50), (150, 150), (50, 150))
    assert covered(document)[100, 100] == 255
    canvas.tools.choose("select_polygon")
    for x, y in ((200, 50), (300, 50), (250, 150)):
        QTest.mouseClick(canvas, LEFT, NONE, at(canvas, x, y))
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert covered(document)[80, 250] == 255
    assert covered(document)[100, 100] == 0
    canvas.tools.choose("select_ellipse")
    drag(canvas, (100, 100), (200, 200))
    assert covered(document)[150, 150] == 255
    assert covered(document)[103, 103] == 0


def test_the_wand_selects_and_filling_fills(canvas: Canvas, document: Document) -> None:
    canvas.kit.change(size=10)
    drag(canvas, (100, 0), (100, 299))
    canvas.tools.choose("select_wand")
    QTest.mouseClick(canvas, LEFT, NONE, at(canvas, 20, 100))
    assert covered(document)[10, 10] == 255
    assert covered(document)[10, 300] == 0
    canvas.tools.choose("fill")
    canvas.kit.set_foreground("#00ff00")
    QTest.mouseClick(canvas, LEFT, NONE, at(canvas, 20, 100))
    assert colour(document, 10, 250) == (0, 255, 0)
    assert colour(document, 300, 250) == (255, 255, 255)


def test_every_action_can_be_run_and_has_a_key_of_its_own(canvas: Canvas, document: Document) -> None:
    table = ActionTable(canvas)
    actions = canvas_actions(canvas, document)
    table.add(*actions)
    keys = [key for action in actions for key in action.keys]
    assert len(keys) == len(set(keys))
    for action in actions:
        table.run(action.id)
    for sheet in canvas.findChildren(Popover):
        sheet.discard()
    document.undo_stack.setIndex(1)
    assert document.picture() == plain((400, 300), 255, 255, 255)


def test_panels_follow_and_lead(canvas: Canvas, document: Document, qtbot, tmp_path: Path) -> None:
    brushes = Path(__file__).parents[3] / "resources" / "brushes" / "brushes.json"
    tool = BrushPanel(canvas, brushes, tmp_path / "own.json")
    layers, history, navigator = LayersPanel(document), HistoryPanel(document), NavigatorPanel(canvas)
    for panel in (tool, layers, history, navigator):
        qtbot.addWidget(panel)
        panel.resize(300, 700)
    tool.keep("Mine")
    assert [brush.name for brush in BrushPanel(canvas, brushes, tmp_path / "own.json").presets.brushes][-1] == "Mine"
    tool.colour.hex.setText("#123456")
    tool.colour.hex.editingFinished.emit()
    assert canvas.kit.foreground == "#123456"
    layer = layering.add_paint(document)
    assert layers.tree.currentIndex().data() == layer.name
    layers.tree.setCurrentIndex(layers.tree.rows.index_of(document.layers[0]))
    assert document.active is document.layers[0]
    layers.options.opacity.edited.emit(50.0)
    assert document.layers[0].opacity == 0.5
    rows = history.model().rowCount()
    assert rows == document.undo_stack.count() + 1
    history.clicked.emit(history.model().index(0, 0))
    assert not document.undo_stack.canUndo()
    assert history.model().rowCount() == rows
    navigator.zoom.setValue(900)
    assert canvas.zoom > 10
    QTest.mouseClick(navigator.map, LEFT, NONE, navigator.map.rect().center())
    canvas.tools.choose("select_wand")
    canvas.tools.choose("gradient")


def test_dragging_a_layer_moves_it(document: Document, qtbot) -> None:
    upper = layering.add_paint(document)
    group = layering.group_up(document, document.layers[1])
    panel = LayersPanel(document)
    qtbot.addWidget(panel)
    rows = panel.tree.rows
    data = rows.mimeData([rows.index_of(upper)])
    rows.dropMimeData(data, Qt.DropAction.MoveAction, 1, 0, rows.index_of(group))
    assert group.children[0] is upper
    document.undo_stack.undo()
    assert document.layers[-1] is upper
    assert isinstance(document.layers[0], PaintLayer)


def test_the_model_of_layers_is_sound(document: Document, qtmodeltester) -> None:
    layering.group_up(document, layering.add_paint(document))
    panel = LayersPanel(document)
    qtmodeltester.check(panel.tree.rows)
    panel.deleteLater()


@pytest.mark.parametrize(
    "act",
    [
        lambda document: turn_canvas(document, Turn.LEFT),
        layering.flatten,
        lambda document: fill(document, document.active, "#0000ff"),
        lambda document: layering.remove(document, document.active),
    ],
)
def test_a_stroke_ends_where_something_else_changes_what_it_lies_on(canvas, document: Document, act) -> None:
    before, steps = document.image(), document.undo_stack.index()
    QTest.mousePress(canvas, LEFT, NONE, at(canvas, 50, 50))
    QTest.mouseMove(canvas, at(canvas, 120, 50))
    act(document)
    after = document.image()
    QTest.mouseMove(canvas, at(canvas, 120, 200))
    QTest.mouseRelease(canvas, LEFT, NONE, at(canvas, 120, 200))
    assert document.image() == after
    document.undo_stack.undo()
    assert colour(document, 80, 50) == (255, 0, 0)  # the stroke is a step of its own
    document.undo_stack.undo()
    assert document.undo_stack.index() == steps
    assert document.image() == before


def test_reading_the_document_in_the_middle_of_a_stroke_does_not_end_it(canvas: Canvas, document: Document) -> None:
    QTest.mousePress(canvas, LEFT, NONE, at(canvas, 50, 50))
    QTest.mouseMove(canvas, at(canvas, 120, 50))
    document.request()
    QTest.mouseMove(canvas, at(canvas, 250, 50))
    QTest.mouseRelease(canvas, LEFT, NONE, at(canvas, 250, 50))
    assert colour(document, 220, 50) == (255, 0, 0)
