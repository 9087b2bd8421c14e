"""Earlier steps of an edit of several passes, seen in their place."""

from __future__ import annotations

import numpy as np
import pytest

from studio.document.editing.looking_back import LookBack
from studio.document.editing.modes import Mode
from studio.document.editing.plan import plan_edit
from studio.document.editing.run import EditRun, begin
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from tests.document.editing.families import SCENES
from tests.document.editing.test_prepare import WISH, Canvas

PARTS = (Rect(100, 100, 60, 50), Rect(600, 500, 40, 40))
GREEN = (0, 255, 0)


def frame(value) -> Pixels:
    return Pixels(np.full((16, 16, 3), value, np.uint8))


def made(mode: Mode, size: Size, parts: tuple[Rect, ...]) -> tuple[EditRun, Pixels]:
    """A run and its layer; pass number n painted 40 × n everywhere."""
    selection = np.zeros((size.height, size.width), np.uint8)
    for part in parts:
        selection[part.y : part.bottom, part.x : part.right] = 255
    canvas = Canvas(size, selection)
    bounds = parts[0]
    for part in parts:
        bounds = bounds.union(part)
    plan = plan_edit(
        mode=mode,
        canvas=size,
        selection=bounds,
        strength=0.4 if mode is Mode.DETAIL else 1.0,
        family=SCENES,
        parts=parts if mode is Mode.DETAIL else (),
    )
    run = first = begin(plan, canvas.surface(), WISH)
    while isinstance(run, EditRun):
        run = run.taken(Pixels(np.full((*run.request.size[::-1], 3), 40 * run.index % 256, np.uint8)))
    return first, run


@pytest.fixture
def details():
    return made(Mode.DETAIL, Size(900, 700), PARTS)


def at(pixels: Pixels, area: Rect, place: tuple[int, int]) -> tuple[int, ...]:
    """The pixel at a place of the canvas."""
    return tuple(int(each) for each in pixels.array[place[1] - area.y, place[0] - area.x])


def middle(part: Rect) -> tuple[int, int]:
    return part.x + part.width // 2, part.y + part.height // 2


def test_the_part_in_work_shows_its_frame_earlier_ones_are_done_later_ones_not_there(details):
    run, layer = details
    back = LookBack(run, layer, frame(7))
    assert back.area == run.plan.result
    early, late = back.at(0, frame(GREEN)), back.at(1, frame(GREEN))
    assert at(early, back.area, middle(PARTS[0])) == (*GREEN, 255)
    assert at(early, back.area, middle(PARTS[1]))[3] == 0
    assert at(late, back.area, middle(PARTS[0])) == at(layer, back.area, middle(PARTS[0]))
    assert at(late, back.area, middle(PARTS[1])) == (*GREEN, 255)
    assert np.array_equal(early.array[..., 3] > layer.array[..., 3], np.zeros(layer.array.shape[:2], bool))


def test_of_the_gallery_all_that_was_seen_is_shown_and_what_was_kept_is_as_it_was(details):
    run, layer = details
    whole = run.whole(layer)
    back = LookBack(run, whole, frame(7))
    assert back.area == run.plan.context
    late = back.at(1, frame(GREEN))
    assert late.size == whole.size
    assert at(late, back.area, middle(PARTS[0])) == at(whole, back.area, middle(PARTS[0]))
    assert at(late, back.area, middle(PARTS[1])) == GREEN
    kept = (whole.array == run.ground[..., :3]).all(2)
    assert np.array_equal(late.array[kept], run.ground[..., :3][kept])


def test_before_a_piece_is_worked_the_first_pass_is_seen_there():
    area = Rect(100, 80, 900, 700)
    run, layer = made(Mode.FILL, Size(1200, 900), (area,))
    back = LookBack(run, layer, frame((90, 0, 0)))
    number = len(run.plan.passes) // 2
    seen, step = back.at(number, frame(GREEN)), back._step
    first, piece, last = (run.plan.passes[each].area.intersection(run.plan.result) for each in (1, number, -1))

    def there(place):
        return tuple(seen.array[(place[1] - back.area.y) // step, (place[0] - back.area.x) // step][:3])

    assert there(middle(piece)) == GREEN
    assert there((last.right - 60, last.bottom - 60)) == (90, 0, 0)
    corner = first.x + 40, first.y + 40
    assert there(corner) == at(layer, back.area, corner)[:3]


def test_a_very_large_edit_is_seen_smaller_and_in_its_place():
    size = Size(3000, 2200)
    run, layer = made(Mode.FILL, size, (Rect(0, 0, 3000, 2200),))
    back = LookBack(run, layer, frame(7))
    ramp = np.linspace(0, 255, 128, dtype=np.float32)[None, :, None].repeat(94, 0).repeat(3, 2)
    seen = back.at(0, Pixels(np.rint(ramp).astype(np.uint8)))
    assert max(seen.size) <= 1024
    wide = np.linspace(0, 255, seen.size.width)
    assert np.abs(seen.array[20, :, 0].astype(float) - wide).max() < 3


def test_nothing_of_what_it_was_given_is_changed(details):
    run, layer = details
    before = layer.array.copy(), run.ground.copy()
    back = LookBack(run, layer, frame(7))
    one = back.at(1, frame(GREEN))
    assert back.at(1, frame(9)) != one
    assert back.at(1, frame(GREEN)) == one
    assert np.array_equal(layer.array, before[0])
    assert np.array_equal(run.ground, before[1])
