"""Pictures that a model itself looks at, without weights beside it: as diffusers has it, called by hand."""

from __future__ import annotations

import importlib
from dataclasses import replace

import diffusers
import numpy as np
import pytest
import torch
from diffusers import Flux2KleinPipeline, FluxControlPipeline
from PIL import Image

from studio.pipelines.adapters import Asked, adapter_of
from studio.request.control import Control
from studio.request.errors import BadInput
from studio.request.geometry import Size
from tests.pipelines import tiny, tiny_flow
from tests.pipelines.stock import by_diffusers

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

SIZE = Size(96, 64)


def model_of(folder, save, family, *traits):
    model = tiny.model(save(folder / "model"), family)
    return replace(model, traits=traits, family=replace(model.family.shaped(traits), smallest_side=64))


def asked(model, **changes):
    return tiny.request(model, model.family.sampler.name, **{"size": SIZE, "guidance": 3.0, "steps": 3, **changes})


def made(pipeline, request):
    return pipeline.run(request, tiny.Notes()).pictures[0].pixels.array


def seen(size, seed):
    return Control(kind="seen", picture=tiny.photo(size, seed=seed))


def images(*pixels):
    return [Image.fromarray(each.array) for each in pixels]


@pytest.fixture(scope="module")
def klein(tmp_path_factory):
    return model_of(tmp_path_factory.mktemp("klein"), tiny_flow.save_flux2, "flux2")


@pytest.mark.parametrize("source", [None, tiny.photo(SIZE)], ids=["alone", "beside the source"])
def test_klein_looks_at_several_pictures(source, klein):
    first, second = seen(Size(64, 96), 1), seen(Size(80, 64), 2)
    pipeline, plain = tiny.pipeline_of(klein), asked(klein, source=source)
    ours = made(pipeline, replace(plain, controls=(first, second)))
    stock = Flux2KleinPipeline.from_pretrained(klein.path, local_files_only=True)
    shown = images(*([source] if source else []), first.picture, second.picture)
    size = {"height": SIZE.height, "width": SIZE.width}
    assert np.array_equal(ours, by_diffusers(stock, plain, image=shown, guidance_scale=3.0, **size))
    turned = made(pipeline, replace(plain, controls=(second, first)))
    assert not np.array_equal(ours, turned)  # which is the first counts
    assert not np.array_equal(ours, made(pipeline, plain))


def test_klein_looks_at_a_large_picture_at_a_megapixel_at_most(klein):
    adapter = adapter_of(klein.family)
    assert adapter.reference_size(Size(96, 64)) == Size(96, 64)
    assert adapter.reference_size(Size(2048, 1024)) == Size(1440, 720)
    assert adapter.reference_size(Size(50, 70)) == Size(48, 64)


@pytest.fixture(scope="module")
def kontext(tmp_path_factory):
    def save(folder):
        return tiny_flow.save_flux(folder, "FluxKontextPipeline")

    return model_of(tmp_path_factory.mktemp("kontext"), save, "flux", "kontext")


def test_kontext_looks_at_one_picture_wherever_it_comes_from(kontext):
    pipeline, picture = tiny.pipeline_of(kontext), tiny.photo(SIZE, seed=1)
    alone = made(pipeline, asked(kontext, controls=(replace(seen(SIZE, 0), picture=picture),)))
    assert np.array_equal(alone, made(pipeline, asked(kontext, source=picture)))  # which equals diffusers


def test_kontext_looks_at_several_as_at_a_sheet_of_them(kontext):
    """diffusers takes one. Two that stand side by side are as one picture of both, but for the seam in the codec."""
    pipeline = tiny.pipeline_of(kontext)
    loaded = pipeline._store.get(kontext, tiny.Notes())
    with torch.inference_mode():
        readers, adapter = loaded.readers, loaded.adapter
        words = adapter.condition(readers, Asked(prompt="a house", negative=None, canvas=SIZE))
        random = torch.Generator().manual_seed(0)
        latents, left, right = (torch.randn(1, 16, 8, 8, generator=random) for _ in range(3))
        two = replace(words, shown={"reference": left, "reference 2": right})
        one = replace(words, shown={"reference": torch.cat((left, right), dim=2)})
        found = [adapter.predict(loaded.denoiser, each, latents, torch.tensor([500.0]), 2.5) for each in (two, one)]
    assert torch.allclose(*found, atol=1e-5)


def test_kontext_tells_the_first_from_the_second(kontext):
    pipeline = tiny.pipeline_of(kontext)
    one, other = seen(Size(64, 96), 1), seen(Size(96, 64), 2)
    first, second = (made(pipeline, asked(kontext, controls=each)) for each in ((one, other), (other, one)))
    assert not np.array_equal(first, second)


