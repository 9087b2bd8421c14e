"""Moving, transforming and cropping with the mouse."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath
from PySide6.QtTest import QTest

from studio.document import layering
from studio.document.blend import Blend
from studio.document.document import Document
from studio.document.files.snapshot import Snapshot
from studio.document.floating import turn_layer
from studio.document.images import pixels_of, view
from studio.document.layers import Group, Plane
from studio.document.selecting import of_path
from studio.document.thumbnails import thumbnail
from studio.document.tiles import Tiles
from studio.document.transforming import Turn, turn_canvas
from studio.request.geometry import Rect, Size
from studio.ui.canvas.canvas import Canvas
from studio.ui.panels.layers import LayersPanel
from studio.ui.panels.layers_model import THUMB
from tests.document.making import plain
from tests.ui.canvas.hands import LEFT, NONE, SHIFT, at, colour, covered, drag


def test_moving_a_layer_is_one_step(canvas: Canvas, document: Document) -> None:
    layer = layering.add_paint(document)
    drag(canvas, (100, 100), (110, 100))
    steps = document.undo_stack.count()
    canvas.tools.choose("move")
    drag(canvas, (105, 100), (185, 140))
    assert colour(document, 185, 140) == (255, 0, 0)
    assert colour(document, 105, 100) == (255, 255, 255)
    assert document.undo_stack.count() == steps + 1
    document.undo_stack.undo()
    assert (layer.x, layer.y) == (0, 0)
    assert colour(document, 105, 100) == (255, 0, 0)


def test_transforming_with_handles(canvas: Canvas, document: Document) -> None:
    layer = layering.add_paint(document)
    canvas.kit.change(size=40)
    drag(canvas, (100, 100), (101, 100))
    canvas.tools.choose("transform")
    bounds = Rect(0, 0, 0, 0)
    tool = canvas.tools["transform"]
    box = tool.outline().center()
    assert (QPointF(at(canvas, 100, 100)) - box).manhattanLength() < 6
    drag(canvas, (121, 120), (161, 160))
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    bounds = layer.bounds()
    assert 74 <= bounds.width <= 90
    assert colour(document, 140, 130) == (255, 0, 0)
    document.undo_stack.undo()
    assert 38 <= layer.bounds().width <= 44


def test_a_transformation_in_hand_is_laid_down_before_a_picture_is_asked_for(canvas, document: Document) -> None:
    canvas.tools.choose("transform")
    request = document.request()
    assert request.source == plain((400, 300), 255, 255, 255)
    assert document.has_picture


def test_cropping_and_extending_with_the_frame(canvas: Canvas, document: Document) -> None:
    canvas.tools.choose("crop")
    drag(canvas, (0, 0), (-30, -20))
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert document.size == (430, 320)
    document.undo_stack.undo()
    assert document.size == (400, 300)


def a_group(canvas: Canvas, document: Document) -> Group:
    """A red dot, a blue one and a mask in a group of half opacity."""
    upper = layering.add_paint(document)
    drag(canvas, (60, 60), (62, 60))
    canvas.kit.set_foreground("#0000ff")
    lower = layering.add_paint(document)
    drag(canvas, (140, 100), (142, 100))
    mask = layering.add_mask(document)
    drag(canvas, (100, 60), (102, 60))
    group = layering.group_up(document, upper)
    for layer in (lower, mask):
        layering.move(document, layer, group, len(group.children))
    layering.change(document, group, "Opacity", opacity=0.5)
    document.set_active(group)
    return group


def test_a_group_is_scaled_with_all_its_layers_in_one_step(canvas: Canvas, document: Document) -> None:
    group = a_group(canvas, document)
    before, steps = document.picture(), document.undo_stack.count()
    canvas.tools.choose("transform")
    assert document.picture() == before  # it lies in its place still
    drag(canvas, (151, 110), (252, 170))
    assert document.picture() == plain((400, 300), 255, 255, 255)  # lifted
    shown = canvas.grab().toImage()
    assert shown.pixelColor(at(canvas, 232, 151)).getRgb()[:3] == (128, 128, 255)  # while it is in hand
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert colour(document, 232, 151) == (128, 128, 255)
    assert colour(document, 141, 100) == (255, 255, 255)
    red, blue, mask = (layer.bounds() for layer in group.children if isinstance(layer, Plane))
    assert red.width == pytest.approx(2 * 22, abs=4)
    assert (blue.x, blue.y) == pytest.approx((50 + 2 * (131 - 50), 50 + 2 * (90 - 50)), abs=5)
    assert mask.width == pytest.approx(red.width, abs=2)
    assert document.undo_stack.count() == steps + 1
    document.undo_stack.undo()
    assert document.picture() == before


def test_a_group_is_turned_and_given_up(canvas: Canvas, document: Document) -> None:
    a_group(canvas, document)
    before, steps = document.picture(), document.undo_stack.count()
    canvas.tools.choose("transform")
    drag(canvas, (250, 80), (101, 300), modifiers=SHIFT)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert document.picture() != before
    document.undo_stack.undo()
    assert document.picture() == before
    canvas.tools.choose("brush")
    canvas.tools.choose("transform")
    drag(canvas, (100, 80), (180, 120))
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert document.picture() == before
    assert document.undo_stack.count() == steps + 1


def test_what_is_selected_of_a_group_is_moved(canvas: Canvas, document: Document) -> None:
    a_group(canvas, document)
    canvas.tools.choose("select_rectangle")
    drag(canvas, (40, 40), (90, 90))
    canvas.tools.choose("move")
    drag(canvas, (60, 60), (60, 200))
    assert colour(document, 60, 200) == (255, 128, 128)
    assert colour(document, 60, 60) == (255, 255, 255)
    assert colour(document, 141, 100) == (128, 128, 255)
    assert covered(document)[200, 60] == 255
    document.undo_stack.undo()
    assert colour(document, 60, 60) == (255, 128, 128)


def test_a_group_with_a_locked_layer_says_so(canvas: Canvas, document: Document, qtbot) -> None:
    group = a_group(canvas, document)
    layering.change(document, group.children[0], "Lock", locked=True)
    with qtbot.waitSignal(canvas.trouble):
        canvas.tools.choose("transform")


RIGHT = [(0, False, (70, 60)), (90, False, (60, 50)), (0, True, (50, 60))]


@pytest.mark.parametrize(("angle", "mirrored", "to"), RIGHT)
def test_arrows_move_a_layer_to_where_they_point(canvas: Canvas, document: Document, angle, mirrored, to) -> None:
    layer = layering.add_paint(document)
    drag(canvas, (60, 60), (61, 60))
    steps = document.undo_stack.count()
    canvas.turn_to(angle, mirrored=mirrored)
    canvas.tools.choose("move")
    for _ in range(9):
        QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert (60 + layer.x, 60 + layer.y) == to
    QTest.keyClick(canvas, Qt.Key.Key_Right, SHIFT)
    assert abs(layer.x) + abs(layer.y) == 20
    assert document.undo_stack.count() == steps + 1
    document.undo_stack.undo()
    assert (layer.x, layer.y) == (0, 0)


def test_arrows_move_what_is_selected_and_what_is_in_hand(canvas: Canvas, document: Document) -> None:
    layering.add_paint(document)
    drag(canvas, (60, 60), (61, 60))
    canvas.tools.choose("select_rectangle")
    drag(canvas, (40, 40), (90, 90))
    canvas.tools.choose("move")
    QTest.keyClick(canvas, Qt.Key.Key_Down, SHIFT)
    assert covered(document)[99, 60] == 255
    assert colour(document, 60, 75) == (255, 0, 0)
    canvas.tools.choose("transform")
    QTest.keyClick(canvas, Qt.Key.Key_Down, SHIFT)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert colour(document, 60, 85) == (255, 0, 0)
    assert colour(document, 60, 65) == (255, 255, 255)


def test_what_is_selected_of_a_layer_is_flipped_in_its_place(canvas: Canvas, document: Document) -> None:
    layering.add_paint(document)
    drag(canvas, (60, 60), (61, 60))
    drag(canvas, (120, 60), (121, 60))
    drag(canvas, (250, 60), (251, 60))
    canvas.kit.set_foreground("#0000ff")
    drag(canvas, (60, 60), (61, 60))
    document.select(of_path(_box(20, 20, 180, 100), document.size))
    turn_layer(document, document.active, Turn.FLIP_H)
    assert colour(document, 60, 60) == (255, 0, 0)
    assert colour(document, 120, 60) == (0, 0, 255)
    assert colour(document, 250, 60) == (255, 0, 0)
    document.undo_stack.undo()
    assert colour(document, 60, 60) == (0, 0, 255)


def _box(x: int, y: int, width: int, height: int) -> QPainterPath:
    path = QPainterPath()
    path.addRect(x, y, width, height)
    return path


def test_a_group_has_a_thumbnail_on_a_large_canvas_too(document: Document, canvas: Canvas) -> None:
    group = a_group(canvas, document)
    document.set_size(Size(2000, 1500))
    small = pixels_of(thumbnail(group, document.size, 100)).array
    assert small[3, 3, :3].tolist() != [0, 0, 0]
    assert small[5, 7, 3] > 0
    assert small[60, 80, 3] == 0


def test_a_layer_keeps_its_thumbnail_while_it_is_in_the_hand(canvas, document: Document, qtbot) -> None:
    group = layering.group_up(document, layering.add_paint(document))
    document.set_active(group.children[0])
    canvas.kit.change(size=120)
    drag(canvas, (100, 100), (300, 200))
    panel = LayersPanel(document)
    qtbot.addWidget(panel)
    rows = panel.tree.rows

    def shown() -> list[np.ndarray]:
        rows._freshen()
        return [view(rows.data(rows.index_of(layer), THUMB)).copy() for layer in (group, group.children[0])]

    before = shown()
    assert all(picture.any() for picture in before)
    document.set_active(group)
    canvas.tools.choose("transform")
    QTest.mousePress(canvas, LEFT, NONE, at(canvas, 200, 150))
    QTest.mouseMove(canvas, at(canvas, 240, 180))
    assert not len(group.children[0].tiles)  # it floats
    assert all((one == other).all() for one, other in zip(before, shown(), strict=True))
    QTest.mouseRelease(canvas, LEFT, NONE, at(canvas, 240, 180))
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert not any((one == other).all() for one, other in zip(before, shown(), strict=True))


def test_what_is_transformed_is_seen_in_its_place_when_the_hand_rests(canvas, document: Document, qtbot) -> None:
    lower = layering.add_paint(document)
    lower.blend = Blend.MULTIPLY
    canvas.kit.change(size=60)
    drag(canvas, (100, 100), (200, 100))
    upper = layering.add_paint(document)
    canvas.kit.set_foreground("#0000ff")
    drag(canvas, (150, 60), (150, 240))
    before = {key: tile.copy() for key, tile in lower.tiles.items()}
    document.set_active(lower)
    canvas.tools.choose("transform")
    assert colour(document, 150, 100) == (0, 0, 255)  # at once: what lies above it lies above it
    assert colour(document, 100, 100) == (255, 0, 0)
    QTest.mousePress(canvas, LEFT, NONE, at(canvas, 110, 100))
    QTest.mouseMove(canvas, at(canvas, 112, 150))
    QTest.mouseMove(canvas, at(canvas, 110, 180))
    assert colour(document, 100, 180) == (255, 255, 255)  # it floats
    assert canvas.grab().toImage().pixelColor(at(canvas, 150, 180)).red() == 255
    qtbot.waitUntil(lambda: colour(document, 100, 180) == (255, 0, 0))
    assert colour(document, 150, 180) == (0, 0, 255)
    assert upper.tiles.bounds().height > 150
    seen = document.image()
    QTest.mouseRelease(canvas, LEFT, NONE, at(canvas, 110, 180))
    assert Snapshot.of(document).layers[1].tiles.same_as(Tiles(lower.tiles.layout, before))  # as not begun
    steps = document.undo_stack.count()
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert document.image() == seen
    assert document.undo_stack.count() == steps + 1
    assert not document.held
    document.undo_stack.undo()
    assert lower.tiles.same_as(Tiles(lower.tiles.layout, before))


def test_what_was_shown_in_its_place_and_given_up_leaves_no_trace(canvas, document: Document, qtbot) -> None:
    layer = layering.add_paint(document)
    drag(canvas, (100, 100), (200, 100))
    before, keys = document.image(), set(layer.tiles)
    canvas.tools.choose("transform")
    drag(canvas, (150, 100), (330, 280))  # to where the layer had nothing
    qtbot.waitUntil(lambda: document.image() != before and colour(document, 330, 280)[1:] == (0, 0))
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert document.image() == before
    assert set(layer.tiles) == keys
    assert not document.held


def test_sharp_pixels_are_seen_before_they_are_applied(canvas, document: Document, qtbot) -> None:
    layering.add_paint(document)
    drag(canvas, (100, 100), (101, 100))
    canvas.tools.choose("transform")
    drag(canvas, (111, 110), (191, 190))

    def tones() -> int:
        return len(np.unique(document.picture(Rect(80, 80, 120, 120)).array[..., 1]))

    qtbot.waitUntil(lambda: tones() > 20)
    smooth = tones()
    canvas.kit.set_option("sharp", True)
    assert tones() < smooth / 2
    canvas.kit.set_option("sharp", False)
    assert tones() == smooth


@pytest.mark.parametrize(
    "act",
    [
        lambda document: layering.merge_down(document, document.active),
        layering.flatten,
        lambda document: layering.duplicate(document, document.active),
        lambda document: turn_canvas(document, Turn.FLIP_H),
        lambda document: turn_layer(document, document.active, Turn.HALF),
    ],
)
@pytest.mark.parametrize("tool", ["transform", "move"])
def test_what_is_in_the_hand_is_not_lost_to_what_is_done_meanwhile(canvas, document: Document, act, tool):
    layering.add_paint(document)
    canvas.kit.change(size=30)
    drag(canvas, (100, 100), (101, 100))
    if tool == "move":
        path = QPainterPath()
        path.addRect(80, 80, 60, 60)
        document.select(of_path(path, document.size))
    before, steps = document.image(), document.undo_stack.index()
    canvas.tools.choose(tool)
    QTest.mousePress(canvas, LEFT, NONE, at(canvas, 100, 100))
    QTest.mouseMove(canvas, at(canvas, 150, 150))
    QTest.mouseMove(canvas, at(canvas, 200, 200))
    act(document)
    QTest.mouseRelease(canvas, LEFT, NONE, at(canvas, 200, 200))
    assert colour(document, 200, 200) == (255, 0, 0)
    assert colour(document, 100, 100) == (255, 255, 255)
    assert not document.held
    while document.undo_stack.index() > steps:
        document.undo_stack.undo()
    assert document.image() == before


def test_a_layer_in_the_hand_is_put_back_though_another_became_the_active_one(canvas, document: Document) -> None:
    layer = layering.add_paint(document)
    drag(canvas, (100, 100), (140, 100))
    canvas.tools.choose("move")
    QTest.mousePress(canvas, LEFT, NONE, at(canvas, 100, 100))
    QTest.mouseMove(canvas, at(canvas, 150, 150))
    layering.add_paint(document)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert (layer.x, layer.y) == (0, 0)
    assert (document.active.x, document.active.y) == (0, 0)
    assert colour(document, 120, 100) == (255, 0, 0)
