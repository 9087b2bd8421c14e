"""Single files of other kinds of Stable Diffusion: 2.1, which predicts velocity, and models that fill holes.

What the studio makes of the file is what diffusers' own pipeline makes of the same weights in its own layout.
"""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import torch
from diffusers import (
    StableDiffusionImg2ImgPipeline,
    StableDiffusionInpaintPipeline,
    StableDiffusionPipeline,
)
from PIL import Image
from transformers import CLIPTextModel

from studio.pipelines import single_file
from studio.pipelines.framing import pasted
from studio.pipelines.joining import mended
from studio.pipelines.samplers import scheduler_settings
from tests.pipelines import tiny
from tests.pipelines.original import save_original
from tests.pipelines.stock import by_diffusers
from tests.pipelines.test_holes import hole

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
VELOCITY = {"prediction_type": "v_prediction"}


def save_sd21(folder):
    torch.manual_seed(0)
    parts = {
        "tokenizer": tiny.tokenizer(pad="!"),
        "text_encoder": CLIPTextModel(tiny.text_config(hidden_act="gelu")),
        "unet": tiny.unet(use_linear_projection=True, upcast_attention=True),
        "vae": tiny.codec(),
    }
    nothing = {name: [None, None] for name in ("safety_checker", "feature_extractor", "image_encoder")}
    return tiny.save(folder, "StableDiffusionPipeline", parts, VELOCITY, **nothing, requires_safety_checker=False)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("kinds")
    return {"sd21": save_sd21(root / "sd21"), "sd15": tiny.save_sd15(root / "filler", channels=9)}


@pytest.fixture
def as_file(folders, tmp_path, monkeypatch):
    """A model of one file, with the studio's configurations in tiny."""
    configs = tmp_path / "resources" / "configs"
    monkeypatch.setattr(single_file, "resource", lambda *parts: (tmp_path / "resources").joinpath(*parts))
    pads = {"sd21": "!", "sd15": "<|endoftext|>"}

    def make(family, **given):
        left_out = shutil.ignore_patterns("*.safetensors", "tokenizer*")
        shutil.copytree(folders[family], configs / family, ignore=left_out)
        config = configs / family / "unet" / "config.json"
        config.write_text(config.read_text().replace('"in_channels": 9', '"in_channels": 4'))  # the family's own
        monkeypatch.setattr(single_file, "tokenizer_for", lambda kind, part: tiny.tokenizer(pads[family]))
        return tiny.model(save_original(folders[family], tmp_path / f"{family}.safetensors", **given), family)

    return make


def by_hand(kind, folder, request, schedule, **given):
    plain = StableDiffusionPipeline.from_pretrained(folder, local_files_only=True)
    pipeline = kind(**plain.components, requires_safety_checker=False)
    scheduler, settings = scheduler_settings(request.sampler)
    pipeline.scheduler = scheduler.from_config({**tiny.BETAS, **schedule}, **settings)
    return by_diffusers(
        pipeline,
        request,
        negative_prompt=request.negative.text or None,
        guidance_scale=request.guidance,
        **given,
    )


@pytest.mark.parametrize("sampler", ["DPM++ 2M Karras", "Euler a"])
def test_a_file_of_2_1_is_read_as_velocity_and_makes_the_picture_of_diffusers(sampler, folders, as_file):
    model = as_file("sd21", open_clip=True)
    request = tiny.request(model, sampler, negative="fog")
    expected = by_hand(StableDiffusionPipeline, folders["sd21"], request, VELOCITY, height=64, width=64)
    pipeline = tiny.pipeline_of(model)
    made = pipeline.run(request, tiny.Notes()).pictures[0].pixels.array
    assert np.array_equal(made, expected)
    noise = by_hand(StableDiffusionPipeline, folders["sd21"], request, {}, height=64, width=64)
    assert not np.array_equal(made, noise)  # as if it predicted noise
    source = tiny.photo()
    request = tiny.request(model, sampler, steps=5, source=source, strength=0.6)
    picture = Image.fromarray(source.array)
    expected = by_hand(StableDiffusionImg2ImgPipeline, folders["sd21"], request, VELOCITY, image=picture, strength=0.6)
    assert np.array_equal(pipeline.run(request, tiny.Notes()).pictures[0].pixels.array, expected)


@pytest.mark.parametrize("sampler", ["DPM++ 2M Karras", "Euler a"])
def test_a_file_with_nine_channels_fills_holes_as_diffusers_does(sampler, folders, as_file):
    model = as_file("sd15")
    request = tiny.request(model, sampler, source=tiny.photo(), mask=hole(), strength=1.0)
    stock = by_hand(
        StableDiffusionInpaintPipeline,
        folders["sd15"],
        request,
        {},
        image=Image.fromarray(request.source.array),
        mask_image=Image.fromarray(request.mask.array[..., 0]),
        height=64,
        width=64,
        strength=1.0,
    )
    joined = pasted(mended(stock, request.source.array, request.mask.array[..., 0]), request.source, request.mask)
    assert np.array_equal(tiny.pipeline_of(model).run(request, tiny.Notes()).pictures[0].pixels.array, joined)
