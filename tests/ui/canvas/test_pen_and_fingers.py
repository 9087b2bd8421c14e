"""A pen with pressure, its other end, two devices at once, and fingers on a touch screen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QPointingDevice
from PySide6.QtTest import QTest

from studio.document.document import Document
from studio.request.geometry import Rect
from studio.ui.canvas.canvas import Canvas
from tests.ui.canvas.hands import LEFT, NONE, at, colour, pen, pen_event

ERASER = QPointingDevice.PointerType.Eraser


def line(y: int, pressure: float) -> list[tuple[int, int, float]]:
    return [(50 + 10 * n, y, pressure) for n in range(25)]


def redness(document: Document, y: int) -> int:
    """0: white paper, 255: all red, in the middle of a line."""
    return 255 - colour(document, 170, y)[1]


@pytest.mark.parametrize("what", ["pressure_opacity", "pressure_flow"])
def test_a_pens_pressure_makes_the_line_denser(canvas: Canvas, document: Document, what: str) -> None:
    flow = 0.05 if what == "pressure_flow" else 1.0
    canvas.kit.change(size=30, flow=flow, **{what: True})
    for y, pressure in ((60, 0.2), (130, 0.5), (200, 1.0)):
        pen(canvas, line(y, pressure))
    light, medium, heavy = (redness(document, y) for y in (60, 130, 200))
    assert 0 < light < medium - 10 < heavy - 20
    if what == "pressure_opacity":
        assert light == pytest.approx(0.2 * 255, abs=3)
        assert medium == pytest.approx(0.5 * 255, abs=3)
    width = sum(document.picture(Rect(170, 30, 1, 60)).array[:, 0, 1] < 255)
    assert width >= 28  # not narrower


def test_a_mouse_has_full_pressure(canvas: Canvas, document: Document) -> None:
    canvas.kit.change(pressure_size=True, pressure_opacity=True)
    QTest.mousePress(canvas, LEFT, NONE, at(canvas, 100, 100))
    QTest.mouseRelease(canvas, LEFT, NONE, at(canvas, 100, 100))
    assert colour(document, 100, 100) == (255, 0, 0)
    assert colour(document, 108, 100) == (255, 0, 0)


def test_the_other_end_has_the_erasers_size_and_pressure(canvas: Canvas, document: Document) -> None:
    canvas.tools.choose("eraser")
    canvas.kit.change(size=60, hardness=1.0, smoothing=0.0, pressure_size=True)
    canvas.tools.choose("brush")
    pen(canvas, line(60, 0.3), ERASER)
    pen(canvas, line(200, 1.0), ERASER)
    clear = document.picture().array[:, 170, 3] == 0
    assert 14 <= clear[20:100].sum() <= 22
    assert 56 <= clear[150:250].sum() <= 62
    pen(canvas, line(200, 1.0))  # turned around, it paints
    assert colour(document, 170, 200)[:3] == (255, 0, 0)


def test_the_mouse_that_is_pushed_while_the_pen_draws_does_nothing(canvas: Canvas, document: Document) -> None:
    steps = document.undo_stack.count()
    pen_event(canvas, QEvent.Type.TabletPress, 50, 100, 1.0)
    pen_event(canvas, QEvent.Type.TabletMove, 100, 100, 1.0)
    QTest.mouseMove(canvas, at(canvas, 300, 280))
    QTest.mousePress(canvas, LEFT, NONE, at(canvas, 300, 280))
    QTest.mouseRelease(canvas, LEFT, NONE, at(canvas, 300, 280))
    pen_event(canvas, QEvent.Type.TabletMove, 150, 100, 1.0)
    pen_event(canvas, QEvent.Type.TabletRelease, 200, 100, 0.0)
    assert document.undo_stack.count() == steps + 1
    assert colour(document, 140, 100) == (255, 0, 0)
    assert colour(document, 300, 280) == (255, 255, 255)


def test_another_button_does_not_end_a_stroke(canvas: Canvas, document: Document) -> None:
    QTest.mousePress(canvas, LEFT, NONE, at(canvas, 50, 100))
    QTest.mouseMove(canvas, at(canvas, 100, 100))
    for button in (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
        QTest.mousePress(canvas, button, NONE, at(canvas, 100, 100))
        QTest.mouseRelease(canvas, button, NONE, at(canvas, 100, 100))
    QTest.mouseMove(canvas, at(canvas, 200, 100))
    QTest.mouseRelease(canvas, LEFT, NONE, at(canvas, 200, 100))
    assert colour(document, 180, 100) == (255, 0, 0)


@pytest.fixture(scope="module")
def screen() -> QPointingDevice:
    return QTest.createTouchDevice()


def touch(canvas: Canvas, screen, **points: tuple[str, int, int]) -> None:
    """point: "press", "move" or "release", and where."""
    sequence = QTest.touchEvent(canvas, screen)
    for number, (what, x, y) in enumerate(points.values()):
        getattr(sequence, what)(number, QPoint(x, y), canvas)
    sequence.commit()


def test_one_finger_paints(canvas: Canvas, document: Document, screen) -> None:
    steps = document.undo_stack.count()
    start, end = at(canvas, 80, 100), at(canvas, 200, 100)
    touch(canvas, screen, a=("press", start.x(), start.y()))
    for x in range(start.x(), end.x(), 10):
        touch(canvas, screen, a=("move", x, start.y()))
    touch(canvas, screen, a=("release", end.x(), end.y()))
    assert colour(document, 140, 100) == (255, 0, 0)
    assert document.undo_stack.count() == steps + 1


def test_two_fingers_zoom_turn_and_move_and_take_the_first_ones_stroke_back(canvas, document, screen) -> None:
    before, steps = document.picture(), document.undo_stack.count()
    touch(canvas, screen, a=("press", 200, 200))
    touch(canvas, screen, a=("move", 210, 200))
    touch(canvas, screen, a=("move", 200, 200), b=("press", 300, 200))
    held = canvas.to_document(QPointF(250, 200))
    for part in range(1, 11):
        touch(canvas, screen, a=("move", 200 - 4 * part, 200), b=("move", 300 + 6 * part, 200 + 2 * part))
    assert canvas.zoom == pytest.approx((200**2 + 20**2) ** 0.5 / 100, rel=0.01)
    assert canvas.view.angle == 0  # hardly turned: that was not meant
    now = canvas.to_document(QPointF(260, 210))
    assert (now - held).manhattanLength() < 1.5
    for part in range(1, 11):
        touch(canvas, screen, a=("move", 160, 200 - 6 * part), b=("move", 360, 220 + 6 * part))
    assert 15 < canvas.view.angle < 45
    assert (canvas.to_document(QPointF(260, 210)) - held).manhattanLength() < 1.5
    touch(canvas, screen, a=("release", 160, 140), b=("move", 360, 280))
    touch(canvas, screen, b=("move", 390, 300))  # the last finger paints nothing
    touch(canvas, screen, b=("release", 390, 300))
    assert document.picture() == before
    assert document.undo_stack.count() == steps


def test_the_ring_is_that_of_the_end_which_is_near(canvas: Canvas) -> None:
    canvas.tools.choose("eraser")
    canvas.kit.change(size=100)
    canvas.tools.choose("brush")
    pen_event(canvas, QEvent.Type.TabletMove, 200, 150, 0.0, button=Qt.MouseButton.NoButton)
    brush = canvas.tool.outline().width()
    pen_event(canvas, QEvent.Type.TabletMove, 200, 150, 0.0, ERASER, button=Qt.MouseButton.NoButton)
    assert canvas.tool.outline().width() == pytest.approx(brush + 80, abs=2)
