"""Tiny networks that steer, with random weights, and the files that people would have of them."""

from __future__ import annotations

import inspect
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from diffusers.models.adapter import T2IAdapter
from diffusers.models.controlnets.controlnet import ControlNetModel
from diffusers.models.controlnets.controlnet_flux import FluxControlNetModel
from diffusers.models.controlnets.controlnet_qwenimage import QwenImageControlNetModel
from diffusers.models.controlnets.controlnet_sana import SanaControlNetModel
from diffusers.models.controlnets.controlnet_sd3 import SD3ControlNetModel
from diffusers.models.controlnets.controlnet_union import ControlNetUnionModel
from diffusers.models.controlnets.controlnet_z_image import ZImageControlNetModel
from diffusers.pipelines.flux.modeling_flux import ReduxImageEncoder
from safetensors.torch import save_file
from torch import Tensor
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection, SiglipVisionConfig, SiglipVisionModel

from tests.pipelines import original_flow

WIDTH = 32  # of the tiny image encoder
VECTOR = 24
SIDE = 32


def awake(network: torch.nn.Module, seed: int) -> Any:
    """With all weights drawn: what is made to start at zero would change nothing."""
    random = torch.Generator().manual_seed(seed)
    for weight in network.parameters():
        weight.data = 0.2 * torch.randn(weight.shape, generator=random)
    return network.eval().requires_grad_(False)


def controlnet(unet: Any, seed: int = 0) -> ControlNetModel:
    """As ControlNets are trained, also for a UNet that fills holes: on four channels."""
    found = ControlNetModel.from_unet(
        unet, load_weights_from_unet=False, conditioning_embedding_out_channels=(4, 4, 8, 8)
    )
    if found.config.in_channels != 4:
        found = ControlNetModel.from_config({**found.config, "in_channels": 4})
    return awake(found, seed)


def union(unet: Any, seed: int = 0) -> ControlNetUnionModel:
    taken = {name: unet.config[name] for name in ControlNetModel.from_unet(unet).config if name in unet.config}
    shape = {"num_trans_channel": 16, "num_trans_head": 2, "num_proj_channel": 16}
    return awake(
        ControlNetUnionModel.from_config({**taken, "conditioning_embedding_out_channels": (4, 4, 8, 8), **shape}), seed
    )


def adapter(kind: str = "full_adapter", channels: int = 3, seed: int = 0) -> T2IAdapter:
    scale = 16 if kind == "full_adapter_xl" else 8
    widths = [16, 32, 32, 32] if kind == "full_adapter_xl" else [16, 32]
    return awake(T2IAdapter(channels, widths, 2, scale, kind), seed)


def image_encoder(seed: int = 0) -> CLIPVisionModelWithProjection:
    return awake(
        CLIPVisionModelWithProjection(
            CLIPVisionConfig(
                hidden_size=WIDTH,
                intermediate_size=37,
                num_hidden_layers=3,
                num_attention_heads=4,
                patch_size=8,
                image_size=SIDE,
                projection_dim=VECTOR,
            )
        ),
        seed,
    )


def siglip(seed: int = 0) -> SiglipVisionModel:
    return awake(
        SiglipVisionModel(
            SiglipVisionConfig(
                hidden_size=WIDTH,
                intermediate_size=37,
                num_hidden_layers=2,
                num_attention_heads=16,
                patch_size=8,
                image_size=SIDE,
            )
        ),
        seed,
    )


def redux(transformer: Any, seed: int = 0) -> ReduxImageEncoder:
    return awake(ReduxImageEncoder(redux_dim=WIDTH, txt_in_features=transformer.config.joint_attention_dim), seed)


