"""Writes headers.json.gz: headers of published checkpoints as key → [dtype, shape], each with what must be recognised.

Run by hand: `python -m tests.library.make_headers`. Nothing is downloaded: networks in diffusers' names are built
without weights (on torch's meta device) from the configurations that their families publish; those in the names of
their authors are spelled out in `original.py` beside this file.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import torch

from tests.library import original, original_small

FILE = Path(__file__).parent / "headers.json.gz"


def network(module, name, **config):
    """Shapes of a diffusers model with this configuration."""
    import importlib

    with torch.device("meta"):
        made = getattr(importlib.import_module(module), name)(**config)
    return {key: list(value.shape) for key, value in made.state_dict().items()}


def unet(**config):
    base = {"sample_size": 64, "in_channels": 4, "block_out_channels": (320, 640, 1280, 1280), "layers_per_block": 2}
    return network("diffusers", "UNet2DConditionModel", **{**base, **config})


def xl_unet(**config):
    return unet(
        **{
            "block_out_channels": (320, 640, 1280),
            "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
            "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
            "attention_head_dim": (5, 10, 20),
            "cross_attention_dim": 2048,
            "transformer_layers_per_block": (1, 2, 10),
            "use_linear_projection": True,
            "addition_embed_type": "text_time",
            "addition_time_embed_dim": 256,
            "projection_class_embeddings_input_dim": 2816,
            **config,
        }
    )


def flux(**config):
    base = {"num_layers": 19, "num_single_layers": 38, "attention_head_dim": 128, "num_attention_heads": 24}
    more = {"joint_attention_dim": 4096, "pooled_projection_dim": 768, "in_channels": 64, "guidance_embeds": True}
    return network("diffusers", "FluxTransformer2DModel", **{**base, **more, **config})


def flux2(**config):
    base = {"in_channels": 128, "attention_head_dim": 128, "mlp_ratio": 3.0, "axes_dims_rope": (32, 32, 32, 32)}
    return network("diffusers", "Flux2Transformer2DModel", **{**base, **config})


def transformers_():
    """Denoisers in diffusers' names: name → shapes, what must be said."""
    qwen = {"num_layers": 60, "attention_head_dim": 128, "num_attention_heads": 24, "joint_attention_dim": 3584}
    sd3 = {"in_channels": 16, "out_channels": 16, "joint_attention_dim": 4096, "pooled_projection_dim": 2048}
    large = {"num_layers": 38, "num_attention_heads": 38, "caption_projection_dim": 2432, "pos_embed_max_size": 192}
    medium = {
        "num_layers": 24,
        "num_attention_heads": 24,
        "caption_projection_dim": 1536,
        "pos_embed_max_size": 384,
        "dual_attention_layers": tuple(range(13)),
    }
    sana = {"num_attention_heads": 70, "attention_head_dim": 32, "num_layers": 20, "num_cross_attention_heads": 20}
    d = "diffusers"
    yield "unet/sd15", unet(cross_attention_dim=768), ("diffusion", "sd15", "")
    yield "unet/sd15-inpainting", unet(cross_attention_dim=768, in_channels=9), ("diffusion", "sd15", "inpaint")
    yield (
        "unet/v2-1_768",
        unet(cross_attention_dim=1024, use_linear_projection=True),
        ("diffusion", "sd21", "v-prediction"),
    )
    yield "unet/sdxl", xl_unet(), ("diffusion", "sdxl", "")
    yield "unet/sdxl-inpainting", xl_unet(in_channels=9), ("diffusion", "sdxl", "inpaint")
    yield "flux1-dev", flux(), ("diffusion", "flux", "dev")
    yield "flux1-schnell", flux(guidance_embeds=False), ("diffusion", "flux", "schnell")
    yield "flux1-fill-dev", flux(in_channels=384, out_channels=64), ("diffusion", "flux", "fill")
    yield "flux1-depth-dev", flux(in_channels=128, out_channels=64), ("diffusion", "flux", "control")
    yield "flux1-kontext-dev", flux(), ("diffusion", "flux", "kontext")
    small = {"num_layers": 5, "num_single_layers": 20, "num_attention_heads": 24, "joint_attention_dim": 7680}
    yield "flux2-klein-4b", flux2(**small, guidance_embeds=False), ("diffusion", "flux2", "klein-4b")
    yield (
        "qwen-image",
        network(d, "QwenImageTransformer2DModel", in_channels=64, out_channels=16, **qwen),
        (
            "diffusion",
            "qwen",
            "",
        ),
    )
    yield (
        "sd3.5_large",
        network(d, "SD3Transformer2DModel", qk_norm="rms_norm", **sd3, **large),
        (
            "diffusion",
            "sd35",
            "large",
        ),
    )
    yield (
        "sd3.5_medium",
        network(d, "SD3Transformer2DModel", qk_norm="rms_norm", **sd3, **medium),
        (
            "diffusion",
            "sd35",
            "medium",
        ),
    )
    older = {**medium, "pos_embed_max_size": 192, "dual_attention_layers": ()}
    yield "sd3_medium_new", network(d, "SD3Transformer2DModel", **sd3, **older), ("diffusion", "sd35", "3-medium")
    yield "z_image_turbo", network(d, "ZImageTransformer2DModel"), ("diffusion", "zimage", "turbo")
    yield "chroma1-hd", network(d, "ChromaTransformer2DModel"), ("diffusion", "chroma", "hd")
    yield (
        "sana_1600m_1024px",
        network(
            d,
            "SanaTransformer2DModel",
            cross_attention_dim=2240,
            cross_attention_head_dim=112,
            caption_channels=2304,
            **sana,
        ),
        ("diffusion", "sana", ""),
    )
    pixart = network(
        d,
        "PixArtTransformer2DModel",
        num_attention_heads=16,
        attention_head_dim=72,
        cross_attention_dim=1152,
        caption_channels=4096,
    )
    yield "pixart-sigma", pixart, ("diffusion", "", "")


