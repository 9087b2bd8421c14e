"""What adapters of transformers that were trained by flow matching have in common."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from torch import Tensor

from studio.pipelines.adapters import Asked, Classes, Shapes
from studio.pipelines.codecs import Codec, PlainCodec
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.control.controls import Steering
from studio.pipelines.flow import Flow
from studio.request.geometry import Size


class Transformer:
    """See `adapters.Adapter`."""

    words: tuple[tuple[str, str], ...] = (("tokenizer", "text_encoder"),)
    network = "transformer"
    classes: Classes = ()
    optional: tuple[str, ...] = ()
    codec: Codec = PlainCodec()
    codec_overflows = False
    flow: Flow | None = Flow()
    steering: Steering | None = None

    @property
    def part_names(self) -> tuple[str, ...]:
        """Folders of what reads prompts."""
        return tuple(name for pair in self.words for name in pair)

    def layout(self, shapes: Shapes) -> dict[str, Any]:
        return {}

    def as_published(self, weights: dict[str, Tensor]) -> dict[str, Tensor]:
        return weights

    def guided(self, denoiser: Any, guidance: float, options: Mapping[str, Any]) -> bool:
        """Not where the network is told the scale, or was taught without one."""
        return False

    def fills_holes(self, denoiser: Any) -> bool:
        return False

    def reference_size(self, canvas: Size) -> Size:
        return canvas


def blocks(shapes: Shapes, *lists: str) -> int:
    """How many blocks there are in a list of them, by the first name that there is: "double_blocks"."""
    for name in lists:
        numbers = [int(each[len(name) + 1 :].split(".", 1)[0]) for each in shapes if each.startswith(f"{name}.")]
        if numbers:
            return 1 + max(numbers)
    return 0


def two_streams(shapes: Shapes) -> dict[str, Any]:
    """How deep a network of the FLUX line is: some are published with layers taken out."""
    return {
        "num_layers": blocks(shapes, "double_blocks", "transformer_blocks"),
        "num_single_layers": blocks(shapes, "single_blocks", "single_transformer_blocks"),
    }


def shape_of(shapes: Shapes, *names: str) -> tuple[int, ...] | None:
    """Of the first of these tensors that there is: authors and diffusers call them differently."""
    return next((shapes[name] for name in names if name in shapes), None)


def within(size: Size, area: int, multiple: int) -> Size:
    """The same shape with no more pixels than `area`, sides divisible by `multiple`; a little is lost of the longer."""
    shrunk = min(1.0, math.sqrt(area / size.area))
    return Size(*(max(multiple, int(side * shrunk) // multiple * multiple) for side in (size.width, size.height)))


def against_negative(asked: Asked, condition: Callable[[str], Conditioning]) -> Conditioning:
    """The prompt's conditioning, with the negative prompt's beside it if there is one: each in a call of its own."""
    found = condition(asked.prompt)
    if asked.negative is None:
        return found
    return replace(found, guided=True, against=condition(asked.negative))
