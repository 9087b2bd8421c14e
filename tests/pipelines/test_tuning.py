"""Which kernels compute a denoiser: tried while nobody waits, remembered, never in the way of a picture."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from studio.pipelines import tuning
from studio.pipelines.compiling import Regions, repeated_blocks
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.devices import Device
from studio.pipelines.kernels import PLAIN, Kernels, attentions, using
from studio.pipelines.remembered import Remembered
from studio.pipelines.studio_pipeline import StudioPipeline
from studio.pipelines.tuning import Tuner
from studio.request.errors import CancelledError
from studio.request.geometry import Size
from studio.request.request import Attachment
from tests.pipelines import tiny, tiny_flow

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning",
    "ignore:.*FluxPosEmbed:FutureWarning",
    "ignore:Guards may run slower on Python 3.13.0:RuntimeWarning",  # of torch's compiler
)

CUDNN, FLASH = Kernels(attention="cuDNN"), Kernels(attention="flash")
NO_JOB = lambda: False  # noqa: E731


class Card(Device):
    """The processor, pretending to be a graphics card as far as kernels are concerned."""

    offers_kernels = True


CARD = Card(torch.device("cpu"), "a pretended card")


@dataclass
class Stopwatch:
    """Tells seconds by the kernels in use, and which were timed."""

    seconds: dict[str, float]
    timed: list[str]
    now: Kernels = PLAIN

    def __call__(self, call):
        call()
        self.timed.append(self.now.title)
        return self.seconds.get(self.now.title, 1.0)


@pytest.fixture
def stopwatch(monkeypatch):
    watch = Stopwatch({}, [])

    @contextmanager
    def noticed(network, kernels, regions):
        with using(network, kernels, regions):
            before, watch.now = watch.now, kernels
            try:
                yield
            finally:
                watch.now = before

    monkeypatch.setattr(tuning, "using", noticed)
    monkeypatch.setattr("studio.pipelines.compiling.BACKEND", "eager")
    return watch


def pipeline_of(model, stopwatch, file=None):
    pipeline = StudioPipeline(tiny.Shelf(model), CARD, previews=False, kernels=Remembered(file))
    pipeline._tuner = Tuner(CARD, pipeline._tuner._table, stopwatch)
    return pipeline


def made(pipeline, request):
    return pipeline.run(request, tiny.Notes()).pictures[0]


@pytest.fixture
def request_(sd15):
    return tiny.request(sd15, steps=2)


def test_the_fastest_is_taken_from_the_next_picture_on_and_says_so(sd15, request_, stopwatch):
    stopwatch.seconds = {FLASH.title: 0.9, CUDNN.title: 0.7, replace(CUDNN, fused=True).title: 0.69}
    pipeline = pipeline_of(sd15, stopwatch)
    assert made(pipeline, request_).kernels == PLAIN.title
    assert stopwatch.timed == []
    pipeline.rest(NO_JOB)
    assert made(pipeline, request_).kernels == CUDNN.title  # fusing saves less than what measurements vary


def test_what_was_found_is_known_at_the_next_start_and_not_measured_again(sd15, request_, stopwatch, tmp_path):
    stopwatch.seconds = {FLASH.title: 0.5}
    first = pipeline_of(sd15, stopwatch, tmp_path / "kernels.json")
    made(first, request_)
    first.rest(NO_JOB)
    timed = len(stopwatch.timed)
    again = pipeline_of(sd15, stopwatch, tmp_path / "kernels.json")
    assert made(again, request_).kernels.startswith("flash attention")
    again.rest(NO_JOB)
    assert len(stopwatch.timed) == timed


def test_what_was_found_is_told_with_what_it_saves(sd15, request_, stopwatch, tmp_path):
    stopwatch.seconds = {FLASH.title: 0.5}
    pipeline = pipeline_of(sd15, stopwatch, tmp_path / "kernels.json")
    made(pipeline, request_)
    pipeline.rest(NO_JOB)
    (line,) = tuning.told(Remembered(tmp_path / "kernels.json"))
    assert line.startswith("sd15 ")
    assert line.endswith("tokens at most: flash attention, 0.500 s a call instead of 1.000 s")
    assert tuning.told(Remembered(None)) == []


def test_another_size_is_measured_for_itself(sd15, request_, stopwatch):
    pipeline = pipeline_of(sd15, stopwatch)
    made(pipeline, request_)
    pipeline.rest(NO_JOB)
    timed = len(stopwatch.timed)
    made(pipeline, replace(request_, size=Size(256, 128)))
    pipeline.rest(NO_JOB)
    assert len(stopwatch.timed) == 2 * timed


@pytest.mark.logs
def test_an_answer_that_is_another_is_not_taken_however_fast(sd15, request_, stopwatch, monkeypatch):
    stopwatch.seconds = {CUDNN.title: 0.1}
    real = tuning._called
    monkeypatch.setattr(
        tuning, "_called", lambda *given: real(*given) * (1.1 if stopwatch.now.attention == "cuDNN" else 1.0)
    )
    pipeline = pipeline_of(sd15, stopwatch)
    made(pipeline, request_)
    pipeline.rest(NO_JOB)
    assert made(pipeline, request_).kernels == PLAIN.title


def test_kernels_that_fail_are_not_taken(sd15, request_, stopwatch, monkeypatch):
    stopwatch.seconds = {CUDNN.title: 0.1, FLASH.title: 0.5}
    real = tuning._called

    def failing(*given):
        if stopwatch.now.attention == "cuDNN":
            raise ValueError("no such kernel")
        return real(*given)

    monkeypatch.setattr(tuning, "_called", failing)
    pipeline = pipeline_of(sd15, stopwatch)
    made(pipeline, request_)
    pipeline.rest(NO_JOB)
    assert made(pipeline, request_).kernels.startswith("flash attention")


def test_a_job_that_comes_ends_the_measuring_at_once_and_it_is_gone_on_with_later(sd15, request_, stopwatch):
    stopwatch.seconds = {CUDNN.title: 0.5}
    pipeline, asked = pipeline_of(sd15, stopwatch), []
    made(pipeline, request_)
    pipeline.rest(lambda: asked.append(1) or len(asked) > 30)
    assert len(asked) == 31
    assert made(pipeline, request_).kernels == PLAIN.title
    pipeline.rest(NO_JOB)
    assert made(pipeline, request_).kernels.startswith("cuDNN attention")


@pytest.mark.logs
def test_kernels_that_fail_in_a_job_cost_no_picture(sd15, request_, stopwatch, tmp_path, monkeypatch):
    stopwatch.seconds = {CUDNN.title: 0.5}
    pipeline = pipeline_of(sd15, stopwatch, tmp_path / "kernels.json")
    expected = made(pipeline, request_).pixels
    pipeline.rest(NO_JOB)

    @contextmanager
    def failing(network, kernels, regions):
        if kernels != PLAIN:
            raise ValueError("attn_mask is not supported")
        yield

    monkeypatch.setattr("studio.pipelines.computing.using", failing)
    notes = tiny.Notes()
    (picture,) = pipeline.run(request_, notes).pictures
    assert (picture.pixels, picture.kernels, len(notes.made)) == (expected, PLAIN.title, 1)
    again = pipeline_of(sd15, stopwatch, tmp_path / "kernels.json")
    assert made(again, request_).kernels == PLAIN.title


@pytest.fixture(scope="module")
def flux(tmp_path_factory):
    return tiny.model(tiny_flow.save_flux(tmp_path_factory.mktemp("flux") / "flux"), "flux")


@pytest.mark.parametrize(
    "kernels",
    [CUDNN, FLASH, Kernels(attention="memory-efficient"), Kernels(fused=True)],
    ids=lambda kernels: kernels.title,
)
@pytest.mark.parametrize("family", ["sd15", "sdxl", "flux"])
def test_all_ways_make_the_same_picture_and_leave_the_network_as_it_was(family, kernels, shelf, flux, stopwatch):
    model = flux if family == "flux" else shelf[family]
    pipeline, request = pipeline_of(model, stopwatch), tiny.request(model, model.family.sampler.name, steps=3)
    plain = made(pipeline, request).pixels
    loaded = pipeline._store.latest
    before = {name: value.clone() for name, value in loaded.denoiser.state_dict().items()}
    pipeline._tuner._table.put(
        pipeline._tuner._key(loaded, _shape(loaded, request)),
        {"kernels": vars(kernels), "compile": "tried", "seconds": {}},
    )
    found = made(pipeline, request)
    assert found.kernels == kernels.title
    assert np.abs(found.pixels.array.astype(int) - plain.array).max() <= 1
    after = loaded.denoiser.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    pipeline._tuner.refuse(loaded, _shape(loaded, request))
    assert made(pipeline, request).pixels == plain


def _shape(loaded, request):
    scale = loaded.family.latent_scale
    return 1, loaded.family.latent_channels, request.size.height // scale, request.size.width // scale


@pytest.fixture
def long(monkeypatch):
    """However short the pictures are; and tiny networks count as those with enough blocks to ask between."""
    monkeypatch.setattr(tuning, "LONG", 0.0)
    monkeypatch.setattr("studio.pipelines.watch.ENOUGH", 0)


@pytest.mark.parametrize("family", ["sd15", "flux"])
def test_compiled_blocks_make_the_same_picture_when_they_pay(family, shelf, flux, stopwatch, long):
    model = flux if family == "flux" else shelf[family]
    request = tiny.request(model, model.family.sampler.name, steps=3)
    stopwatch.seconds = {Kernels(compiled=True).title: 0.5}
    pipeline = pipeline_of(model, stopwatch)
    plain = made(pipeline, request)
    pipeline.rest(NO_JOB)
    found = made(pipeline, request)
    assert found.kernels == "torch's own attention, compiled"
    assert np.abs(found.pixels.array.astype(int) - plain.pixels.array).max() <= 1
    assert all("forward" not in vars(block) for block in repeated_blocks(pipeline._store.latest.denoiser))
    other = replace(request, size=Size(128, 64))  # which nothing was compiled for
    assert made(pipeline, other).kernels == PLAIN.title


def test_compiling_is_not_tried_for_pictures_that_take_a_moment(sd15, request_, stopwatch, monkeypatch):
    monkeypatch.setattr(Regions, "prepare", lambda *given: pytest.fail("it was compiled"))
    pipeline = pipeline_of(sd15, stopwatch)
    made(pipeline, request_)
    pipeline.rest(NO_JOB)


@pytest.mark.logs
def test_a_compiler_that_fails_changes_nothing(sd15, request_, stopwatch, long, monkeypatch):
    monkeypatch.setattr(Regions, "prepare", lambda *given: (_ for _ in ()).throw(RuntimeError("no C compiler")))
    pipeline = pipeline_of(sd15, stopwatch)
    expected = made(pipeline, request_)
    pipeline.rest(NO_JOB)
    assert made(pipeline, request_) == replace(expected, seconds=pytest.approx(expected.seconds, abs=100))


def test_a_job_stops_between_compiled_blocks(sd15, request_, stopwatch, long):
    stopwatch.seconds = {Kernels(compiled=True).title: 0.5}
    pipeline = pipeline_of(sd15, stopwatch)
    made(pipeline, request_)
    pipeline.rest(NO_JOB)
    expected = made(pipeline, request_)
    assert "compiled" in expected.kernels
    checks = {"left": 40}

    class Notes(tiny.Notes):
        def check(self):
            checks["left"] -= 1
            if not checks["left"]:
                raise CancelledError

    with pytest.raises(CancelledError):
        pipeline.run(request_, Notes())
    assert made(pipeline, request_).pixels == expected.pixels


def test_a_lora_is_never_left_out_by_projections_that_were_fused(sd15, request_, stopwatch, tmp_path):
    pipeline = pipeline_of(sd15, stopwatch)
    made(pipeline, request_)
    loaded = pipeline._store.latest
    save_file(tiny.lora_of(loaded.denoiser, "unet"), tmp_path / "ink.safetensors")
    pipeline._models.attachments["ink"] = tmp_path / "ink.safetensors"
    inked = replace(request_, attachments=(Attachment(kind="lora", name="ink", weight=1.0),))
    expected = made(pipeline, inked)
    fused = {"kernels": vars(Kernels(fused=True)), "compile": "tried", "seconds": {}}
    pipeline._tuner._table.put(pipeline._tuner._key(loaded, _shape(loaded, request_)), fused)
    found = made(pipeline, inked)
    assert (found.pixels, found.kernels) == (expected.pixels, PLAIN.title)


def test_a_processor_has_no_choice_and_keeps_nothing_of_a_job(sd15, request_):
    pipeline = tiny.pipeline_of(sd15)
    assert made(pipeline, request_).kernels == ""
    assert pipeline._store.latest.computing.sample is None
    assert attentions(pipeline._store.latest.denoiser, tiny.PROCESSOR) == ()


def test_what_a_machine_has_installed_is_offered_where_a_network_lets_it_be_chosen(shelf, flux, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda package: package if package == "sageattention" else None)
    pipeline = tiny.pipeline_of(flux)
    made(pipeline, tiny.request(flux, "Euler", steps=1))
    assert "SageAttention" in attentions(pipeline._store.latest.denoiser, CARD)
    assert "SageAttention" not in attentions(tiny.unet(), CARD)


def test_kernels_that_refuse_masks_are_left_out_where_something_else_is_in_the_place_of_attention(sd15, request_):
    pipeline = tiny.pipeline_of(sd15)
    made(pipeline, request_)
    computing = pipeline._store.latest.computing
    hidden, latents = torch.zeros(1, 77, 32), torch.zeros(1, 4, 8, 8)
    inputs = Conditioning(hidden_states=hidden, guided=False)
    for attention, expected in (("SageAttention", ""), ("cuDNN", "cuDNN")):
        computing.kernels = Kernels(attention=attention)
        assert computing._fitting(inputs, latents, True).attention == expected
        assert computing._fitting(inputs, latents, False).attention == attention


@pytest.mark.logs
def test_measuring_that_fails_is_given_up_and_holds_nothing(sd15, request_, stopwatch, monkeypatch):
    pipeline = pipeline_of(sd15, stopwatch)
    expected = made(pipeline, request_).pixels
    monkeypatch.setattr(tuning, "_called", lambda *given: (_ for _ in ()).throw(RuntimeError("CUDA out of memory")))
    pipeline.rest(NO_JOB)
    assert pipeline._store.latest.computing.sample is None
    assert made(pipeline, request_).pixels == expected
