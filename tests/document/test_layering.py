from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainterPath, QTransform

from studio.document import layering
from studio.document.blend import Blend
from studio.document.content import GradientKind, bucket, clear, fill, gradient
from studio.document.document import Document
from studio.document.floating import turn_layer
from studio.document.images import view
from studio.document.layers import Group, MaskLayer, PaintLayer, walk
from studio.document.selecting import (
    Combine,
    array_of,
    combined,
    feathered,
    grown,
    inverted,
    of_path,
    outlines,
)
from studio.document.tiles import Tiles
from studio.document.transforming import Resampling, Turn, crop, resize, transform_layer, turn_canvas
from studio.request.errors import BadInput, Trouble
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from tests.document.making import a_document, noise, plain

CANVAS = Size(300, 200)


@pytest.fixture
def document() -> Document:
    document = a_document((300, 200))
    document.set_source(noise((300, 200)))
    return document


def box(x: int, y: int, width: int, height: int) -> Tiles:
    path = QPainterPath()
    path.addRect(x, y, width, height)
    return of_path(path, CANVAS)


def covered(selection: Tiles | None) -> np.ndarray:
    assert selection is not None
    return array_of(selection, Rect.of(CANVAS)).astype(int)


def names(document: Document) -> list[str]:
    return [layer.name for layer in walk(document.layers)]


def test_selections_add_subtract_and_intersect() -> None:
    one, two = box(10, 10, 100, 100), box(60, 60, 100, 100)
    assert covered(combined(one, two, Combine.ADD)).sum() == 255 * (10_000 + 10_000 - 2_500)
    assert covered(combined(one, two, Combine.SUBTRACT)).sum() == 255 * 7_500
    assert covered(combined(one, two, Combine.INTERSECT)).sum() == 255 * 2_500
    assert combined(None, two, Combine.ADD) is two
    assert len(combined(None, two, Combine.SUBTRACT)) == 0


def test_inverting_twice_is_as_if_never() -> None:
    soft = feathered(box(40, 40, 120, 80), 9, CANVAS)
    assert (covered(inverted(inverted(soft, CANVAS), CANVAS)) == covered(soft)).all()


def test_growing_reaches_as_far_as_said_and_shrinking_takes_it_back() -> None:
    selection = box(100, 80, 60, 40)
    large = grown(selection, 10, CANVAS)
    assert large.bounds() == Rect(90, 70, 80, 60)
    assert covered(large)[70, 90] == 0  # corners are round
    back = covered(grown(large, -10, CANVAS))
    assert abs(back - covered(selection)).sum() < 255 * 60
    assert grown(box(0, 0, 300, 200), 30, CANVAS).bounds() == Rect.of(CANVAS)


def test_feathering_fades_evenly_and_keeps_the_middle_of_the_edge() -> None:
    edge = covered(feathered(box(100, 0, 200, 200), 12, CANVAS))[100]
    assert (np.diff(edge[80:125]) >= 0).all()
    assert abs(edge[99:101].mean() - 127.5) < 12
    assert edge[80] == 0
    assert edge[125] == 255


def test_ants_march_along_the_edges_of_pixels() -> None:
    (contour,) = outlines(box(10, 20, 30, 40), CANVAS)
    assert contour.min(0).tolist() == [10, 20]
    assert contour.max(0).tolist() == [40, 60]


def test_filling_is_confined_to_the_selection_and_one_step(document: Document) -> None:
    layer = document.active
    assert isinstance(layer, PaintLayer)
    before = document.picture().array
    document.select(box(50, 50, 40, 30))
    fill(document, layer, "#102030")
    after = document.picture().array
    assert (after[50:80, 50:90] == (16, 32, 48)).all()
    assert (after[:50] == before[:50]).all()
    document.undo_stack.undo()
    assert (document.picture().array == before).all()
    clear(document, layer)
    assert document.picture().array[60, 60, 3] == 0
    assert document.picture().array[10, 10, 3] == 255


def test_the_bucket_fills_what_hangs_together() -> None:
    document = a_document((300, 200))
    array = plain((300, 200), 255, 255, 255).array.copy()
    array[:, 150] = 0
    document.set_source(Pixels(array))
    layer = document.active
    assert isinstance(layer, PaintLayer)
    bucket(document, layer, QPointF(10, 10), "#ff0000", tolerance=10, contiguous=True, merged=True)
    after = document.picture().array
    assert (after[:, :149] == (255, 0, 0)).all()
    assert (after[:, 152:] == 255).all()
    bucket(document, layer, QPointF(200, 10), "#00ff00", tolerance=10, contiguous=True, merged=False)
    assert (document.picture().array[:, 160:] == (0, 255, 0)).all()


def test_a_gradient_goes_from_colour_to_colour(document: Document) -> None:
    layer = document.active
    assert isinstance(layer, PaintLayer)
    ends = (QColor("#000000"), QColor("#ffffff"))
    gradient(document, layer, QPointF(0, 0), QPointF(300, 0), ends, GradientKind.LINEAR)
    row = document.picture().array[100, :, 0].astype(int)
    assert (np.diff(row) >= 0).all()
    assert row[0] <= 2
    assert row[-1] >= 253


