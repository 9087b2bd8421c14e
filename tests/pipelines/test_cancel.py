"""Stopping: in every phase, within a small part of a step, and without a trace in the next run."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import nn

from studio.pipelines import strips
from studio.pipelines.watch import Interruptible, Watch, blocks_of, layers_of
from studio.request.errors import CancelledError
from studio.request.events import Loading, Made, Step
from tests.pipelines import tiny


def told(notes, kind, what=""):
    return any(isinstance(event, kind) and what in getattr(event, "what", "") for event in notes.events)


def after(kind, checks, what=""):
    """Stops at the given number of checks after an event was told."""

    def stop(notes):
        if not told(notes, kind, what):
            stop.begun = notes.checks
            return False
        return notes.checks - stop.begun > checks

    stop.begun = 0
    return stop


READING = {
    "the denoiser": (Loading, 40, "the denoiser"),
    "the first text encoder": (Loading, 25, "the text encoder"),
    "the prompt": (Loading, 3, "the prompt"),
}
RUNNING = {
    "in the first step": lambda notes: notes.checks > 20,
    "in a later step": after(Step, 20),
    "in the decoder": after(Loading, 12, "Decoding"),
}


@pytest.mark.parametrize("phase", READING)
def test_a_job_stops_while_reading_and_the_next_one_is_untouched(phase, shelf, warm):
    request = tiny.request(shelf["sdxl"], "DPM++ 2M SDE", negative="fog")
    pipeline, notes = tiny.pipeline_of(shelf["sdxl"]), tiny.Notes(stop=after(*READING[phase]))
    with pytest.raises(CancelledError):
        pipeline.run(request, notes)
    assert not notes.steps
    expected = warm.run(request, tiny.Notes()).pictures[0].pixels
    assert pipeline.run(request, tiny.Notes()).pictures[0].pixels == expected


@pytest.mark.parametrize("phase", RUNNING)
@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_a_job_stops_while_running_and_the_next_one_is_untouched(family, phase, shelf, warm):
    request = tiny.request(shelf[family], "DPM++ 2M SDE", negative="fog")
    expected = warm.run(request, tiny.Notes()).pictures[0].pixels
    notes = tiny.Notes(stop=RUNNING[phase])
    with pytest.raises(CancelledError):
        warm.run(request, notes)
    assert not told(notes, Made)
    assert warm.run(request, tiny.Notes()).pictures[0].pixels == expected


def test_a_masked_job_stopped_in_the_encoder_leaves_no_trace(sd15, warm):
    request = tiny.request(sd15, source=tiny.photo(), strength=0.5, prompt="stopped in the encoder")
    expected = warm.run(request, tiny.Notes()).pictures[0].pixels
    with pytest.raises(CancelledError):
        warm.run(request, tiny.Notes(stop=lambda notes: notes.checks > 6 and not notes.steps))
    assert warm.run(request, tiny.Notes()).pictures[0].pixels == expected


def test_pictures_told_of_before_are_all_that_is_left(scenes, warm):
    notes = tiny.Notes(stop=lambda notes: len(notes.made) == 1 and len(notes.steps) == 4)
    with pytest.raises(CancelledError):
        warm.run(tiny.request(scenes, count=3), notes)
    assert len(notes.made) == 1


def test_every_step_asks_many_times(sd15, warm):
    """No more than an eighth of a step may pass unasked; by blocks, since time cannot be trusted in a test."""
    asked = []

    class Counting(tiny.Notes):
        def __call__(self, event):
            if isinstance(event, Step):
                asked.append(self.checks)
            super().__call__(event)

    warm.run(tiny.request(sd15), Counting())
    assert min(later - earlier for earlier, later in itertools.pairwise(asked)) >= 24


def test_hooks_sit_on_layers_and_blocks_once():
    network = nn.Sequential(nn.ModuleList([nn.Linear(1, 1), nn.Sequential(nn.ReLU())]), nn.Flatten())
    blocks = blocks_of(network)
    assert len(blocks) == len(set(map(id, blocks)))
    assert {type(block) for block in blocks} == {nn.Sequential, nn.Linear, nn.ReLU, nn.Flatten}
    deep = nn.Sequential(nn.ModuleDict({"inner": nn.Bilinear(1, 1, 1)}))
    assert nn.Bilinear in {type(layer) for layer in layers_of(deep)} - {type(block) for block in blocks_of(deep)}


def test_nobody_is_asked_outside_of_a_job():
    watch, network = Watch(), nn.Linear(1, 1)
    watch.keep(network)
    asked = []
    with watch.over(lambda: asked.append(1)):
        network(torch.ones(1))
    network(torch.ones(1))
    assert asked == [1]


def test_a_network_of_few_blocks_is_asked_at_every_function():
    class Formula(nn.Module):
        def forward(self, value):
            return (value + 1).sum() * 2

    watch, asked = Watch(), []
    formula, network = Formula(), nn.Sequential(*(nn.ReLU() for _ in range(20)))
    watch.keep(formula)
    watch.keep(network)
    with watch.over(lambda: asked.append(1)), watch.closely(formula):
        assert formula(torch.ones(2)) == 8
    assert len(asked) > 3
    before = len(asked)
    with watch.over(lambda: asked.append(1)), watch.closely(network):
        torch.ones(2) + 1
    assert len(asked) == before


def test_reading_stops_between_two_tensors():
    def check():
        raise CancelledError

    with pytest.raises(CancelledError), Interruptible(check):
        torch.zeros(1).add(1)
    assert torch.zeros(1).add(1) == 1


@pytest.mark.parametrize("height", [7, 64, 65])
@pytest.mark.parametrize("biased", [True, False])
def test_a_convolution_in_strips_gives_the_same_bits_and_can_be_stopped(monkeypatch, height, biased):
    conv = torch.nn.Conv2d(6, 5, 3, padding=1, bias=biased)
    given = torch.randn(2, 6, height, 9, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        whole = conv(given)
        monkeypatch.setattr(strips, "LONG", conv.weight.numel() * 2 * 9 * 10)  # ten rows at a time
        asked = []
        strips.interruptible(conv, lambda: asked.append(1))
        assert torch.equal(conv(given), whole)
        assert len(asked) == (0 if height < 10 else -(-height // 10))


def test_other_convolutions_are_left_alone(monkeypatch):
    monkeypatch.setattr(strips, "LONG", 1)
    for conv in (torch.nn.Conv2d(4, 4, 3, stride=2, padding=1), torch.nn.Conv2d(4, 4, 1), torch.nn.Conv2d(4, 4, 3)):
        given = torch.randn(1, 4, 16, 16)
        with torch.inference_mode():
            whole = conv(given)
            strips.interruptible(conv, lambda: pytest.fail("it was divided"))
            assert torch.equal(conv(given), whole)
