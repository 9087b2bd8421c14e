"""Rulers, guides, snapping, scroll bars, fingers; and what is kept from one start to the next."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.document.document import Document
from studio.document.files.opening import open_document, save_document
from studio.document.guides import Guide, add_guide
from studio.document.images import SOURCE, image_of
from studio.document.layers import PaintLayer
from studio.document.selecting import array_of
from studio.document.transforming import Turn, crop, resize, turn_canvas
from studio.library.pictures import read_picture
from studio.request.geometry import Rect, Size
from studio.settings.settings import Settings
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.frame import CanvasFrame
from studio.ui.canvas.habits import keep_habits, restore_habits
from studio.ui.canvas.rulers import THICK, Ruler, step_for
from studio.ui.canvas.tools.picker import take_palette
from studio.ui.preferences import Preferences
from tests.document.making import a_document, a_model, plain
from tests.ui.canvas.test_tools import at, drag

LEFT = Qt.MouseButton.LeftButton
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def document(qapp: QApplication) -> Document:
    document = a_document()
    document.set_source(plain((400, 300), 255, 255, 255))
    return document


@pytest.fixture
def frame(document: Document, qtbot) -> CanvasFrame:
    frame = CanvasFrame(Canvas(document))
    frame.resize(560, 460)
    qtbot.addWidget(frame)
    with qtbot.waitExposed(frame):
        frame.show()
    frame.show_rulers(True)
    frame.canvas.actual_size()
    QApplication.processEvents()
    return frame


@pytest.fixture
def canvas(frame: CanvasFrame) -> Canvas:
    return frame.canvas


def rulers(frame: CanvasFrame) -> tuple[Ruler, Ruler]:
    top, left = frame.findChildren(Ruler)
    return top, left


def pull(ruler: Ruler, start: QPoint, end: QPoint) -> None:
    """end: on the ruler's own coordinates, may be over the canvas."""
    QTest.mousePress(ruler, LEFT, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(ruler, end)
    QTest.mouseRelease(ruler, LEFT, Qt.KeyboardModifier.NoModifier, end)


def over(frame: CanvasFrame, ruler: Ruler, x: float, y: float) -> QPoint:
    """A point of the document in the coordinates of a ruler."""
    canvas = frame.canvas
    return ruler.mapFromGlobal(canvas.mapToGlobal(canvas.view.to_screen(QPointF(x, y)).toPoint()))


@pytest.mark.parametrize(("scale", "step"), [(0.01, 10_000), (0.37, 200), (1.0, 100), (2.0, 50), (8.0, 10), (64.0, 1)])
def test_numbers_on_rulers_are_round_and_not_too_near(scale, step):
    assert step_for(scale) == step


def test_guides_are_pulled_out_moved_and_pushed_away(frame, document):
    top, left = rulers(frame)
    pull(top, QPoint(100, 10), over(frame, top, 50, 120))
    assert document.guides == (Guide(False, 120),)
    pull(left, QPoint(10, 100), over(frame, left, 70, 80))
    assert document.guides == (Guide(False, 120), Guide(True, 70))
    pull(top, over(frame, top, 70, 0), over(frame, top, 90, 0))
    assert Guide(True, 90) in document.guides
    document.undo_stack.undo()
    assert Guide(True, 70) in document.guides
    pull(top, over(frame, top, 70, 0), over(frame, top, -30, 0))
    assert document.guides == (Guide(False, 120),)


def test_a_guide_dropped_back_on_its_ruler_is_none(frame, document):
    top, _ = rulers(frame)
    pull(top, QPoint(100, 10), QPoint(160, THICK // 2))
    assert document.guides == ()


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("angle", [0, 30, 90, 135, 180, 270])
def test_rulers_measure_the_view_as_it_is_turned(frame, canvas, angle, mirrored):
    canvas.turn_to(angle, mirrored=mirrored)
    sideways = {ruler.scale.sideways for ruler in rulers(frame)}
    assert sideways == {True, False}
    for ruler, screen in zip(rulers(frame), (QPointF(170, 0), QPointF(0, 170)), strict=True):
        there = canvas.to_document(screen)
        scale = ruler.scale
        assert scale.value(170) == pytest.approx(there.x() if scale.sideways else there.y(), abs=0.01)
        assert scale.place(scale.value(33)) == pytest.approx(33)
        bare = {colour.getRgb() for colour in _row(ruler)}
        assert len(bare) > 1  # ticks and numbers are there


def _row(ruler):
    image = ruler.grab().toImage()
    across = image.width() > image.height()
    reach = image.width() if across else image.height()
    return [image.pixelColor(at, THICK - 2) if across else image.pixelColor(THICK - 2, at) for at in range(reach)]


def test_guides_are_pulled_and_moved_in_a_turned_view(frame, canvas, document):
    canvas.turn_to(90, mirrored=True)
    top, left = rulers(frame)
    pull(top, QPoint(100, 10), over(frame, top, 70, 120))  # lies along the ruler: upright in the picture
    assert document.guides == (Guide(True, 70),)
    mark = QPoint(10, round(left.scale.place(70)))
    pull(left, mark, over(frame, left, 90, 120))
    assert document.guides == (Guide(True, 90),)
    pull(left, QPoint(10, 30), over(frame, left, 70, 120))
    assert document.guides == (Guide(True, 90), Guide(False, 120))


def test_guides_are_seen_and_can_be_hidden(canvas, document):
    before = canvas.grab().toImage()
    add_guide(document, Guide(True, 70))
    place = at(canvas, 70, 60)
    assert canvas.grab().toImage().pixelColor(place) != before.pixelColor(place)
    canvas.guides.visible = False
    assert canvas.grab().toImage().pixelColor(place) == before.pixelColor(place)


def test_selections_snap_to_guides_and_edges_unless_ctrl_is_held(canvas, document):
    add_guide(document, Guide(True, 100))
    add_guide(document, Guide(False, 60))
    canvas.tools.choose("select_rectangle")
    drag(canvas, (3, 4), (97, 63))
    assert document.selection is not None
    assert document.selection.bounds() == Rect(0, 0, 100, 60)
    with held(canvas, Qt.KeyboardModifier.ControlModifier):
        drag(canvas, (20, 20), (97, 63))
    assert document.selection.bounds() == Rect(20, 20, 77, 43)
    canvas.snapping.on = False
    drag(canvas, (20, 20), (97, 63))
    assert document.selection.bounds() == Rect(20, 20, 77, 43)


def test_a_moved_layer_snaps_with_its_edges_and_its_middle(canvas, document):
    document.add_layer(PaintLayer(name="Square"))
    document.active.tiles.replace(document.active.tiles.drawn(square(40), 100, 100, SOURCE))
    canvas.tools.choose("move")
    drag(canvas, (120, 120), (23, 120))
    assert document.active.bounds() == Rect(0, 100, 40, 40)
    drag(canvas, (20, 120), (197, 147))
    assert document.active.bounds() == Rect(180, 130, 40, 40)  # its middle on the middle of the canvas


def square(side: int):
    return image_of(plain((side, side), 255, 0, 0))


def test_guides_go_with_the_canvas(document):
    add_guide(document, Guide(True, 100))
    turn_canvas(document, Turn.RIGHT)
    assert document.guides == (Guide(False, 100),)
    crop(document, Rect(0, 40, 300, 300))
    assert document.guides == (Guide(False, 60),)
    resize(document, Size(600, 600))
    assert document.guides == (Guide(False, 120),)
    for _ in range(3):
        document.undo_stack.undo()
    assert document.guides == (Guide(True, 100),)


def test_guides_are_kept_in_the_file(document, tmp_path: Path):
    add_guide(document, Guide(True, 100))
    save_document(document, tmp_path / "a.ora")
    assert open_document(tmp_path / "a.ora", a_model(), read_picture).guides == (Guide(True, 100),)


def test_scroll_bars_come_when_something_is_out_of_view_and_move_it(frame, canvas):
    canvas.fit()
    assert frame.across.isHidden()
    canvas.set_zoom(4.0)
    assert not frame.across.isHidden()
    frame.across.setValue(0)
    frame.down.setValue(0)
    assert canvas.view.to_document(QPointF(0, 0)) == QPointF(0, 0)
    frame.across.setValue(400)
    assert canvas.view.to_document(QPointF(0, 0)).x() == pytest.approx(100)
    canvas.pan(-40, 0)
    assert frame.across.value() == 440


@contextmanager
def held(canvas: Canvas, modifier: Qt.KeyboardModifier):
    """A key that is held: QTest moves the mouse without it."""
    plain_pointer = canvas._pointer
    canvas._pointer = lambda event: replace(plain_pointer(event), modifiers=modifier)
    yield
    canvas._pointer = plain_pointer


def gesture(canvas: Canvas, kind: Qt.NativeGestureType, value: float) -> None:
    device = QPointingDevice.primaryPointingDevice()
    middle = QPointF(canvas.rect().center())
    place = QPointF(canvas.mapToGlobal(middle))
    QApplication.sendEvent(canvas, QNativeGestureEvent(kind, device, 2, middle, middle, place, value, QPointF()))


def test_fingers_on_a_touchpad_zoom_turn_and_fit(canvas):
    gesture(canvas, Qt.NativeGestureType.ZoomNativeGesture, 0.5)
    assert canvas.zoom == pytest.approx(1.5)
    gesture(canvas, Qt.NativeGestureType.RotateNativeGesture, 10)
    assert canvas.view.angle == pytest.approx(10)
    gesture(canvas, Qt.NativeGestureType.SmartZoomNativeGesture, 0)
    assert canvas.zoom != pytest.approx(1.5)


def test_a_selection_is_painted_and_taken_away_softly(canvas, document):
    canvas.tools.choose("select_brush")
    canvas.kit.change(size=40, hardness=0.2)
    drag(canvas, (100, 100), (160, 100))
    assert document.selection is not None
    array = array_of(document.selection, Rect(80, 70, 110, 60))
    assert array.max() == 255
    assert len(np.unique(array)) > 20  # a soft edge
    assert document.undo_stack.undoText() == "Paint selection"
    before = int(array.sum())
    drag(canvas, (100, 100), (120, 100), modifiers=Qt.KeyboardModifier.AltModifier)
    assert array_of(document.selection, Rect(80, 70, 110, 60)).sum() < before
    drag(canvas, (390, 20), (420, 20))
    assert Rect.of(document.size).contains(document.selection.bounds())


def test_while_a_selection_is_painted_it_is_seen(canvas, document):
    canvas.tools.choose("select_brush")
    canvas.kit.change(size=40, hardness=1.0)
    QTest.mousePress(canvas, LEFT, Qt.KeyboardModifier.NoModifier, at(canvas, 100, 100))
    QTest.mouseMove(canvas, at(canvas, 140, 100))
    colour = canvas.grab().toImage().pixelColor(at(canvas, 105, 100))
    assert colour.blue() > colour.red() + 40
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert document.selection is None


def test_what_the_hand_is_used_to_is_there_in_the_next_start(frame, canvas, document, qtbot):
    preferences = Preferences(Settings())
    canvas.kit.change(size=33, hardness=0.25)
    canvas.kit.set_foreground("#123456")
    canvas.snapping.on = False
    keep_habits(preferences, canvas, frame)
    other = CanvasFrame(Canvas(a_document()))
    qtbot.addWidget(other)
    restore_habits(preferences, other.canvas, other)
    assert other.canvas.kit.brush("brush").size == 33
    assert other.canvas.kit.foreground == "#123456"
    assert not other.canvas.snapping.on
    assert other.rulers_shown


@pytest.mark.parametrize("kept", ["", "[1", '{"brushes": [], "colours": [1, 2], "switches": {"sharp": 3}}', "null"])
def test_habits_that_are_none_do_no_harm(frame, canvas, kept):
    restore_habits(Preferences(Settings(window={"hand": kept})), canvas, frame)
    assert canvas.kit.brush("brush").size == 24


def test_the_colours_of_the_picture_are_taken(canvas, document):
    document.add_layer(PaintLayer(name="Red"))
    document.active.tiles.replace(document.active.tiles.drawn(square(150), 0, 0, SOURCE))
    take_palette(document, canvas.kit)
    assert canvas.kit.palette == ("#ff0000", "#ffffff")
