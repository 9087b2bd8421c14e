"""Grounds under a sky of another colour: what a coloured sky does to everything under it, as one map of latents.

Whether the sky is pink changes no shape. So the library holds no coloured skies; a map for each hour, style and hue
takes the latents that a scene has under an ordinary sky to those under a coloured one. It is linear in the latents, in
the products of their colours and in the height, which was fitted to pairs of renderings (`training.tints`).
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch is only partly typed; what it gives back is typed where it enters here

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

_COLOURS = 3  # the channels that carry the colour of a place
SKIES = 3  # kinds of weather with a sky of their own: see `Tint.sky`
PRODUCTS = _COLOURS * (_COLOURS + 1) // 2


def terms(channels: int, rows: int) -> int:
    """How many numbers a map has for each channel it makes."""
    return channels + PRODUCTS + SKIES * rows


def with_products(latents: Tensor) -> Tensor:
    """(n, C, h, w) -> (n, C + PRODUCTS, h, w): with the products of the colours, two by two."""
    pairs = [(one, other) for one in range(_COLOURS) for other in range(one, _COLOURS)]
    return torch.cat([latents, *(latents[:, one : one + 1] * latents[:, other : other + 1] for one, other in pairs)], 1)


@dataclass(frozen=True)
class Tint:
    """One map for each item of a library. slopes (N, C + PRODUCTS, C); heights (N, rows, C): added, from the top
    down."""

    slopes: Tensor
    heights: Tensor

    @classmethod
    def of(cls, maps: Tensor, which: Tensor, sky: Tensor, channels: int) -> Tint:
        """maps (M, terms, C), which (N,) of them is each item's, sky (N,): 0 fair, 1 a storm, 2 fog or snowfall."""
        chosen = maps[which]
        first = channels + PRODUCTS
        heights = chosen[:, first:].unflatten(1, (SKIES, -1))
        more = (torch.arange(1, SKIES, device=sky.device) == sky[:, None]).to(heights.dtype)
        return cls(chosen[:, :first], heights[:, 0] + (heights[:, 1:] * more[:, :, None, None]).sum(1))

    def __call__(self, latents: Tensor, index: Tensor) -> Tensor:
        """(k, C, h, w) of the items of this index (k,), fine or coarse -> the same under the coloured sky."""
        heights = functional.adaptive_avg_pool1d(self.heights[index].transpose(1, 2), latents.shape[2])
        return torch.einsum("kfhw,kfc->kchw", with_products(latents), self.slopes[index]) + heights[..., None]
