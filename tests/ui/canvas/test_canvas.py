from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.document.document import Document
from studio.document.edits import TilesEdit
from studio.document.images import SOURCE, image_of, view
from studio.document.layers import MaskLayer, PaintLayer
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from studio.ui.canvas.canvas import Canvas
from tests.document.making import a_document, noise, plain


@pytest.fixture
def document(qapp: QApplication) -> Document:
    document = a_document()
    document.set_source(noise((700, 520)))
    return document


@pytest.fixture
def canvas(document: Document, qtbot) -> Canvas:
    canvas = Canvas(document)
    canvas.resize(600, 440)
    qtbot.addWidget(canvas)
    with qtbot.waitExposed(canvas):
        canvas.show()
    return canvas


def on_screen(canvas: Canvas) -> np.ndarray:
    """What was painted bit by bit."""
    QApplication.processEvents()
    shot = canvas.screen().grabWindow(canvas.winId()).toImage().convertToFormat(QImage.Format.Format_RGB32)
    return view(shot)[: canvas.height(), : canvas.width(), :3].astype(int)


def afresh(canvas: Canvas) -> np.ndarray:
    """The same painted in one piece."""
    return view(canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32))[..., :3].astype(int)


def dab(document: Document, x: int, y: int, side: int, seed: int) -> None:
    layer = document.active
    assert isinstance(layer, PaintLayer)
    versions = layer.tiles.drawn(image_of(noise((side, side), 4, seed)), x, y, SOURCE)
    before = layer.tiles.replace(versions)
    document.push(TilesEdit(document, "Dab", layer, before, applied=True))


@given(
    zoom=st.floats(0.01, 64),
    shift=st.tuples(st.integers(-200, 200), st.integers(-200, 200)),
    dabs=st.lists(st.tuples(st.integers(0, 660), st.integers(0, 480), st.integers(1, 60)), min_size=1, max_size=5),
    pans=st.lists(st.tuples(st.integers(-60, 60), st.integers(-60, 60)), max_size=3),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_painting_bit_by_bit_equals_painting_at_once(canvas: Canvas, zoom, shift, dabs, pans) -> None:
    canvas.fit()
    canvas.set_zoom(zoom)
    canvas.pan(*shift)
    QApplication.processEvents()
    for number, (x, y, side) in enumerate(dabs):
        dab(canvas.document, x, y, side, number)
        QApplication.processEvents()
    for dx, dy in pans:
        canvas.pan(dx, dy)
        QApplication.processEvents()
    assert (on_screen(canvas) == afresh(canvas)).all()


@given(
    zoom=st.floats(0.05, 16),
    angle=st.sampled_from([0, 90, 180, 270, 15, 37.5, 200]),
    mirrored=st.booleans(),
    dabs=st.lists(st.tuples(st.integers(0, 660), st.integers(0, 480), st.integers(1, 60)), min_size=1, max_size=3),
)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_turned_view_painted_bit_by_bit_equals_painting_at_once(canvas: Canvas, zoom, angle, mirrored, dabs) -> None:
    canvas.set_zoom(zoom)
    canvas.turn_to(angle, mirrored=mirrored)
    QApplication.processEvents()
    for number, (x, y, side) in enumerate(dabs):
        dab(canvas.document, x, y, side, number)
        QApplication.processEvents()
    assert (on_screen(canvas) == afresh(canvas)).all()


def test_undo_shows_what_was_there(canvas: Canvas) -> None:
    before = on_screen(canvas)
    dab(canvas.document, 100, 100, 200, 1)
    assert (on_screen(canvas) != before).any()
    canvas.document.undo_stack.undo()
    assert (on_screen(canvas) == before).all()


def test_at_100_percent_a_document_pixel_is_a_pixel_of_the_screen(canvas: Canvas) -> None:
    canvas.actual_size()
    at = canvas.to_document(QPointF(0, 0))
    area = Rect(round(at.x()), round(at.y()), 200, 150)
    shown = on_screen(canvas)[:150, :200, ::-1]
    assert (shown == canvas.document.picture(area).array).all()


def test_a_preview_is_seen_but_never_touches_the_document(canvas: Canvas) -> None:
    before_pixels, before = canvas.document.picture(), on_screen(canvas)
    canvas.show_preview(plain((16, 12), 255, 0, 0), Rect(100, 60, 320, 240))
    shown = on_screen(canvas)
    middle = canvas.shown_rect(Rect(250, 170, 20, 20)).center()
    assert shown[middle.y(), middle.x()].tolist() == [0, 0, 255]
    corner = canvas.shown_rect(Rect(20, 20, 10, 10)).center()
    assert (shown[corner.y(), corner.x()] == before[corner.y(), corner.x()]).all()
    assert canvas.document.picture() == before_pixels
    assert not canvas.document.undo_stack.isClean()
    canvas.clear_preview()
    assert (on_screen(canvas) == before).all()


def test_a_preview_fades_in_through_its_soft_mask(document: Document, canvas: Canvas) -> None:
    document.undo_stack.undo()
    document.set_source(plain((400, 400), 0, 0, 255))
    canvas.actual_size()
    ramp = np.tile(np.linspace(0, 255, 200).astype(np.uint8)[None, :, None], (200, 1, 1))
    canvas.show_preview(plain((25, 25), 255, 0, 0), Rect(100, 100, 200, 200), Pixels(ramp))
    row = canvas.shown_rect(Rect(100, 200, 200, 1)).adjusted(2, 2, -2, -2)
    blue, _, red = on_screen(canvas)[row.y(), row.x() : row.x() + 200].T
    assert (np.diff(red) >= -1).all()
    assert (abs(red + blue - 255) <= 2).all()
    assert red[0] <= 3
    assert red[-1] >= 252


def test_a_preview_elsewhere_leaves_no_trace_of_the_last(canvas: Canvas) -> None:
    canvas.show_preview(plain((8, 8), 255, 0, 0), Rect(0, 0, 100, 100))
    on_screen(canvas)
    canvas.show_preview(plain((8, 8), 255, 0, 0), Rect(500, 300, 100, 100))
    assert (on_screen(canvas) == afresh(canvas)).all()


def test_masks_are_tinted_and_hiding_them_takes_the_tint_away(canvas: Canvas) -> None:
    before = on_screen(canvas)
    mask = MaskLayer(name="Mask")
    mask.tiles.replace(mask.tiles.filled(Rect(0, 0, 300, 300), 255))
    canvas.document.add_layer(mask)
    tinted = on_screen(canvas)
    assert tinted[..., 2].sum() > before[..., 2].sum()
    canvas.document.undo_stack.undo()
    assert (on_screen(canvas) == before).all()


@pytest.mark.parametrize("modifiers", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier])
def test_the_wheel_scrolls(canvas: Canvas, modifiers) -> None:
    before = canvas.view
    wheel(canvas, 120, modifiers)
    moved = (canvas.view.x - before.x, canvas.view.y - before.y)
    assert moved == ((0, 96) if modifiers == Qt.KeyboardModifier.NoModifier else (96, 0))
    assert canvas.zoom == before.zoom


