"""Words to vectors by a stock pipeline's own `encode_prompt`: language models with their templates and lengths."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

REMEMBERED = 16  # prompts; language models give long ones
Vectors = dict[str, Tensor]
Encode = Callable[..., Vectors]
"""(pipeline, text, device, pictures or None): what the denoiser gets, each (1, ...)."""


class StockReader:
    """A diffusers pipeline that has its text encoders only.

    encode: calls its encode_prompt. Results are remembered for texts alone, not for those with pictures.
    place: where its encoders compute; None for where their weights are, which may be elsewhere when parts take turns.
    """

    def __init__(self, kind: type[Any], parts: Mapping[str, Any], names: tuple[str, ...], encode: Encode) -> None:
        import inspect

        wanted = [name for name in list(inspect.signature(kind.__init__).parameters)[1:] if name != "is_distilled"]
        self._pipeline = kind(**{name: parts[name] if name in names else None for name in wanted})
        self.encoders = tuple(part for name in names if isinstance(part := parts[name], torch.nn.Module))
        self.place: torch.device | None = None
        self._encode = encode
        self._known: OrderedDict[str, Vectors] = OrderedDict()

    def knows(self, text: str) -> bool:
        return text in self._known

    def forget(self) -> None:
        """The encoders changed."""
        self._known.clear()

    def encoded(self, text: str, pictures: Any = None) -> Vectors:
        """The prompt as the network wants it. The text encoders must be on their device."""
        device = self.place or self.encoders[0].device
        if pictures is not None:
            return self._encode(self._pipeline, text, device, pictures)
        if text not in self._known:
            self._known[text] = self._encode(self._pipeline, text, device, None)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(text)
        return self._known[text]
