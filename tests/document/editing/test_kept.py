"""Edits of several passes are written into the record of what came of them, and made again from it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from studio.document.controlling import Guiding, Steer
from studio.document.editing.kept import edit_of, run_of
from studio.document.editing.modes import Mode
from studio.document.editing.plan import plan_edit
from studio.document.editing.run import EditRun, begin
from studio.document.regioning import Sketch
from studio.request.course import Turn
from studio.request.errors import BadInput
from studio.request.geometry import Rect, Size
from studio.request.passes import Way
from studio.request.pixels import Pixels
from studio.request.record import from_record, key_of, named_pixels, pixels_of, to_record
from studio.request.request import GenerationRequest, Prompt
from tests.document.editing.families import SCENES
from tests.document.editing.test_prepare import WISH, Canvas

PARTS = (Rect(100, 100, 60, 50), Rect(600, 500, 40, 40))


def dream(request: GenerationRequest) -> Pixels:
    """A model whose picture is another for every other request."""
    rng = np.random.default_rng(int(key_of(request)[:8], 16) + request.part.number)
    return Pixels(rng.integers(0, 256, (request.size.height, request.size.width, 3), np.uint8))


def carried_on(run: EditRun) -> tuple[list[GenerationRequest], EditRun, Pixels]:
    """All that is asked of the model, the run as its first pass was, and the layer."""
    asked, first = [], None
    while isinstance(run, EditRun):
        asked.append(run.request)
        if first is None:
            first = run = run.alone(run.request)
        run = run.taken(dream(asked[-1]))
    return asked, first, run


def large(canvas: Canvas) -> EditRun:
    area = Rect(100, 80, 900, 700)
    return begin(
        plan_edit(mode=Mode.FILL, canvas=canvas.size, selection=area, strength=1.0, family=SCENES), *rest(canvas)
    )


def details(canvas: Canvas) -> EditRun:
    plan = plan_edit(
        mode=Mode.DETAIL,
        canvas=canvas.size,
        selection=Rect(100, 100, 540, 440),
        strength=0.4,
        family=SCENES,
        parts=PARTS,
    )
    return begin(plan, *rest(canvas))


def rest(canvas: Canvas):
    """What is seen of a canvas with everything on it: noise, a region, something to follow, a clear corner."""
    for part in (*PARTS, Rect(100, 80, 900, 700)):
        canvas.selected[part.y : part.bottom, part.x : part.right] = 200
    rng = np.random.default_rng(3)
    followed = rng.integers(0, 256, (canvas.size.height, canvas.size.width, 3), np.uint8)
    guiding = Guiding(Steer(name="lines", preprocessor="canny", settings=(("low", 80.0),)), followed)

    def clear(area: Rect) -> np.ndarray:
        picture = plain.picture(area).copy()
        picture[:40, :30, 3] = 0
        return picture

    def part(array: np.ndarray, area: Rect) -> np.ndarray:
        return array[area.y : area.bottom, area.x : area.right]

    noise, red = followed[..., 0].copy(), (followed[..., 1] > 90).astype(np.uint8) * np.uint8(255)
    plain = canvas.surface()
    surface = replace(
        plain,
        picture=clear,
        noise=lambda area: part(noise, area),
        regions=lambda area: (Sketch(part(red, area), "a red <lora:ink:0.5> barn", "rust"),),
        controls=lambda area: (guiding.cut(lambda picture: part(picture, area)),),
        origin=lambda area: "a" * 64,
    )
    return surface, replace(WISH, guidance=3.0)  # as a file brings it back


@pytest.fixture(params=[large, details])
def edit(request):
    canvas = Canvas(Size(1200, 900), np.zeros((900, 1200), np.uint8))
    return request.param(canvas)


def test_all_passes_are_made_again_from_the_record(edit):
    asked, first, layer = carried_on(edit)
    assert len(asked) > 1
    whole = replace(asked[0], edit=edit_of(first, ()))
    record, held = json.loads(json.dumps(to_record(whole))), pixels_of(whole)
    assert set(named_pixels(record)) == set(held)
    found = from_record(record, held.get)
    assert found == whole
    again, same, layer_again = carried_on(run_of(found.edit))
    assert again == asked
    assert layer_again == layer
    assert same.whole(layer_again) == first.whole(layer)


def test_what_was_changed_on_the_way_of_a_later_pass_is_changed_again(edit):
    asked, first, _ = carried_on(edit)
    mask = Pixels(np.full((*asked[1].size[::-1], 1), 128, np.uint8))
    turn = Turn(step=1, prompt=Prompt.plain("a barn"), mask=mask)
    whole = replace(asked[0], edit=edit_of(first, [Way(steering=(turn,), stop_at=2)]))
    record = to_record(whole)
    assert mask.digest in named_pixels(record)
    again, _, _ = carried_on(run_of(from_record(record, pixels_of(whole).get).edit))
    assert (again[1].steering, again[1].stop_at) == ((turn,), 2)
    assert [each.steering for each in (again[0], *again[2:])] == [()] * (len(again) - 1)


def test_the_passes_change_nothing_of_what_the_first_is_known_by(edit):
    asked, first, _ = carried_on(edit)
    alone = replace(asked[0], part=None)
    whole = replace(asked[0], origin="b" * 64, edit=edit_of(first, ()))
    assert key_of(whole) == key_of(asked[0]) == key_of(alone) == asked[1].part.first


@pytest.mark.parametrize("canvas", ["", "[]", "{}", '{"mode": "NONE"}', '{"size": [1]}'])
def test_a_damaged_record_is_told_of(edit, canvas):
    with pytest.raises(BadInput, match="damaged"):
        run_of(replace(edit_of(edit, ()), canvas=canvas))


@pytest.mark.parametrize(
    "edit", [5, [], {"pixels": 3}, {"ways": [1, {"steering": 2}, {"steering": [3, {"mask": {}}]}]}]
)
def test_pictures_are_named_however_damaged_a_record_is(edit):
    assert named_pixels({"edit": edit}) == ()