def test_duplicates_share_nothing_that_is_painted(document: Document) -> None:
    first = document.active
    second = layering.duplicate(document, first)
    assert isinstance(second, PaintLayer)
    assert isinstance(first, PaintLayer)
    fill(document, second, "#000000")
    assert document.picture() == plain((300, 200), 0, 0, 0)
    layering.remove(document, second)
    assert document.picture() == noise((300, 200))


def test_merging_down_looks_the_same(document: Document) -> None:
    layer = layering.add_paint(document)
    layer.tiles = Tiles.of_image(document.image().copy(20, 20, 100, 100), 90, 60)
    layering.change(document, layer, "Blend", blend=Blend.MULTIPLY)
    layering.change(document, layer, "Opacity", opacity=0.6)
    before = view(document.image()).astype(int)
    layering.merge_down(document, layer)
    assert names(document) == ["Picture"]
    assert abs(view(document.image()).astype(int) - before).max() <= 1
    document.undo_stack.undo()
    assert (view(document.image()) == before).all()


def test_flattening_looks_the_same_and_keeps_masks(document: Document) -> None:
    layering.add_mask(document)
    layering.group_up(document, document.layers[1])
    before = document.picture()
    layering.flatten(document)
    assert document.picture() == before
    assert [type(layer) for layer in document.layers] == [PaintLayer, MaskLayer]


def test_groups_can_be_made_undone_and_not_put_into_themselves(document: Document) -> None:
    group = layering.group_up(document, document.active)
    inner = layering.group_up(document, group.children[0])
    with pytest.raises(Trouble):
        layering.move(document, group, inner, 0)
    layering.ungroup(document, group)
    assert inner in document.layers
    assert isinstance(inner, Group)


def test_the_last_layer_leaves_an_empty_one(document: Document) -> None:
    for layer in document.layers:
        layering.remove(document, layer)
    assert len(document.layers) == 1
    assert document.active in document.layers
    assert not document.has_picture


def test_layers_from_selections(document: Document) -> None:
    document.select(box(50, 50, 40, 30))
    before = document.picture()
    lifted = layering.layer_from_selection(document, cut=True)
    assert document.picture() == before
    assert lifted.bounds() == Rect(50, 50, 40, 30)
    mask = layering.add_mask(document)
    assert mask.bounds() == Rect(50, 50, 40, 30)
    regions = [layering.add_region(document), layering.add_region(document)]
    assert len({region.colour for region in regions}) == 2
    assert len({region.name for region in regions}) == 2


@pytest.mark.parametrize("turn", list(Turn))
def test_turning_the_picture_all_the_way_loses_nothing(document: Document, turn: Turn) -> None:
    document.select(box(10, 20, 30, 40))
    before, selected = document.picture(), covered(document.selection)
    times = 4 if turn in (Turn.LEFT, Turn.RIGHT) else 2
    turn_canvas(document, turn)
    assert document.picture() != before
    for _ in range(times - 1):
        turn_canvas(document, turn)
    assert document.picture() == before
    assert (covered(document.selection) == selected).all()


def test_turning_right_puts_the_left_edge_on_top(document: Document) -> None:
    before = document.picture().array
    turn_canvas(document, Turn.RIGHT)
    assert document.size == (200, 300)
    assert (document.picture().array == np.rot90(before, -1)).all()
    turn_layer(document, document.active, Turn.FLIP_V)
    assert (document.picture().array == np.rot90(before, -1)[::-1]).all()


def test_cropping_keeps_what_lies_outside_and_extending_brings_it_back(document: Document) -> None:
    before = document.picture()
    crop(document, Rect(40, 30, 100, 90))
    assert document.picture().array.tolist() == before.array[30:120, 40:140].tolist()
    crop(document, Rect(-40, -30, 300, 200))
    assert document.picture() == before
    document.undo_stack.setIndex(1)
    assert document.picture() == before


def test_resizing_there_and_back_is_nearly_the_same() -> None:
    document = a_document()
    y, x = np.mgrid[:120, :200]
    smooth = np.stack([x, y * 2, (x + y) // 2], -1).astype(np.uint8)
    document.set_source(Pixels(smooth))
    resize(document, Size(400, 240))
    resize(document, Size(200, 120))
    inside = document.picture().array[4:-4, 4:-4, :3].astype(int)
    assert abs(inside - smooth[4:-4, 4:-4]).max() <= 2
    assert document.size == (200, 120)


def test_absurd_sizes_are_refused(document: Document) -> None:
    with pytest.raises(BadInput):
        resize(document, Size(100_000, 10))
    with pytest.raises(BadInput):
        transform_layer(document, document.active, QTransform.fromScale(900, 900), "Scale", Resampling.SMOOTH)
    assert document.picture() == noise((300, 200))
