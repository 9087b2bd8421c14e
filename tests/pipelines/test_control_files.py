"""Networks that steer, in each of the namings that people have them in: all mean the same."""

from __future__ import annotations

import json

import pytest
import torch
from diffusers.models.adapter import T2IAdapter
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection, SiglipVisionConfig, SiglipVisionModel

from studio.library.image_encoders import image_encoder_for
from studio.library.models import Models
from studio.library.recognition.recognise import recognise
from studio.pipelines.control.files import _adapter_shape, read_control_lora, read_controlnet, read_t2i_adapter
from studio.pipelines.control.looks import _layout, image_encoder, read_adapter
from studio.request.errors import BadInput, Trouble
from tests.pipelines import original, tiny_control


@pytest.fixture(scope="module")
def unets(shelf):
    return {name: UNet2DConditionModel.from_pretrained(shelf[name].path / "unet") for name in ("sd15", "sdxl")}


def same(one, other):
    mine, theirs = one.state_dict(), other.state_dict()
    assert mine.keys() == theirs.keys()
    assert all(torch.equal(mine[name], theirs[name]) for name in mine)


@pytest.mark.parametrize("prefix", ["", "control_model."])
@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_a_controlnet_in_the_original_names(family, prefix, unets, tmp_path):
    network = tiny_control.controlnet(unets[family])
    weights = {f"{prefix}{name}": each for name, each in original.controlnet(network.state_dict()).items()}
    file = tiny_control.save(tmp_path, weights, "control")
    same(read_controlnet(file, "control", unets[family], torch.float32), network)
    assert recognise(file).kind == "controlnet"


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_a_control_lora_is_the_models_own_half_with_small_changes(family, unets, tmp_path):
    unet = unets[family]
    network, random = tiny_control.controlnet(unet), torch.Generator().manual_seed(3)
    own, expected = unet.state_dict(), dict(network.state_dict())
    file = {"lora_controlnet": torch.zeros(())}
    names = original.controlnet({name: name for name in network.state_dict()})
    for theirs, name in names.items():
        if name in own and name.endswith(".weight") and own[name].ndim > 1:
            rows, columns = own[name].shape[0], own[name].shape[1:]
            up = torch.randn(rows, 2, *[1] * (own[name].ndim - 2), generator=random)
            down = torch.randn(2, *columns, generator=random)
            stem = theirs.removesuffix(".weight")
            file[f"{stem}.up"], file[f"{stem}.down"] = up, down
            expected[name] = own[name] + (up.flatten(1) @ down.flatten(1)).reshape(own[name].shape)
        else:
            file[theirs] = expected[name]
    path = tiny_control.save(tmp_path, file, "control-lora-canny")
    assert recognise(path).kind == "control-lora"
    made = read_control_lora(path, "canny", unet, torch.float32).state_dict()
    assert made.keys() == expected.keys()
    assert all(torch.allclose(made[name], expected[name]) for name in made)


@pytest.mark.parametrize(
    ("kind", "channels"), [("full_adapter", 3), ("full_adapter", 1), ("full_adapter_xl", 3), ("light_adapter", 3)]
)
@pytest.mark.parametrize("old", [False, True])
def test_a_t2i_adapters_layout_is_told_by_its_shapes(kind, channels, old, unets, tmp_path):
    network = tiny_control.adapter(kind, channels)
    weights = network.state_dict()
    if old:
        weights = original.adapter(weights, light=kind == "light_adapter")
    found = read_t2i_adapter(tiny_control.save(tmp_path, weights, "sketch"), "sketch", unets["sd15"], torch.float32)
    same(found, network)
    assert found.downscale_factor == network.downscale_factor
    assert type(found.adapter) is type(network.adapter)


def test_an_image_encoder_without_a_configuration_is_laid_out_by_its_shapes(tmp_path):
    network = tiny_control.image_encoder()
    found = image_encoder(tiny_control.save(tmp_path, network, "clip_vision"), torch.float32).network
    same(found, network)
    assert found.config.image_size == tiny_control.SIDE
    assert found.config.hidden_act == "gelu"


def test_an_adapter_for_faces_says_what_it_lacks(tmp_path):
    file = tiny_control.save(
        tmp_path, {"image_proj.proj.0.weight": torch.ones(4, 512), "image_proj.norm.weight": torch.ones(4)}, "faceid"
    )
    with pytest.raises(BadInput, match="looks at faces through a program of its own"):
        read_adapter(file, "faceid")