def parts():
    """Codecs, encoders and what steers."""
    from transformers import CLIPTextConfig, CLIPTextModel, T5Config, T5EncoderModel

    kl = {"block_out_channels": (128, 256, 512, 512), "layers_per_block": 2}
    types = {"down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4}
    yield (
        "vae/sdxl_vae",
        network("diffusers", "AutoencoderKL", latent_channels=4, **kl, **types),
        ("vae", "sdxl", "kl-4"),
    )
    yield (
        "vae/diffusion_pytorch_model",
        network("diffusers", "AutoencoderKL", latent_channels=4, **kl, **types),
        (
            "vae",
            "",
            "kl-4",
        ),
    )
    yield "vae/ae", network("diffusers", "AutoencoderKL", latent_channels=16, **kl, **types), ("vae", "flux", "kl-16")
    yield "vae/flux2-vae", network("diffusers", "AutoencoderKLFlux2"), ("vae", "flux2", "kl-32")
    yield "vae/qwen_image", network("diffusers", "AutoencoderKLQwenImage"), ("vae", "qwen", "kl-video")
    yield "vae/taesd", network("diffusers", "AutoencoderTiny"), ("vae", "", "tiny")
    yield (
        "controlnet/sd15_canny",
        network("diffusers", "ControlNetModel", cross_attention_dim=768),
        (
            "controlnet",
            "sd15",
            "",
        ),
    )
    xl = {
        "block_out_channels": (320, 640, 1280),
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "cross_attention_dim": 2048,
        "transformer_layers_per_block": (1, 2, 10),
        "attention_head_dim": (5, 10, 20),
        "use_linear_projection": True,
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 256,
        "projection_class_embeddings_input_dim": 2816,
    }
    yield "controlnet/sdxl_depth", network("diffusers", "ControlNetModel", **xl), ("controlnet", "sdxl", "")
    yield (
        "controlnet/flux",
        network("diffusers", "FluxControlNetModel", num_layers=5, num_single_layers=0),
        (
            "controlnet",
            "flux",
            "",
        ),
    )
    yield (
        "t2i/sd15",
        network("diffusers", "T2IAdapter", adapter_type="full_adapter", downscale_factor=8),
        (
            "t2i-adapter",
            "sd15",
            "",
        ),
    )
    yield (
        "t2i/sdxl",
        network("diffusers", "T2IAdapter", adapter_type="full_adapter_xl", downscale_factor=16),
        (
            "t2i-adapter",
            "sdxl",
            "",
        ),
    )
    with torch.device("meta"):
        clip = CLIPTextModel(CLIPTextConfig(vocab_size=49408, hidden_size=768, num_hidden_layers=12)).state_dict()
        t5 = T5EncoderModel(
            T5Config(vocab_size=32128, d_model=4096, d_kv=64, d_ff=10240, num_layers=24, num_heads=64)
        ).state_dict()
    clip = {key if key.startswith("text_model.") else f"text_model.{key}": list(v.shape) for key, v in clip.items()}
    yield "clip_l", clip, ("text-encoder", "", "clip-l")
    yield "t5xxl_fp16", {key: list(v.shape) for key, v in t5.items()}, ("text-encoder", "", "t5-xxl")


def main():
    table = {}
    for source in (transformers_(), parts(), original.checkpoints(), original_small.loras(), original_small.small()):
        for name, shapes, expected, *rest in source:
            dtypes, metadata = (*rest, {}, {})[:2] if rest else ({}, {})
            table[name] = {
                "tensors": {
                    key: [dtypes.get(key, dtypes.get("", "F16")), list(shape)] for key, shape in shapes.items()
                },
                "metadata": metadata,
                "expected": expected,
            }
    FILE.write_bytes(gzip.compress(json.dumps(table, separators=(",", ":")).encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