def test_the_wheel_with_control_zooms_at_the_pointer(canvas: Canvas, qtbot) -> None:
    at = QPointF(123, 321)
    before = canvas.to_document(at)
    with qtbot.waitSignal(canvas.zoom_changed):
        wheel(canvas, 120, Qt.KeyboardModifier.ControlModifier, at)
    assert canvas.zoom > 0.7
    assert (canvas.to_document(at) - before).manhattanLength() < 2


def wheel(canvas: Canvas, angle: int, modifiers, at: QPointF | None = None) -> None:
    at = at or QPointF(50, 50)
    event = QWheelEvent(
        at,
        QPointF(canvas.mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def drag(canvas: Canvas, button: Qt.MouseButton, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(canvas, button, pos=start)
    QTest.mouseMove(canvas, (start + end) / 2)
    QTest.mouseMove(canvas, end)
    QTest.mouseRelease(canvas, button, pos=end)


def test_the_middle_button_and_space_drag_the_view(canvas: Canvas) -> None:
    before = canvas.view
    drag(canvas, Qt.MouseButton.MiddleButton, QPoint(100, 100), QPoint(140, 70))
    assert (canvas.view.x - before.x, canvas.view.y - before.y) == (40, -30)
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    drag(canvas, Qt.MouseButton.LeftButton, QPoint(100, 100), QPoint(60, 130))
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert (canvas.view.x, canvas.view.y) == (before.x, before.y)


def test_a_document_cannot_be_lost_beyond_the_edge(canvas: Canvas) -> None:
    canvas.pan(100_000, -100_000)
    shown = canvas.shown_rect(Rect.of(canvas.document.size))
    assert shown.intersects(canvas.rect())


def test_a_fitted_document_stays_fitted(canvas: Canvas, document: Document, qtbot) -> None:
    small = canvas.zoom
    canvas.resize(1200, 900)
    qtbot.waitUntil(lambda: canvas.zoom > small)
    assert canvas.rect().contains(canvas.shown_rect(Rect.of(document.size)))


def test_turning_the_view_leaves_the_picture_as_it_is(canvas: Canvas, document: Document) -> None:
    before = document.picture()
    canvas.turn_to(30, mirrored=True)
    at = QPointF(200, 150)
    assert (canvas.view.to_screen(canvas.to_document(at)) - at).manhattanLength() < 0.01
    on_screen(canvas)
    assert document.picture() == before
    canvas.turn_to(0, mirrored=False)
    assert (on_screen(canvas) == afresh(canvas)).all()


def test_an_empty_canvas_follows_the_recipe(qtbot) -> None:
    document = a_document()
    canvas = Canvas(document)
    canvas.resize(500, 500)
    qtbot.addWidget(canvas)
    canvas.show()
    document.change(size=Size(640, 100))
    shown = canvas.shown_rect(Rect(0, 0, 640, 100))
    assert canvas.rect().contains(shown)
