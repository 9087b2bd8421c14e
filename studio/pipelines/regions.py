"""Words that hold only in a part of the picture.

Networks with cross-attention look at each area's words everywhere and keep the outcome where the area is ("attention
couple"): areas share light and lines. Others are called for each area's words, and what they predict is mixed; so are
those with attention where an area has more of its own than words: a negative prompt, or LoRA. Where there is one area
that covers everything, both are the plain call.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor
from torch.nn import functional

LEAST = 1e-4  # share below which an area's words are not worth a call


@dataclass(frozen=True, kw_only=True)
class Areas:
    """states: encoded words of each area, (1, tokens, width); those of the whole picture first.

    shares: (areas, h, w) at the latents' resolution; they sum to 1 everywhere.
    """

    states: tuple[Tensor, ...]
    shares: Tensor

    @classmethod
    def of(cls, whole: Tensor, words: list[Tensor], masks: Tensor) -> Areas:
        """whole: states of the root prompt, which gets what is left. words, masks: of each region; (n, h, w), 0..1."""
        shares, used = shared(masks)
        states = (whole, *words)
        return cls(states=tuple(states[index] for index in used), shares=shares[used])

    def at(self, places: int) -> Tensor:
        """The shares for a layer of the network that sees so many places: (areas, places)."""
        height, width = self.shares.shape[-2:]
        for step in (2**power for power in range(8)):
            size = (-(-height // step), -(-width // step))
            if size[0] * size[1] == places:
                return functional.interpolate(self.shares[None], size, mode="area")[0].flatten(1)
        raise ValueError(f"a layer with {places} places does not belong to latents of {height} × {width}")


def shared(masks: Tensor) -> tuple[Tensor, list[int]]:
    """How much each area has a say where: (1 + n, h, w), the root prompt's first, of masks (n, h, w), 0..1.

    They sum to 1 everywhere. And which of them have a say at all.
    """
    left = (1 - masks.sum(0, keepdim=True)).clamp(0, 1)
    shares = torch.cat([left, masks])
    shares = shares / shares.sum(0, keepdim=True).clamp(min=LEAST)
    return shares, [index for index, share in enumerate(shares) if float(share.max()) > LEAST]


@contextmanager
def coupled(denoiser: Any, areas: Areas | None, *, guided: bool) -> Generator[None]:
    """While open, calls of a UNet look at the words of each area; those that it is given are the root prompt's."""
    processors: dict[str, Any] | None = getattr(denoiser, "attn_processors", None)
    if areas is None or not processors:
        yield
        return
    denoiser.set_attn_processor(
        {name: _Couple(each, areas, guided=guided) if ".attn2." in name else each for name, each in processors.items()}
    )
    try:
        yield
    finally:
        denoiser.set_attn_processor(dict(processors))


class _Couple:
    """A processor of cross-attention that asks the one it stands for once for each area."""

    def __init__(self, processor: Any, areas: Areas, *, guided: bool) -> None:
        self._processor, self._areas, self._guided = processor, areas, guided

    def __call__(self, attn: Any, hidden_states: Tensor, encoder_hidden_states: Any = None, **given: Any) -> Tensor:
        """encoder_hidden_states: of words; or of words, and of pictures that hold in all areas."""
        states, seen = _split(encoder_hidden_states)

        def heard(words: Tensor, at: slice) -> Any:
            return words if seen is None else (words, [each[at] for each in seen])

        rows = len(hidden_states)
        first = rows // 2 if self._guided else 0
        shares = self._areas.at(hidden_states.shape[1]).to(hidden_states)[:, None, :, None]
        asked = hidden_states[first:]
        found = sum(
            share
            * self._processor(
                attn, asked, encoder_hidden_states=heard(words.expand(len(asked), -1, -1), slice(first, rows)), **given
            )
            for words, share in zip(self._areas.states, shares, strict=True)
        )
        if not first:
            return torch.as_tensor(found)
        none = slice(0, first)
        plain = self._processor(attn, hidden_states[none], encoder_hidden_states=heard(states[none], none), **given)
        return torch.cat([plain, torch.as_tensor(found)])


def _split(states: Any) -> tuple[Tensor, list[Tensor] | None]:
    """Words, and pictures that an image prompt adapter looks at, if there are any."""
    return cast("tuple[Tensor, list[Tensor]]", states) if isinstance(states, tuple) else (states, None)
