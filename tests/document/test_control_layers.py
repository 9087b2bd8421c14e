"""Control layers: what they look at, what the request gets of them, and that files and crashes keep them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from studio.document import layering
from studio.document.control_layers import control_layer_of
from studio.document.controlling import Steer
from studio.document.document import Document
from studio.document.editing.modes import Mode
from studio.document.editing.plan import plan_edit
from studio.document.editing.run import begin
from studio.document.editing.seen import surface_of, wish_of
from studio.document.files.journal import Journal, left_over, recover
from studio.document.files.ora_read import read_ora
from studio.document.files.ora_write import write_ora
from studio.document.files.snapshot import Snapshot
from studio.document.grids import Axis, Kind, cells
from studio.document.layers import CANVAS, ControlLayer, PaintLayer, walk
from studio.document.selecting import plane
from studio.document.transforming import Turn, crop, turn_canvas
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from tests.document.making import a_document, a_model, noise, plain

LINES = Steer(name="lines", weight=0.7, end=0.6, family="test")
LOOK = Steer(kind="ip-adapter", name="look", family="test")
MODEL = a_model(controls=frozenset(("controlnet", "ip-adapter")))
SIZE = (300, 200)


@pytest.fixture
def document() -> Document:
    document = a_document(SIZE)
    document.set_model(MODEL)
    document.set_source(noise(SIZE))
    document.change(strength=1.0)
    return document


def added(document: Document, steer: Steer, pixels: Pixels | None = None, **changes: object) -> ControlLayer:
    layer = control_layer_of(pixels or noise(SIZE, seed=5), document.size, "Control 1", steer)
    for name, value in changes.items():
        setattr(layer, name, value)
    document.add_layer(layer)
    return layer


def test_its_own_picture_is_followed_and_is_no_part_of_what_is_seen(document: Document) -> None:
    before = document.picture()
    added(document, LINES)
    (control,) = document.request().controls
    assert (control.name, control.weight, control.start, control.end) == ("lines", 0.7, 0.0, 0.6)
    assert np.array_equal(control.picture.array, noise(SIZE, seed=5).array)
    assert document.picture() == before
    document.undo_stack.undo()
    assert document.request().controls == ()


def test_the_request_tells_which_picture_is_looked_at(document: Document, tmp_path: Path) -> None:
    layer = added(document, LINES)
    assert document.request().controls[0].origin == noise(SIZE, seed=5).digest
    write_ora(Snapshot.of(document), tmp_path / "a.ora")
    opened = read_ora(tmp_path / "a.ora", MODEL)
    assert opened.request().controls[0].origin == noise(SIZE, seed=5).digest
    layering.change(document, layer, "Source", source=CANVAS)
    assert document.request().controls[0].origin == noise(SIZE).digest
    document.set_source(plain(SIZE, 9, 8, 7), "Flat")
    flat = next(each for each in walk(document.layers) if each.name == "Flat")
    layering.change(document, layer, "Source", source=flat.id)
    assert document.request().controls[0].origin == plain(SIZE, 9, 8, 7).digest


def test_it_can_look_at_the_canvas_or_at_a_layer_of_it(document: Document) -> None:
    layer = added(document, LINES, source=CANVAS)
    assert np.array_equal(document.request().controls[0].picture.array, noise(SIZE).array)
    other = layering.add_paint(document)
    layering.change(document, layer, "Source", source=other.id)
    assert document.request().controls == ()  # there is nothing on it
    document.set_source(plain(SIZE, 9, 8, 7), "Flat")
    flat = next(each for each in walk(document.layers) if each.name == "Flat")
    layering.change(document, layer, "Source", source=flat.id)
    assert (document.request().controls[0].picture.array == (9, 8, 7)).all()
    layering.remove(document, flat)
    assert document.request().controls == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"visible": False},
        {"steer": replace(LINES, name="")},
        {"steer": replace(LINES, family="sdxl")},
        {"steer": replace(LINES, kind="t2i-adapter")},
    ],
)
def test_hidden_or_unfitting_ones_do_not_count(changes: dict[str, object], document: Document) -> None:
    layer = added(document, LINES)
    layering.change(document, layer, "Change", **changes)
    assert document.request().controls == ()
    assert document.request() == document.request()


def test_it_is_prepared_and_a_change_of_words_does_not_prepare_it_again(document: Document) -> None:
    layer = added(document, replace(LINES, preprocessor="canny"), plain(SIZE, 200, 200, 200))
    assert not document.request().controls[0].picture.array.any()
    before = document.request().controls
    document.change(prompt="a fox")
    assert document.request().controls is before
    layering.change(document, layer, "Weight", steer=replace(layer.steer, weight=0.2))
    assert document.request().controls[0].weight == 0.2


def test_the_picture_is_scaled_to_the_size_that_is_made(document: Document) -> None:
    added(document, LINES, plain(SIZE, 10, 20, 30))
    document.change(size=Size(150, 96))
    (control,) = document.request().controls
    assert control.picture.size == (150, 96)
    assert (control.picture.array == (10, 20, 30)).all()


def test_a_file_of_another_shape_covers_the_canvas_a_reference_stays_whole(document: Document) -> None:
    wide = noise((400, 100), seed=2)
    assert control_layer_of(wide, document.size, "a", LINES).bounds() == Rect(-250, 0, 800, 200)
    whole = control_layer_of(wide, document.size, "b", LOOK)
    assert whole.bounds() == Rect(0, 62, 300, 75)
    document.add_layer(whole)
    assert document.request().controls[0].picture.size == (300, 75)


def test_an_edit_sees_the_part_that_it_works_on_and_painting_meanwhile_changes_nothing(document: Document) -> None:
    across = np.repeat(np.linspace(0, 255, 300).astype(np.uint8)[None, :, None], 200, 0).repeat(3, 2)
    layer = added(document, LINES, Pixels(across))
    hole = plane(np.full((40, 40), 255, np.uint8), 230, 80)
    plan = plan_edit(
        mode=Mode.FILL, canvas=document.size, selection=Rect(230, 80, 40, 40), strength=1, family=MODEL.family
    )
    run = begin(plan, surface_of(document, hole), wish_of(document))
    (control,) = run.request.controls
    area = run.prepared.step.area
    assert control.picture.size == run.request.size
    middle = control.picture.array[control.picture.size.height // 2, control.picture.size.width // 2, 0]
    assert abs(int(middle) - 255 * (area.x + area.width / 2) / 300) < 4
    layering.remove(document, layer)
    assert run.request.controls == (control,)


def test_it_moves_with_the_canvas(document: Document) -> None:
    layer = added(document, LINES)
    crop(document, Rect(50, 20, 100, 100))
    assert np.array_equal(document.request().controls[0].picture.array, noise(SIZE, seed=5).array[20:120, 50:150])
    turn_canvas(document, Turn.HALF)
    assert np.array_equal(
        document.request().controls[0].picture.array, noise(SIZE, seed=5).array[20:120, 50:150][::-1, ::-1]
    )
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert layer.bounds() == Rect(0, 0, *SIZE)


def test_it_can_be_copied_flattened_around_and_not_merged(document: Document) -> None:
    layer = added(document, LINES)
    copy = layering.duplicate(document, layer)
    assert isinstance(copy, ControlLayer)
    assert copy.steer == layer.steer
    assert len(document.request().controls) == 2
    assert not layering.can_merge_down(document, copy)
    layering.flatten(document)
    assert [type(each) for each in document.layers] == [PaintLayer, ControlLayer, ControlLayer]


def test_a_grid_of_sizes_scales_what_is_followed_with_the_picture(document: Document) -> None:
    added(document, LINES, plain(SIZE, 10, 20, 30))
    added(document, LOOK)
    found = cells(document.request(), [Axis.typed(Kind.SIZE, "64x96, 128x64")], ())
    assert [cell.request.controls[0].picture.size for cell in found] == [(64, 96), (128, 64)]
    assert (found[0].request.controls[0].picture.array == (10, 20, 30)).all()
    assert [cell.request.controls[1].picture.size for cell in found] == [SIZE, SIZE]


def same(one: ControlLayer, other: ControlLayer) -> bool:
    fields = ("id", "name", "visible", "locked", "opacity", "source", "overlay", "steer")
    area = Rect(0, 0, *SIZE)
    return all(getattr(one, name) == getattr(other, name) for name in fields) and one.tiles.read(
        one.inside(area)
    ) == other.tiles.read(other.inside(area))


def filled(document: Document) -> list[ControlLayer]:
    """Controls among masks, regions and groups."""
    added(document, replace(LINES, preprocessor="canny", settings=(("low", 30.0),), start=0.1))
    mask = layering.add_mask(document)
    layering.group_up(document, mask)
    added(document, LOOK, source=CANVAS, visible=False, overlay=False, opacity=0.4)
    layering.add_region(document, "a boat")
    return [each for each in walk(document.layers) if isinstance(each, ControlLayer)]


def test_a_file_keeps_them_at_their_places(document: Document, tmp_path: Path) -> None:
    controls = filled(document)
    write_ora(Snapshot.of(document), tmp_path / "a.ora")
    opened = read_ora(tmp_path / "a.ora", MODEL)
    assert [each.id for each in walk(opened.layers)] == [each.id for each in walk(document.layers)]
    found = [each for each in walk(opened.layers) if isinstance(each, ControlLayer)]
    assert len(found) == len(controls) == 2
    assert all(same(one, other) for one, other in zip(found, controls, strict=True))
    assert opened.picture() == document.picture()


def test_a_crash_keeps_them(document: Document, tmp_path: Path) -> None:
    journal = Journal(document, tmp_path)
    controls = filled(document)
    journal.close(keep=True)
    (path,) = left_over(tmp_path)
    recovered = recover(path, MODEL)
    found = [each for each in walk(recovered.layers) if isinstance(each, ControlLayer)]
    assert len(found) == 2
    assert all(same(one, other) for one, other in zip(found, controls, strict=True))