def test_the_image_encoder_is_found_by_its_width_or_named(unets, tmp_path):
    adapter = tiny_control.save(tmp_path / "ip", tiny_control.image_prompt(unets["sd15"]), "ip-adapter")
    plus = tiny_control.save(tmp_path / "ip", tiny_control.image_prompt(unets["sd15"], plus=True), "ip-adapter-plus")
    models = Models([tmp_path])
    with pytest.raises(Trouble, match="needs an image encoder that is not here"):
        models.image_encoder(adapter, "ip-adapter")
    encoder = tiny_control.save(tmp_path / "clip", tiny_control.image_encoder(), "model")
    models.refresh()
    assert models.image_encoder(adapter, "ip-adapter") == encoder
    assert models.image_encoder(plus, "ip-adapter-plus") == encoder
    redux = tiny_control.save(tmp_path / "redux", {"redux_up.weight": torch.zeros(8, tiny_control.WIDTH + 1)}, "redux")
    with pytest.raises(Trouble, match="needs an image encoder that is not here"):
        models.image_encoder(redux, "redux")


def test_a_known_image_encoder_is_named_with_its_place_and_size(tmp_path):
    file = tiny_control.save(tmp_path, {"image_proj.proj.weight": torch.zeros(8, 1024)}, "ip-adapter_sd15")
    with pytest.raises(Trouble) as caught:
        image_encoder_for(file, "ip-adapter_sd15", [])
    assert "needs the image encoder CLIP ViT-H" in str(caught.value)
    assert "h94/IP-Adapter on Hugging Face, models/image_encoder (2.5 GB)" in str(caught.value)


def test_redux_is_recognised_and_its_image_encoder_named(tmp_path):
    shapes = {"redux_up": (12288, 1152), "redux_down": (4096, 12288)}
    weights = {f"{name}.weight": torch.zeros(shape, dtype=torch.float8_e4m3fn) for name, shape in shapes.items()}
    file = tiny_control.save(tmp_path, weights, "flux1-redux-dev")
    found = recognise(file)
    assert (found.kind, found.family) == ("ip-adapter", "flux")
    with pytest.raises(Trouble, match="needs the image encoder SigLIP so400m"):
        image_encoder_for(file, "flux1-redux-dev", [])
    encoder = tmp_path / "sigclip.safetensors"
    with torch.device("meta"):
        network = SiglipVisionModel(SiglipVisionConfig(hidden_size=1152, num_hidden_layers=1, patch_size=14))
    named = network.state_dict().items()
    save_file(
        {f"vision_model.{name}": torch.zeros(value.shape, dtype=torch.float8_e4m3fn) for name, value in named}, encoder
    )
    models = Models([tmp_path])
    assert models.image_encoder(file, "flux1-redux-dev") == encoder


def test_a_configuration_beside_the_file_is_heeded(unets, tmp_path):
    network = tiny_control.controlnet(unets["sd15"])
    config = {"_class_name": "ControlNetModel", "controlnet_conditioning_channel_order": "bgr"}
    file = tiny_control.save(tmp_path, network, config=config)
    assert (
        read_controlnet(file, "c", unets["sd15"], torch.float32).config["controlnet_conditioning_channel_order"]
        == "bgr"
    )
    (tmp_path / "config.json").write_text(json.dumps({"_class_name": "Sofa", "layers_per_block": 9}))
    same(read_controlnet(file, "c", unets["sd15"], torch.float32), network)


@pytest.mark.parametrize(
    ("kind", "widths", "scale", "channels"),
    [
        ("full_adapter", [320, 640, 1280, 1280], 8, 3),
        ("light_adapter", [320, 640, 1280], 8, 3),
        ("full_adapter_xl", [320, 640, 1280, 1280], 16, 3),
    ],
)
def test_published_sizes_of_adapters_are_told_by_their_shapes(kind, widths, scale, channels):
    """Without numbers: tensors that have a shape only."""
    with torch.device("meta"):
        weights = T2IAdapter(channels, widths, 4 if kind == "light_adapter" else 2, scale, kind).state_dict()
    found = _adapter_shape(weights, kind)
    assert (found["channels"], found["downscale_factor"], found["adapter_type"]) == (widths, scale, kind)
    assert found["num_res_blocks"] == (4 if kind == "light_adapter" else 2)


def test_the_published_image_encoders_are_laid_out_by_their_shapes(tmp_path):
    shape = {"hidden_size": 1280, "intermediate_size": 5120, "num_hidden_layers": 32, "num_attention_heads": 16}
    shape |= {"patch_size": 14, "image_size": 224, "projection_dim": 1024}
    with torch.device("meta"):
        weights = CLIPVisionModelWithProjection(CLIPVisionConfig(**shape)).state_dict()
    assert _layout(tmp_path / "clip_h.safetensors", weights) == {**shape, "hidden_act": "gelu"}
