"""What published files are is read from their headers; hostile ones are refused at once."""

from __future__ import annotations

import gzip
import json
import struct
from functools import cache
from pathlib import Path

import pytest

from studio.library.recognition.header import Header
from studio.library.recognition.recognise import recognise, recognise_header
from studio.library.signs.sign import Tensor

FILE = Path(__file__).parent / "headers.json.gz"


@cache
def table():
    return json.loads(gzip.decompress(FILE.read_bytes()))


def found_in(name):
    entry = table()[name]
    tensors = {key: Tensor(dtype, tuple(shape)) for key, (dtype, shape) in entry["tensors"].items()}
    return recognise_header(Path(f"{name.split('/')[-1]}.safetensors"), Header(tensors, entry["metadata"]))


@pytest.mark.parametrize("name", sorted(table()))
def test_published_files_are_recognised_by_their_headers(name):
    found = found_in(name)
    assert [found.kind, found.family, found.variant] == table()[name]["expected"], found


def test_what_the_header_claims_is_told():
    found = found_in("lora/sd15-kohya")
    assert found.triggers == ("sks girl", "meadow"), "most frequent first"
    assert found.base == "nai.ckpt"
    assert found.base_hash == "ab" * 32


@pytest.mark.parametrize(
    ("name", "flavour"),
    [("ponyDiffusionV6XL_v6", "Pony"), ("Illustrious-XL-v0.1", "Illustrious"), ("NoobAI-XL-Vpred-v1.0", "NoobAI")],
)
def test_what_people_call_a_model_is_told(name, flavour):
    assert found_in(name).flavour == flavour


def test_prediction_and_zero_signal_are_told():
    found = found_in("NoobAI-XL-Vpred-v1.0")
    assert (found.prediction, found.zero_snr) == ("v", True)
    assert found_in("v2-1_512-ema-pruned").prediction == "epsilon"
    assert found_in("flux1-dev").prediction == "flow"


@pytest.mark.parametrize(
    ("name", "precision"),
    [
        ("v1-5-pruned-emaonly", "fp32"),
        ("sd_xl_base_1.0", "fp16"),
        ("Chroma1-HD", "bf16"),
        ("flux1-kontext-dev-fp8", "fp8"),
        ("flux1-dev-bnb-nf4", "nf4"),
    ],
)
def test_precision_is_told(name, precision):
    assert found_in(name).precision == precision


def test_a_single_file_of_a_family_that_comes_as_a_folder_says_where_to_get_all_of_it():
    reason = found_in("Sana_1600M_1024px_MultiLing").reason
    assert "no Gemma 2 2B text encoder and picture codec of Sana" in reason
    assert "Sana_1600M_1024px_BF16_diffusers on Hugging Face" in reason


def test_black_forest_labs_models_that_follow_pictures_can_be_used():
    assert "not supported" not in found_in("flux1-canny-dev").reason


def test_a_network_alone_says_what_else_it_needs_and_where_that_is():
    reason = found_in("sdxl_unet_only").reason
    assert "CLIP-L text encoder" in reason
    assert found_in("flux1-dev-fp8-all-in-one").holds == ("text_encoder", "text_encoder_2", "vae")


def test_what_is_not_recognised_says_what_was_looked_for():
    found = found_in("a-speech-model")
    assert "'encoder.blocks.0.attn.query.weight'" in found.reason
    assert any(line.startswith("FLUX.1: double_blocks.0") for line in found.looked_for)


# GGUF


def text(value):
    return struct.pack("<Q", len(value)) + value.encode()


def gguf(tensors, facts=b"", count=0, body=None, version=3):
    """tensors: name → (ggml type, shape); all quantised as Q8_0 (34 bytes for 32) or F16."""
    made = b"GGUF" + struct.pack("<IQQ", version, len(tensors), count) + facts
    end = 0
    for name, (kind, shape) in tensors.items():
        made += text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape[::-1])
        made += struct.pack("<IQ", kind, end)
        size = 2
        for side in shape:
            size *= side
        end += size if kind == 1 else size // 64 * 34
    made += bytes(-len(made) % 32)
    return made + bytes(end if body is None else body)


FLUX = {
    "double_blocks.0.img_attn.norm.key_norm.scale": (1, [128]),
    "vector_in.in_layer.weight": (8, [64, 768]),
    "img_in.weight": (8, [3072, 64]),
    "guidance_in.in_layer.weight": (8, [64, 256]),
}


def test_quantised_files_are_recognised(tmp_path):
    path = tmp_path / "flux1-dev-Q8_0.gguf"
    arch = text("general.architecture") + struct.pack("<I", 8) + text("flux")
    words = text("tokens") + struct.pack("<IIQ", 9, 8, 3) + text("a") + text("b") + text("c")
    numbers = text("scores") + struct.pack("<IIQ3f", 9, 6, 3, 1, 2, 3)
    path.write_bytes(gguf(FLUX, arch + words + numbers, 3))
    found = recognise(path)
    assert (found.kind, found.family, found.variant, found.precision) == ("diffusion", "flux", "dev", "q8_0")
    assert found.format == "gguf"
