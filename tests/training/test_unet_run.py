"""The learned denoiser's run, whole, at the size of a toy."""

from __future__ import annotations

import json

import numpy as np
import torch
from diffusers import AutoencoderTiny

from studio.library.models import Models
from studio.library.resources import resource
from studio.training.codec import SCALING
from studio.training.decoder import to_tensor
from studio.training.leaves import dead_leaves
from studio.training.train import train_scenes
from studio.training.unet_data import basis_of
from tests.pipelines.tiny import Notes, pipeline_of, request


def test_a_run_leaves_a_model_that_paints_and_goes_on_where_it_was(tmp_path):
    out = tmp_path / "run"
    assert train_scenes("gpu-tiny", out) == 0
    model = next(model for model in Models([out]).all() if model.path == out / "model")
    made = pipeline_of(model).run(request(model, prompt="the sea", size=model.defaults.size), Notes())
    assert made.pictures[0].pixels.array.std() > 2
    assert all(path.stat().st_size < 16 * 2**20 for path in (out / "model").rglob("*.safetensors"))
    before = json.loads((out / "figures.json").read_text())
    assert train_scenes(None, out, resume=True) == 0  # its time is up: nothing more is learned
    after = json.loads((out / "figures.json").read_text())
    assert after["steps"] == before["steps"] > 0
    assert after["held_out_error"] == before["held_out_error"]


def test_the_encoder_is_read_off_as_it_is():
    codec = AutoencoderTiny.from_pretrained(resource("models", "scenes", "vae"), torch_dtype=torch.float32)
    pictures = np.stack([dead_leaves(1, 64)])
    with torch.no_grad():
        latents = codec.encoder(to_tensor(pictures)).numpy() * SCALING
    assert np.abs(latents - basis_of(codec).latents(pictures)).max() < 5e-3
