"""Chroma: FLUX.1 schnell with T5 alone and real guidance; padding of the prompt is hidden from the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from studio.pipelines.adapters import Asked, Shapes, led, stock_pipeline
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.flow import Flow
from studio.pipelines.readers import StockReader, Vectors
from studio.pipelines.tokens import packed, places, unpacked
from studio.pipelines.transformers import Transformer, against_negative, two_streams


class Chroma(Transformer):
    """See `adapters.Adapter`."""

    classes = (("diffusers", "ChromaTransformer2DModel", "diffusers.models.transformers.transformer_chroma"),)
    stock = ("chroma.pipeline_chroma", "ChromaPipeline")
    flow = Flow()

    def layout(self, shapes: Shapes) -> dict[str, Any]:
        return two_streams(shapes)

    def readers(self, parts: Mapping[str, Any]) -> tuple[StockReader, ...]:
        return (StockReader(stock_pipeline(self), parts, self.part_names, _encode),)

    def guided(self, denoiser: Any, guidance: float, options: Mapping[str, Any]) -> bool:
        return guidance > 1

    def condition(self, readers: tuple[StockReader, ...], asked: Asked) -> Conditioning:
        return against_negative(asked, lambda text: _conditioned(readers[0].encoded(text)))

    def predict(
        self, denoiser: Any, inputs: Conditioning, latents: Tensor, timestep: Tensor, guidance: float
    ) -> Tensor:
        toward = _called(denoiser, inputs, latents, timestep)
        if inputs.against is None:
            return toward
        return led(toward, _called(denoiser, inputs.against, latents, timestep), guidance)


def _called(denoiser: Any, inputs: Conditioning, latents: Tensor, timestep: Tensor) -> Tensor:
    tokens, words = packed(latents), inputs.hidden_states
    everywhere = torch.ones(len(latents), tokens.shape[1], device=latents.device, dtype=torch.bool)
    output = denoiser(
        hidden_states=tokens.to(denoiser.dtype),
        timestep=timestep.expand(len(latents)).to(latents.dtype) / 1000,
        encoder_hidden_states=words,
        txt_ids=torch.zeros(words.shape[1], 3, device=latents.device, dtype=words.dtype),
        img_ids=places(latents).to(words.dtype),
        attention_mask=torch.cat([inputs.added["mask"], everywhere], dim=1),
        return_dict=False,
    )[0]
    return unpacked(output, latents)


def _encode(pipeline: Any, text: str, device: torch.device, picture: Any) -> Vectors:
    hidden, _, mask, *_ = pipeline.encode_prompt(text, device=device, do_classifier_free_guidance=False)
    return {"hidden": hidden, "mask": mask}


def _conditioned(found: Vectors) -> Conditioning:
    return Conditioning(hidden_states=found["hidden"], added={"mask": found["mask"]}, guided=False)


ADAPTER = Chroma()