def image_prompt(unet: Any, *, plus: bool = False, seed: int = 0) -> dict[str, Tensor]:
    """An adapter in the names of its original code."""
    random = torch.Generator().manual_seed(seed)
    words = unet.config.cross_attention_dim
    tokens = 4

    def drawn(*shape: int) -> Tensor:
        return 0.3 * torch.randn(shape, generator=random)

    if plus:
        from diffusers.models.embeddings import IPAdapterPlusImageProjection

        weights = _plus(IPAdapterPlusImageProjection(WIDTH, words, WIDTH, 4, 64, 1, tokens), drawn)
    else:
        weights = {
            "proj.weight": drawn(tokens * words, VECTOR),
            "proj.bias": drawn(tokens * words),
            "norm.weight": drawn(words),
            "norm.bias": drawn(words),
        }
    found = {f"image_proj.{name}": value for name, value in weights.items()}
    for index, name in enumerate(name for name in unet.attn_processors if "attn2" in name):
        width = unet.get_submodule(name.removesuffix(".processor")).inner_dim
        for half in ("k", "v"):
            found[f"ip_adapter.{2 * index + 1}.to_{half}_ip.weight"] = drawn(width, words)
    return found


def image_prompt_flow(transformer: Any, seed: int = 0) -> dict[str, Tensor]:
    """An adapter in XLabs' names."""
    random = torch.Generator().manual_seed(seed)
    words, wide = transformer.config.joint_attention_dim, transformer.inner_dim
    shapes = {"proj.weight": (4 * words, VECTOR), "proj.bias": (4 * words,), "norm.weight": (words,)}
    found = {f"ip_adapter_proj_model.{name}": shape for name, shape in {**shapes, "norm.bias": (words,)}.items()}
    for block in range(transformer.config.num_layers):
        for half in ("k", "v"):
            at = f"double_blocks.{block}.processor.ip_adapter_double_stream_{half}_proj"
            found |= {f"{at}.weight": (wide, words), f"{at}.bias": (wide,)}
    return {name: 0.3 * torch.randn(shape, generator=random) for name, shape in found.items()}


def _plus(module: Any, drawn: Any) -> dict[str, Tensor]:
    """The names that diffusers turns into its own, read backwards."""
    found = {name: drawn(*value.shape) for name, value in module.state_dict().items()}
    ours = ("ln0", "ln1", "attn.to_q", "attn.to_out.0", "ff.0", "ff.1.net.0.proj", "ff.1.net.2")
    theirs = ("0.norm1", "0.norm2", "0.to_q", "0.to_out", "1.0", "1.1", "1.3")
    for layer in range(4):
        start = f"layers.{layer}"
        keys, values = (found.pop(f"{start}.attn.to_{each}.weight") for each in "kv")
        found[f"{start}.0.to_kv.weight"] = torch.cat([keys, values])
        for name in [each for each in found if each.startswith(f"{start}.")]:
            part, _, end = name.removeprefix(f"{start}.").rpartition(".")
            if part in ours:
                found[f"{start}.{theirs[ours.index(part)]}.{end}"] = found.pop(name)
    return found


def beside(transformer: Any, seed: int = 0, **changes: Any) -> FluxControlNetModel:
    """A ControlNet of a transformer's first blocks."""
    config = {
        name: value
        for name, value in transformer.config.items()
        if name in FluxControlNetModel.__init__.__annotations__
    }
    shape = {"num_layers": 1, "num_single_layers": 1, "in_channels": 64, **changes}
    return awake(FluxControlNetModel.from_config({**config, **shape}), seed)


def control_lora(transformer: Any, seed: int = 0, rank: int = 2) -> dict[str, Tensor]:
    """Small changes of all layers, the first one's for a picture beside the latents, and other lengths of norms."""
    random = torch.Generator().manual_seed(seed)
    found: dict[str, Tensor] = {}
    for name, module in transformer.named_modules():
        if isinstance(module, torch.nn.Linear):
            inputs = module.in_features * (2 if name == "x_embedder" else 1)
            found[f"{name}.lora_A.weight"] = 0.3 * torch.randn(rank, inputs, generator=random)
            found[f"{name}.lora_B.weight"] = 0.3 * torch.randn(module.out_features, rank, generator=random)
            found[f"{name}.lora_B.bias"] = 0.1 * torch.randn(module.out_features, generator=random)
        elif ".attn.norm_" in name:
            found[f"{name}.weight"] = 1 + 0.3 * torch.randn(module.weight.shape, generator=random)
    return found


