"""Networks at their published sizes, without memory, and words as they are numbered: as their authors have them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
import torch
from diffusers.loaders.single_file_model import SINGLE_FILE_LOADABLE_CLASSES

from studio.library.families import FAMILIES
from studio.library.resources import resource
from studio.library.signs import BY_FAMILY
from studio.pipelines import vocabularies
from studio.pipelines.adapters import adapter_of
from studio.pipelines.parts import class_named, read_index
from tests.pipelines import original_flow

pytestmark = pytest.mark.filterwarnings("ignore:.*FluxPosEmbed:FutureWarning")

HEADERS = Path(__file__).parent.parent / "library" / "headers.json.gz"
NAMES = {
    "flux": original_flow.FLUX,
    "sd35": original_flow.SD3,
    "chroma": original_flow.CHROMA,
    "zimage": original_flow.ZIMAGE,
    "qwen": original_flow.QWEN,
    "flux2": original_flow.FLUX2,
}
FILES = (
    "flux1-dev",
    "flux1-schnell",
    "flux1-fill-dev",
    "flux1-depth-dev",
    "chroma1-hd",
    "flux2-klein-4b",
    "sd3.5_large",
    "sd3_medium_new",
    "z_image_turbo",
    "qwen-image",
)


def shapes(weights):
    return {name: tuple(weight.shape) for name, weight in weights.items()}


@pytest.mark.parametrize("spelling", ["diffusers", "authors"])
@pytest.mark.parametrize("name", FILES)
def test_published_networks_are_built_from_their_own_shapes(name, spelling):
    entry = json.loads(gzip.decompress(HEADERS.read_bytes()))[name]
    family = entry["expected"][1]
    published = {key: torch.empty(shape, device="meta") for key, (_, shape) in entry["tensors"].items()}
    adapter, folder = adapter_of(FAMILIES[family]), resource("configs", family)
    kind = class_named(read_index(folder), adapter.network, name, adapter.classes)
    weights = dict(published)
    if spelling == "authors":
        weights = original_flow.original(weights, NAMES[family])
    config = json.loads((folder / adapter.network / "config.json").read_text(encoding="utf-8"))
    with torch.device("meta"):
        network = kind.from_config({**config, **adapter.layout(shapes(weights))})
    if spelling == "authors":
        weights = SINGLE_FILE_LOADABLE_CLASSES[kind.__name__]["checkpoint_mapping_fn"](checkpoint=weights)
    assert shapes(network.state_dict()) == shapes(weights) == shapes(published)


def test_the_two_sizes_of_stable_diffusion_35_are_told_apart():
    entry = json.loads(gzip.decompress(HEADERS.read_bytes()))["sd3.5_medium"]
    found = adapter_of(FAMILIES["sd35"]).layout({key: tuple(shape) for key, (_, shape) in entry["tensors"].items()})
    assert found == {
        "num_layers": 24,
        "dual_attention_layers": tuple(range(13)),
        "caption_projection_dim": 1536,
        "num_attention_heads": 24,
        "qk_norm": "rms_norm",
        "pos_embed_max_size": 384,
    }


COUNTS = {  # of numbers, as published
    "flux": 11_901_408_320,
    "sd35": 8_056_627_520,
    "zimage": 6_154_908_736,
    "qwen": 20_430_401_088,
}


@pytest.mark.parametrize("family", ["flux", "sd35", "chroma", "zimage", "qwen", "flux2"])
def test_our_configurations_have_the_size_of_the_published_files(family):
    folder, adapter = resource("configs", family), adapter_of(FAMILIES[family])
    index, sizes = read_index(folder), {part.role: part.size for part in BY_FAMILY[family].parts}
    for file in sorted(folder.glob("*/config.json")):
        part, config = file.parent.name, json.loads(file.read_text(encoding="utf-8"))
        kind = class_named(index, part, family, adapter.classes)
        with torch.device("meta"):
            text = part.startswith("text")
            network = kind(kind.config_class.from_dict(config)) if text else kind.from_config(config)
        count = sum(weight.numel() for weight in network.parameters())
        if part == "transformer":
            assert count == COUNTS.get(family, count)
        else:  # in eight, sixteen or thirty-two bits; eight keeps some weights in sixteen
            assert any(each * 0.99 < sizes[part] / count < each * 1.01 for each in (1.03, 1.132, 2, 4))


@pytest.mark.parametrize(
    ("tokenizer", "text", "numbers"),
    [
        (vocabularies.t5_tokenizer, "a photo of a cat", [3, 9, 1202, 13, 3, 9, 1712, 1]),
        (vocabularies.qwen_tokenizer, "a photo of a cat", [64, 6548, 315, 264, 8251]),
        (vocabularies.qwen_tokenizer, "<|im_start|>user\n世界<|im_end|>", [151644, 872, 198, 99489, 151645]),
    ],
)
def test_words_get_the_numbers_that_the_encoders_were_trained_with(tokenizer, text, numbers):
    assert tokenizer()(text).input_ids == numbers


def test_what_is_said_to_qwen3_is_framed_as_its_own_template_frames_it():
    framed = vocabularies.qwen_tokenizer().apply_chat_template(
        [{"role": "user", "content": "a cat"}], tokenize=False, add_generation_prompt=True, enable_thinking=False
    )
    assert framed == "<|im_start|>user\na cat<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
