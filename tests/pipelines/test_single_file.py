"""Models in one file, in the original names: the same weights, so the same pictures; offline."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from studio.library.resources import resource
from studio.pipelines import single_file, vocabularies
from studio.pipelines.adapters import adapter_of
from studio.pipelines.loaded import load
from studio.pipelines.parts import read_index
from studio.request.errors import Trouble
from tests.pipelines import tiny
from tests.pipelines.original import save_original


@pytest.fixture
def small_configs(shelf, tmp_path, monkeypatch):
    """The studio's configurations, in tiny: what a tiny model's file is read with."""
    root = tmp_path / "resources"
    for family in ("sd15", "sdxl"):
        shutil.copytree(
            shelf[family].path, root / "configs" / family, ignore=shutil.ignore_patterns("*.safetensors", "tokenizer*")
        )
    monkeypatch.setattr(single_file, "resource", lambda *parts: root.joinpath(*parts))
    monkeypatch.setattr(
        single_file,
        "tokenizer_for",
        lambda kind, part: tiny.tokenizer("!" if part == "tokenizer_2" else "<|endoftext|>"),
    )  # the tiny encoders know 514 tokens
    return root


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_the_same_weights_in_one_file_make_the_same_picture(family, shelf, warm, small_configs, tmp_path):
    file = save_original(shelf[family].path, tmp_path / "model.safetensors")
    model, request = tiny.model(file, family), tiny.request(shelf[family], negative="fog")
    alone = tiny.pipeline_of(tiny.replace(model, reference=shelf[family].reference))
    assert alone.run(request, tiny.Notes()).pictures[0].pixels == warm.run(request, tiny.Notes()).pictures[0].pixels


def opened(file):
    model = tiny.model(file, "sd15")
    return single_file.SingleFile(model, adapter_of(model.family))


def test_what_the_file_says_about_its_training_is_heeded(shelf, small_configs, tmp_path):
    plain = save_original(shelf["sd15"].path, tmp_path / "plain.safetensors")
    marked = save_original(
        shelf["sd15"].path, tmp_path / "marked.safetensors", v_pred=torch.zeros(0), ztsnr=torch.zeros(0)
    )
    assert opened(plain).schedule().get("prediction_type") is None
    schedule = opened(marked).schedule()
    assert (schedule["prediction_type"], schedule["timestep_spacing"]) == ("v_prediction", "trailing")


@pytest.mark.logs
@pytest.mark.parametrize("lost", ["model.diffusion_model.out.2.", "first_stage_model.decoder", "cond_stage_model."])
def test_a_file_that_lacks_a_part_is_refused(lost, shelf, small_configs, tmp_path):
    file = save_original(shelf["sd15"].path, tmp_path / "model.safetensors")
    weights = {name: weight for name, weight in load_file(file).items() if not name.startswith(lost)}
    save_file(weights, file)
    with pytest.raises(Trouble, match=r"(not complete|incomplete|missing or damaged)"):
        load(tiny.model(file, "sd15"), tiny.PROCESSOR, tiny.Notes())


@pytest.mark.logs
def test_a_file_cut_short_is_refused(shelf, small_configs, tmp_path):
    file = save_original(shelf["sd15"].path, tmp_path / "model.safetensors")
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(Trouble, match="missing or damaged"):
        load(tiny.model(file, "sd15"), tiny.PROCESSOR, tiny.Notes())


def test_a_missing_vocabulary_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(vocabularies, "resource", lambda *parts: tmp_path.joinpath(*parts))
    with pytest.raises(Trouble, match="vocabulary of CLIP"):
        vocabularies.clip_tokenizer("!")


def test_a_family_without_configurations_is_refused(scenes, tmp_path):
    with pytest.raises(Trouble, match="single files"):
        single_file.SingleFile(replace(scenes, path=tmp_path / "x.safetensors"), adapter_of(scenes.family))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", []),
        ("a photo of a cat", [320, 1125, 539, 320, 2368]),
        ("A  PHOTO of\na cat", [320, 1125, 539, 320, 2368]),
        ("an astronaut riding a horse", [550, 18376, 6765, 320, 4558]),
    ],
)
def test_words_get_the_numbers_that_clip_was_trained_with(text, numbers):
    tokenizer = vocabularies.clip_tokenizer("!")
    assert len(tokenizer) == vocabularies.VOCABULARY
    assert tokenizer(text).input_ids == [49406, *numbers, 49407]
    assert tokenizer.pad_token_id == 0


@pytest.mark.parametrize(
    ("family", "part", "kind", "parameters"),
    [
        ("sd15", "unet", UNet2DConditionModel, 859_520_964),
        ("sd15", "vae", AutoencoderKL, 83_653_863),
        ("sd15", "text_encoder", CLIPTextModel, 123_060_480),
        ("sdxl", "unet", UNet2DConditionModel, 2_567_463_684),
        ("sdxl", "text_encoder_2", CLIPTextModelWithProjection, 694_659_840),
    ],
)
def test_our_configurations_have_the_published_number_of_parameters(family, part, kind, parameters):
    config = json.loads(resource("configs", family, part, "config.json").read_text())
    with torch.device("meta"):
        network = kind(CLIPTextConfig(**config)) if part.startswith("text") else kind.from_config(config)
    assert sum(weight.numel() for weight in network.parameters()) == parameters
    assert read_index(resource("configs", family))[part][1] == kind.__name__
