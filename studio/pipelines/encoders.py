"""Text encoders from files of their own, as ComfyUI and others keep them: the names of transformers, or llama.cpp's."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# transformers' loaders have no types

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from studio.pipelines.weights import Weights, dequantised, unscaled

_INNER = ("transformer.", "model.text_encoder.")  # what whole checkpoints put before the names of an encoder
_T5_PARTS = {
    "attn_q": "layer.0.SelfAttention.q",
    "attn_k": "layer.0.SelfAttention.k",
    "attn_v": "layer.0.SelfAttention.v",
    "attn_o": "layer.0.SelfAttention.o",
    "attn_rel_b": "layer.0.SelfAttention.relative_attention_bias",
    "attn_norm": "layer.0.layer_norm",
    "ffn_gate": "layer.1.DenseReluDense.wi_0",
    "ffn_up": "layer.1.DenseReluDense.wi_1",
    "ffn_down": "layer.1.DenseReluDense.wo",
    "ffn_norm": "layer.1.layer_norm",
}
_QWEN_PARTS = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_ENDS = {
    "enc.output_norm": "encoder.final_layer_norm",
    "output_norm": "model.norm",
    "output": "lm_head",
}


def read_encoder(kind: Any, config: Mapping[str, Any], weights: Weights, dtype: torch.dtype) -> tuple[Any, set[str]]:
    """A text encoder of a transformers class, and the names of weights that it lacks.

    weights: of its file, or of a whole checkpoint without the encoder's prefix. config: as its config.json.
    """
    for prefix in _INNER:
        if all(name.startswith(prefix) or "." not in name for name in weights):
            weights = {name.removeprefix(prefix): weight for name, weight in weights.items()}
    weights = dequantised(unscaled(_renamed(weights), dtype), dtype)
    made = kind.config_class.from_dict({**config, **_seen(config, weights)})
    width = int(getattr(made, "projection_dim", 0) or 0)
    if "Projection" in kind.__name__ and "text_projection.weight" not in weights:
        weights["text_projection.weight"] = torch.eye(width, dtype=dtype)  # as CLIP-L is published without its own
    network, found = kind.from_pretrained(
        None, config=made, state_dict=weights, dtype=dtype, output_loading_info=True, local_files_only=True
    )
    return network, set(found["missing_keys"])


def _renamed(weights: Mapping[str, Tensor]) -> Weights:
    """llama.cpp's names as those of transformers; others as they are."""
    first = "shared.weight" if "enc.blk.0.attn_q.weight" in weights else "model.embed_tokens.weight"
    return {first if name == "token_embd.weight" else _name(name): weight for name, weight in weights.items()}


def _name(name: str) -> str:
    stem, _, end = name.rpartition(".")
    if stem in _ENDS:
        return f"{_ENDS[stem]}.{end}"
    if found := re.fullmatch(r"(enc\.)?blk\.(\d+)\.(\w+)", stem):
        encodes, number, part = found.groups()
        if encodes and part in _T5_PARTS:
            return f"encoder.block.{number}.{_T5_PARTS[part]}.{end}"
        if part in _QWEN_PARTS:
            return f"model.layers.{number}.{_QWEN_PARTS[part]}.{end}"
    return name


def _seen(config: Mapping[str, Any], weights: Mapping[str, Tensor]) -> dict[str, Any]:
    """Sizes of an encoder that comes in several, as its weights have them."""
    if config.get("model_type") != "qwen3":
        return {}
    inner = {name.removeprefix("model."): tuple(weight.shape) for name, weight in weights.items()}
    try:
        vocabulary, width = inner["embed_tokens.weight"]
        (head,) = inner["layers.0.self_attn.q_norm.weight"]
        return {
            "vocab_size": vocabulary,
            "hidden_size": width,
            "head_dim": head,
            "intermediate_size": inner["layers.0.mlp.gate_proj.weight"][0],
            "num_attention_heads": inner["layers.0.self_attn.q_proj.weight"][0] // head,
            "num_key_value_heads": inner["layers.0.self_attn.k_proj.weight"][0] // head,
            "num_hidden_layers": 1 + max(int(name.split(".")[1]) for name in inner if name.startswith("layers.")),
        }
    except KeyError:
        return {}  # what is missing is named when it is loaded