@pytest.fixture(scope="module")
def plus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plus")
    return model_of(folder, lambda at: tiny_flow.save_qwen(at, edits=True), "qwen", "edit-plus")


@pytest.mark.parametrize("source", [None, tiny.photo(SIZE)], ids=["alone", "beside the source"])
def test_qwen_edit_plus_looks_at_several_pictures(source, plus, monkeypatch):
    stock = importlib.import_module("diffusers.pipelines.qwenimage.pipeline_qwenimage_edit_plus")
    areas = {384 * 384: 32 * 32}  # the tiny model looks at less
    monkeypatch.setattr("studio.pipelines.families.qwen.REFERENCE_AREA", 64 * 64)
    monkeypatch.setattr("studio.pipelines.families.qwen.SEEN_AREA", 32 * 32)
    plain_size = stock.calculate_dimensions
    monkeypatch.setattr(stock, "calculate_dimensions", lambda area, ratio: plain_size(areas.get(area, 64 * 64), ratio))
    first, second = seen(Size(64, 64), 1), seen(Size(96, 64), 2)
    pipeline = tiny.pipeline_of(plus)
    plain = asked(plus, source=source, negative="grey")
    ours = made(pipeline, replace(plain, controls=(first, second)))
    loaded = pipeline._store.get(plus, tiny.Notes())
    by = stock.QwenImageEditPlusPipeline(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler.from_pretrained(plus.path / "scheduler"),
        vae=loaded.codec,
        text_encoder=loaded.encoders[0],
        tokenizer=loaded.readers[-1]._pipeline.tokenizer,
        processor=loaded.readers[-1]._pipeline.processor,
        transformer=loaded.denoiser,
    )
    expected = by_diffusers(
        by,
        plain,
        image=images(*([source] if source else []), first.picture, second.picture),
        true_cfg_scale=3.0,
        negative_prompt="grey",
        height=SIZE.height,
        width=SIZE.width,
    )
    assert np.array_equal(ours, expected)
    assert not np.array_equal(ours, made(pipeline, replace(plain, controls=(first,))))


def test_a_model_that_looks_at_one_picture_only_says_so(tmp_path):
    model = model_of(tmp_path, lambda at: tiny_flow.save_qwen(at, edits=True), "qwen", "edit")
    with pytest.raises(BadInput, match="cannot be steered by the model itself"):
        made(tiny.pipeline_of(model), asked(model, controls=(seen(SIZE, 1),)))


@pytest.fixture(scope="module")
def control(tmp_path_factory):
    def save(folder):
        return tiny_flow.save_flux(folder, "FluxControlPipeline", in_channels=128, out_channels=64)

    return model_of(tmp_path_factory.mktemp("control"), save, "flux", "control", "dev")


def test_flux_control_follows_a_picture_itself(control, monkeypatch):
    followed = Control(kind="built-in", picture=tiny.photo(SIZE, seed=3), preprocessor="canny")
    pipeline = tiny.pipeline_of(control)
    plain = asked(control)
    ours = made(pipeline, replace(plain, controls=(followed,)))
    monkeypatch.setattr(  # the likeliest latents of the picture, as here; diffusers draws them
        "diffusers.models.autoencoders.vae.DiagonalGaussianDistribution.sample",
        lambda found, generator=None: found.mode(),
    )
    stock = FluxControlPipeline.from_pretrained(control.path, local_files_only=True)
    size = {"height": SIZE.height, "width": SIZE.width}
    (picture,) = images(followed.picture)
    expected = by_diffusers(stock, plain, control_image=picture, guidance_scale=3.0, **size)
    apart = np.abs(ours.astype(int) - expected)
    assert apart.max() <= 1  # diffusers brings the picture's bytes to -1..1 in another order
    assert (apart > 0).mean() < 0.001
    other = replace(followed, picture=tiny.photo(SIZE, seed=4))
    assert not np.array_equal(ours, made(pipeline, replace(plain, controls=(other,))))


def test_flux_control_paints_over_and_in_holes_too(control):
    followed = Control(kind="built-in", picture=tiny.photo(SIZE, seed=3))
    pipeline, source = tiny.pipeline_of(control), tiny.photo(SIZE, seed=5)
    mask = np.zeros((SIZE.height, SIZE.width, 1), np.uint8)
    mask[:, 48:] = 255
    over = asked(control, controls=(followed,), source=source, strength=0.6)
    hole = replace(over, mask=tiny.Pixels.copy_of(mask))
    assert not np.array_equal(made(pipeline, over), source.array)
    assert np.array_equal(made(pipeline, hole)[:, :40], source.array[:, :40])


def test_flux_control_without_a_picture_says_what_to_do(control):
    with pytest.raises(BadInput, match="was shown none") as caught:
        made(tiny.pipeline_of(control), asked(control))
    assert "Add a control layer" in str(caught.value)
