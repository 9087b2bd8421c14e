"""What an edit came from: the picture that was on the canvas there, whatever part of it the model sees."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.document.files.ora_read import read_ora
from studio.document.files.ora_write import write_ora
from studio.document.files.snapshot import Snapshot
from studio.document.generated import choose, flatten
from studio.document.layering import flatten as flatten_all
from studio.document.layers import GeneratedLayer
from studio.document.placing import Making
from studio.library.timelines import Timelines
from studio.request.geometry import Rect
from studio.request.record import from_record, pixels_of, to_record
from tests.ui.test_editing import hills, red, select
from tests.ui.test_editing import studio as studio  # a fixture

LEFT, RIGHT = Rect(20, 40, 60, 60), Rect(180, 40, 50, 60)


def edited(studio, area: Rect, count: int = 1) -> GeneratedLayer:
    """Makes an edit of a part and puts its first picture on the canvas."""
    document, engine, candidates, generation = studio
    select(document, area)
    document.change(count=count)
    job = generation.generate()
    for index in range(count):
        engine.make(job, index)
    engine.finish(job)
    made = [each for each in candidates.items if each.job is job]
    pixels = tuple(each.picture.pixels for each in made)
    making = Making(candidates=pixels, mode="FILL", origins=tuple(each.origin for each in made))
    return document.apply_picture(made[0].picture, made[0].place.area, making)


def test_a_part_of_a_picture_came_from_all_of_it(studio):
    document, _, _, generation = studio
    select(document, LEFT)
    request = generation.generate().request
    assert request.source.digest != hills().digest  # the hole is filled
    assert request.origin == hills().digest
    found = pixels_of(request)
    assert from_record(to_record(request), found.get).origin == hills().digest


def test_an_edit_over_another_came_from_that_one_and_one_beside_it_did_not(studio):
    document, engine, candidates, generation = studio
    select(document, LEFT)
    job = generation.generate()
    made = engine.make(job, pixels=red(job))
    engine.finish(job)
    (item,) = candidates.items
    making = Making(candidates=(item.picture.pixels,), mode="FILL", origins=(item.origin,))
    layer = document.apply_picture(item.picture, item.place.area, making)
    assert layer.came_from == made.pixels.digest  # as the gallery has it, not the layer with its soft edge
    select(document, Rect(30, 50, 40, 40))
    assert generation.generate().request.origin == made.pixels.digest
    select(document, RIGHT)
    assert generation.generate().request.origin == hills().digest
    layer.visible = False
    select(document, LEFT)
    assert generation.generate().request.origin == hills().digest


def test_the_whole_picture_at_less_strength_came_from_what_lies_uppermost(studio):
    document = studio[0]
    document.change(strength=0.5)
    assert document.request().origin == hills().digest
    document.change(strength=1.0)
    assert document.request().origin == ""  # a new picture came from nothing


def test_it_is_kept_in_files_and_through_what_one_does_with_layers(studio, tmp_path):
    document = studio[0]
    layer = edited(studio, LEFT, count=2)
    first, second = layer.origins
    assert first != second
    choose(document, layer, 1)
    write_ora(Snapshot.of(document), tmp_path / "picture.ora")
    opened = read_ora(tmp_path / "picture.ora", document.model)
    assert [each.came_from for each in opened.layers] == [hills().digest, second]
    assert flatten(document, layer).came_from == second
    flatten_all(document)
    assert document.layers[0].came_from == second
    for _ in range(3):
        document.undo_stack.undo()
    assert layer.came_from == first


@pytest.mark.parametrize("strength", [1.0, 0.5])
def test_a_picture_from_nowhere_has_no_origin(studio, strength):
    document, _, _, generation = studio
    document.layers[0].origin = ""
    document.change(strength=strength)
    select(document, LEFT)
    assert generation.generate().request.origin == ""


def test_the_steps_of_a_picture_are_found_whatever_it_came_from(studio, tmp_path):
    timelines, request = Timelines(tmp_path, 1), studio[0].request()
    assert timelines.path(request) == timelines.path(replace(request, origin="abc"))
