"""Generated layers: another candidate, made again, made plain; all of it undone and kept in files."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from studio.document.document import Document
from studio.document.files.ora_read import read_ora
from studio.document.files.ora_write import write_ora
from studio.document.files.snapshot import Snapshot
from studio.document.generated import choose, flatten, take_in, without
from studio.document.layering import group_up
from studio.document.layers import GeneratedLayer, Group, PaintLayer
from studio.document.placing import Making
from studio.request.geometry import Rect
from studio.request.pixels import Pixels
from tests.document.making import a_document, a_model, a_picture, plain

AREA = Rect(20, 30, 40, 40)


def seen(document: Document) -> tuple[int, ...]:
    return tuple(int(value) for value in document.picture(Rect(40, 50, 1, 1)).array[0, 0, :3])


@pytest.fixture
def document(qapp) -> Document:
    document = a_document((128, 96))
    document.set_source(plain((128, 96), 10, 10, 10))
    return document


@pytest.fixture
def layer(document) -> GeneratedLayer:
    shades = tuple(plain((40, 40), value, 0, 0) for value in (100, 150, 200))
    picture = replace(a_picture(document, shades[1]))
    selection = Pixels(np.full((40, 40, 1), 255, np.uint8))
    making = Making(candidates=shades, chosen=1, mode="FILL", selection=selection)
    return document.apply_picture(picture, AREA, making)


def test_another_candidate_is_one_step_and_undone_in_one(document, layer):
    before = document.picture()
    choose(document, layer, 2)
    assert seen(document) == (200, 0, 0)
    assert layer.chosen == 2
    document.undo_stack.undo()
    assert document.picture() == before
    assert layer.chosen == 1


def test_what_is_made_again_joins_the_candidates(document, layer):
    new = plain((40, 40), 0, 250, 0)
    request = replace(layer.request, seed=9)
    steps = document.undo_stack.index()
    take_in(document, layer, Making(candidates=(plain((40, 40), 0, 0, 9), new), chosen=1, origins=("a", "b")), request)
    assert seen(document) == (0, 250, 0)
    assert (len(layer.candidates), layer.chosen, layer.request.seed) == (5, 4, 9)
    assert layer.came_from == "b"
    assert document.undo_stack.index() == steps + 1
    document.undo_stack.undo()
    assert (len(layer.candidates), layer.chosen) == (3, 1)
    assert seen(document) == (150, 0, 0)


def test_flat_it_looks_the_same_and_is_plain(document, layer):
    before = document.picture()
    flat = flatten(document, layer)
    assert type(flat) is PaintLayer
    assert document.active is flat
    assert document.picture() == before
    document.undo_stack.undo()
    assert document.active is layer


def test_a_layer_that_was_moved_keeps_its_place(document, layer):
    layer.x, layer.y = 10, 5
    layer.area = layer.area.translated(10, 5)
    choose(document, layer, 0)
    assert layer.bounds() == Rect(30, 35, 40, 40)


def test_the_picture_without_it_also_when_it_is_in_a_group(document, layer):
    group = group_up(document, layer)
    rest = without(document.layers, layer)
    assert any(isinstance(each, Group) and not each.children for each in rest)
    assert group.children == (layer,)


def test_all_of_it_is_in_the_file(document, layer, tmp_path):
    write_ora(Snapshot.of(document), tmp_path / "a.ora")
    opened = read_ora(tmp_path / "a.ora", a_model())
    found = next(each for each in opened.layers if isinstance(each, GeneratedLayer))
    assert (found.candidates, found.chosen, found.mode) == (layer.candidates, 1, "FILL")
    assert found.selection == layer.selection
    choose(opened, found, 0)
    assert seen(opened) == (100, 0, 0)
