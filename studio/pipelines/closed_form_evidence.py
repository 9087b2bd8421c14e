"""What is known of the picture at one step: noisy latents, and, when a hole is filled, the surroundings as they are."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

_LEAST_SIGMA = 0.04  # the codec's latents are not exact, so that no item is ever quite impossible
_SURROUNDINGS_SIGMA = 0.35  # how far what surrounds a hole may be from anything in the library


@dataclass(frozen=True)
class Surroundings:
    """A picture with a hole: known (C, h, w) clean latents, hole (h, w) bool: what is to be made.

    hidden: how loud the noise is, over the picture, that the making began with in the hole; inf: nothing of what was
    there counts.
    """

    known: Tensor
    hole: Tensor
    hidden: float = math.inf


@dataclass(frozen=True)
class Evidence:
    """value (C, h, w) = signal * picture + noise, at each place with signal (h, w) and precision (h, w), one over the
    noise's variance. level: 0 (clean) to 1 (all noise), of what is being made."""

    value: Tensor
    signal: Tensor
    precision: Tensor
    level: float

    @classmethod
    def of(
        cls, noisy: Tensor, alpha: float, sigma: float, level: float, around: Surroundings | None = None
    ) -> Evidence:
        """noisy (C, h, w) = alpha * picture + sigma * noise; where the surroundings are known, they count instead."""
        signal = torch.full_like(noisy[0], alpha)
        precision = torch.full_like(noisy[0], max(sigma, _LEAST_SIGMA) ** -2)
        if around is None:
            return cls(noisy, signal, precision, level)
        return cls(
            torch.where(around.hole, noisy, around.known),
            torch.where(around.hole, signal, 1.0),
            torch.where(around.hole, precision, _SURROUNDINGS_SIGMA**-2),
            level,
        )

    @classmethod
    def of_surroundings(cls, around: Surroundings) -> Evidence:
        """What is known before anything is made."""
        seen = (~around.hole).float()
        return cls(around.known * seen, seen, seen * _SURROUNDINGS_SIGMA**-2, 1.0)

    def without(self, picture: Tensor, cover: Tensor) -> Evidence:
        """Of the ground alone, when things of this picture (C, h, w) with this cover (h, w) stand on it."""
        return replace(self, value=self.value - self.signal * picture, signal=self.signal * (1 - cover))
