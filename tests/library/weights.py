"""Tiny files that look, by their headers, like the weights of real models. Their bodies are holes in the disk."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path

SD15 = {
    "model.diffusion_model.input_blocks.0.0.weight": [320, 4, 3, 3],
    "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": [320, 768],
    "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight": [49408, 768],
    "first_stage_model.decoder.conv_in.weight": [512, 4, 3, 3],
}
SDXL = {
    "model.diffusion_model.input_blocks.0.0.weight": [320, 4, 3, 3],
    "model.diffusion_model.input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight": [640, 2048],
    "model.diffusion_model.input_blocks.8.1.transformer_blocks.9.attn2.to_k.weight": [1280, 2048],
    "conditioner.embedders.0.transformer.text_model.embeddings.token_embedding.weight": [49408, 768],
    "conditioner.embedders.1.model.token_embedding.weight": [49408, 1280],
    "first_stage_model.decoder.conv_in.weight": [512, 4, 3, 3],
}
BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "U8": 1, "I8": 1, "I64": 8, "I32": 4}
LORA = {"lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight": [8, 2048]}
LORA |= {name.replace("down.weight", "up.weight"): [640, 8] for name in LORA}


def safetensors(
    path: Path,
    shapes: Mapping[str, Sequence[int]],
    dtype: str = "F16",
    metadata: Mapping[str, str] | None = None,
    dtypes: Mapping[str, str] | None = None,
) -> Path:
    """A file with this header and a body of the right length that takes no room on the disk."""
    header: dict[str, object] = {"__metadata__": {"format": "pt", **(metadata or {})}}
    end = 0
    for name, shape in shapes.items():
        kind = (dtypes or {}).get(name, dtype)
        start, end = end, end + prod(shape) * BYTES[kind]
        header[name] = {"dtype": kind, "shape": list(shape), "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + end)
    return path


def diffusers_folder(path: Path, pipeline: str = "StableDiffusionPipeline", channels: int = 4) -> Path:
    for part in ("unet", "vae", "text_encoder"):
        (path / part).mkdir(parents=True)
        (path / part / "config.json").write_text(json.dumps({"in_channels": channels}))
    (path / "model_index.json").write_text(json.dumps({"_class_name": pipeline}))
    safetensors(path / "unet" / "diffusion_pytorch_model.safetensors", {"conv_in.weight": [320, channels, 3, 3]})
    return path
