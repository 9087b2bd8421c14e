"""What steers FLUX.1, as XLabs and Black Forest Labs publish it: in the names of the model's own code."""

from __future__ import annotations

import re

import torch
from torch import Tensor

_RENAMES = (  # theirs, a pattern → diffusers'
    (r"^img_in\.", "x_embedder."),
    (r"^txt_in\.", "context_embedder."),
    (r"^time_in\.in_layer\.", "time_text_embed.timestep_embedder.linear_1."),
    (r"^time_in\.out_layer\.", "time_text_embed.timestep_embedder.linear_2."),
    (r"^vector_in\.in_layer\.", "time_text_embed.text_embedder.linear_1."),
    (r"^vector_in\.out_layer\.", "time_text_embed.text_embedder.linear_2."),
    (r"^guidance_in\.in_layer\.", "time_text_embed.guidance_embedder.linear_1."),
    (r"^guidance_in\.out_layer\.", "time_text_embed.guidance_embedder.linear_2."),
    (r"^pos_embed_input\.", "controlnet_x_embedder."),
    (r"^input_hint_block\.0\.", "input_hint_block.conv_in."),
    (r"^input_hint_block\.14\.", "input_hint_block.conv_out."),
    (r"^double_blocks\.", "transformer_blocks."),
    (r"^single_blocks\.", "single_transformer_blocks."),
    (r"\.modulation\.lin\.", ".norm.linear."),
    (r"\.linear2\.", ".proj_out."),
    (r"^final_layer\.linear\.", "proj_out."),
    (r"^final_layer\.adaLN_modulation\.1\.", "norm_out.linear."),
    (r"\.img_mod\.lin\.", ".norm1.linear."),
    (r"\.txt_mod\.lin\.", ".norm1_context.linear."),
    (r"\.img_attn\.norm\.query_norm\.scale$", ".attn.norm_q.weight"),
    (r"\.img_attn\.norm\.key_norm\.scale$", ".attn.norm_k.weight"),
    (r"\.txt_attn\.norm\.query_norm\.scale$", ".attn.norm_added_q.weight"),
    (r"\.txt_attn\.norm\.key_norm\.scale$", ".attn.norm_added_k.weight"),
    (r"\.norm\.query_norm\.scale$", ".attn.norm_q.weight"),
    (r"\.norm\.key_norm\.scale$", ".attn.norm_k.weight"),
    (r"\.img_attn\.proj\.", ".attn.to_out.0."),
    (r"\.txt_attn\.proj\.", ".attn.to_add_out."),
    (r"\.img_mlp\.0\.", ".ff.net.0.proj."),
    (r"\.img_mlp\.2\.", ".ff.net.2."),
    (r"\.txt_mlp\.0\.", ".ff_context.net.0.proj."),
    (r"\.txt_mlp\.2\.", ".ff_context.net.2."),
)
_ONE = {  # queries, keys and values are one matrix there, in blocks on one stream with the layer beside them
    ".img_attn.qkv.": (".attn.to_q.", ".attn.to_k.", ".attn.to_v."),
    ".txt_attn.qkv.": (".attn.add_q_proj.", ".attn.add_k_proj.", ".attn.add_v_proj."),
    ".linear1.": (".attn.to_q.", ".attn.to_k.", ".attn.to_v.", ".proj_mlp."),
}
_WIDER = 4  # times the network's width: the layer beside attention


def as_diffusers_names(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same tensors under diffusers' names; those that have them already as they are.

    Of small changes (LoRA) to a matrix that is several in diffusers, the half that looks (A) goes to each.
    """
    if not any(name.startswith("double_blocks.") for name in weights):
        return weights
    found: dict[str, Tensor] = {}
    for name, value in weights.items():
        one = next((each for each in _ONE if each in name), "")
        parts = zip(_ONE[one], _split(name, value, len(_ONE[one])), strict=True) if one else ((one, value),)
        for new, part in parts:
            found[_renamed(name.replace(one, new) if one else name)] = part.clone() if one else part
    for name in found:
        if name.startswith("norm_out.linear.") and ".lora_A." not in name:  # shift and scale stand the other way round
            shift, scale = found[name].chunk(2)
            found[name] = torch.cat((scale, shift))
    return found


def _split(name: str, value: Tensor, parts: int) -> tuple[Tensor, ...]:
    if ".lora_A." in name:
        return (value,) * parts
    if parts == 3:
        return value.chunk(3)
    width = value.shape[0] // (3 + _WIDER)
    return torch.split_with_sizes(value, [width, width, width, value.shape[0] - 3 * width])


def _renamed(name: str) -> str:
    if found := re.fullmatch(r"input_hint_block\.(\d+)\.(\w+)", name):  # every second one is an activation
        number = int(found[1]) // 2
        if 0 < number < 7:
            return f"input_hint_block.blocks.{number - 1}.{found[2]}"
    for pattern, new in _RENAMES:
        name = re.sub(pattern, new, name)
    return name
