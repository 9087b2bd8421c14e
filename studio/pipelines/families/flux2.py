"""FLUX.2 klein: Qwen3 reads the prompt, three of its layers count; pictures to follow are further tokens."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from studio.pipelines.adapters import Asked, Shapes, led, stock_pipeline
from studio.pipelines.codecs import PatchedCodec
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.flow import Flow
from studio.pipelines.readers import StockReader, Vectors
from studio.pipelines.transformers import Transformer, against_negative, shape_of, two_streams, within
from studio.request.geometry import Size

MOST_TOKENS = 4300  # from here on the number of steps does not count
REFERENCE = 10  # the time at which the first picture to follow stands; the next as far after it
REFERENCE_AREA = 1024 * 1024  # the most pixels of one; its sides are divisible by SIDES
SIDES = 16


def shift(schedule: Mapping[str, Any], tokens: int, steps: int) -> float:
    """Between lines fitted for 10 and for 200 steps, as published with the model."""
    many = 0.00016927 * tokens + 0.45666666
    if tokens > MOST_TOKENS:
        return many
    few = 8.73809524e-05 * tokens + 1.89833333
    rise = (many - few) / 190.0
    return rise * steps + (many - 200.0 * rise)


class Klein(Transformer):
    """See `adapters.Adapter`."""

    classes = (
        ("diffusers", "Flux2Transformer2DModel", "diffusers.models.transformers.transformer_flux2"),
        ("diffusers", "AutoencoderKLFlux2", "diffusers.models.autoencoders.autoencoder_kl_flux2"),
        ("transformers", "Qwen3ForCausalLM", "transformers.models.qwen3.modeling_qwen3"),
    )
    stock = ("flux2.pipeline_flux2_klein", "Flux2KleinPipeline")
    codec = PatchedCodec()
    flow = Flow(patch=1, shift=shift)

    def layout(self, shapes: Shapes) -> dict[str, Any]:
        """Those of four and of nine billion numbers differ in width and depth, and in how wide their encoder is."""
        found = two_streams(shapes)
        words = shape_of(shapes, "txt_in.weight", "context_embedder.weight")
        head = shape_of(
            shapes, "double_blocks.0.img_attn.norm.key_norm.scale", "transformer_blocks.0.attn.norm_k.weight"
        )
        if words and head:
            found |= {"num_attention_heads": words[0] // head[0], "joint_attention_dim": words[1]}
        return found

    def readers(self, parts: Mapping[str, Any]) -> tuple[StockReader, ...]:
        return (StockReader(stock_pipeline(self), parts, self.part_names, _encode),)

    def guided(self, denoiser: Any, guidance: float, options: Mapping[str, Any]) -> bool:
        return guidance > 1 and not options.get("is_distilled", False)

    def reference_size(self, canvas: Size) -> Size:
        return within(canvas, REFERENCE_AREA, SIDES)

    def condition(self, readers: tuple[StockReader, ...], asked: Asked) -> Conditioning:
        def condition(text: str) -> Conditioning:
            return Conditioning(hidden_states=readers[0].encoded(text)["hidden"], guided=False)

        return against_negative(asked, condition)

    def predict(
        self, denoiser: Any, inputs: Conditioning, latents: Tensor, timestep: Tensor, guidance: float
    ) -> Tensor:
        given, ids = _tokens(latents), _places(latents, 0)
        for number, reference in enumerate(inputs.references, 1):
            given = torch.cat((given, _tokens(reference)), dim=1)
            ids = torch.cat((ids, _places(reference, REFERENCE * number)), dim=1)

        def called(words: Tensor) -> Tensor:
            output = denoiser(
                hidden_states=given.to(denoiser.dtype),
                timestep=timestep.expand(len(latents)).to(latents.dtype) / 1000,
                guidance=None,
                encoder_hidden_states=words,
                txt_ids=_order(words),
                img_ids=ids,
                return_dict=False,
            )[0]
            return output[:, : math.prod(latents.shape[-2:])].permute(0, 2, 1).reshape(latents.shape)

        toward = called(inputs.hidden_states)
        if inputs.against is None:
            return toward
        return led(toward, called(inputs.against.hidden_states), guidance)


def _tokens(latents: Tensor) -> Tensor:
    return latents.flatten(2).permute(0, 2, 1)


def _places(latents: Tensor, time: int) -> Tensor:
    """(rows, h · w, 4): time, row, column, and a place in a text, which is 0."""
    height, width = latents.shape[-2:]
    ids = torch.cartesian_prod(torch.tensor([time]), torch.arange(height), torch.arange(width), torch.arange(1))
    return ids.to(latents.device).expand(len(latents), -1, -1)


def _order(words: Tensor) -> Tensor:
    """The same for words: only their place in the text counts."""
    count = words.shape[1]
    ids = torch.cartesian_prod(torch.arange(1), torch.arange(1), torch.arange(1), torch.arange(count))
    return ids.to(words.device).expand(len(words), -1, -1)


def _encode(pipeline: Any, text: str, device: torch.device, picture: Any) -> Vectors:
    return {"hidden": pipeline.encode_prompt(text, device=device)[0]}


ADAPTER = Klein()
