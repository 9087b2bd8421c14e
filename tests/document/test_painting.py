from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF

from studio.document.blend import Blend
from studio.document.brush import Brush, Stamps
from studio.document.document import Document
from studio.document.edits import TilesEdit
from studio.document.images import view
from studio.document.layers import MaskLayer, PaintLayer, Plane
from studio.document.selecting import plane
from studio.document.stroke import Ink, Stroke
from studio.document.tiles import Tiles
from studio.request.geometry import Rect, Size
from tests.document.making import a_document, noise

HARD = Brush(size=20, hardness=1.0, pressure_size=False, smoothing=0.0)


def paint(layer: Plane, points, brush: Brush = HARD, ink: Ink | None = None, selection: Tiles | None = None) -> Stroke:
    stroke = Stroke(layer, brush, ink or Ink("#ff0000"), Stamps(), selection)
    for x, y, pressure in points:
        stroke.add(QPointF(x, y), pressure)
    stroke.finish()
    return stroke


def line(y: float, pressure=lambda share: 1.0, start: float = 30, end: float = 270):
    return [(start + (end - start) * n / 40, y, pressure(n / 40)) for n in range(41)]


def shown(layer: Plane) -> np.ndarray:
    return view(layer.tiles.read(layer.inside(Rect(0, 0, 300, 200)))).astype(int)


def test_overlapping_dabs_never_exceed_the_opacity_of_the_stroke() -> None:
    layer = PaintLayer(name="")
    paint(layer, line(100) + line(100)[::-1], Brush(size=30, opacity=0.5, hardness=1, pressure_size=False))
    alpha = shown(layer)[..., 3]
    assert alpha.max() in (127, 128)
    assert (alpha[100, 40:260] == alpha.max()).all()


def test_pressure_makes_the_line_wider() -> None:
    layer = PaintLayer(name="")
    paint(layer, line(100, lambda share: 0.1 + 0.9 * share), Brush(size=40, hardness=1, pressure_size=True))
    width = (shown(layer)[..., 3] > 128).sum(axis=0)
    assert width[60] < width[150] < width[250]


def test_pressure_limits_the_opacity_however_often_a_place_is_touched() -> None:
    layer = PaintLayer(name="")
    brush = Brush(size=40, hardness=1, pressure_size=False, pressure_opacity=True, spacing=0.02)
    paint(layer, line(100, lambda share: 0.4), brush)
    assert shown(layer)[..., 3].max() == 102


def test_a_mask_is_painted_and_erased_like_colour() -> None:
    mask = MaskLayer(name="")
    paint(mask, line(100))
    assert shown(mask)[100, 150] == 255
    paint(mask, line(100), ink=Ink(erase=True))
    assert not shown(mask)[100, 60:240].any()


def test_nothing_is_painted_outside_the_selection() -> None:
    layer = PaintLayer(name="")
    soft = np.tile(np.linspace(0, 255, 120).astype(np.uint8), (40, 1))
    paint(layer, line(100), selection=plane(soft, 100, 90))
    alpha = shown(layer)[..., 3]
    assert not alpha[:, :100].any()
    assert not alpha[:, 220:].any()
    assert not alpha[:90].any()
    assert abs(alpha[100, 110:210] - soft[10, 10:110]).max() <= 1


def test_locked_transparency_keeps_what_is_covered() -> None:
    for blend in (Blend.NORMAL, Blend.MULTIPLY, Blend.HUE):
        layer = PaintLayer(name="")
        paint(layer, line(100), Brush(size=30, hardness=0.3, pressure_size=False))
        before = shown(layer)
        layer.alpha_locked = True
        paint(layer, line(110), Brush(size=30, blend=blend, pressure_size=False), Ink("#0000ff"))
        after = shown(layer)
        assert (after[..., 3] == before[..., 3]).all()
        assert (after[..., :3] != before[..., :3]).any() or blend is Blend.HUE


def test_a_layer_that_was_moved_is_painted_where_the_hand_is() -> None:
    layer = PaintLayer(name="", x=37, y=-11)
    paint(layer, line(100))
    assert shown(layer)[100, 150, 3] == 255
    assert shown(layer)[100, 15, 3] == 0


def test_a_stroke_given_up_leaves_no_trace() -> None:
    document = a_document()
    document.set_source(noise((300, 200)))
    layer = document.active
    assert isinstance(layer, PaintLayer)
    before = {key: layer.tiles.get(key) for key in layer.tiles}
    paint(layer, line(100)).cancel()
    assert {key: layer.tiles.get(key) for key in layer.tiles} == before


def test_undo_keeps_only_what_the_stroke_touched() -> None:
    layer = PaintLayer(name="")
    paint(layer, line(100, end=900))
    versions = paint(layer, line(100, end=200)).versions()
    assert set(versions) == {(0, 0)}
    kept = sum(tile.sizeInBytes() for tile in versions.values() if tile is not None)
    assert kept <= 1.1 * len(versions) * 256 * 256 * 4


def test_a_stroke_that_changes_nothing_is_no_edit() -> None:
    layer = PaintLayer(name="")
    assert not paint(layer, line(100), ink=Ink(erase=True)).versions()
    paint(layer, line(100))
    assert not paint(layer, line(100), Brush(size=4, hardness=1, pressure_size=False)).versions()


def test_the_line_passes_where_the_hand_did_and_ends_there() -> None:
    layer = PaintLayer(name="")
    circle = [(150 + 60 * math.cos(a / 6), 100 + 60 * math.sin(a / 6), 1.0) for a in range(30)]
    paint(layer, circle, Brush(size=3, hardness=1, pressure_size=False))
    rows, columns = np.nonzero(shown(layer)[..., 3])
    radius = np.hypot(columns - 150, rows - 100)
    assert radius.min() > 55
    assert radius.max() < 64
    x, y, _ = circle[-1]
    assert shown(layer)[round(y), round(x), 3] > 0


@pytest.mark.parametrize("size", [1.0, 2.5, 15.7, 64.0, 200.0, 1000.0])
def test_stamps_are_as_large_as_the_brush(size: float) -> None:
    stamp = view(Stamps().get(size, 1.0)).astype(float) / 255
    assert math.sqrt(stamp.sum() * 4 / math.pi) == pytest.approx(size, rel=0.12, abs=0.6)


STROKES = st.lists(
    st.tuples(
        st.sampled_from(list(Blend)),
        st.booleans(),
        st.floats(1, 80),
        st.lists(st.tuples(st.integers(-50, 350), st.integers(-50, 250), st.floats(0, 1)), min_size=1, max_size=8),
    ),
    min_size=1,
    max_size=5,
)


@given(STROKES)
@settings(max_examples=20, deadline=None)
def test_undo_and_redo_of_strokes_restore_every_byte(strokes) -> None:
    document = Document(a_document().model, Size(300, 200))
    document.set_source(noise((300, 200), 4))
    layer = document.active
    assert isinstance(layer, PaintLayer)
    states = [layer.tiles.copy()]
    for blend, erase, size, points in strokes:
        brush = Brush(size=size, blend=blend, pressure_size=False)
        versions = paint(layer, points, brush, Ink("#3366cc", erase)).versions()
        if versions:
            document.push(TilesEdit(document, "Stroke", layer, versions, applied=True))
            states.append(layer.tiles.copy())
    for state in reversed(states[:-1]):
        document.undo_stack.undo()
        assert layer.tiles.same_as(state)
    for state in states[1:]:
        document.undo_stack.redo()
        assert layer.tiles.same_as(state)
