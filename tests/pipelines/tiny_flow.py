"""Tiny pipelines of the families trained by flow matching: real layouts, random weights, made in code."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.transformers.transformer_flux import FluxTransformer2DModel
from transformers import CLIPTextModel, T5Config, T5EncoderModel
from transformers.models.t5.tokenization_t5 import T5Tokenizer

from tests.pipelines import tiny

ROPE = {"axes_dims_rope": (4, 6, 6)}
FLUX_SCHEDULE = {"shift": 3.0, "use_dynamic_shifting": True}


def save(folder: Path, kind: str, parts: dict[str, Any], schedule: dict[str, Any], **options: Any) -> Path:
    """As `tiny.save`, with a flow matching schedule."""
    name = options.pop("scheduler", "FlowMatchEulerDiscreteScheduler")
    tiny.save(folder, kind, parts, {}, **options)
    file = folder / "scheduler" / "scheduler_config.json"
    file.write_text(json.dumps({"_class_name": name, "num_train_timesteps": 1000, **schedule}))
    index = json.loads((folder / "model_index.json").read_text())
    index["scheduler"] = ["diffusers", name]
    (folder / "model_index.json").write_text(json.dumps(index))
    return folder


def t5_tokenizer() -> T5Tokenizer:
    letters = [(letter, -3.0) for letter in string.ascii_lowercase + ",.'"]
    words = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), *letters]
    return T5Tokenizer(vocab=words, extra_ids=0, additional_special_tokens=[], model_max_length=512)


def t5(width: int = 32) -> T5EncoderModel:
    shape = {"d_model": width, "d_ff": 37, "d_kv": 8, "num_heads": 4, "num_layers": 2}
    return T5EncoderModel(T5Config(vocab_size=64, **shape))


def codec(channels: int = 16, **changes: Any) -> AutoencoderKL:
    return AutoencoderKL(
        **{
            "block_out_channels": (8, 8, 16, 16),
            "latent_channels": channels,
            "down_block_types": ("DownEncoderBlock2D",) * 4,
            "up_block_types": ("UpDecoderBlock2D",) * 4,
            "norm_num_groups": 4,
            "sample_size": 64,
            "use_quant_conv": False,
            "use_post_quant_conv": False,
            "scaling_factor": 0.3611,
            "shift_factor": 0.1159,
            **changes,
        }
    )


def flux_network(**changes: Any) -> FluxTransformer2DModel:
    return FluxTransformer2DModel(
        **{
            "patch_size": 1,
            "in_channels": 64,
            "num_layers": 1,
            "num_single_layers": 1,
            "attention_head_dim": 16,
            "num_attention_heads": 2,
            "joint_attention_dim": 32,
            "pooled_projection_dim": 32,
            "guidance_embeds": True,
            **ROPE,
            **changes,
        }
    )


def save_flux(folder: Path, kind: str = "FluxPipeline", **network: Any) -> Path:
    torch.manual_seed(0)
    parts = {
        "tokenizer": tiny.tokenizer(),
        "tokenizer_2": t5_tokenizer(),
        "text_encoder": CLIPTextModel(tiny.text_config()),
        "text_encoder_2": t5(),
        "transformer": flux_network(**network),
        "vae": codec(),
    }
    return save(folder, kind, parts, FLUX_SCHEDULE)
