"""The codec: what its analytic encoder promises, and that its decoder learns and resumes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from studio.training.codec import SCALING, fit_basis, make_codec
from studio.training.decoder import Crops, psnr, to_tensor, train_decoder
from studio.training.leaves import dead_leaves


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr("studio.training.decoder._BATCH", 4)
    monkeypatch.setattr("studio.training.decoder._CROP", 32)


@pytest.fixture(scope="module")
def leaves():
    return np.stack([dead_leaves(number, 128) for number in range(6)])


@pytest.fixture(scope="module")
def basis(leaves):
    return fit_basis(leaves)


def test_the_convolutions_are_the_components(leaves, basis):
    with torch.no_grad():
        latents = make_codec(basis).encoder(to_tensor(leaves[:2])).numpy() * SCALING
    assert np.abs(latents - basis.latents(leaves[:2])).max() < 1e-3


def test_a_mirrored_picture_has_mirrored_latents(leaves, basis):
    mirrored = basis.latents(np.ascontiguousarray(leaves[:1, :, ::-1]))
    expected = basis.latents(leaves[:1])[..., ::-1] * basis.odd[:, None, None]
    assert np.abs(mirrored - expected).max() < 1e-3


def test_mixing_latents_mixes_pictures(leaves, basis):
    half = ((leaves[:1].astype(np.uint16) + leaves[1:2]) // 2).astype(np.uint8)
    mixed = (basis.latents(leaves[:1]) + basis.latents(leaves[1:2])) / 2
    assert np.abs(basis.latents(half) - mixed).max() < 0.05


def test_latents_have_about_unit_variance(leaves, basis):
    assert 0.7 < float(basis.latents(leaves).std()) < 1.4


def test_dead_leaves_are_the_same_for_the_same_seed_and_differ_otherwise():
    assert np.array_equal(dead_leaves(3, 64), dead_leaves(3, 64))
    assert not np.array_equal(dead_leaves(3, 64), dead_leaves(4, 64))


def test_the_decoder_learns(leaves, basis, tmp_path):
    torch.manual_seed(0)
    codec = make_codec(basis)
    before = psnr(codec, leaves[:2])
    train_decoder(codec, Crops(leaves, leaves, 0.5), 25, 0, tmp_path / "decoder.safetensors", lambda *_: None)
    assert psnr(codec, leaves[:2]) > before + 0.5


class Pulled(Exception):
    """The plug."""


def test_a_stopped_training_goes_on_to_the_same_weights(leaves, basis, tmp_path, monkeypatch):
    crops = Crops(leaves, leaves, 0.5)

    def trained(checkpoint, stop_at=None):
        torch.manual_seed(0)
        codec = make_codec(basis)
        batch = crops.batch

        def stopping(seed, step):
            if step == stop_at:
                raise Pulled
            return batch(seed, step)

        monkeypatch.setattr(crops, "batch", stopping)
        try:
            train_decoder(codec, crops, 6, 0, checkpoint, lambda *_: None)
        finally:
            monkeypatch.setattr(crops, "batch", batch)
        return codec.decoder.state_dict()

    whole = trained(tmp_path / "whole.safetensors")
    monkeypatch.setattr("studio.training.decoder._SAVE_EVERY", 0.0)
    with pytest.raises(Pulled):
        trained(tmp_path / "stopped.safetensors", stop_at=4)
    resumed = trained(tmp_path / "stopped.safetensors")
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)