def as_authors_names(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Black Forest Labs' names. What are several matrices here share there what looks (A)."""
    found = dict(weights)
    for name in [each for each in found if each.endswith("lora_A.weight")]:
        for first, more in (("to_q", ("to_k", "to_v")), ("add_q_proj", ("add_k_proj", "add_v_proj"))):
            for other in more if f".{first}." in name else ():
                found.pop(name.replace(first, other))
        if name.startswith("single_") and ".to_q." in name:
            found.pop(name.replace("attn.to_q", "proj_mlp"))
    looks = {each: value for each, value in found.items() if ".lora_A." in each}
    others = {each: value for each, value in found.items() if ".lora_A." not in each}
    flux = replace(original_flow.FLUX, turned=(r"norm_out\.linear\.lora_B\.\w+",))
    return {**original_flow.original(others, flux), **original_flow.original(looks, replace(flux, fused=()))}


def as_xlabs_names(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The names of XLabs' own code, which is built on that of the model's authors."""
    found = original_flow.original(weights, original_flow.FLUX)
    renamed: dict[str, Tensor] = {}
    for name, value in found.items():
        name = name.replace("controlnet_img_in", "pos_embed_input").replace("controlnet_x_embedder", "pos_embed_input")
        name = name.replace("input_hint_block.conv_in", "input_hint_block.0")
        name = name.replace("input_hint_block.conv_out", "input_hint_block.14")
        for number in range(6):
            name = name.replace(f"input_hint_block.blocks.{number}.", f"input_hint_block.{2 * number + 2}.")
        renamed[name] = value
    return renamed


def _taken(kind: Any, transformer: Any, **changes: Any) -> Any:
    names = inspect.signature(kind.__init__).parameters
    return kind(**{**{name: value for name, value in transformer.config.items() if name in names}, **changes})


def beside_sd35(transformer: Any, seed: int = 0) -> SD3ControlNetModel:
    """As others than its authors train them: on words, with places of their own."""
    return awake(_taken(SD3ControlNetModel, transformer, num_layers=1), seed)


def beside_sd35_large(transformer: Any, seed: int = 0) -> SD3ControlNetModel:
    """As its authors publish them."""
    shape = {"num_layers": 1, "joint_attention_dim": None, "use_pos_embed": False, "dual_attention_layers": ()}
    shape |= {"force_zeros_for_pooled_projection": False, "qk_norm": None}
    return awake(_taken(SD3ControlNetModel, transformer, **shape), seed)


def as_stability_names(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The names of Stability AI's own code."""
    found = {}
    for name, value in weights.items():
        if ".attn.to_q." in name:
            parts = [weights[name.replace("to_q", f"to_{letter}")] for letter in "qkv"]
            found[name.replace("to_q", "qkv")] = torch.cat(parts)
        elif ".attn.to_k." not in name and ".attn.to_v." not in name:
            for ours, theirs in (("to_out.0", "proj"), ("ff.net.0.proj", "mlp.fc1"), ("ff.net.2", "mlp.fc2")):
                name = name.replace(ours, theirs)
            found[name.replace("norm1.linear", "adaLN_modulation.1")] = value
    return found


def beside_qwen(transformer: Any, seed: int = 0) -> QwenImageControlNetModel:
    return awake(_taken(QwenImageControlNetModel, transformer, num_layers=1), seed)


def beside_sana(transformer: Any, seed: int = 0) -> SanaControlNetModel:
    return awake(_taken(SanaControlNetModel, transformer, num_layers=1), seed)


def beside_zimage(transformer: Any, refined: str | None, seed: int = 0) -> ZImageControlNetModel:
    """refined: by which of its blocks the picture is, as in the three published makes."""
    shape = {
        "control_layers_places": [0],
        "control_refiner_layers_places": [0],
        "control_in_dim": 16 if refined is None else 33,
        "add_control_noise_refiner": refined,
    }
    return awake(_taken(ZImageControlNetModel, transformer, **shape), seed)


def save(folder: Path, weights: Any, name: str = "diffusion_pytorch_model", config: Any = None) -> Path:
    """A single file; the configuration beside it if there is one."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = weights if isinstance(weights, dict) else weights.state_dict()
    save_file({each: value.contiguous().clone() for each, value in tensors.items()}, folder / f"{name}.safetensors")
    if config is not None:
        (folder / "config.json").write_text(json.dumps(dict(config)))
    return folder / f"{name}.safetensors"
