from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.document.editing.modes import Mode, Situation, possible, sentence
from studio.document.editing.plan import Context, Fill, plan_edit, work_size
from studio.document.editing.strength import run_of, snapped, stops
from studio.request.errors import BadInput
from studio.request.geometry import Rect, Size
from tests.document.editing.families import SCENES, SD15, SDXL

SOME = Rect(100, 100, 200, 100)


ANEW = (Mode.FILL, Mode.ADD, Mode.REMOVE, Mode.REPLACE_BACKGROUND)


@pytest.mark.parametrize(
    ("situation", "modes"),
    [
        ({"has_picture": False}, [Mode.GENERATE]),
        ({"has_picture": False, "selection": SOME}, [Mode.GENERATE]),
        ({}, [Mode.GENERATE, Mode.REFINE, Mode.VARIATIONS, Mode.EXPAND]),
        ({"strength": 0.5}, [Mode.REFINE, Mode.GENERATE, Mode.VARIATIONS, Mode.EXPAND]),
        ({"selection": Rect(0, 0, 512, 512), "covered": True}, [Mode.GENERATE, Mode.REFINE]),
        ({"selection": SOME}, [*ANEW, Mode.REFINE, Mode.CUSTOM]),
        ({"selection": SOME, "parts": 3}, [*ANEW, Mode.REFINE, Mode.DETAIL, Mode.CUSTOM]),
        ({"selection": SOME, "parts": 3, "strength": 0.5}, [Mode.REFINE, Mode.DETAIL, *ANEW, Mode.CUSTOM]),
        ({"selection": SOME, "strength": 0.5}, [Mode.REFINE, *ANEW, Mode.CUSTOM]),
        ({"selection": Rect(0, 400, 512, 112), "border": True}, [Mode.EXPAND, Mode.FILL]),
        ({"selection": Rect(0, 400, 512, 112), "border": True, "strength": 0.5}, [Mode.REFINE, Mode.EXPAND, Mode.FILL]),
        (
            {"selection": Rect(0, 400, 512, 112), "border": True, "bare": True, "strength": 0.5},
            [Mode.EXPAND, Mode.FILL],
        ),
        ({"selection": Rect(0, 0, 512, 512), "border": True}, [Mode.EXPAND, Mode.FILL]),
        ({"selection": Rect(0, 0, 90, 400)}, [Mode.FILL, Mode.EXPAND]),
        ({"selection": SOME, "strength": 0.5, "region": True}, [Mode.REFINE_REGION, Mode.REFINE]),
        ({"region": True}, [Mode.REFINE_REGION, Mode.GENERATE]),
        ({"instructs": True}, [Mode.EDIT, Mode.GENERATE, Mode.REFINE]),
        ({"instructs": True, "strength": 0.5}, [Mode.REFINE, Mode.EDIT, Mode.GENERATE]),
        ({"instructs": True, "selection": SOME}, [Mode.EDIT, *ANEW]),
        ({"instructs": True, "selection": Rect(0, 400, 512, 112), "border": True, "bare": True}, [Mode.EXPAND]),
        ({"instructs": True, "has_picture": False}, [Mode.GENERATE]),
    ],
)
def test_the_button_offers_what_is_possible(situation, modes):
    offered = possible(Situation(**{"canvas": Size(512, 512), "has_picture": True, **situation}))
    assert list(offered[: len(modes)]) == modes


def test_an_instruction_is_told_once_however_large_the_picture():
    """A second pass would change what is changed already."""
    plan = plan_edit(mode=Mode.EDIT, canvas=Size(4000, 3000), selection=None, strength=1.0, family=SDXL)
    assert len(plan.passes) == 1
    assert plan.fill is Fill.KEEP  # the instruction is about what is there


def test_an_empty_prompt_is_explained():
    assert "what belongs here" in sentence(Situation(canvas=Size(9, 9), has_picture=True), Mode.FILL, " ")


@pytest.mark.parametrize(
    ("canvas", "family", "size", "passes"),
    [
        (Size(512, 512), SDXL, Size(800, 800), 1),
        (Size(1024, 1024), SDXL, Size(1024, 1024), 1),
        (Size(64, 64), SD15, Size(512, 512), 1),
        (Size(64, 64), SCENES, Size(200, 200), 1),
        (Size(256, 256), SCENES, Size(256, 256), 1),
        (Size(512, 512), SCENES, Size(312, 312), 10),
        (Size(2048, 2048), SDXL, Size(1024, 1024), 10),
    ],
)
def test_a_whole_canvas_is_worked_at_a_size_the_model_does_well(canvas, family, size, passes):
    plan = plan_edit(mode=Mode.GENERATE, canvas=canvas, selection=None, strength=1, family=family)
    assert plan.passes[0].size == size
    assert len(plan.passes) == passes


@pytest.mark.parametrize("family", [SD15, SDXL, SCENES])
@pytest.mark.parametrize("canvas", [Size(8000, 1000), Size(1000, 8000), Size(64, 64), Size(4000, 3000), Size(70, 2000)])
def test_no_pass_asks_for_what_the_model_cannot_do(canvas, family):
    plan = plan_edit(mode=Mode.GENERATE, canvas=canvas, selection=None, strength=1, family=family)
    for step in plan.passes:
        for side in step.size:
            assert family.smallest_side <= side <= family.largest_side
            assert side % family.size_multiple == 0
        assert step.size.ratio == pytest.approx(step.area.size.ratio, rel=0.05)


