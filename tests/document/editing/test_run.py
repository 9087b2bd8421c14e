from __future__ import annotations

import numpy as np
import pytest

from studio.document.editing.modes import Mode
from studio.document.editing.plan import plan_edit
from studio.document.editing.run import EditRun, begin
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from tests.document.editing.families import SCENES
from tests.document.editing.test_prepare import WISH, Canvas, red


def finish(run: EditRun) -> tuple[Pixels, int]:
    """The layer that comes of a run, and how many passes it took."""
    passes = 0
    while isinstance(run, EditRun):
        passes += 1
        run = run.taken(Pixels(red(run.request)))
    return run, passes


def started(size: Size, area: Rect, strength: float = 1.0) -> tuple[Canvas, EditRun]:
    selection = np.zeros((size.height, size.width), np.uint8)
    selection[area.y : area.bottom, area.x : area.right] = 255
    canvas = Canvas(size, selection)
    plan = plan_edit(mode=Mode.FILL, canvas=size, selection=area, strength=strength, family=SCENES)
    return canvas, begin(plan, canvas.surface(), WISH)


@pytest.mark.parametrize("area", [Rect(50, 60, 70, 70), Rect(100, 80, 900, 700)])
def test_the_layer_shows_the_result_and_nothing_outside(area):
    _, run = started(Size(1200, 900), area)
    layer, passes = finish(run)
    assert passes == len(run.plan.passes)
    assert layer.size == run.plan.result.size
    inside = layer.array[area.y - run.plan.result.y :, area.x - run.plan.result.x :][: area.height, : area.width]
    middle = inside[area.height // 4 : -area.height // 4, area.width // 4 : -area.width // 4]
    assert (middle[..., 3] >= 250).all()
    assert np.abs(middle[..., :3].astype(int) - (255, 0, 0)).max() <= 12
    assert layer.array[0, 0, 3] < 8


def test_painting_meanwhile_changes_nothing():
    canvas, run = started(Size(1200, 900), Rect(100, 80, 900, 700))
    untouched, _ = finish(run)
    canvas.pixels[:] = 0
    assert finish(run)[0] == untouched


def test_later_passes_make_one_picture_each_with_its_own_seed():
    _, run = started(Size(1200, 900), Rect(100, 80, 900, 700))
    alone = run.alone(run.wish.seed + 3)
    following = alone.taken(Pixels(red(alone.request)))
    assert isinstance(following, EditRun)
    assert following.request.seed == run.wish.seed + 3
    assert following.request.count == 1


def test_a_preview_lies_where_the_result_will():
    _, run = started(Size(600, 400), Rect(200, 100, 80, 90))
    shown, area = run.preview(Pixels(np.full((20, 20, 3), 9, np.uint8)))
    assert area == run.plan.result
    assert shown.size == area.size
