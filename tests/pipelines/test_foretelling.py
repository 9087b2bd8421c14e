"""Drafts: fewer questions to the network, nearly the same picture; without them nothing changes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from studio.pipelines.foretelling import FARTHEST, FIRST, LAST, Foreteller
from studio.pipelines.samplers import Level, Scale, Steps, clean, saying
from studio.request.record import from_record, to_record
from tests.pipelines import tiny

CALLS = 20
STEPS = Steps(
    scheduler=None, timesteps=torch.zeros(1), levels=(), scale=Scale.STRAIGHT, prediction="flow_prediction", order=1
)


def asked_of(answers, calls=CALLS, led=lambda call: 0):
    """At which calls the network was asked, and what came out of all of them."""
    foreteller, asked, found = Foreteller(calls), [], []
    for call in range(1, calls + 1):

        def ask(call=call):
            asked.append(call)
            return saying(answers(call), torch.full((1,), 0.5), Level(1.0, 1 - call / (calls + 1)), STEPS)

        level = Level(1.0, 1 - call / (calls + 1))
        given = torch.full((1,), 0.5)
        found.append(clean(foreteller.answer(call, led(call), ask, given, level, STEPS), given, level, STEPS))
    assert foreteller.foretold == calls - len(asked)
    return asked, found


def test_what_changes_steadily_is_foretold_exactly():
    asked, found = asked_of(lambda call: torch.tensor([1.0, 2.0]) + call * torch.tensor([0.5, -1.0]))
    assert len(asked) < CALLS / 2
    for call, answer in enumerate(found, 1):
        assert torch.allclose(answer, torch.tensor([1 + 0.5 * call, 2.0 - call]), atol=1e-4)


def test_the_ends_are_always_asked_and_no_stretch_is_long():
    asked, _ = asked_of(lambda call: torch.ones(3))
    assert {*range(1, FIRST + 1), *range(CALLS - LAST + 1, CALLS + 1)} <= {*asked}
    assert max(later - earlier for earlier, later in pairwise(asked)) <= FARTHEST + 1


def test_what_cannot_be_foretold_is_asked():
    random = torch.Generator().manual_seed(0)
    asked, _ = asked_of(lambda call: torch.randn(64, generator=random))
    assert len(asked) >= CALLS - 1


def test_when_other_words_lead_it_is_asked_anew():
    asked, _ = asked_of(lambda call: torch.ones(3), led=lambda call: call > 10)
    assert {11, 12} <= {*asked}


@pytest.mark.parametrize("steps", [4, 5])
def test_models_of_few_steps_are_asked_each_time(steps):
    assert len(asked_of(lambda call: torch.ones(3), steps)[0]) == steps


@pytest.mark.parametrize(("family", "sampler"), [("sd15", "Euler"), ("sd15", "DPM++ 2M Karras"), ("sdxl", "Euler a")])
def test_a_draft_is_nearly_the_picture(family, sampler, shelf, warm):
    request = tiny.request(shelf[family], sampler, steps=24)
    whole = warm.run(request, tiny.Notes()).pictures[0]
    calls = []
    denoiser = warm._store.get(shelf[family], tiny.Notes()).denoiser
    hook = denoiser.register_forward_pre_hook(lambda *_: calls.append(1))
    notes = tiny.Notes()
    finished = warm.run(replace(request, shortcuts=True), notes)
    hook.remove()
    draft = finished.pictures[0]
    assert len(calls) <= 0.8 * 24
    assert finished.notes[0].startswith(f"A draft: the network was asked {len(calls)} times instead of ")
    assert [step.done for step in notes.steps] == list(range(1, 25)), "every step is shown all the same"
    assert np.abs(draft.pixels.array.astype(int) - whole.pixels.array).mean() < 4
    assert draft.request.shortcuts
    again = warm.run(replace(request, shortcuts=True), tiny.Notes()).pictures[0]
    assert again.pixels == draft.pixels


def test_a_draft_is_remembered_as_one(sd15):
    request = tiny.request(sd15)
    for each in (request, replace(request, shortcuts=True)):
        assert from_record(to_record(each), lambda digest: None) == each


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction", "sample", "flow_prediction"])
@pytest.mark.parametrize("scale", list(Scale))
def test_what_is_said_of_a_picture_is_undone_by_what_it_means(scale, prediction):
    steps = replace(STEPS, scale=scale, prediction=prediction)
    level, noisy, output = Level(0.7, 0.6), torch.randn(2, 3), torch.randn(2, 3)
    meant = clean(output, noisy, level, steps)
    assert torch.allclose(saying(meant, noisy, level, steps), output, atol=1e-4)
