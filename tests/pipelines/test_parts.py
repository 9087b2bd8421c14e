"""A denoiser in one file, text encoders and codec in others, as ComfyUI keeps them: the picture of the whole model."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import CodeType
from typing import Any

import gguf
import numpy as np
import pytest
import torch
from diffusers.loaders import single_file_utils
from diffusers.quantizers.quantization_config import GGUFQuantizationConfig
from safetensors.torch import load_file, save_file

from studio.library.signs import BY_FAMILY
from studio.pipelines import single_file
from studio.pipelines.loaded import load
from studio.pipelines.studio_pipeline import StudioPipeline
from studio.pipelines.weights import under
from studio.request.errors import Trouble
from studio.request.family import Model
from studio.request.request import Attachment
from tests.pipelines import original_flow, tiny, tiny_flow
from tests.pipelines.flow_cases import asked, made
from tests.pipelines.original import save_original
from tests.pipelines.original_flow import keep, original, read

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*FluxPosEmbed:FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@dataclass(frozen=True)
class Case:
    """save: makes the tiny diffusers folder. encoders: its folders. codec: the picture codec in its authors' names.

    widths: of the published network that diffusers' converter counts on, and of the tiny one.
    """

    family: str
    save: Callable[[Path], Path]
    names: original_flow.Names
    encoders: tuple[str, ...] = ("text_encoder",)
    codec: Callable[[Path], dict[str, torch.Tensor]] = original_flow.codec_of
    widths: dict[int, int] = field(default_factory=dict)
    converter: str = ""


CASES = (
    Case(
        "flux",
        tiny_flow.save_flux,
        original_flow.FLUX,
        ("text_encoder", "text_encoder_2"),
        widths={3072: 32},
        converter="convert_flux_transformer_checkpoint_to_diffusers",
    ),
    Case("sd35", tiny_flow.save_sd35, original_flow.SD3, ("text_encoder", "text_encoder_2", "text_encoder_3")),
    Case(
        "chroma",
        tiny_flow.save_chroma,
        original_flow.CHROMA,
        widths={3072: 32},
        converter="convert_chroma_transformer_checkpoint_to_diffusers",
    ),
    Case("zimage", tiny_flow.save_zimage, original_flow.ZIMAGE),
    Case(
        "qwen",
        lambda folder: tiny_flow.save_qwen(folder, blocks=2),
        original_flow.QWEN,
        codec=original_flow.film_codec_of,
    ),
    Case("flux2", tiny_flow.save_flux2, original_flow.FLUX2, codec=original_flow.flux2_codec_of),
)
every = pytest.mark.parametrize("case", CASES, ids=lambda case: case.family)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The diffusers folder of each case, made when first asked for."""
    root, made_ = tmp_path_factory.mktemp("whole"), {}

    def folder(case: Case) -> Path:
        if case.family not in made_:
            made_[case.family] = case.save(root / case.family)
        return made_[case.family]

    return folder


@pytest.fixture
def small(folders, tmp_path, monkeypatch):
    """The studio's configurations and vocabularies in tiny, and diffusers' converters for tiny widths."""
    root = tmp_path / "resources"
    words = {
        "CLIPTokenizer": lambda part: tiny.tokenizer("!" if part == "tokenizer_2" else "<|endoftext|>"),
        "T5Tokenizer": lambda part: tiny_flow.t5_tokenizer(),
        "Qwen2Tokenizer": lambda part: tiny_flow.qwen_tokenizer(),
    }
    monkeypatch.setattr(single_file, "resource", lambda *parts: root.joinpath(*parts))
    monkeypatch.setattr(single_file, "tokenizer_for", lambda kind, part: words[kind](part))
    monkeypatch.setattr(socket.socket, "connect", _no_network)

    def prepare(case: Case) -> Path:
        ignored = shutil.ignore_patterns("*.safetensors", "tokenizer*")
        shutil.copytree(folders(case), root / "configs" / case.family, ignore=ignored)
        if case.converter:
            convert = getattr(single_file_utils, case.converter)
            monkeypatch.setattr(convert, "__code__", _narrowed(convert.__code__, case.widths))
        return folders(case)

    return prepare


