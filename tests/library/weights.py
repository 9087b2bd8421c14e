"""Tiny files that look, by their headers, like the weights of real models."""

from __future__ import annotations

import json
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
    "conditioner.embedders.0.transformer.text_model.embeddings.token_embedding.weight": [49408, 768],
    "first_stage_model.decoder.conv_in.weight": [512, 4, 3, 3],
}


def safetensors(path: Path, shapes: dict[str, list[int]], dtype: str = "F16", body: int = 4) -> Path:
    """A file with this header; the tensors share a body of a few bytes, as nobody reads it."""
    header = {name: {"dtype": dtype, "shape": shape, "data_offsets": [0, body]} for name, shape in shapes.items()} | {
        "__metadata__": {"format": "pt"}
    }
    text = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(body))
    return path


def diffusers_folder(path: Path, pipeline: str = "StableDiffusionPipeline", channels: int = 4) -> Path:
    for part in ("unet", "vae", "text_encoder"):
        (path / part).mkdir(parents=True)
        (path / part / "config.json").write_text(json.dumps({"in_channels": channels}))
    (path / "model_index.json").write_text(json.dumps({"_class_name": pipeline}))
    safetensors(path / "unet" / "diffusion_pytorch_model.safetensors", {"conv_in.weight": [320, channels, 3, 3]})
    return path
