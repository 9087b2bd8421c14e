"""Networks with nine channels, taught to fill holes: as diffusers runs them, and for everything else too."""

from __future__ import annotations

import numpy as np
import pytest
from diffusers import StableDiffusionInpaintPipeline, StableDiffusionPipeline
from PIL import Image

from studio.pipelines.framing import pasted
from studio.pipelines.joining import mended
from studio.pipelines.samplers import scheduler_settings
from studio.request.pixels import Pixels
from tests.pipelines import tiny
from tests.pipelines.stock import by_diffusers

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def filler(tmp_path_factory):
    return tiny.model(tiny.save_sd15(tmp_path_factory.mktemp("models") / "filler", channels=9), "sd15")


@pytest.fixture(scope="module")
def filling(filler):
    return tiny.pipeline_of(filler)


def hole(value: int = 255) -> Pixels:
    mask = np.zeros((64, 64, 1), np.uint8)
    mask[16:48, 8:40] = value
    return Pixels(mask)


@pytest.mark.parametrize("sampler", ["Euler a", "DPM++ 2M Karras", "DDIM"])
@pytest.mark.parametrize("strength", [1.0, 0.6])
def test_the_same_as_by_diffusers_inside_the_hole(sampler, strength, filler, filling, monkeypatch):
    plain = StableDiffusionPipeline.from_pretrained(filler.path, local_files_only=True)
    pipeline = StableDiffusionInpaintPipeline(**plain.components, requires_safety_checker=False)
    request = tiny.request(filler, sampler, steps=5, source=tiny.photo(), mask=hole(), strength=strength)
    kind, settings = scheduler_settings(request.sampler)
    pipeline.scheduler = kind.from_config({**tiny.BETAS}, **settings)
    if strength < 1:  # what is kept is put back at every step here, which diffusers does not do
        monkeypatch.setattr("studio.pipelines.denoise._with_known", lambda latents, *_others: latents)
    stock = by_diffusers(
        pipeline,
        request,
        image=Image.fromarray(request.source.array),
        mask_image=Image.fromarray(request.mask.array[..., 0]),
        height=64,
        width=64,
        strength=strength,
        guidance_scale=request.guidance,
    )
    joined = pasted(mended(stock, request.source.array, request.mask.array[..., 0]), request.source, request.mask)
    ours = filling.run(request, tiny.Notes()).pictures[0].pixels.array
    if strength == 1:
        assert np.array_equal(ours, joined)
    assert np.abs(ours.astype(int) - joined).max() <= 2
    assert (ours != joined).mean() < 0.001


@pytest.mark.parametrize("changes", [{}, {"source": tiny.photo(), "strength": 0.5}, {"guidance": 1.0, "count": 2}])
def test_such_a_model_also_makes_pictures_from_nothing_and_over_a_whole_one(changes, filler, filling):
    pictures = filling.run(tiny.request(filler, **changes), tiny.Notes()).pictures
    assert len(pictures) == changes.get("count", 1)
    assert pictures[0].pixels.array.std() > 0


def test_what_a_soft_mask_keeps_is_kept_by_such_a_model_too(filler, filling):
    request = tiny.request(filler, source=tiny.photo(), mask=hole(120))
    made = filling.run(request, tiny.Notes()).pictures[0].pixels.array
    outside = request.mask.array[..., 0] == 0
    assert np.array_equal(made[outside], request.source.array[outside])
    assert (made[~outside] != request.source.array[~outside]).any(1).mean() > 0.9
