"""Previews by a tiny decoder (TAESD and its kin): the picture itself, where that costs next to nothing.

What it costs is measured, on small cuttings of the first few steps, and weighed against what a step takes.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

CHEAP = 0.05  # of a step
TRIALS = 3  # the quickest counts: the first ones set things up
CUTTING = 16  # latents a side
LONGEST = 512  # pixels of a preview; the window scales it


class TinyDecoder:
    """decode: clean latents (1, channels, h, w) to a picture (1, 3, height, width), about -1..1."""

    def __init__(self, decode: Callable[[Tensor], Tensor]) -> None:
        self._decode = decode
        self._trials: list[float] = []  # seconds for one latent

    @property
    def tried(self) -> bool:
        """Its cost is known."""
        return len(self._trials) >= TRIALS

    def cutting(self, latents: Tensor) -> Tensor:
        """A piece to try it on."""
        return latents[..., :CUTTING, :CUTTING]

    def learn(self, latents: Tensor, seconds: float) -> None:
        """So long it took for these."""
        self._trials.append(seconds / _area(latents))

    def is_cheap(self, latents: Tensor, step: float) -> bool:
        """Whether these cost less than CHEAP of a step of so many seconds; False until it is known."""
        return self.tried and min(self._trials) * _area(latents) < CHEAP * step

    def colours(self, latents: Tensor) -> Tensor:
        """(height, width, 3) uint8, where the latents are; a whole fraction of the picture's size, LONGEST at most."""
        picture = self._decode(latents).float()
        factor = -(-max(picture.shape[-2:]) // LONGEST)
        if factor > 1:
            picture = avg_pool2d(picture, factor)
        return ((picture * 0.5 + 0.5).clamp(0, 1) * 255).round().to(torch.uint8)[0].permute(1, 2, 0)


def _area(latents: Tensor) -> int:
    return latents.shape[-2] * latents.shape[-1]
