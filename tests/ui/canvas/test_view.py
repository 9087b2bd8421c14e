from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from studio.request.geometry import Rect, Size
from studio.ui.canvas.view import LARGEST_ZOOM, SMALLEST_ZOOM, View, exact_scale, level_of

ZOOMS = st.floats(SMALLEST_ZOOM, LARGEST_ZOOM)
WINDOW = Size(900, 700)
POINTS = st.builds(QPointF, st.floats(0, 900), st.floats(0, 700))
VIEWS = st.builds(
    View,
    zoom=ZOOMS,
    x=st.integers(-3000, 3000),
    y=st.integers(-3000, 3000),
    angle=st.sampled_from((0.0, 15.0, 90.0, 200.5)),
    mirrored=st.booleans(),
    viewport=st.just(WINDOW),
)


@given(VIEWS, POINTS)
def test_to_the_document_and_back(view: View, point: QPointF) -> None:
    back = view.to_screen(view.to_document(point))
    assert back.x() == pytest.approx(point.x(), abs=1e-3)
    assert back.y() == pytest.approx(point.y(), abs=1e-3)


@given(VIEWS, ZOOMS, POINTS)
def test_what_is_under_the_pointer_stays_there_when_zooming(view: View, zoom: float, at: QPointF) -> None:
    before = view.to_document(at)
    after = view.zoomed(zoom, at).to_screen(before)
    assert (after - at).manhattanLength() <= 1.5  # a view lies on whole device pixels


@given(ZOOMS)
def test_the_scale_drawn_is_the_zoom(zoom: float) -> None:
    assert exact_scale(zoom) == pytest.approx(zoom, rel=1 / 16384)
    assert 0.5 < zoom * 2 ** level_of(zoom) <= 1.0001 or zoom > 1


@given(st.integers(64, 16384), st.integers(64, 16384), st.sampled_from((0.0, 30.0, 90.0)))
def test_fitting_shows_all_of_it(width: int, height: int, angle: float) -> None:
    view = replace(View(viewport=WINDOW), angle=angle).fitted(Size(width, height), 20)
    shown = view.screen_rect(Rect(0, 0, width, height))
    if view.zoom > SMALLEST_ZOOM:
        assert QRectF(18, 18, 864, 664).contains(shown)


@given(VIEWS, st.integers(-200, 200), st.integers(-200, 200))
def test_panning_moves_the_document_with_the_hand(view: View, dx: int, dy: int) -> None:
    point = QPointF(100, 100)
    before = view.to_screen(point)
    after = view.moved(dx, dy).to_screen(point)
    assert (after - before).x() == pytest.approx(dx, abs=1.01)
    assert (after - before).y() == pytest.approx(dy, abs=1.01)


def test_the_usual_zooms_are_reached_one_after_the_other() -> None:
    view = View(viewport=WINDOW)
    assert view.stop_above() == 1.25
    assert view.stop_below() == 0.75
    assert replace(view, zoom=64.0).stop_above() == 64
    assert replace(view, zoom=0.01).stop_below() == 0.01
    assert replace(view, zoom=0.9).stop_above() == 1.0
