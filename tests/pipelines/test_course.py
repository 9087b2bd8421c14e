"""Variations, branches, steering and keeping a step: each makes another picture, and each can be made again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from studio.library.timelines import Timelines
from studio.request.course import Branch, Keep, Turn, Variation
from studio.request.errors import BadInput
from studio.request.events import Loading
from studio.request.geometry import Size
from studio.request.pixels import Pixels
from studio.request.request import Prompt
from tests.pipelines import tiny


def made(pipeline, request, notes=None):
    return pipeline.run(request, notes or tiny.Notes()).pictures[0]


def distance(one, other):
    return np.abs(one.pixels.array.astype(float) - other.pixels.array).mean()


@pytest.fixture
def keeper(sd15, tmp_path):
    """A pipeline that keeps the steps of what it makes, and where."""
    timelines = Timelines(tmp_path / "timelines", 10_000_000)
    return tiny.pipeline_of(sd15, timelines=timelines), timelines


@pytest.mark.parametrize("family", ["sd15", "sdxl", "scenes"])
def test_a_variation_lies_between_two_pictures(family, shelf, warm):
    request = tiny.request(shelf[family], steps=4)
    own, other = made(warm, request), made(warm, replace(request, seed=1234))
    subtle, strong = (
        made(warm, replace(request, variation=Variation(seed=1234, strength=share))) for share in (0.15, 0.6)
    )
    assert 0 < distance(own, subtle) < distance(own, strong)
    assert distance(other, strong) < distance(other, subtle)
    assert made(warm, subtle.request).pixels == subtle.pixels
    none, same = Variation(seed=1234, strength=0.0), Variation(seed=request.seed, strength=0.5)
    assert made(warm, replace(request, variation=none)).pixels == own.pixels
    assert made(warm, replace(request, variation=same)).pixels == own.pixels


@pytest.mark.parametrize("sampler", ["Euler a", "DPM2 a", "DPM++ SDE", "DPM++ 2M SDE Karras", "LCM", "DDPM"])
def test_noise_that_is_added_on_the_way_varies_too(sampler, sd15, warm):
    """Else a sampler that adds much forgets what it began with, and all variations are one picture."""
    request = tiny.request(sd15, sampler, steps=4)
    own, other = made(warm, request), made(warm, replace(request, seed=1234))
    wholly = made(warm, replace(request, variation=Variation(seed=1234, strength=1.0)))
    subtle = made(warm, replace(request, variation=Variation(seed=1234, strength=0.2)))
    assert wholly.pixels == other.pixels
    assert 0 < distance(own, subtle) < distance(own, other)


def test_a_set_of_variations_shares_the_seed(sd15, warm):
    request = tiny.request(sd15, count=2, variation=Variation(seed=2**64 - 1, strength=0.3))
    pictures = warm.run(request, tiny.Notes()).pictures
    assert [picture.request.seed for picture in pictures] == [7, 7]
    assert [picture.request.variation.seed for picture in pictures] == [2**64 - 1, 0]
    assert pictures[0].pixels != pictures[1].pixels
    assert made(warm, pictures[1].request).pixels == pictures[1].pixels


@pytest.mark.parametrize(
    "sampler", ["Euler", "Euler a", "Heun", "DPM++ 2M Karras", "DPM++ SDE", "UniPC", "DDIM", "LCM"]
)
def test_a_branch_is_the_same_with_or_without_the_kept_steps(sampler, sd15, warm, keeper):
    pipeline, timelines = keeper
    parent = made(pipeline, tiny.request(sd15, sampler, steps=6))
    assert timelines.find(parent.request) is not None
    branch = replace(parent.request, prompt=Prompt.plain("a fox"), branch=Branch(parent=parent.request, step=3))
    remembered, anew = tiny.Notes(), tiny.Notes()
    quick = made(pipeline, branch, remembered)
    assert made(warm, branch, anew).pixels == quick.pixels
    assert [step.done for step in remembered.steps] == [4, 5, 6]
    went_back = [isinstance(event, Loading) and "Going back" in event.what for event in anew.events]
    assert any(went_back)
    assert not any(isinstance(event, Loading) and "Going back" in event.what for event in remembered.events)
    assert quick.pixels not in (parent.pixels, made(warm, replace(branch, branch=None)).pixels)


@pytest.mark.parametrize("sampler", ["Euler", "Euler a", "DDIM", "DPM2 a"])
def test_a_branch_in_which_nothing_is_changed_comes_out_like_its_parent(sampler, sd15, warm):
    parent = made(warm, tiny.request(sd15, sampler, steps=6))
    same = made(warm, replace(parent.request, branch=Branch(parent=parent.request, step=3)))
    assert np.abs(same.pixels.array.astype(int) - parent.pixels.array).max() <= 1  # latents were rounded to float16


def test_fresh_noise_changes_more_the_more_there_is(sd15, warm):
    parent = made(warm, tiny.request(sd15, steps=6))
    branches = [
        made(warm, replace(parent.request, branch=Branch(parent=parent.request, step=2, fresh=share)))
        for share in (0.0, 0.3, 1.0)
    ]
    ways = [distance(parent, branch) for branch in branches]
    assert ways == sorted(ways)
    assert ways[1] > 1
    assert made(warm, branches[1].request).pixels == branches[1].pixels


def test_a_branch_of_a_branch_and_one_of_a_steered_picture_are_made_again(sd15, warm, keeper):
    pipeline, _ = keeper
    notes = tiny.Notes(wanted={2: Turn(prompt=Prompt.plain("a fox"))})
    first = made(pipeline, tiny.request(sd15, steps=8), notes)
    second = made(pipeline, replace(first.request, steering=(), branch=Branch(parent=first.request, step=3)))
    third = made(pipeline, replace(second.request, guidance=2.0, branch=Branch(parent=second.request, step=5)))
    assert made(warm, third.request).pixels == third.pixels


def test_in_a_branch_with_a_mask_the_rest_of_the_picture_stays_as_it_is(sd15, warm):
    parent = made(warm, tiny.request(sd15, steps=6))
    mask = np.zeros((64, 64, 1), np.uint8)
    mask[:, 32:] = 255
    request = replace(
        parent.request,
        prompt=Prompt.plain("a fox"),
        source=parent.pixels,
        mask=Pixels(mask),
        branch=Branch(parent=parent.request, step=2),
    )
    branch = made(warm, request).pixels.array
    assert np.array_equal(branch[:, :32], parent.pixels.array[:, :32])
    assert (branch[:, 32:] != parent.pixels.array[:, 32:]).any()


@pytest.mark.parametrize("family", ["sd15", "scenes"])
def test_what_was_steered_is_in_the_request_and_comes_out_again(family, shelf, warm):
    request = tiny.request(shelf[family], "Heun", steps=5)
    plain = made(warm, request)
    notes = tiny.Notes(wanted={2: Turn(prompt=Prompt.plain("a fox")), 4: Turn(guidance=1.0)})
    steered = made(warm, request, notes)
    assert [(turn.step, turn.prompt, turn.guidance) for turn in steered.request.steering] == [
        (2, Prompt.plain("a fox"), None),
        (4, None, 1.0),
    ]
    assert steered.pixels not in (plain.pixels, made(warm, replace(request, prompt=Prompt.plain("a fox"))).pixels)
    assert made(warm, steered.request).pixels == steered.pixels


def test_the_mask_can_be_steered(sd15, warm):
    left, right = np.zeros((2, 64, 64, 1), np.uint8)
    left[:, :24], right[:, 40:] = 255, 255
    source = tiny.photo()
    request = tiny.request(sd15, steps=6, source=source, mask=Pixels(left))
    steered = made(warm, request, tiny.Notes(wanted={2: Turn(mask=Pixels(right))}))
    assert np.array_equal(steered.pixels.array[:, :40], source.array[:, :40])
    assert (steered.pixels.array[:, 40:] != source.array[:, 40:]).any()
    assert made(warm, steered.request).pixels == steered.pixels


def test_the_rest_of_a_set_is_made_as_it_was_wished_for_on_the_way(sd15, warm):
    request = tiny.request(sd15, count=2, steps=4)
    notes = tiny.Notes(wanted={2: Turn(prompt=Prompt.plain("a fox"))})
    first, second = warm.run(request, notes).pictures
    assert first.request.steering
    assert second.request.prompt == Prompt.plain("a fox")
    assert not second.request.steering
    assert made(warm, second.request).pixels == second.pixels


@pytest.mark.parametrize("sampler", ["Euler a", "Heun", "DPM++ 2M Karras"])
def test_a_kept_step_is_what_the_preview_showed_and_can_be_made_again(sampler, scenes, warm):
    request = tiny.request(scenes, sampler, steps=6)
    notes = tiny.Notes(wanted={3: Keep()})
    kept = made(warm, request, notes)
    assert [step.done for step in notes.steps] == [1, 2, 3]
    assert kept.request.stop_at == 3
    assert kept.pixels != made(warm, request).pixels
    assert made(warm, kept.request).pixels == kept.pixels
    colours = notes.steps[-1].preview.array.mean((0, 1)) - kept.pixels.array.mean((0, 1))
    assert np.abs(colours).max() < 16


def test_the_pictures_of_a_set_after_a_kept_one_are_made_whole(sd15, warm):
    notes = tiny.Notes(wanted={2: Keep()})
    first, second = warm.run(tiny.request(sd15, count=2, steps=4), notes).pictures
    assert (first.request.stop_at, second.request.stop_at) == (2, 0)
    assert second.pixels == made(warm, tiny.request(sd15, steps=4, seed=8)).pixels


def test_keeping_the_steps_changes_nothing(sd15, warm, keeper):
    request = tiny.request(sd15, "DPM++ 2M SDE", count=2, steps=5)
    kept, without = keeper[0].run(request, tiny.Notes()), warm.run(request, tiny.Notes())
    assert [each.pixels for each in kept.pictures] == [each.pixels for each in without.pictures]
    timeline = keeper[1].find(kept.pictures[1].request)
    assert timeline.total == 5
    assert timeline.steps == (1, 2, 3, 4, 5)


def test_a_branch_shows_the_steps_it_shares_with_its_parent(sd15, keeper):
    pipeline, timelines = keeper
    parent = made(pipeline, tiny.request(sd15, steps=5)).request
    branch = made(pipeline, replace(parent, seed=99, branch=Branch(parent=parent, step=2))).request
    before, after = timelines.find(parent), timelines.find(branch)
    assert after.steps == (1, 2, 3, 4, 5)
    assert [after.frame(step) == before.frame(step) for step in (1, 2, 4, 5)] == [True, True, False, False]


def test_a_full_disk_costs_the_steps_not_the_picture(sd15, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    pipeline = tiny.pipeline_of(sd15, timelines=Timelines(blocked / "timelines", 10_000_000))
    finished = pipeline.run(tiny.request(sd15), tiny.Notes())
    assert len(finished.pictures) == 1
    assert "could not be kept" in finished.notes[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"step": 0},
        {"step": 6},
        {"size": Size(72, 64)},
        {"steps": 7},
        {"fresh": 1.5},
    ],
)
def test_a_branch_that_cannot_be_is_refused(changes, sd15):
    parent = tiny.request(sd15, steps=6)
    step, fresh = changes.pop("step", 3), changes.pop("fresh", 0.0)
    with pytest.raises(BadInput):
        replace(parent, branch=Branch(parent=parent, step=step, fresh=fresh), **changes)
