"""UNets of the Stable Diffusion line: CLIP text encoders, negative and positive prompt in one call."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from studio.pipelines.adapters import Asked, Classes, Shapes, led, stacked
from studio.pipelines.codecs import Codec, PlainCodec
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.control.controls import Steering
from studio.pipelines.control.unets import UNetSteering
from studio.pipelines.flow import Flow
from studio.pipelines.regions import coupled
from studio.pipelines.words import Words
from studio.request.geometry import Size


class OneEncoder:
    """Stable Diffusion 1 and 2: the last layer of one text encoder."""

    words: tuple[tuple[str, str], ...] = (("tokenizer", "text_encoder"),)
    network = "unet"
    classes: Classes = ()
    optional: tuple[str, ...] = ()
    stock = ("stable_diffusion.pipeline_stable_diffusion", "StableDiffusionPipeline")
    codec: Codec = PlainCodec()
    codec_overflows = False
    flow: Flow | None = None
    steering: Steering | None = UNetSteering()

    def layout(self, shapes: Shapes) -> dict[str, Any]:
        """Models made for inpainting take more channels."""
        first = shapes.get("input_blocks.0.0.weight") or shapes.get("conv_in.weight")
        return {"in_channels": first[1]} if first else {}

    def as_published(self, weights: dict[str, Tensor]) -> dict[str, Tensor]:
        """diffusers' converter looks for the network under its name in a whole checkpoint only."""
        if "input_blocks.0.0.weight" not in weights:
            return weights
        return {f"model.diffusion_model.{name}": weight for name, weight in weights.items()}

    def readers(self, parts: Mapping[str, Any]) -> tuple[Words, ...]:
        return (Words(parts["tokenizer"], parts["text_encoder"]),)

    def guided(self, denoiser: Any, guidance: float, options: Mapping[str, Any]) -> bool:
        """Models that were taught the scale itself need no second look."""
        return guidance > 1 and denoiser.config.get("time_cond_proj_dim") is None

    def fills_holes(self, denoiser: Any) -> bool:
        """Nine channels: noisy latents, the hole, latents of what is around it."""
        return int(denoiser.config.in_channels) == 2 * int(denoiser.config.out_channels) + 1

    def reference_size(self, canvas: Size) -> Size:
        return canvas

    def condition(self, readers: tuple[Words, ...], asked: Asked) -> Conditioning:
        states = aligned(readers[0], asked.prompt, asked.negative)
        return Conditioning(hidden_states=states, guided=asked.negative is not None)

    def predict(
        self, denoiser: Any, inputs: Conditioning, latents: Tensor, timestep: Tensor, guidance: float
    ) -> Tensor:
        extra: dict[str, Any] = {"added_cond_kwargs": inputs.added} if inputs.added else {}
        if taught := denoiser.config.get("time_cond_proj_dim"):
            extra["timestep_cond"] = distilled_guidance(guidance, int(taught), inputs.hidden_states)
        given = stacked(latents, inputs)
        if inputs.guides is not None:
            extra = inputs.guides.added(extra, given, timestep, inputs)
        if inputs.shown:
            hole = functional.interpolate(inputs.shown["hole"], latents.shape[-2:])
            given = torch.cat((given, stacked(torch.cat((hole, inputs.shown["filled"]), dim=1), inputs)), dim=1)

        with coupled(denoiser, inputs.areas, guided=inputs.guided):
            output = denoiser(given, timestep, encoder_hidden_states=inputs.hidden_states, **extra).sample
        if not inputs.guided:
            return output
        without, toward = output.chunk(2)
        return led(toward, without, guidance)


class TwoEncoders(OneEncoder):
    """Stable Diffusion XL (arXiv 2307.01952): two text encoders side by side, a pooled vector, sizes as conditions."""

    words = (("tokenizer", "text_encoder"), ("tokenizer_2", "text_encoder_2"))
    stock = ("stable_diffusion_xl.pipeline_stable_diffusion_xl", "StableDiffusionXLPipeline")
    codec_overflows = True

    def readers(self, parts: Mapping[str, Any]) -> tuple[Words, ...]:
        return tuple(Words(parts[tokenizer], parts[encoder], penultimate=True) for tokenizer, encoder in self.words)

    def condition(self, readers: tuple[Words, ...], asked: Asked) -> Conditioning:
        negative, canvas = asked.negative, asked.canvas
        hidden = torch.cat([aligned(reader, asked.prompt, negative) for reader in readers], dim=-1)
        texts = [asked.prompt] if negative is None else [negative, asked.prompt]
        pooled = torch.cat([_pooled(readers[-1], text) for text in texts])
        if negative == "" and asked.options.get("force_zeros_for_empty_prompt", False):
            hidden[0], pooled[0] = 0, 0  # how the model was taught that nothing was said
        sizes = [canvas.height, canvas.width, 0, 0, canvas.height, canvas.width]  # original, crop corner, target
        ids = torch.tensor([sizes] * len(texts), dtype=hidden.dtype, device=hidden.device)
        return Conditioning(
            hidden_states=hidden, added={"text_embeds": pooled, "time_ids": ids}, guided=negative is not None
        )


def aligned(reader: Words, prompt: str, negative: str | None) -> Tensor:
    """Hidden states of the prompt, below those of the negative prompt, both as long as the longer one."""
    if negative is None:
        return reader.encoded(prompt).hidden_states
    length = max(reader.encoded(text).hidden_states.shape[1] for text in (prompt, negative))
    return torch.cat([reader.lengthened(text, length) for text in (negative, prompt)])


def _pooled(reader: Words, text: str) -> Tensor:
    pooled = reader.encoded(text).pooled
    if pooled is None:
        raise ValueError("the second text encoder gives no pooled vector")
    return pooled


def distilled_guidance(guidance: float, width: int, like: Tensor) -> Tensor:
    """The guidance scale as sines and cosines, for models that were taught it (arXiv 2310.04378): (1, width)."""
    half = width // 2
    rates = torch.exp(torch.arange(half) * -(math.log(10000.0) / (half - 1)))
    angles = (guidance - 1) * 1000 * rates[None]
    waves = torch.cat((angles.sin(), angles.cos()), dim=1)
    return torch.nn.functional.pad(waves, (0, width % 2)).to(like)
