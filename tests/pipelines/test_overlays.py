"""Weights laid over a model: as diffusers has them, several at a time, off at once, gone without a trace."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline
from safetensors.torch import load_file, save_file

from studio.pipelines.samplers import scheduler_settings
from studio.pipelines.studio_pipeline import StudioPipeline
from studio.request.errors import BadInput, Trouble
from studio.request.pixels import Pixels
from studio.request.request import Attachment, Region
from tests.pipelines import tiny
from tests.pipelines.stock import by_diffusers

pytestmark = [  # diffusers and peft, called by hand
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Already found a `peft_config`"),
]
STOCK = {"sd15": StableDiffusionPipeline, "sdxl": StableDiffusionXLPipeline}


@pytest.fixture
def finder(shelf):
    return tiny.Shelf(shelf["sd15"], shelf["sdxl"])


@pytest.fixture
def pipeline(finder):
    return StudioPipeline(finder, tiny.PROCESSOR)


def made(pipeline, request):
    return pipeline.run(request, tiny.Notes()).pictures[0].pixels.array


def loaded(pipeline, model):
    return pipeline._store.get(model, tiny.Notes())


def save_lora(pipeline, finder, model, folder, name, seed=0, words=True):
    found = loaded(pipeline, model)
    weights = tiny.lora_of(found.denoiser, "unet", seed)
    random = torch.Generator().manual_seed(seed)
    for layer, module in found.encoders[0].named_modules() if words else ():
        if layer.endswith("q_proj"):
            weights[f"text_encoder.{layer}.lora_A.weight"] = torch.randn(2, module.in_features, generator=random)
            weights[f"text_encoder.{layer}.lora_B.weight"] = torch.randn(module.out_features, 2, generator=random)
    finder.attachments[name] = folder / f"{name}.safetensors"
    save_file(weights, finder.attachments[name])
    return weights


def with_lora(request, *pairs):
    return replace(request, attachments=tuple(Attachment(kind="lora", name=name, weight=each) for name, each in pairs))


def stock_of(model, request):
    stock = STOCK[model.reference.family].from_pretrained(model.path, local_files_only=True)
    kind, settings = scheduler_settings(request.sampler)
    stock.scheduler = kind.from_config({**tiny.BETAS}, **settings)
    stock.set_progress_bar_config(disable=True)
    return stock


def by_hand(stock, request):
    return by_diffusers(
        stock,
        request,
        guidance_scale=request.guidance,
        height=64,
        width=64,
    )


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_two_loras_with_weights_are_as_diffusers_has_them(family, shelf, finder, pipeline, tmp_path):
    model = shelf[family]
    for seed, name in enumerate("ab"):
        save_lora(pipeline, finder, model, tmp_path, name, seed)
    request = with_lora(tiny.request(model, "DPM++ 2M"), ("a", 0.6), ("b", -0.3))
    stock = stock_of(model, request)
    for name in "ab":
        stock.load_lora_weights(load_file(finder.attachments[name]), adapter_name=f"lora_{name}")
    stock.set_adapters(["lora_a", "lora_b"], [0.6, -0.3])
    assert np.array_equal(made(pipeline, request), by_hand(stock, request))


def test_off_is_as_if_it_had_never_been_there_and_nothing_is_read_anew(shelf, finder, pipeline, tmp_path):
    model, plain = shelf["sd15"], tiny.request(shelf["sd15"])
    before = made(pipeline, plain)
    save_lora(pipeline, finder, model, tmp_path, "a")
    worn = made(pipeline, with_lora(plain, ("a", 1.0)))
    assert not np.array_equal(worn, before)
    denoiser = loaded(pipeline, model).denoiser
    assert np.array_equal(made(pipeline, plain), before)
    assert np.array_equal(made(pipeline, with_lora(plain, ("a", 1.0))), worn)
    assert loaded(pipeline, model).denoiser is denoiser


def test_taken_away_the_weights_are_bit_equal_and_the_layers_their_own(shelf, finder, pipeline, tmp_path):
    model = shelf["sd15"]
    found = loaded(pipeline, model)
    before = {name: weight.clone() for network in found.networks for name, weight in network.state_dict().items()}
    kinds = [type(each) for each in found.denoiser.modules()]
    save_lora(pipeline, finder, model, tmp_path, "a")
    made(pipeline, with_lora(tiny.request(model), ("a", 1.0)))
    found.overlays.take_all_away()
    after = {name: weight for network in found.networks for name, weight in network.state_dict().items()}
    assert after.keys() == before.keys()
    assert all(torch.equal(after[name], before[name]) for name in before)
    assert [type(each) for each in found.denoiser.modules()] == kinds


def test_kohyas_files_mean_the_same(shelf, finder, pipeline, tmp_path):
    model, plain = shelf["sd15"], tiny.request(shelf["sd15"])
    kohya = {}
    for name, weight in save_lora(pipeline, finder, model, tmp_path, "a", words=False).items():
        stem, end = name.removeprefix("unet.").rsplit(".lora_", 1)
        new = f"lora_unet_{stem.replace('.', '_')}"
        kohya[f"{new}.lora_{'down' if end.startswith('A') else 'up'}.weight"] = weight
        kohya[f"{new}.alpha"] = torch.tensor(2.0)
    finder.attachments["k"] = tmp_path / "k.safetensors"
    save_file(kohya, finder.attachments["k"])
    first, second = (made(pipeline, with_lora(plain, (name, 0.8))) for name in "ak")
    assert np.array_equal(first, second)


def test_a_lora_of_another_family_is_refused_and_leaves_nothing_on(shelf, finder, pipeline, tmp_path):
    plain = tiny.request(shelf["sd15"])
    before = made(pipeline, plain)
    finder.attachments["x"] = tmp_path / "x.safetensors"
    save_file({"transformer.blocks.0.q.lora_A.weight": torch.ones(2, 8)}, finder.attachments["x"])
    with pytest.raises(BadInput, match="'x' does not fit this model"):
        made(pipeline, with_lora(plain, ("x", 1.0)))
    assert np.array_equal(made(pipeline, plain), before)


@pytest.mark.logs
def test_a_damaged_lora_is_named(shelf, finder, pipeline, tmp_path):
    finder.attachments["x"] = tmp_path / "x.safetensors"
    finder.attachments["x"].write_bytes(b"nothing")
    with pytest.raises(Trouble, match="LoRA x cannot be read"):
        made(pipeline, with_lora(tiny.request(shelf["sd15"]), ("x", 1.0)))


def test_only_so_many_loras_are_kept(shelf, finder, pipeline, tmp_path, monkeypatch):
    monkeypatch.setattr("studio.pipelines.overlays.MOST_LORAS", 2)
    model = shelf["sd15"]
    for seed in range(4):
        save_lora(pipeline, finder, model, tmp_path, f"l{seed}", seed, words=False)
        made(pipeline, with_lora(tiny.request(model, steps=1), (f"l{seed}", 1.0)))
    assert len(loaded(pipeline, model).denoiser.peft_config) == 2


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_learnt_words_are_as_diffusers_has_them(family, shelf, finder, pipeline, tmp_path):
    model = shelf[family]
    small, large = (torch.randn(2, width, generator=torch.Generator().manual_seed(width)) for width in (32, 64))
    finder.attachments["mystyle"] = tmp_path / "mystyle.safetensors"
    save_file({"clip_l": small, "clip_g": large}, finder.attachments["mystyle"])
    request = tiny.request(model, "DPM++ 2M", prompt="a fox, mystyle, snow")
    worn = replace(request, attachments=(Attachment(kind="embedding", name="mystyle"),))
    stock = stock_of(model, request)
    stock.load_textual_inversion({"mystyle": small}, token="mystyle")
    if family == "sdxl":
        parts = {"text_encoder": stock.text_encoder_2, "tokenizer": stock.tokenizer_2}
        stock.load_textual_inversion({"mystyle": large}, token="mystyle", **parts)
    assert np.array_equal(made(pipeline, worn), by_hand(stock, request))
    assert not np.array_equal(made(pipeline, request), made(pipeline, worn))


def test_another_picture_codec_is_used_and_the_own_one_comes_back(shelf, finder, pipeline, tmp_path):
    plain = tiny.request(shelf["sd15"])
    before = made(pipeline, plain)
    torch.manual_seed(5)
    tiny.codec().save_pretrained(tmp_path / "vae")
    finder.attachments["bright"] = tmp_path / "vae"
    bright = replace(plain, attachments=(Attachment(kind="vae", name="bright"),))
    assert not np.array_equal(made(pipeline, bright), before)
    assert np.array_equal(made(pipeline, plain), before)


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_a_lora_of_a_region_is_on_there_and_nowhere_else(family, pipeline, finder, shelf, tmp_path):
    """As if the half with it had been asked for alone; afterwards it is off."""
    model = shelf[family]
    save_lora(pipeline, finder, model, tmp_path, "ink", seed=3)
    plain = made(pipeline, tiny.request(model)).astype(int)
    inked = made(pipeline, with_lora(tiny.request(model), ("ink", 1.0))).astype(int)
    assert np.abs(inked - plain).mean() > 2
    mask = np.zeros((64, 64, 1), np.uint8)
    mask[:, 32:] = 255
    only = (Attachment(kind="lora", name="ink"),)
    words = tiny.request(model).prompt
    request = replace(
        tiny.request(model), regions=(Region(mask=Pixels(mask), prompt=words, attachments=only),), prompt=words
    )
    half = made(pipeline, request).astype(int)
    assert np.abs(half - plain)[:, :28].mean() < np.abs(half - inked)[:, :28].mean()
    assert np.abs(half - inked)[:, 36:].mean() < np.abs(half - plain)[:, 36:].mean()
    everywhere = replace(
        request, regions=(Region(mask=Pixels(np.full_like(mask, 255)), prompt=words, attachments=only),)
    )
    assert np.abs(made(pipeline, everywhere).astype(int) - inked).max() <= 1
    assert np.array_equal(made(pipeline, tiny.request(model)), plain)
    assert np.array_equal(made(pipeline, request), half)  # and once more the same


def test_a_region_may_wear_less_of_what_the_whole_wears(pipeline, finder, sd15, tmp_path):
    save_lora(pipeline, finder, sd15, tmp_path, "ink", seed=3)
    full = with_lora(tiny.request(sd15), ("ink", 1.0))
    region = Region(
        mask=Pixels(np.full((64, 64, 1), 255, np.uint8)),
        prompt=full.prompt,
        attachments=(Attachment(kind="lora", name="ink", weight=0.25),),
    )
    little = made(pipeline, with_lora(tiny.request(sd15), ("ink", 0.25))).astype(int)
    assert np.abs(made(pipeline, replace(full, regions=(region,))).astype(int) - little).max() <= 1
