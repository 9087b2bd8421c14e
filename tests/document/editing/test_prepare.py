from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.document.editing import stitch
from studio.document.editing.modes import Mode
from studio.document.editing.plan import EditPlan, Fill, plan_edit
from studio.document.editing.prepare import Prepared, Surface, joined, prepare
from studio.request.family import ModelReference
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest, Prompt
from studio.request.sampling import Algorithm, Sampler
from tests.document.editing.families import SCENES, SD15

WISH = GenerationRequest(
    model=ModelReference(family="test", name="test"),
    prompt=Prompt.plain("a house"),
    size=Size(64, 64),
    steps=10,
    guidance=3,
    sampler=Sampler(Algorithm.EULER),
    seed=1,
)


class Canvas:
    """A picture and a selection in memory, and the way in which a layer lies over it."""

    def __init__(self, size: Size, selection: np.ndarray | None = None) -> None:
        rng = np.random.default_rng(5)
        small = rng.integers(0, 256, (6, 6, 3), np.uint8)
        self.pixels = cv2.resize(small, tuple(size), interpolation=cv2.INTER_CUBIC)
        self.selected = np.full((size.height, size.width), 255, np.uint8) if selection is None else selection
        self.size = size

    def surface(self) -> Surface:
        return Surface(
            size=self.size,
            picture=lambda area: np.pad(
                self.pixels[area.y : area.bottom, area.x : area.right], ((0, 0), (0, 0), (0, 1)), constant_values=255
            ),
            selection=lambda area: self.selected[area.y : area.bottom, area.x : area.right],
        )

    def lay(self, prepared: Prepared, layer: Pixels) -> None:
        area = prepared.target
        alpha = layer.array[..., 3:].astype(np.float32) / 255
        below = self.pixels[area.y : area.bottom, area.x : area.right]
        below[:] = np.rint(below * (1 - alpha) + layer.array[..., :3] * alpha).astype(np.uint8)


def run(canvas: Canvas, plan: EditPlan, make) -> list[Prepared]:
    """All passes of a plan, made by a function from request to array."""
    steps = []
    for index in range(len(plan.passes)):
        prepared = prepare(plan, index, canvas.surface(), WISH)
        canvas.lay(prepared, joined(prepared, Pixels(make(prepared.request))))
        steps.append(prepared)
    return steps


def red(request: GenerationRequest) -> np.ndarray:
    """A model that paints all it may red, and keeps what it must."""
    picture = np.full((request.size.height, request.size.width, 3), (255, 0, 0), np.uint8)
    if request.mask is not None:
        picture = np.where(request.mask.array > 0, picture, request.source.array)
    return picture


def echo(request: GenerationRequest) -> np.ndarray:
    """A model that changes nothing."""
    return request.source.array.copy()


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_outside_stays_bit_identical_for_any_selection_size_and_mode(data):
    size = Size(data.draw(st.integers(64, 500)), data.draw(st.integers(64, 500)))
    x, y = data.draw(st.integers(0, size.width - 1)), data.draw(st.integers(0, size.height - 1))
    area = Rect(x, y, data.draw(st.integers(1, 300)), data.draw(st.integers(1, 300))).intersection(Rect.of(size))
    mode = data.draw(st.sampled_from([Mode.FILL, Mode.EXPAND, Mode.ADD, Mode.REFINE, Mode.REPLACE_BACKGROUND]))
    strength = data.draw(st.sampled_from([1.0, 0.6, 0.2]))
    selection = np.zeros((size.height, size.width), np.uint8)
    selection[area.y : area.bottom, area.x : area.right] = 255
    canvas = Canvas(size, selection)
    before = canvas.pixels.copy()
    plan = plan_edit(mode=mode, canvas=size, selection=area, strength=strength, family=SCENES)
    steps = run(canvas, plan, red)
    wanted = selection == (0 if mode is Mode.REPLACE_BACKGROUND else 255)
    assert steps
    assert np.array_equal(canvas.pixels[~wanted], before[~wanted])
    depth = cv2.distanceTransform(wanted.astype(np.uint8), cv2.DIST_L2, 5)
    deep = depth > plan.softness.blend + stitch.WIDTH  # within the soft edge both are seen
    assert (np.abs(canvas.pixels[deep].astype(int) - (255, 0, 0)) <= 8).all()


