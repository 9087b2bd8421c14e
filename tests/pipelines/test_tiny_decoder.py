"""Finer previews where they cost next to nothing; the picture is the same with any of them."""

from __future__ import annotations

import pytest
import torch
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny

from studio.library.models import Models
from studio.pipelines import tiny_decoder
from studio.pipelines.framing import Frame
from studio.pipelines.preview import PlainPreviews
from studio.pipelines.tiny_decoder import LONGEST, TRIALS, TinyDecoder
from studio.request.geometry import Size
from tests.pipelines import tiny


def quarters(latents):
    """A decoder that paints eight by eight pixels a latent."""
    return latents[:, :3].repeat_interleave(8, 2).repeat_interleave(8, 3)


def tried(decoder, seconds_a_latent):
    for _ in range(TRIALS):
        decoder.learn(torch.zeros(1, 4, 2, 2), 4 * seconds_a_latent)
    return decoder


class Loaded:
    """What previews want of a loaded model."""

    def __init__(self, decoder, turns=False):
        self.tiny = decoder
        self.palette = self
        self.plan = self
        self.turns = turns

    def colours(self, latents):
        return torch.zeros(*latents.shape[-2:], 3, dtype=torch.uint8)


class Clock:
    """A step takes a second, looking at a clock nothing."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def run(pipeline, model):
    """What was shown at the last step, and the picture."""
    notes = tiny.Notes()
    finished = pipeline.run(tiny.request(model, steps=TRIALS + 3), notes)
    return notes.steps[-1].preview, finished.pictures[0].pixels


def shown(loaded, steps=5):
    """The sizes of the previews of so many steps of a second each."""
    clock = Clock()
    previews = PlainPreviews(loaded, Frame.of(Size(256, 256), tiny.family("sd15")), clock)
    sizes = []
    for _ in range(steps):
        clock.now += 1.0
        sizes.append(previews.after(lambda: torch.zeros(1, 4, 32, 32)).size)
    return sizes


MATRIX, DECODED = Size(32, 32), Size(256, 256)


def test_it_is_used_when_it_costs_less_than_a_twentieth_of_a_step():
    cheap = tried(TinyDecoder(quarters), 0.04 / 1024)
    assert shown(Loaded(cheap)) == [MATRIX, *[DECODED] * 4]  # what a step takes is known from the second on


def test_it_is_not_used_when_it_costs_more():
    dear = tried(TinyDecoder(quarters), 0.06 / 1024)
    assert shown(Loaded(dear)) == [MATRIX] * 5


def test_its_cost_is_measured_on_small_cuttings_first():
    pieces = []

    def decode(latents):
        pieces.append(tuple(latents.shape[-2:]))
        return quarters(latents)

    decoder = TinyDecoder(decode)
    clock = Clock()
    previews = PlainPreviews(Loaded(decoder), Frame.of(Size(512, 512), tiny.family("sd15")), clock)
    for _ in range(TRIALS + 1):
        clock.now += 1.0
        previews.after(lambda: torch.zeros(1, 4, 64, 64))
    assert pieces == [*[(16, 16)] * TRIALS, (64, 64)]


def test_weights_are_not_moved_about_for_previews():
    assert shown(Loaded(tried(TinyDecoder(quarters), 0.0), turns=True)) == [MATRIX] * 5


def test_colours_are_those_of_the_picture_and_no_larger_than_useful():
    decoder = TinyDecoder(quarters)
    colours = decoder.colours(torch.tensor([-1.0, 0.0, 1.0]).view(1, 3, 1, 1).expand(1, 3, 160, 4))
    assert colours.dtype == torch.uint8
    assert max(colours.shape) <= LONGEST
    assert colours[0, 0].tolist() == [0, 128, 255]


def test_a_codec_that_is_tiny_decodes_its_own_previews(warm, scenes, monkeypatch):
    monkeypatch.setattr(tiny_decoder, "CHEAP", 1e6)
    last, picture = run(warm, scenes)
    assert last == picture  # after the last step the clean picture is the picture


@pytest.mark.parametrize("cheap", [0.0, 1e6])
def test_the_picture_is_the_same_however_it_is_shown(warm, scenes, monkeypatch, cheap):
    monkeypatch.setattr(tiny_decoder, "CHEAP", cheap)
    _, seen = run(warm, scenes)
    monkeypatch.setattr(warm, "previews", False)
    last, unseen = run(warm, scenes)
    assert last is None
    assert seen == unseen


@pytest.fixture
def beside(tmp_path):
    """A decoder that somebody put among the models, for latents of four channels."""
    network = AutoencoderTiny(
        encoder_block_out_channels=(8, 8, 8, 8),
        decoder_block_out_channels=(8, 8, 8, 8),
        num_encoder_blocks=(1, 1, 1, 1),
        num_decoder_blocks=(1, 1, 1, 1),
    )
    network.save_pretrained(tmp_path / "others" / "taesd")
    return tmp_path


def test_one_that_was_put_among_the_models_is_found_by_its_name(beside):
    models = Models([beside])
    assert models.tiny_decoder(tiny.family("sd15")) == beside / "others" / "taesd"
    assert models.tiny_decoder(tiny.family("sdxl")) is None
    assert models.tiny_decoder(tiny.family("scenes")) is None


@pytest.mark.logs
@pytest.mark.parametrize("damage", [False, True], ids=["whole", "damaged"])
def test_one_beside_the_model_is_used_if_it_can_be(sd15, beside, monkeypatch, damage):
    monkeypatch.setattr(tiny_decoder, "CHEAP", 1e6)
    folder = beside / "others" / "taesd"
    if damage:
        (folder / "diffusion_pytorch_model.safetensors").write_bytes(b"nothing")
    pipeline = tiny.pipeline_of(sd15)
    pipeline._models.tiny_folder = folder
    last, _ = run(pipeline, sd15)
    assert last.size == (Size(8, 8) if damage else Size(64, 64))
