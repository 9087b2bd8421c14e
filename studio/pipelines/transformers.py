"""What adapters of transformers that were trained by flow matching have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.pipelines.adapters import Classes
from studio.pipelines.codecs import Codec, PlainCodec
from studio.pipelines.flow import Flow


class Transformer:
    """See `adapters.Adapter`."""

    words: tuple[tuple[str, str], ...] = (("tokenizer", "text_encoder"),)
    network = "transformer"
    classes: Classes = ()
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