def _no_network(*_: Any) -> None:
    raise AssertionError("the network was asked")


def _narrowed(code: CodeType, widths: dict[int, int]) -> CodeType:
    """diffusers 0.42.1 writes the width of the published network into its converter."""
    return code.replace(
        co_consts=tuple(widths.get(each, each) if type(each) is int else each for each in code.co_consts)
    )


def in_parts(case: Case, folder: Path, root: Path) -> Model:
    """The model's weights in files as the authors of its family and ComfyUI write them."""
    denoiser = keep(original(read(folder, "transformer"), case.names), root / f"{case.family}.safetensors")
    parts = [(role, keep(read(folder, role), root / f"{role}.safetensors")) for role in case.encoders]
    parts.append(("vae", keep(case.codec(folder), root / "ae.safetensors")))
    model = tiny.model(denoiser, case.family)
    return replace(model, parts=tuple(parts))


def picture_of(model: Model, **changes: Any) -> np.ndarray:
    return made(tiny.pipeline_of(model), asked(model, **changes))


def alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Where tensors lie in memory may round the last bit differently; which is at most one level of a colour."""
    return int(np.abs(one.astype(int) - other).max()) <= 1 and float((one != other).mean()) < 0.01


def weights_of(model: Model) -> list[dict[str, torch.Tensor]]:
    return [network.state_dict() for network in load(model, tiny.PROCESSOR, tiny.Notes()).networks]


def same(one: list[dict[str, torch.Tensor]], other: list[dict[str, torch.Tensor]]) -> bool:
    return all(
        mine.keys() == theirs.keys() and all(torch.equal(mine[name], theirs[name]) for name in mine)
        for mine, theirs in zip(one, other, strict=True)
    )


@every
def test_parts_make_the_picture_of_the_folder_that_they_came_from(case, small, tmp_path):
    folder = small(case)
    whole, parts = tiny.model(folder, case.family), in_parts(case, folder, tmp_path)
    assert same(weights_of(parts), weights_of(whole))
    assert alike(picture_of(parts), picture_of(whole))


@every
def test_one_file_with_everything_in_it_makes_the_same_picture(case, small, tmp_path):
    """As all-in-one checkpoints of ComfyUI have it: each part behind a prefix of its own."""
    folder = small(case)
    signs = BY_FAMILY[case.family]
    prefixes = {part.role: part.inside[0] for part in signs.parts}
    weights = {
        f"model.diffusion_model.{name}": weight
        for name, weight in original(read(folder, "transformer"), case.names).items()
    }
    for role in case.encoders:
        weights |= {f"{prefixes[role]}transformer.{name}": weight for name, weight in read(folder, role).items()}
    weights |= {f"vae.{name}": weight for name, weight in case.codec(folder).items()}
    file = keep(weights, tmp_path / "everything.safetensors")
    assert same(weights_of(tiny.model(file, case.family)), weights_of(tiny.model(folder, case.family)))


@every
def test_a_quantised_denoiser_makes_the_picture_that_diffusers_makes_of_it(case, small, tmp_path):
    folder = small(case)
    model = in_parts(case, folder, tmp_path)
    file = quantised(original(read(folder, "transformer"), case.names), tmp_path / f"{case.family}.gguf")
    loaded = load(model, tiny.PROCESSOR, tiny.Notes())
    by_hand = type(loaded.denoiser).from_single_file(
        str(file),
        config=str(single_file.configs_of(model.family)),
        subfolder="transformer",
        quantization_config=GGUFQuantizationConfig(compute_dtype=torch.float32),
        dtype=torch.float32,
    )
    model = replace(model, path=file)
    mine = load(model, tiny.PROCESSOR, tiny.Notes())
    assert any("GGUF" in type(module).__name__ for module in mine.denoiser.modules())
    theirs = by_hand.state_dict()
    packed = {name: weight for name, weight in mine.denoiser.state_dict().items() if weight.dtype == torch.uint8}
    assert same([packed], [{name: theirs[name] for name in packed}])
    assert mine.need.weights < loaded.need.weights
    assert picture_of(model).any()


def quantised(weights: dict[str, torch.Tensor], file: Path) -> Path:
    """A GGUF file as the usual tools write it: matrices in blocks of eight bits, the rest as it is."""
    writer = gguf.GGUFWriter(file, "tiny")
    for name, weight in weights.items():
        values = weight.float().numpy()
        if values.ndim == 2 and values.shape[1] % 32 == 0:
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)
        else:
            writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


@every
def test_a_denoiser_in_eight_bits_stays_so_and_makes_the_picture_of_its_numbers(case, small, tmp_path):
    folder = small(case)
    model = in_parts(case, folder, tmp_path)
    published = original(read(folder, "transformer"), case.names)
    eight = {name: weight.to(torch.float8_e4m3fn) for name, weight in published.items()}
    plain = keep({name: weight.float() for name, weight in eight.items()}, tmp_path / "plain.safetensors")
    packed = keep(eight, tmp_path / "packed.safetensors")
    one, other = (load(replace(model, path=path), tiny.PROCESSOR, tiny.Notes()) for path in (packed, plain))
    assert one.need.weights < other.need.weights
    assert one.denoiser.dtype is torch.float32
    assert same(
        [{name: weight.float() for name, weight in one.denoiser.state_dict().items()}], [other.denoiser.state_dict()]
    )
    assert alike(picture_of(replace(model, path=packed)), picture_of(replace(model, path=plain)))


@pytest.mark.parametrize("kind", ["gguf", "eight bits"])
def test_a_lora_goes_over_a_small_denoiser_and_comes_off_without_a_trace(kind, small, tmp_path):
    case = CASES[0]
    folder = small(case)
    model = in_parts(case, folder, tmp_path)
    published = original(read(folder, "transformer"), case.names)
    if kind == "gguf":
        file = quantised(published, tmp_path / "small.gguf")
    else:
        eight = {name: weight.to(torch.float8_e4m3fn) for name, weight in published.items()}
        file = keep(eight, tmp_path / "small.safetensors")
    model = replace(model, path=file)
    library = tiny.Shelf(model)
    pipeline = StudioPipeline(library, tiny.PROCESSOR)
    library.attachments["lora"] = tmp_path / "lora.safetensors"
    denoiser = pipeline._store.get(model, tiny.Notes()).denoiser
    save_file(tiny.lora_of(denoiser, "transformer"), library.attachments["lora"])
    plain = asked(model)
    before = made(pipeline, plain)
    worn = made(pipeline, replace(plain, attachments=(Attachment(kind="lora", name="lora", weight=0.8),)))
    assert np.abs(worn.astype(int) - before).mean() > 0.5
    assert np.array_equal(made(pipeline, plain), before)


def test_an_encoder_in_eight_bits_with_scales_is_read_as_what_it_stands_for(small, tmp_path):
    case = CASES[0]
    folder = small(case)
    model = in_parts(case, folder, tmp_path)
    weights = read(folder, "text_encoder_2")
    name = "encoder.block.0.layer.0.SelfAttention.q.weight"
    scale = torch.tensor(0.5)
    packed = (weights[name] / scale).to(torch.float8_e4m3fn)
    marks = {f"{name.removesuffix('.weight')}.scale_weight": scale, "scaled_fp8": torch.zeros(2)}
    keep({**weights, name: packed, **marks}, dict(model.parts)["text_encoder_2"])
    found = load(model, tiny.PROCESSOR, tiny.Notes()).encoders[1].state_dict()
    assert torch.equal(found[name], packed.float() * scale)


def test_encoders_from_gguf_files_are_read_by_llama_cpps_names(small, folders, tmp_path):
    for case, role, names in ((CASES[0], "text_encoder_2", _T5), (CASES[3], "text_encoder", _QWEN3)):
        folder = small(case)
        model = in_parts(case, folder, tmp_path)
        weights = {}
        for name, weight in read(folder, role).items():
            for pattern, new in names:
                name = re.sub(pattern, new, name)
            weights[name] = weight
        file = quantised(weights, tmp_path / f"{case.family}-encoder.gguf")
        parts = tuple((each, file if each == role else path) for each, path in model.parts)
        mine = load(replace(model, parts=parts), tiny.PROCESSOR, tiny.Notes()).encoders[-1].state_dict()
        theirs = load(model, tiny.PROCESSOR, tiny.Notes()).encoders[-1].state_dict()
        assert mine.keys() == theirs.keys()
        assert all(torch.allclose(mine[name], theirs[name], atol=0.02) for name in mine)


_T5 = (
    (r"^shared\.", "token_embd."),
    (r"^encoder\.block\.", "enc.blk."),
    (r"layer\.0\.SelfAttention\.relative_attention_bias", "attn_rel_b"),
    (r"layer\.0\.SelfAttention\.", "attn_"),
    (r"layer\.0\.layer_norm", "attn_norm"),
    (r"layer\.1\.layer_norm", "ffn_norm"),
    (r"layer\.1\.DenseReluDense\.wi_0", "ffn_gate"),
    (r"layer\.1\.DenseReluDense\.wi_1", "ffn_up"),
    (r"layer\.1\.DenseReluDense\.wo", "ffn_down"),
    (r"^encoder\.final_layer_norm", "enc.output_norm"),
)
_QWEN3 = (
    (r"^(model\.)?layers\.", "blk."),
    (r"^(model\.)?embed_tokens", "token_embd"),
    (r"^(model\.)?norm\.", "output_norm."),
    (r"self_attn\.([qk])_norm", r"attn_\1_norm"),
    (r"self_attn\.([qkv])_proj", r"attn_\1"),
    (r"self_attn\.o_proj", "attn_output"),
    (r"input_layernorm", "attn_norm"),
    (r"post_attention_layernorm", "ffn_norm"),
    (r"mlp\.(\w+)_proj", r"ffn_\1"),
)


@pytest.mark.parametrize("role", ["text_encoder_2", "vae"])
def test_a_part_that_is_nowhere_is_named_with_its_size_and_where_it_is_to_be_had(role, small, tmp_path):
    case = CASES[0]
    model = in_parts(case, small(case), tmp_path)
    lacking = replace(model, parts=tuple(part for part in model.parts if part[0] != role))
    with pytest.raises(Trouble, match="is not complete") as caught:
        load(lacking, tiny.PROCESSOR, tiny.Notes())
    assert re.search(r"(4\.9 GB|335 MB), .+ on Hugging Face", caught.value.remedy)


@pytest.mark.logs
def test_a_part_that_is_not_what_it_should_be_is_refused_by_name(small, tmp_path):
    case = CASES[3]
    model = in_parts(case, small(case), tmp_path)
    keep({"model.norm.weight": torch.ones(3)}, dict(model.parts)["text_encoder"])
    with pytest.raises(Trouble, match=r"text_encoder\.safetensors (is incomplete|cannot be read)"):
        load(model, tiny.PROCESSOR, tiny.Notes())


@pytest.mark.parametrize("kind", ["safetensors", "gguf"])
def test_a_unet_alone_is_put_together_too(kind, shelf, small, monkeypatch, tmp_path):
    whole = shelf["sd15"]
    ignored = shutil.ignore_patterns("*.safetensors", "tokenizer*")
    shutil.copytree(whole.path, single_file.resource("configs", "sd15"), ignore=ignored)
    weights = load_file(save_original(whole.path, tmp_path / "whole.safetensors"))
    unet = under(weights, ("model.diffusion_model.",))
    file = (keep if kind == "safetensors" else quantised)(unet, tmp_path / f"unet.{kind}")
    parts = (
        ("text_encoder", keep(read(whole.path, "text_encoder"), tmp_path / "clip_l.safetensors")),
        ("vae", keep(under(weights, ("first_stage_model.",)), tmp_path / "vae.safetensors")),
    )
    model = replace(tiny.model(file, "sd15"), parts=parts)
    request, found = tiny.request(model), weights_of(model)
    picture = tiny.pipeline_of(model).run(request, tiny.Notes()).pictures[0].pixels.array
    expected = tiny.pipeline_of(whole).run(tiny.request(whole), tiny.Notes()).pictures[0].pixels.array
    assert same(found[:1], weights_of(whole)[:1])
    assert alike(picture, expected) == (kind == "safetensors")
