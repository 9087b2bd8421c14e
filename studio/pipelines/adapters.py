"""What torch needs to run a family: the parts of its folder, and how words condition its denoiser.

A new family is a descriptor in `library/families/` and an adapter here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

import torch
from torch import Tensor

from studio.pipelines.conditioning import Conditioning
from studio.pipelines.words import Words
from studio.request.family import Family
from studio.request.geometry import Size


class Adapter(Protocol):
    """One per layout of pipelines.

    words: folder names of each tokenizer and its text encoder, in order.
    codec_overflows: the picture codec must not run in half precision if its configuration says so.
    """

    words: tuple[tuple[str, str], ...]
    codec_overflows: bool

    def readers(self, parts: Mapping[str, Any]) -> tuple[Words, ...]:
        """The text encoders among the loaded parts, ready to read."""
        ...

    def condition(
        self, readers: tuple[Words, ...], prompt: str, negative: str | None, canvas: Size, options: Mapping[str, Any]
    ) -> Conditioning:
        """What the denoiser gets. negative: None runs without guidance. options: flags of model_index.json."""
        ...


class OneEncoder:
    """Stable Diffusion 1.x: the last layer of one text encoder."""

    words = (("tokenizer", "text_encoder"),)
    codec_overflows = False

    def readers(self, parts: Mapping[str, Any]) -> tuple[Words, ...]:
        return (Words(parts["tokenizer"], parts["text_encoder"]),)

    def condition(
        self, readers: tuple[Words, ...], prompt: str, negative: str | None, canvas: Size, options: Mapping[str, Any]
    ) -> Conditioning:
        states = aligned(readers[0], prompt, negative)
        return Conditioning(hidden_states=states, guided=negative is not None)


class TwoEncoders:
    """Stable Diffusion XL (arXiv 2307.01952): two text encoders side by side, a pooled vector, sizes as conditions."""

    words = (("tokenizer", "text_encoder"), ("tokenizer_2", "text_encoder_2"))
    codec_overflows = True

    def readers(self, parts: Mapping[str, Any]) -> tuple[Words, ...]:
        return tuple(Words(parts[tokenizer], parts[encoder], penultimate=True) for tokenizer, encoder in self.words)

    def condition(
        self, readers: tuple[Words, ...], prompt: str, negative: str | None, canvas: Size, options: Mapping[str, Any]
    ) -> Conditioning:
        hidden = torch.cat([aligned(reader, prompt, negative) for reader in readers], dim=-1)
        texts = [prompt] if negative is None else [negative, prompt]
        pooled = torch.cat([_pooled(readers[-1], text) for text in texts])
        if negative == "" and options.get("force_zeros_for_empty_prompt", False):
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


_LAYOUTS: dict[str, Adapter] = {"sd15": OneEncoder(), "scenes": OneEncoder(), "sdxl": TwoEncoders()}


def adapter_of(family: Family) -> Adapter:
    """How this family is run."""
    return _LAYOUTS[family.id]