def test_a_small_mask_in_a_large_picture_gets_full_detail():
    plan = plan_edit(
        mode=Mode.FILL, canvas=Size(4000, 3000), selection=Rect(1000, 1000, 100, 80), strength=1, family=SDXL
    )
    (only,) = plan.passes
    assert only.size.width / only.area.width >= 0.75
    assert only.area.contains(plan.result)
    assert plan.result.contains(Rect(1000, 1000, 100, 80))


def test_at_less_than_full_strength_only_the_part_itself_is_looked_at():
    full, part = (
        plan_edit(
            mode=Mode.REFINE, canvas=Size(2048, 2048), selection=Rect(900, 900, 700, 700), strength=s, family=SDXL
        )
        for s in (1.0, 0.4)
    )
    assert part.context.size.area < full.context.size.area
    assert part.softness.feather < full.softness.feather


def test_the_artist_may_choose_the_context():
    chosen = Rect(50, 50, 900, 900)
    plan = plan_edit(mode=Mode.CUSTOM, canvas=Size(1000, 1000), selection=SOME, strength=1, family=SDXL, context=chosen)
    assert plan.context == chosen
    plan = plan_edit(
        mode=Mode.CUSTOM, canvas=Size(999, 999), selection=SOME, strength=1, family=SDXL, context=Context.WHOLE
    )
    assert plan.context == Rect(0, 0, 999, 999)


def test_each_mode_fills_in_its_own_way():
    fills = {
        mode: plan_edit(mode=mode, canvas=Size(512, 512), selection=SOME, strength=1, family=SD15).fill
        for mode in (Mode.FILL, Mode.EXPAND, Mode.ADD, Mode.REMOVE)
    }
    assert list(fills.values()) == [Fill.BLUR, Fill.BORDER, Fill.NEUTRAL, Fill.REMOVE]
    assert plan_edit(mode=Mode.FILL, canvas=Size(512, 512), selection=SOME, strength=0.5, family=SD15).fill is Fill.KEEP


def test_separate_parts_are_each_worked_at_the_size_the_model_is_best_at():
    parts = (Rect(300, 300, 60, 80), Rect(3000, 2000, 40, 40))
    bounds = parts[0].union(parts[1])
    plan = plan_edit(
        mode=Mode.DETAIL, canvas=Size(4000, 3000), selection=bounds, strength=0.4, family=SDXL, parts=parts
    )
    assert len(plan.passes) == 2
    for part, step in zip(parts, plan.passes, strict=True):
        assert step.only.contains(part)
        assert step.area.contains(step.only)
        assert step.area.size.area < 0.01 * 4000 * 3000
        assert step.size.area >= 0.9 * SDXL.fewest_pixels
    assert plan.result.contains(bounds)


@pytest.mark.parametrize("selection", [Rect(0, 0, 0, 0), Rect(600, 0, 50, 50), Rect(-90, -90, 50, 50)])
def test_a_selection_off_the_canvas_is_refused(selection):
    with pytest.raises(BadInput, match="outside the picture"):
        plan_edit(mode=Mode.FILL, canvas=Size(512, 512), selection=selection, strength=1, family=SD15)


@given(
    st.integers(64, 6000),
    st.integers(64, 6000),
    st.integers(-100, 6000),
    st.integers(-100, 6000),
    st.integers(1, 6000),
    st.integers(1, 6000),
    st.floats(0.01, 1),
    st.sampled_from([SD15, SDXL, SCENES]),
    st.sampled_from([Mode.FILL, Mode.EXPAND, Mode.REFINE, Mode.REPLACE_BACKGROUND]),
)
def test_any_plan_holds_together(width, height, x, y, w, h, strength, family, mode):
    canvas, selection = Size(width, height), Rect(x, y, w, h)
    inside = selection.intersection(Rect.of(canvas))
    if inside.empty:
        return
    plan = plan_edit(mode=mode, canvas=canvas, selection=selection, strength=strength, family=family)
    assert Rect.of(canvas).contains(plan.result)
    assert plan.result.contains(inside)
    assert plan.context.contains(plan.result)
    assert plan.passes[0].area.contains(plan.context)
    assert math.isfinite(plan.cost)
    covered = 0
    for step in plan.passes[1:]:
        part = plan.result.intersection(step.area)
        assert not part.empty
        covered += part.size.area
    assert len(plan.passes) == 1 or covered >= plan.result.size.area


def test_a_large_surrounding_is_looked_at_but_only_what_changes_is_worked_twice():
    plan = plan_edit(mode=Mode.FILL, canvas=Size(443, 494), selection=Rect(0, 0, 221, 185), strength=1, family=SCENES)
    assert plan.context == Rect(0, 0, 443, 494)
    assert [step.area.y for step in plan.passes[1:]] == [0, 0, 119, 119]  # not 238, where nothing may change


@given(st.integers(64, 20000), st.integers(64, 20000), st.sampled_from([SD15, SDXL, SCENES]))
def test_a_work_size_is_always_one_the_model_can_do(width, height, family):
    size = work_size(Size(width, height), family)
    assert all(family.smallest_side <= side <= family.largest_side for side in size)
    assert all(side % family.size_multiple == 0 for side in size)


@given(st.floats(0.01, 1), st.integers(1, 150))
def test_a_snapped_strength_runs_the_steps_it_says(strength, steps):
    stop = snapped(strength, steps)
    assert run_of(stop, steps).run == round(stop * steps)
    assert stop in stops(steps)
    assert abs(stop - strength) <= 0.5 / steps + 1e-9 or run_of(stop, steps).run == 1


def test_a_strength_says_its_steps():
    assert str(run_of(0.5, 20)) == "50 % (10 of 20)"
