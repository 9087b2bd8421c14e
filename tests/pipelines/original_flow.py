"""Tiny flow matching networks in the names of their authors' own code, name by name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from tests.pipelines.original import _vae

Weights = dict[str, Tensor]


@dataclass(frozen=True)
class Names:
    """renames: pattern of diffusers' name → the authors'. fused: tensors that are one there, in order, by pattern of
    the first. turned: tensors whose halves, shift and scale, stand the other way round.
    """

    renames: Sequence[tuple[str, str]]
    fused: Sequence[tuple[str, Sequence[str]]] = ()
    turned: Sequence[str] = ()


def original(weights: Weights, names: Names) -> Weights:
    """The same weights as the authors would have written them."""
    found = dict(weights)
    for pattern in names.turned:
        for name in [name for name in found if re.fullmatch(pattern, name)]:
            scale, shift = found[name].chunk(2)
            found[name] = torch.cat((shift, scale))
    for first, others in names.fused:
        for name in [name for name in found if re.search(first, name)]:
            parts = [name, *(re.sub(first, each, name) for each in others)]
            found[name] = torch.cat([found.pop(part) for part in parts])
    renamed: Weights = {}
    for name, weight in found.items():
        for pattern, new in names.renames:
            name = re.sub(pattern, new, name)
        renamed[name] = weight
    return renamed


def _block(attention: str, own: str, other: str) -> tuple[tuple[str, str], ...]:
    """Names in a block on two streams: what is the picture's, what is the words'."""
    return (
        (rf"({attention})attn\.to_q\.", rf"\1{own}qkv."),
        (rf"({attention})attn\.add_q_proj\.", rf"\1{other}qkv."),
        (rf"({attention})attn\.to_out\.0\.", rf"\1{own}proj."),
        (rf"({attention})attn\.to_add_out\.", rf"\1{other}proj."),
    )


_QKV = (
    (r"^(transformer_blocks\.\d+\.)attn\.to_q\b", (r"\1attn.to_k", r"\1attn.to_v")),
    (r"^(transformer_blocks\.\d+\.)attn\.add_q_proj\b", (r"\1attn.add_k_proj", r"\1attn.add_v_proj")),
)
_DOUBLE, _SINGLE = r"double_blocks\.\d+\.", r"single_blocks\.\d+\."
_FLUX_NORMS = (
    (rf"({_DOUBLE})attn\.norm_q\.weight", r"\1img_attn.norm.query_norm.scale"),
    (rf"({_DOUBLE})attn\.norm_k\.weight", r"\1img_attn.norm.key_norm.scale"),
    (rf"({_DOUBLE})attn\.norm_added_q\.weight", r"\1txt_attn.norm.query_norm.scale"),
    (rf"({_DOUBLE})attn\.norm_added_k\.weight", r"\1txt_attn.norm.key_norm.scale"),
    (rf"({_SINGLE})attn\.norm_q\.weight", r"\1norm.query_norm.scale"),
    (rf"({_SINGLE})attn\.norm_k\.weight", r"\1norm.key_norm.scale"),
)
_FLUX_BLOCKS = (
    (r"^single_transformer_blocks\.", "single_blocks."),
    (r"^transformer_blocks\.", "double_blocks."),
    *_block(_DOUBLE, "img_attn.", "txt_attn."),
    *_FLUX_NORMS,
    (rf"({_DOUBLE})ff\.net\.0\.proj", r"\1img_mlp.0"),
    (rf"({_DOUBLE})ff\.net\.2", r"\1img_mlp.2"),
    (rf"({_DOUBLE})ff_context\.net\.0\.proj", r"\1txt_mlp.0"),
    (rf"({_DOUBLE})ff_context\.net\.2", r"\1txt_mlp.2"),
    (rf"({_SINGLE})attn\.to_q", r"\1linear1"),
    (rf"({_SINGLE})proj_out", r"\1linear2"),
    (r"^context_embedder", "txt_in"),
    (r"^x_embedder", "img_in"),
    (r"^proj_out", "final_layer.linear"),
)
_FLUX_FUSED = (
    (r"(single_transformer_blocks\.\d+\.)attn\.to_q\b", (r"\1attn.to_k", r"\1attn.to_v", r"\1proj_mlp")),
    *_QKV,
)
FLUX = Names(
    renames=(
        *_FLUX_BLOCKS,
        (rf"({_DOUBLE})norm1\.linear", r"\1img_mod.lin"),
        (rf"({_DOUBLE})norm1_context\.linear", r"\1txt_mod.lin"),
        (rf"({_SINGLE})norm\.linear", r"\1modulation.lin"),
        (r"time_text_embed\.timestep_embedder\.linear_1", "time_in.in_layer"),
        (r"time_text_embed\.timestep_embedder\.linear_2", "time_in.out_layer"),
        (r"time_text_embed\.text_embedder\.linear_1", "vector_in.in_layer"),
        (r"time_text_embed\.text_embedder\.linear_2", "vector_in.out_layer"),
        (r"time_text_embed\.guidance_embedder\.linear_1", "guidance_in.in_layer"),
        (r"time_text_embed\.guidance_embedder\.linear_2", "guidance_in.out_layer"),
        (r"^norm_out\.linear", "final_layer.adaLN_modulation.1"),
    ),
    fused=_FLUX_FUSED,
    turned=(r"norm_out\.linear\.\w+",),
)
CHROMA = Names(
    renames=(
        *_FLUX_BLOCKS,
        (r"(distilled_guidance_layer\.layers\.\d+\.)linear_1", r"\1in_layer"),
        (r"(distilled_guidance_layer\.layers\.\d+\.)linear_2", r"\1out_layer"),
        (r"(distilled_guidance_layer\.norms\.\d+\.)weight", r"\1scale"),
    ),
    fused=_FLUX_FUSED,
)
FLUX2 = Names(
    renames=(
        (r"^single_transformer_blocks\.", "single_blocks."),
        (r"^transformer_blocks\.", "double_blocks."),
        *_block(_DOUBLE, "img_attn.", "txt_attn."),
        *_FLUX_NORMS,
        (rf"({_DOUBLE})ff\.linear_in", r"\1img_mlp.0"),
        (rf"({_DOUBLE})ff\.linear_out", r"\1img_mlp.2"),
        (rf"({_DOUBLE})ff_context\.linear_in", r"\1txt_mlp.0"),
        (rf"({_DOUBLE})ff_context\.linear_out", r"\1txt_mlp.2"),
        (rf"({_SINGLE})attn\.to_qkv_mlp_proj", r"\1linear1"),
        (rf"({_SINGLE})attn\.to_out", r"\1linear2"),
        (r"^context_embedder", "txt_in"),
        (r"^x_embedder", "img_in"),
        (r"^time_guidance_embed\.timestep_embedder\.linear_1", "time_in.in_layer"),
        (r"^time_guidance_embed\.timestep_embedder\.linear_2", "time_in.out_layer"),
        (r"(stream_modulation\w*)\.linear", r"\1.lin"),
        (r"^norm_out\.linear", "final_layer.adaLN_modulation.1"),
        (r"^proj_out", "final_layer.linear"),
    ),
    fused=_QKV,
    turned=(r"norm_out\.linear\.\w+",),
)
_JOINT = r"joint_blocks\.\d+\."
SD3 = Names(
    renames=(
        (r"^transformer_blocks\.", "joint_blocks."),
        *_block(_JOINT, "x_block.attn.", "context_block.attn."),
        (rf"({_JOINT})attn\.norm_([qk])\.", r"\1x_block.attn.ln_\2."),
        (rf"({_JOINT})attn\.norm_added_([qk])\.", r"\1context_block.attn.ln_\2."),
        (rf"({_JOINT})norm1\.linear", r"\1x_block.adaLN_modulation.1"),
        (rf"({_JOINT})norm1_context\.linear", r"\1context_block.adaLN_modulation.1"),
        (rf"({_JOINT})ff\.net\.0\.proj", r"\1x_block.mlp.fc1"),
        (rf"({_JOINT})ff\.net\.2", r"\1x_block.mlp.fc2"),
        (rf"({_JOINT})ff_context\.net\.0\.proj", r"\1context_block.mlp.fc1"),
        (rf"({_JOINT})ff_context\.net\.2", r"\1context_block.mlp.fc2"),
        (r"^pos_embed\.pos_embed", "pos_embed"),
        (r"^pos_embed\.proj", "x_embedder.proj"),
        (r"^time_text_embed\.timestep_embedder\.linear_1", "t_embedder.mlp.0"),
        (r"^time_text_embed\.timestep_embedder\.linear_2", "t_embedder.mlp.2"),
        (r"^time_text_embed\.text_embedder\.linear_1", "y_embedder.mlp.0"),
        (r"^time_text_embed\.text_embedder\.linear_2", "y_embedder.mlp.2"),
        (r"^norm_out\.linear", "final_layer.adaLN_modulation.1"),
        (r"^proj_out", "final_layer.linear"),
    ),
    fused=_QKV,
    turned=(r"norm_out\.linear\.\w+", r"transformer_blocks\.1\.norm1_context\.linear\.\w+"),  # of the last of two
)
ZIMAGE = Names(
    renames=(
        (r"^all_final_layer\.2-1\.", "final_layer."),
        (r"^all_x_embedder\.2-1\.", "x_embedder."),
        (r"\.attention\.to_q\.", ".attention.qkv."),
        (r"\.attention\.to_out\.0\.", ".attention.out."),
        (r"\.attention\.norm_([qk])\.", r".attention.\1_norm."),
    ),
    fused=((r"\battention\.to_q\b", ("attention.to_k", "attention.to_v")),),
)
QWEN = Names(renames=())  # published as diffusers names them


def read(folder: Path, part: str) -> Weights:
    """All tensors of a part of a diffusers folder."""
    (file,) = (folder / part).glob("*.safetensors")
    return load_file(file)


def codec_of(folder: Path) -> Weights:
    """An AutoencoderKL as ae.safetensors has it."""
    return {name.removeprefix("first_stage_model."): weight for name, weight in _vae(read(folder, "vae")).items()}


def flux2_codec_of(folder: Path) -> Weights:
    """AutoencoderKLFlux2 as flux2-vae.safetensors has it."""
    weights = read(folder, "vae")
    aside = {name: weights.pop(name) for name in list(weights) if name.startswith("bn.")}
    renamed = {name.removeprefix("first_stage_model."): weight for name, weight in _vae(weights).items()}
    ends = {"quant_conv.": "encoder.quant_conv.", "post_quant_conv.": "decoder.post_quant_conv."}
    for start, new in ends.items():
        for name in [name for name in renamed if name.startswith(start)]:
            renamed[name.replace(start, new, 1)] = renamed.pop(name)
    return {**renamed, **aside}


def keep(weights: Weights, file: Path) -> Path:
    """Writes them."""
    save_file({name: weight.contiguous() for name, weight in weights.items()}, file)
    return file


_RESIDUAL = {"norm1": "residual.0", "conv1": "residual.2", "norm2": "residual.3", "conv2": "residual.6"}
_WAN = (
    (r"^quant_conv\.", "conv1."),
    (r"^post_quant_conv\.", "conv2."),
    (r"coder\.conv_in\.", "coder.conv1."),
    (r"coder\.norm_out\.", "coder.head.0."),
    (r"coder\.conv_out\.", "coder.head.2."),
    (r"mid_block\.resnets\.0\.", "middle.0."),
    (r"mid_block\.attentions\.0\.", "middle.1."),
    (r"mid_block\.resnets\.1\.", "middle.2."),
    (r"\.down_blocks\.", ".downsamples."),
    (r"\.conv_shortcut\.", ".shortcut."),
)


def film_codec_of(folder: Path) -> Weights:
    """AutoencoderKLQwenImage as qwen_image_vae.safetensors has it, which is how Wan's authors wrote theirs."""
    renamed: Weights = {}
    for name, weight in read(folder, "vae").items():
        name = re.sub(r"up_blocks\.(\d)\.resnets\.(\d)", lambda m: f"upsamples.{4 * int(m[1]) + int(m[2])}", name)
        name = re.sub(r"up_blocks\.(\d)\.upsamplers\.0", lambda m: f"upsamples.{4 * int(m[1]) + 3}", name)
        name = re.sub(r"\.(norm1|conv1|norm2|conv2)\.(\w+)$", lambda m: f".{_RESIDUAL[m[1]]}.{m[2]}", name)
        for pattern, new in _WAN:
            name = re.sub(pattern, new, name)
        renamed[name] = weight
    return renamed
