"""Networks at their published sizes, without memory: what is read off a file's header is what it was built with."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
import torch
from diffusers.loaders.single_file_model import SINGLE_FILE_LOADABLE_CLASSES

from studio.library.families import FAMILIES
from studio.library.resources import resource
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
    "chroma1-hd",
    "flux2-klein-4b",
    "sd3.5_large",
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
        "pos_embed_max_size": 384,
    }