def test_a_model_that_changes_nothing_leaves_nothing_to_see():
    selection = np.zeros((256, 256), np.uint8)
    selection[100:160, 90:170] = 255
    canvas = Canvas(Size(256, 256), selection)
    before = canvas.pixels.copy()
    plan = plan_edit(mode=Mode.REFINE, canvas=canvas.size, selection=Rect(90, 100, 80, 60), strength=0.5, family=SCENES)
    run(canvas, plan, echo)
    assert np.abs(canvas.pixels.astype(int) - before).max() <= 6


def test_a_fresh_picture_is_asked_for_without_a_source():
    canvas = Canvas(Size(256, 256))
    plan = plan_edit(mode=Mode.GENERATE, canvas=canvas.size, selection=None, strength=1, family=SCENES)
    (only,) = run(canvas, plan, red)
    assert only.request.source is None
    assert only.request.mask is None
    assert (canvas.pixels == (255, 0, 0)).all()


def test_the_hole_is_filled_before_the_model_sees_it():
    selection = np.zeros((256, 256), np.uint8)
    selection[100:160, 90:170] = 255
    canvas = Canvas(Size(256, 256), selection)
    canvas.pixels[selection > 0] = (255, 0, 255)
    plan = plan_edit(mode=Mode.FILL, canvas=canvas.size, selection=Rect(90, 100, 80, 60), strength=1, family=SD15)
    request = prepare(plan, 0, canvas.surface(), WISH).request
    magenta = (np.abs(request.source.array.astype(int) - (255, 0, 255)).max(2) < 30).mean()
    assert magenta < 0.001
    assert request.mask.array.max() == 255


@pytest.mark.parametrize("size", [Size(1500, 200), Size(64, 64), Size(700, 700)])
def test_every_canvas_is_covered_by_the_passes(size):
    canvas = Canvas(size)
    plan = plan_edit(mode=Mode.GENERATE, canvas=size, selection=None, strength=1, family=SCENES)
    steps = run(canvas, plan, red)
    assert (canvas.pixels == (255, 0, 0)).all()
    assert all(step.request.size == step.step.size for step in steps)


def test_pieces_of_a_second_pass_meet_without_a_seam():
    canvas = Canvas(Size(700, 700))
    plan = plan_edit(mode=Mode.REFINE, canvas=canvas.size, selection=None, strength=0.5, family=SCENES, fill=Fill.KEEP)
    shades = iter(range(100, 250, 3))

    def flat(request: GenerationRequest) -> np.ndarray:
        return np.full((request.size.height, request.size.width, 3), next(shades), np.uint8)

    run(canvas, plan, flat)
    assert np.abs(np.diff(canvas.pixels.astype(int), axis=0)).max() <= 3
    assert np.abs(np.diff(canvas.pixels.astype(int), axis=1)).max() <= 3


def test_a_small_preview_lands_where_the_result_will():
    selection = np.zeros((256, 256), np.uint8)
    selection[100:160, 90:170] = 255
    canvas = Canvas(Size(256, 256), selection)
    plan = plan_edit(mode=Mode.FILL, canvas=canvas.size, selection=Rect(90, 100, 80, 60), strength=1, family=SCENES)
    prepared = prepare(plan, 0, canvas.surface(), WISH)
    shown = joined(prepared, Pixels(np.full((32, 32, 3), 200, np.uint8)))
    assert shown.size == prepared.target.size
    assert np.array_equal(shown.array[..., 3], prepared.shown)
    assert (shown.array[..., :3] == 200).all()
