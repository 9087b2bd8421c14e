"""Stable Diffusion 3.5 (arXiv 2403.03206): two CLIPs and T5, guidance in one call of a transformer on latents."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from studio.pipelines.adapters import Asked, Shapes, led, stacked, stock_pipeline
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.flow import Flow
from studio.pipelines.readers import StockReader, Vectors
from studio.pipelines.transformers import Transformer, blocks, shape_of


class StableDiffusion3(Transformer):
    words = (
        ("tokenizer", "text_encoder"),
        ("tokenizer_2", "text_encoder_2"),
        ("tokenizer_3", "text_encoder_3"),
    )
    classes = (("diffusers", "SD3Transformer2DModel", "diffusers.models.transformers.transformer_sd3"),)
    stock = ("stable_diffusion_3.pipeline_stable_diffusion_3", "StableDiffusion3Pipeline")
    flow = Flow(spread=False)

    def layout(self, shapes: Shapes) -> dict[str, Any]:
        """Medium and large differ in width and depth; medium looks at pictures twice in its first layers."""
        found: dict[str, Any] = {
            "num_layers": blocks(shapes, "joint_blocks", "transformer_blocks"),
            "dual_attention_layers": twice(shapes),
        }
        head = shape_of(shapes, "joint_blocks.0.x_block.attn.ln_q.weight", "transformer_blocks.0.attn.norm_q.weight")
        if words := shape_of(shapes, "context_embedder.weight"):
            found["caption_projection_dim"] = words[0]
            if head:
                found["num_attention_heads"] = words[0] // head[0]
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
        output: Tensor = denoiser(
            hidden_states=given.to(denoiser.dtype),
            timestep=timestep.expand(len(given)),
            encoder_hidden_states=inputs.hidden_states,
            pooled_projections=inputs.added["pooled"],
            return_dict=False,
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
