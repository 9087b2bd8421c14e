"""The Stable Diffusion line: text, picture, mask, LoRA, and models that were taught differently, as in diffusers."""

from __future__ import annotations

from dataclasses import replace

import diffusers
import numpy as np
import pytest
from PIL import Image
from safetensors.torch import load_file, save_file

from studio.pipelines.samplers import scheduler_settings
from studio.pipelines.studio_pipeline import StudioPipeline
from studio.request.pixels import Pixels
from studio.request.request import Attachment
from tests.pipelines import tiny
from tests.pipelines.stock import by_diffusers
from tests.pipelines.test_single_file_kinds import VELOCITY, save_sd21

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore:Already found a `peft_config`"),
]
KINDS = {"sd15": "StableDiffusion", "sd21": "StableDiffusion", "sdxl": "StableDiffusionXL"}
SCHEDULES = {"sd15": {}, "sd21": VELOCITY, "sdxl": {}}
TRAILING = {"timestep_spacing": "trailing"}
ZERO = {**VELOCITY, **TRAILING, "rescale_betas_zero_snr": True}
KARRAS = {**VELOCITY, "use_karras_sigmas": True}
TAUGHT = {  # trait: scheduler and settings, as those who publish such models give them
    "turbo": ("EulerAncestralDiscreteScheduler", TRAILING, 0.0),
    "lightning": ("EulerDiscreteScheduler", TRAILING, 0.0),
    "hyper": ("DDIMScheduler", TRAILING, 0.0),
    "lcm": ("LCMScheduler", {}, 1.5),
    "dmd": ("LCMScheduler", {}, 0.0),
    "v-prediction": ("DPMSolverMultistepScheduler", KARRAS, None),
    "v-prediction zero-snr": ("EulerDiscreteScheduler", ZERO, 5.0),
}
every = pytest.mark.parametrize("family", ["sd15", "sd21", "sdxl"])


@pytest.fixture(scope="module")
def models(shelf, tmp_path_factory):
    return {**shelf, "sd21": tiny.model(save_sd21(tmp_path_factory.mktemp("sd21") / "sd21"), "sd21")}


def stock(model, kind=""):
    base = KINDS[model.family.id]
    plain = getattr(diffusers, f"{base}Pipeline").from_pretrained(model.path, local_files_only=True)
    checks = {} if base.endswith("XL") else {"requires_safety_checker": False}
    return getattr(diffusers, f"{base}{kind}Pipeline")(**plain.components, **checks)


def by_hand(model, request, pipeline, **given):
    scheduler, settings = scheduler_settings(request.sampler)
    pipeline.scheduler = scheduler.from_config({**tiny.BETAS, **SCHEDULES[model.family.id]}, **settings)
    size = {} if "strength" in given else {"height": 64, "width": 64}
    return by_diffusers(pipeline, request, guidance_scale=request.guidance, **size, **given)


def made(model, request, **attachments):
    finder = tiny.Shelf(model)
    finder.attachments |= attachments
    return StudioPipeline(finder, tiny.PROCESSOR).run(request, tiny.Notes()).pictures[0].pixels.array


@every
def test_text_to_image(family, models):
    request = tiny.request(models[family], "DPM++ 2M Karras")
    assert np.array_equal(made(models[family], request), by_hand(models[family], request, stock(models[family])))


@every
def test_image_to_image(family, models):
    request = tiny.request(models[family], "Euler", steps=5, source=tiny.photo(), strength=0.6)
    given = {"image": Image.fromarray(request.source.array), "strength": 0.6}
    assert np.array_equal(
        made(models[family], request), by_hand(models[family], request, stock(models[family], "Img2Img"), **given)
    )


@every
def test_a_hole_is_filled_as_diffusers_fills_it(family, models, monkeypatch):
    """Before what is kept is laid over the result, which diffusers does not do."""
    monkeypatch.setattr("studio.pipelines.decode.pasted", lambda found, *_: found)
    monkeypatch.setattr("studio.pipelines.decode.mended", lambda found, *_: found)
    mask = np.zeros((64, 64, 1), np.uint8)
    mask[:, 32:] = 255
    request = tiny.request(models[family], "Euler", steps=4, source=tiny.photo(), mask=Pixels(mask), strength=1.0)
    given = {"image": Image.fromarray(request.source.array), "mask_image": Image.fromarray(mask[..., 0])}
    expected = by_hand(models[family], request, stock(models[family], "Inpaint"), strength=1.0, **given)
    assert np.array_equal(made(models[family], request), expected)


@every
def test_a_lora(family, models, tmp_path):
    model, pipeline = models[family], stock(models[family])
    weights = tiny.lora_of(pipeline.unet, "unet")
    save_file(weights, tmp_path / "ink.safetensors")
    plain = tiny.request(model, "Euler")
    request = replace(plain, attachments=(Attachment(kind="lora", name="ink", weight=0.7),))
    pipeline.load_lora_weights(load_file(tmp_path / "ink.safetensors"), adapter_name="ink")
    pipeline.set_adapters(["ink"], [0.7])
    result = made(model, request, ink=tmp_path / "ink.safetensors")
    assert np.array_equal(result, by_hand(model, request, pipeline))
    assert not np.array_equal(result, made(model, plain))


@pytest.mark.parametrize("traits", TAUGHT)
@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_models_that_were_taught_differently_are_set_up_so(traits, family, models):
    kind, settings, guidance = TAUGHT[traits]
    model = models[family]
    model = replace(model, traits=tuple(traits.split()), family=model.family.shaped(traits.split()))
    own = model.family
    assert own.guidance == (guidance if guidance is not None else models[family].family.guidance)
    assert (own.steps <= 8) == ("v-prediction" not in traits)
    request = tiny.request(model, own.sampler.name, steps=min(own.steps, 6), guidance=own.guidance)
    pipeline = stock(model)
    pipeline.scheduler = getattr(diffusers, kind).from_config({**tiny.BETAS, **settings})
    expected = by_diffusers(pipeline, request, guidance_scale=own.guidance, height=64, width=64)
    assert np.array_equal(made(model, request), expected)


def test_the_steps_in_a_files_name_are_those_it_was_taught(models):
    family = models["sdxl"].family
    assert family.shaped(("lightning",), "sdxl_lightning_8step_unet").steps == 8
    assert family.shaped(("lightning",), "sdxl_lightning").steps == 4
