"""What adapters of transformers that were trained by flow matching have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from studio.pipelines.adapters import Asked, Classes
from studio.pipelines.codecs import Codec, PlainCodec
from studio.pipelines.conditioning import Conditioning
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

    @property
    def part_names(self) -> tuple[str, ...]:
        """Folders of what reads prompts."""
        return tuple(name for pair in self.words for name in pair)

    def guided(self, denoiser: Any, guidance: float, options: Mapping[str, Any]) -> bool:
        """Not where the network is told the scale, or was taught without one."""
        return False

    def fills_holes(self, denoiser: Any) -> bool:
        return False

    def reference_size(self, canvas: Size) -> Size:
        return canvas


def against_negative(asked: Asked, condition: Callable[[str], Conditioning]) -> Conditioning:
    """The prompt's conditioning, with the negative prompt's beside it if there is one: each in a call of its own."""
    found = condition(asked.prompt)
    if asked.negative is None:
        return found
    return replace(found, guided=True, against=condition(asked.negative))
