"""A tiny diffusers folder as the single file that the original code would have written, name by name."""

from __future__ import annotations

import re
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

Weights = dict[str, Tensor]

_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_UNET = {  # of tiny.unet: two levels, one layer each, attention on the lower one
    "conv_in": "input_blocks.0.0",
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "down_blocks.0.resnets.0": "input_blocks.1.0",
    "down_blocks.0.downsamplers.0.conv": "input_blocks.2.0.op",
    "down_blocks.1.resnets.0": "input_blocks.3.0",
    "down_blocks.1.attentions.0": "input_blocks.3.1",
    "mid_block.resnets.0": "middle_block.0",
    "mid_block.attentions.0": "middle_block.1",
    "mid_block.resnets.1": "middle_block.2",
    "up_blocks.0.resnets.0": "output_blocks.0.0",
    "up_blocks.0.attentions.0": "output_blocks.0.1",
    "up_blocks.0.resnets.1": "output_blocks.1.0",
    "up_blocks.0.attentions.1": "output_blocks.1.1",
    "up_blocks.0.upsamplers.0.conv": "output_blocks.1.2.conv",
    "up_blocks.1.resnets.0": "output_blocks.2.0",
    "up_blocks.1.resnets.1": "output_blocks.3.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
}
_VAE = (
    (r"(en|de)coder\.mid_block\.resnets\.(\d)", lambda m: f"{m[1]}coder.mid.block_{int(m[2]) + 1}"),
    (r"mid_block\.attentions\.0\.group_norm", lambda m: "mid.attn_1.norm"),
    (r"mid_block\.attentions\.0\.to_out\.0", lambda m: "mid.attn_1.proj_out"),
    (r"mid_block\.attentions\.0\.to_([qkv])", lambda m: f"mid.attn_1.{m[1]}"),
    (r"down_blocks\.(\d)\.resnets", lambda m: f"down.{m[1]}.block"),
    (r"down_blocks\.(\d)\.downsamplers\.0", lambda m: f"down.{m[1]}.downsample"),
    (r"up_blocks\.(\d)\.resnets", lambda m: f"up.{3 - int(m[1])}.block"),
    (r"up_blocks\.(\d)\.upsamplers\.0", lambda m: f"up.{3 - int(m[1])}.upsample"),
    (r"conv_norm_out", lambda m: "norm_out"),
    (r"conv_shortcut", lambda m: "nin_shortcut"),
)
_OPEN_CLIP = (
    ("text_model.embeddings.position_embedding.weight", "positional_embedding"),
    ("text_model.embeddings.token_embedding", "token_embedding"),
    ("text_model.final_layer_norm", "ln_final"),
    ("text_model.encoder.layers.", "transformer.resblocks."),
    ("layer_norm1", "ln_1"),
    ("layer_norm2", "ln_2"),
    (".fc1.", ".c_fc."),
    (".fc2.", ".c_proj."),
    (".self_attn", ".attn"),
)


def save_original(folder: Path, file: Path, *, open_clip: bool = False, **marks: Tensor) -> Path:
    """Writes the folder's networks into one file.

    open_clip: the text encoder is OpenCLIP's, as in Stable Diffusion 2. marks: further tensors, such as "v_pred".
    """
    weights = {**_unet(_read(folder, "unet")), **_vae(_read(folder, "vae")), **marks}
    text = {name.removeprefix("text_model."): weight for name, weight in _read(folder, "text_encoder").items()}
    large = (folder / "text_encoder_2").is_dir()
    prefix = "conditioner.embedders.0.transformer" if large else "cond_stage_model.transformer"
    if open_clip:
        weights |= _open_clip({f"text_model.{name}": each for name, each in text.items()}, "cond_stage_model.model")
    else:
        weights |= {f"{prefix}.text_model.{name}": weight for name, weight in text.items()}
    if large:
        weights |= _open_clip(_read(folder, "text_encoder_2"))
    save_file({name: weight.contiguous() for name, weight in weights.items()}, file)
    return file


def _read(folder: Path, part: str) -> Weights:
    (file,) = (folder / part).glob("*.safetensors")
    return load_file(file)


def _unet(weights: Weights) -> Weights:
    renamed: Weights = {}
    for name, weight in weights.items():
        (start,) = (start for start in _UNET if name.startswith(f"{start}."))
        rest = name.removeprefix(start)
        if ".resnets." in name:
            rest = re.sub(r"^\.(\w+)", lambda match: f".{_RESNET[match[1]]}", rest)
        renamed[f"model.diffusion_model.{_UNET[start]}{rest}"] = weight
    return renamed


def _vae(weights: Weights) -> Weights:
    renamed: Weights = {}
    for name, weight in weights.items():
        if ".attentions." in name and weight.ndim == 2:
            weight = weight[:, :, None, None]  # a convolution there
        for pattern, new in _VAE:
            name = re.sub(pattern, new, name)
        renamed[f"first_stage_model.{name}"] = weight
    return renamed


def _open_clip(weights: Weights, at: str = "conditioner.embedders.1.model") -> Weights:
    renamed: Weights = {}
    for name, weight in weights.items():
        for old, new in _OPEN_CLIP:
            name = name.replace(old, new)
        renamed[f"{at}.{name}"] = weight
    projection = renamed.pop(f"{at}.text_projection.weight", None)
    width = len(renamed[f"{at}.ln_final.weight"])
    renamed[f"{at}.text_projection"] = torch.eye(width) if projection is None else projection.T
    for name in [name for name in renamed if ".q_proj." in name]:
        kind = name.rsplit(".", 1)[1]
        parts = [renamed.pop(name.replace(".q_proj.", f".{each}_proj.")) for each in "qkv"]
        renamed[name.replace(f".q_proj.{kind}", f".in_proj_{kind}")] = torch.cat(parts)
    return renamed


_CONTROL = (
    (r"controlnet_down_blocks\.(\d+)", lambda m: f"zero_convs.{m[1]}.0"),
    (r"controlnet_mid_block", lambda m: "middle_block_out.0"),
    (r"controlnet_cond_embedding\.conv_in", lambda m: "input_hint_block.0"),
    (r"controlnet_cond_embedding\.conv_out", lambda m: "input_hint_block.14"),
    (r"controlnet_cond_embedding\.blocks\.(\d+)", lambda m: f"input_hint_block.{2 * int(m[1]) + 2}"),
)


def controlnet(weights: Weights) -> Weights:
    """A tiny ControlNet in the names of the original code."""
    own = {name: weight for name, weight in weights.items() if name.startswith("controlnet_")}
    renamed = {name.removeprefix("model.diffusion_model."): each for name, each in _unet_of(weights, own).items()}
    for name, weight in own.items():
        for pattern, new in _CONTROL:
            name = re.sub(pattern, new, name)
        renamed[name] = weight
    return renamed


def _unet_of(weights: Weights, but: Weights) -> Weights:
    return _unet({name: weight for name, weight in weights.items() if name not in but})


def adapter(weights: Weights, *, light: bool) -> Weights:
    """A T2I-Adapter in the names of the original code: two residual blocks a level, counted through."""
    renamed: Weights = {}
    for name, weight in weights.items():
        name = name.removeprefix("adapter.")
        if light:
            name = name.replace(".resnets.", ".body.")
        else:
            name = re.sub(r"body\.(\d+)\.resnets\.(\d+)", lambda m: f"body.{2 * int(m[1]) + int(m[2])}", name)
            name = re.sub(r"body\.(\d+)\.in_conv", lambda m: f"body.{2 * int(m[1])}.in_conv", name)
        renamed[name] = weight
    return renamed
