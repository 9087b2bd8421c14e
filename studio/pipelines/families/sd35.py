"""Stable Diffusion 3.5 (arXiv 2403.03206): two CLIPs and T5, guidance in one call of a transformer on latents."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from studio.pipelines.adapters import Asked, Shapes, led, stacked, stock_pipeline
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.control.beside import Asking, BesideSteering, Found
from studio.pipelines.control.controls import Steering
from studio.pipelines.control.files import beside, built, read_weights, shared
from studio.pipelines.control.guides import Sight
from studio.pipelines.flow import Flow
from studio.pipelines.readers import StockReader, Vectors
from studio.pipelines.transformers import Transformer, blocks, shape_of


def read_controlnet(path: Path, name: str, transformer: Any, dtype: torch.dtype) -> nn.Module:
    """In diffusers' names or in Stability AI's own, whose networks read no words and share the model's places.

    Raises Trouble for damaged files, BadInput when it does not fit the transformer.
    """
    from diffusers.models.controlnets.controlnet_sd3 import SD3ControlNetModel

    weights = _as_diffusers_has_it(read_weights(path, name))
    reads = "context_embedder.weight" in weights
    config: dict[str, Any] = shared(SD3ControlNetModel, transformer.config) | {
        "num_layers": blocks(dict.fromkeys(weights, ()), "transformer_blocks"),
        "dual_attention_layers": twice(dict.fromkeys(weights, ())),
        "use_pos_embed": "pos_embed.proj.weight" in weights,
        "force_zeros_for_pooled_projection": reads,
    }
    if (hint := weights.get("pos_embed_input.proj.weight")) is not None:
        config["extra_conditioning_channels"] = hint.shape[1] - transformer.config.in_channels
    if not reads:
        config["joint_attention_dim"] = None
    found: Any = built(SD3ControlNetModel, config | beside(path, SD3ControlNetModel), weights, name, dtype)
    if found.pos_embed is None:
        found.pos_embed = deepcopy(transformer.pos_embed).to(dtype)
    return found


def _as_diffusers_has_it(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    new = {"attn.proj.": "attn.to_out.0.", "mlp.fc1.": "ff.net.0.proj.", "mlp.fc2.": "ff.net.2."}
    new |= {"adaLN_modulation.1.": "norm1.linear."}
    found: dict[str, Tensor] = {}
    for each, value in weights.items():
        block, joint, end = each.partition(".attn.qkv.")
        if joint:
            for letter, part in zip("qkv", value.chunk(3), strict=True):
                found[f"{block}.attn.to_{letter}.{end}"] = part.clone()
            continue
        old = next((old for old in new if old in each and each.startswith("transformer_blocks.")), "")
        found[each.replace(old, new[old]) if old else each] = value
    return found


def _ask(asking: Asking) -> Found:
    config, pooled = asking.network.config, asking.inputs.added["pooled"]
    return asking.network(
        hidden_states=asking.given,
        timestep=asking.timestep.expand(len(asking.given)),
        encoder_hidden_states=asking.inputs.hidden_states if config.joint_attention_dim is not None else None,
        pooled_projections=torch.zeros_like(pooled) if config.force_zeros_for_pooled_projection else pooled,
        controlnet_cond=asking.picture,
        conditioning_scale=asking.weight,
        return_dict=False,
    )[0]


def _sight(network: Any) -> Sight:
    return Sight.UNSHIFTED if network.config.force_zeros_for_pooled_projection else Sight.LATENTS


HEAD = 64  # width of a head of attention where nothing shows it


class StableDiffusion3(Transformer):
    """See `adapters.Adapter`."""

    words = (
        ("tokenizer", "text_encoder"),
        ("tokenizer_2", "text_encoder_2"),
        ("tokenizer_3", "text_encoder_3"),
    )
    classes = (("diffusers", "SD3Transformer2DModel", "diffusers.models.transformers.transformer_sd3"),)
    stock = ("stable_diffusion_3.pipeline_stable_diffusion_3", "StableDiffusion3Pipeline")
    flow = Flow(spread=False)
    steering: Steering | None = BesideSteering(
        read=read_controlnet, ask=_ask, name="block_controlnet_hidden_states", sight=_sight
    )

    def layout(self, shapes: Shapes) -> dict[str, Any]:
        """Medium and large differ in width and depth; medium looks at pictures twice in its first layers.

        Stable Diffusion 3, the line before, does not, and has no norms in its attention.
        """
        found: dict[str, Any] = {
            "num_layers": blocks(shapes, "joint_blocks", "transformer_blocks"),
            "dual_attention_layers": twice(shapes),
        }
        head = shape_of(shapes, "joint_blocks.0.x_block.attn.ln_q.weight", "transformer_blocks.0.attn.norm_q.weight")
        if words := shape_of(shapes, "context_embedder.weight"):
            found["caption_projection_dim"] = words[0]
            found["num_attention_heads"] = words[0] // (head[0] if head else HEAD)
            found["qk_norm"] = "rms_norm" if head else None
        if places := shape_of(shapes, "pos_embed", "pos_embed.pos_embed"):
            found["pos_embed_max_size"] = math.isqrt(places[1])
        return found

    def readers(self, parts: Mapping[str, Any]) -> tuple[StockReader, ...]:
        return (StockReader(stock_pipeline(self), parts, self.part_names, _encode),)

    def guided(self, denoiser: Any, guidance: float, options: Mapping[str, Any]) -> bool:
        return guidance > 1

    def condition(self, readers: tuple[StockReader, ...], asked: Asked) -> Conditioning:
        texts = [asked.prompt] if asked.negative is None else [asked.negative, asked.prompt]
        found = [readers[0].encoded(text) for text in texts]
        return Conditioning(
            hidden_states=torch.cat([each["hidden"] for each in found]),
            added={"pooled": torch.cat([each["pooled"] for each in found])},
            guided=asked.negative is not None,
        )

    def predict(
        self, denoiser: Any, inputs: Conditioning, latents: Tensor, timestep: Tensor, guidance: float
    ) -> Tensor:
        given = stacked(latents, inputs)
        extra: dict[str, Any] = {}
        if inputs.guides is not None:
            extra = inputs.guides.added(extra, given.to(denoiser.dtype), timestep, inputs)
        output: Tensor = denoiser(
            hidden_states=given.to(denoiser.dtype),
            timestep=timestep.expand(len(given)),
            encoder_hidden_states=inputs.hidden_states,
            pooled_projections=inputs.added["pooled"],
            return_dict=False,
            **extra,
        )[0]
        if not inputs.guided:
            return output
        without, toward = output.chunk(2)
        return led(toward, without, guidance)


def twice(shapes: Shapes) -> tuple[int, ...]:
    """Layers that have a second attention."""
    found = (re.match(r"(?:joint|transformer)_blocks\.(\d+)\..*\battn2\.", name) for name in shapes)
    return tuple(sorted({int(each[1]) for each in found if each}))


def _encode(pipeline: Any, text: str, device: torch.device, picture: Any) -> Vectors:
    hidden, _, pooled, _ = pipeline.encode_prompt(
        text, prompt_2=None, prompt_3=None, device=device, do_classifier_free_guidance=False
    )
    return {"hidden": hidden, "pooled": pooled}


ADAPTER = StableDiffusion3()
