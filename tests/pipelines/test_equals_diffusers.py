"""The same request by our loop and by diffusers' own pipeline, called by hand: the same bytes."""

from __future__ import annotations

import numpy as np
import pytest
from diffusers import (
    StableDiffusionImg2ImgPipeline,
    StableDiffusionPipeline,
    StableDiffusionXLImg2ImgPipeline,
    StableDiffusionXLPipeline,
)
from PIL import Image

from studio.pipelines.samplers import scheduler_settings
from tests.pipelines import tiny
from tests.pipelines.stock import by_diffusers

# diffusers 0.42.1 gives numpy tensors where it wants arrays, of which numpy 2.4 warns
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

SAMPLERS = (
    "Euler Karras",
    "Euler a",
    "Heun",
    "DPM2 a",
    "DPM++ 2M Karras",
    "DPM++ 2M SDE Exponential",
    "DPM++ SDE Karras",
    "UniPC SGM uniform",
    "DEIS",
    "DDIM",
    "DDPM",
    "LCM",
)


@pytest.fixture(scope="module")
def by_hand(shelf):
    """diffusers' pipelines on the same folders, by family and whether there is a source."""
    plain = {
        "sd15": StableDiffusionPipeline.from_pretrained(shelf["sd15"].path, local_files_only=True),
        "sdxl": StableDiffusionXLPipeline.from_pretrained(shelf["sdxl"].path, local_files_only=True),
        "scenes": StableDiffusionPipeline.from_pretrained(shelf["scenes"].path, local_files_only=True),
    }
    pipelines = {(family, False): each for family, each in plain.items()}
    pipelines["sd15", True] = StableDiffusionImg2ImgPipeline(**plain["sd15"].components, requires_safety_checker=False)
    pipelines["sdxl", True] = StableDiffusionXLImg2ImgPipeline(**plain["sdxl"].components)
    for each in pipelines.values():
        each.set_progress_bar_config(disable=True)
    return pipelines


def made_by_hand(pipeline, request, schedule):
    kind, settings = scheduler_settings(request.sampler)
    pipeline.scheduler = kind.from_config(schedule, **settings)
    given = {"height": request.size.height, "width": request.size.width}
    if request.source is not None:
        given = {"image": Image.fromarray(request.source.array), "strength": request.strength}
    return by_diffusers(
        pipeline,
        request,
        negative_prompt=request.negative.text or None,
        guidance_scale=request.guidance,
        **given,
    )


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("family", ["sd15"])
def test_text_to_image(family, sampler, shelf, warm, by_hand):
    request = tiny.request(shelf[family], sampler, steps=3)
    expected = made_by_hand(by_hand[family, False], request, {**tiny.BETAS})
    assert np.array_equal(warm.run(request, tiny.Notes()).pictures[0].pixels.array, expected)


@pytest.mark.parametrize("sampler", ["Euler a", "Heun", "DPM++ 2M Karras", "DPM++ SDE"])
@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_image_to_image(family, sampler, shelf, warm, by_hand):
    request = tiny.request(shelf[family], sampler, steps=5, source=tiny.photo(), strength=0.6)
    expected = made_by_hand(by_hand[family, True], request, {**tiny.BETAS})
    assert np.array_equal(warm.run(request, tiny.Notes()).pictures[0].pixels.array, expected)


@pytest.mark.parametrize(
    ("family", "changes"),
    [
        ("sd15", {"negative": "fog, rain"}),
        ("sd15", {"guidance": 1.0}),
        ("sd15", {"guidance": 0.0}),
        ("sd15", {"prompt": ""}),
        ("sd15", {"size": (96, 72)}),
        ("sdxl", {}),
        ("sdxl", {"negative": "fog"}),
        ("sdxl", {"guidance": 1.0}),
        ("sdxl", {"size": (72, 96)}),
        ("scenes", {}),
    ],
)
def test_words_guidance_and_sizes(family, changes, shelf, warm, by_hand):
    if "size" in changes:
        changes = {"size": tiny.Size(*changes["size"])}
    request = tiny.request(shelf[family], "DPM++ 2M", **changes)
    expected = made_by_hand(by_hand[family, False], request, {**tiny.BETAS})
    assert np.array_equal(warm.run(request, tiny.Notes()).pictures[0].pixels.array, expected)
