"""Image prompts for transformers that read words and picture as one line of tokens (FLUX.1 Redux).

What an image encoder sees of each part of the picture is turned into tokens like those of words, and put behind them.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional

from studio.pipelines.control.files import refuse_unless
from studio.pipelines.control.guides import Call, Extra, Guide, of_rows
from studio.request.control import Control

if TYPE_CHECKING:
    from studio.pipelines.control.looks import Pair, Weights

REDUX = "redux_up.weight"
_LAYERS = (REDUX, "redux_up.bias", "redux_down.weight", "redux_down.bias")


@dataclass(frozen=True)
class Redux:
    """The layers of some adapters, in order, on the processor."""

    layers: tuple[Mapping[str, Tensor], ...]

    @classmethod
    def of(cls, transformer: Any, files: Sequence[Weights]) -> Redux:
        """Raises BadInput when one is for another transformer."""
        wide, found = int(transformer.config.joint_attention_dim), tuple(each["image_proj"] for each in files)
        for each in found:
            fits = all(name in each for name in _LAYERS) and each["redux_down.weight"].shape[0] == wide
            refuse_unless(fits, "image prompt")
        return cls(found)

    def sees_patches(self, index: int) -> bool:
        """Of all its pictures."""
        return True

    @contextmanager
    def on(self, transformer: Any) -> Generator[None]:
        """The transformer stays as it is."""
        yield

    def guide(self, controls: Sequence[Control], pairs: Sequence[Pair]) -> Guide:
        """What adds the tokens of these pictures to the words."""
        tokens: list[Tensor] = []
        for pair, layers in zip(pairs, self.layers, strict=True):
            up, up_bias, down, down_bias = (layers[name].to(pair.toward) for name in _LAYERS)
            seen = functional.linear(functional.silu(functional.linear(pair.toward[0], up, up_bias)), down, down_bias)
            tokens.append(seen)
        return _Behind(tuple(controls), tuple(tokens))


@dataclass(frozen=True)
class _Behind:
    """tokens: (1, count, width) for each control."""

    controls: tuple[Control, ...]
    tokens: tuple[Tensor, ...]

    def steer(self, extra: Extra, given: Tensor, timestep: Tensor, inputs: Any, call: Call) -> None:
        words: Tensor = extra["encoder_hidden_states"]
        now = [
            control.weight * tokens
            for control, tokens in zip(self.controls, self.tokens, strict=True)
            if control.weight and control.holds(call.number, call.of)
        ]
        more = [of_rows(each.to(words), len(words)) for each in now]
        extra["encoder_hidden_states"] = torch.cat([words, *more], dim=1)
        places: Tensor = extra["txt_ids"]
        extra["txt_ids"] = places.new_zeros(extra["encoder_hidden_states"].shape[1], places.shape[1])
