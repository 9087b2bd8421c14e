"""Soft masks: what they keep is untouched, what they free changes, and in proportion."""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np
import pytest
import torch

from studio.pipelines.conditioning import attending
from studio.pipelines.framing import Frame, opaque, pasted
from studio.pipelines.prepare import change_map
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from tests.pipelines import tiny


def mask_of(array):
    return Pixels.copy_of(np.ascontiguousarray(array[..., None].astype(np.uint8)))


def right_half(size):
    mask = np.zeros((size.height, size.width))
    mask[:, size.width // 2 :] = 255
    return mask_of(mask)


@pytest.mark.parametrize("size", [Size(64, 64), Size(93, 71)])
@pytest.mark.parametrize("strength", [1.0, 0.6])
@pytest.mark.parametrize("family", ["sd15", "scenes"])
def test_what_the_mask_keeps_is_bit_identical_and_the_rest_is_new(family, strength, size, shelf, warm):
    source = tiny.photo(size)
    request = tiny.request(shelf[family], size=size, source=source, mask=right_half(size), strength=strength)
    made = warm.run(request, tiny.Notes()).pictures[0].pixels.array
    kept = slice(0, size.width // 2)
    assert np.array_equal(made[:, kept], source.array[:, kept])
    assert (made[:, size.width // 2 :] != source.array[:, size.width // 2 :]).mean() > 0.5


def test_alpha_of_the_source_is_kept_where_the_mask_keeps(sd15, warm):
    source, mask = tiny.photo(channels=4), right_half(Size(64, 64))
    made = warm.run(tiny.request(sd15, source=source, mask=mask), tiny.Notes()).pictures[0].pixels
    assert np.array_equal(made.array[:, :32], source.array[:, :32])
    assert (made.array[:, 32:, 3] == 255).all()


@pytest.mark.parametrize("sampler", ["DDIM", "Euler a", "Heun", "DPM2", "DPM++ 2M Karras", "DPM++ SDE", "UniPC", "LCM"])
def test_latents_outside_come_out_exactly_and_change_grows_with_the_mask(sampler, sd15, warm, monkeypatch):
    """Seen before decoding: columns of ever larger mask values drift ever further from the source."""
    seen = {}

    def note(loaded, request, frame, latents):
        seen["latents"] = latents
        return request.source

    known = []
    prepared = __import__("studio.pipelines.studio_pipeline", fromlist=["prepare"]).prepare

    def prepare(*given):
        start = prepared(*given)
        known.append(start.known)
        return start

    monkeypatch.setattr("studio.pipelines.studio_pipeline.decode", note)
    monkeypatch.setattr("studio.pipelines.studio_pipeline.prepare", prepare)
    ramp = np.repeat(np.array([0, 0, 0, 0, 40, 110, 180, 255]), 8)[None].repeat(64, 0)
    warm.run(tiny.request(sd15, sampler, steps=8, source=tiny.photo(), mask=mask_of(ramp)), tiny.Notes())
    drift = (seen["latents"] - known[0]).abs().mean((0, 1, 2))
    assert drift[:4].max() == 0
    assert (drift[4:] > 0).all()
    assert drift[7] > drift[4]


def test_an_empty_mask_keeps_everything_and_a_full_one_nothing_in_particular(sd15, warm):
    source = tiny.photo()
    empty = warm.run(tiny.request(sd15, source=source, mask=mask_of(np.zeros((64, 64)))), tiny.Notes())
    assert empty.pictures[0].pixels == source
    full = warm.run(tiny.request(sd15, source=source, mask=mask_of(np.full((64, 64), 255))), tiny.Notes())
    assert (full.pictures[0].pixels.array != source.array).mean() > 0.9


def test_masked_sets_ignore_throughput_so_that_each_picture_is_exact(sd15, warm):
    request = tiny.request(sd15, source=tiny.photo(), mask=right_half(Size(64, 64)), count=2, throughput=True)
    pictures = warm.run(request, tiny.Notes()).pictures
    assert pictures[1].pixels == warm.run(request.single(1), tiny.Notes()).pictures[0].pixels


class Looker(torch.nn.Module):
    """A denoiser that wants to see."""

    def __init__(self):
        super().__init__()
        self.told = []

    @contextmanager
    def attend(self, known, mask, hidden):
        self.told.append((known.shape, mask.shape))
        try:
            yield
        finally:
            self.told.append("forgotten")


def test_a_denoiser_that_can_look_sees_source_and_mask_around_the_loop_only():
    looker = Looker()
    with pytest.raises(ValueError, match="stop"), attending(looker, torch.ones(1, 8, 4, 4), torch.ones(1, 1, 4, 4)):
        raise ValueError("stop")
    assert looker.told == [((1, 8, 4, 4), (1, 1, 4, 4)), "forgotten"]
    with attending(looker, None, None), attending(torch.nn.Identity(), torch.ones(1), torch.ones(1)):
        pass
    assert len(looker.told) == 2


def test_a_frame_pads_by_repeating_edges_and_crops_back(sd15):
    frame = Frame.of(Size(67, 93), sd15.family)
    assert frame == Frame(Size(72, 96), Rect(2, 1, 67, 93))
    picture = tiny.photo(Size(67, 93)).array
    padded = frame.padded(picture)
    assert padded.shape == (96, 72, 3)
    assert np.array_equal(frame.cropped(padded), picture)
    assert np.array_equal(padded[:, 0], padded[:, 2])
    assert np.array_equal(padded[95], padded[93])


def test_a_mask_at_latent_size_is_the_mean_below_each_latent(sd15):
    array = np.zeros((64, 64))
    array[:8, :4] = 255
    change = change_map(mask_of(array), Frame.of(Size(64, 64), sd15.family), (1, 4, 8, 8))
    assert change.shape == (1, 1, 8, 8)
    assert change[0, 0, 0, 0] == 0.5
    assert change.sum() == 0.5


def test_pasting_blends_only_where_the_mask_is_weak():
    source, made = tiny.photo(), np.full((64, 64, 3), 200, np.uint8)
    ramp = mask_of(np.linspace(0, 255, 64).round()[None].repeat(64, 0))
    result = pasted(made, source, ramp)
    assert np.array_equal(result[:, 0], source.array[:, 0])
    assert (result[:, 22:] == 200).all()
    low, high = np.minimum(source.array, 200), np.maximum(source.array, 200)
    assert ((low <= result) & (result <= high)).all()


def test_transparent_parts_lie_on_white():
    clear = Pixels.copy_of(np.zeros((64, 64, 4), np.uint8))
    assert (opaque(clear) == 255).all()
    assert (opaque(tiny.photo(channels=1))[..., 0] == tiny.photo(channels=1).array[..., 0]).all()
