from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from studio.document.editing.modes import Mode
from studio.document.editing.plan import plan_edit
from studio.document.editing.run import EditRun, begin
from studio.document.regioning import Sketch
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
    alone = run.alone(replace(run.request, seed=run.wish.seed + 3))
    following = alone.taken(Pixels(red(alone.request)))
    assert isinstance(following, EditRun)
    assert following.request.seed == run.wish.seed + 3
    assert following.request.count == 1


def test_a_preview_lies_where_the_result_will():
    _, run = started(Size(600, 400), Rect(200, 100, 80, 90))
    shown, area = run.preview(Pixels(np.full((20, 20, 3), 9, np.uint8)))
    assert area == run.plan.result
    assert shown.size == area.size


def test_each_part_is_worked_alone_and_all_land_in_one_layer():
    size, parts = Size(900, 700), (Rect(100, 100, 60, 50), Rect(600, 500, 40, 40), Rect(150, 130, 60, 50))
    selection = np.zeros((size.height, size.width), np.uint8)
    for part in parts:
        selection[part.y : part.bottom, part.x : part.right] = 255
    canvas = Canvas(size, selection)
    bounds = Rect(100, 100, 540, 440)
    plan = plan_edit(mode=Mode.DETAIL, canvas=size, selection=bounds, strength=0.4, family=SCENES, parts=parts[:2])
    layer, passes = finish(begin(plan, canvas.surface(), WISH))
    assert passes == 2
    shown = np.zeros_like(selection)
    result = plan.result
    shown[result.y : result.bottom, result.x : result.right] = layer.array[..., 3]
    assert not shown[selection == 0].any()
    assert shown[125, 120] == shown[520, 620] == 255
    assert np.abs(layer.array[125 - result.y, 120 - result.x, :3].astype(int) - (255, 0, 0)).max() <= 8


def test_noise_of_a_mask_is_in_what_the_model_starts_from_and_the_same_every_time():
    canvas, _ = started(Size(400, 300), Rect(100, 100, 80, 80), 0.5)
    plan = plan_edit(
        mode=Mode.REFINE, canvas=canvas.size, selection=Rect(100, 100, 80, 80), strength=0.5, family=SCENES
    )
    quiet = begin(plan, canvas.surface(), WISH).request.source.array
    surface = replace(canvas.surface(), noise=lambda area: canvas.surface().selection(area) // 2)
    noisy = begin(plan, surface, WISH).request.source.array
    assert (noisy != quiet).any()
    assert np.array_equal(noisy[:8], quiet[:8])
    assert np.array_equal(begin(plan, surface, WISH).request.source.array, noisy)


def test_a_pass_sees_the_regions_where_it_looks():
    canvas, _ = started(Size(400, 300), Rect(100, 100, 80, 80))
    left, right = (np.zeros((300, 400), np.uint8) for _ in range(2))
    left[:, :140], right[:, 140:] = 255, 255

    def regions(area: Rect) -> tuple[Sketch, ...]:
        part = (slice(area.y, area.bottom), slice(area.x, area.right))
        return Sketch(left[part], "a lake"), Sketch(right[part], "a hill")

    plan = plan_edit(mode=Mode.FILL, canvas=canvas.size, selection=Rect(100, 100, 80, 80), strength=1, family=SCENES)
    request = begin(plan, replace(canvas.surface(), regions=regions), WISH).request
    assert [region.prompt.text for region in request.regions] == ["a lake, a house", "a hill, a house"]
    assert all(region.mask.size == request.size for region in request.regions)
    assert request.prompt == WISH.prompt


def test_later_passes_are_seen_within_what_is_made_already():
    _, run = started(Size(2400, 1800), Rect(100, 80, 2000, 1500))
    following = run.taken(Pixels(red(run.request)))
    green = np.full((40, 40, 3), (0, 255, 0), np.uint8)
    shown, area = following.preview(Pixels(green))
    assert area == run.plan.result
    assert max(shown.size) <= 1024
    scale = shown.size.width / area.width
    target = following.prepared.target
    x, y = (target.x - area.x + 160) * scale, (target.y - area.y + 160) * scale
    assert np.abs(shown.array[round(y), round(x), :3].astype(int) - (0, 255, 0)).max() <= 8
    assert np.abs(shown.array[-200, -200, :3].astype(int) - (255, 0, 0)).max() <= 8
    assert shown.array[-200, -200, 3] == 255
