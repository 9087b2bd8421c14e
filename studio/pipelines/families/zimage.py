"""Z-Image: Qwen3 reads the prompt; each picture is a list entry of its own; what is predicted has the other sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from studio.pipelines.adapters import Asked, Shapes, stock_pipeline
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.flow import Flow
from studio.pipelines.readers import StockReader, Vectors
from studio.pipelines.transformers import Transformer, against_negative, blocks


class ZImage(Transformer):
    classes = (
        ("diffusers", "ZImageTransformer2DModel", "diffusers.models.transformers.transformer_z_image"),
        ("transformers", "Qwen3Model", "transformers.models.qwen3.modeling_qwen3"),
        ("transformers", "Qwen3ForCausalLM", "transformers.models.qwen3.modeling_qwen3"),
    )
    stock = ("z_image.pipeline_z_image", "ZImagePipeline")
    flow = Flow()

    def layout(self, shapes: Shapes) -> dict[str, Any]:
        """Some are published with layers taken out."""
        return {"n_layers": blocks(shapes, "layers")}

    def readers(self, parts: Mapping[str, Any]) -> tuple[StockReader, ...]:
        return (StockReader(stock_pipeline(self), parts, self.part_names, _encode),)

    def guided(self, denoiser: Any, guidance: float, options: Mapping[str, Any]) -> bool:
        return guidance > 1

    def condition(self, readers: tuple[StockReader, ...], asked: Asked) -> Conditioning:
        def condition(text: str) -> Conditioning:
            return Conditioning(hidden_states=readers[0].encoded(text)["hidden"], guided=False)

        return against_negative(asked, condition)

    def predict(
        self, denoiser: Any, inputs: Conditioning, latents: Tensor, timestep: Tensor, guidance: float
    ) -> Tensor:
        words = [*inputs.hidden_states, *(inputs.against.hidden_states if inputs.against is not None else ())]
        rounds = len(words) // len(latents)
        pictures = list(latents.to(denoiser.dtype).repeat(rounds, 1, 1, 1).unsqueeze(2))
        clock = ((1000 - timestep.expand(len(latents))) / 1000).repeat(rounds)
        found = [each.float() for each in denoiser(pictures, clock, words, return_dict=False)[0]]
        toward = torch.stack(found[: len(latents)])
        if inputs.against is not None:
            toward = toward + guidance * (toward - torch.stack(found[len(latents) :]))
        return -toward.squeeze(2)


def _encode(pipeline: Any, text: str, device: torch.device, picture: Any) -> Vectors:
    positive, _ = pipeline.encode_prompt(text, device=device, do_classifier_free_guidance=False)
    return {"hidden": positive[0][None]}


ADAPTER = ZImage()
