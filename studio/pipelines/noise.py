"""The noise that pictures begin with, and ways between one noise and another."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from studio.pipelines.samplers import Level
from studio.request.request import GenerationRequest

STREAM = 0x9E3779B97F4A7C15  # added to a seed: draws that have nothing to do with those from the seed itself


def first_noise(
    request: GenerationRequest, generator: torch.Generator, shape: tuple[int, ...], dtype: torch.dtype
) -> Tensor:
    """What one picture begins with, on the CPU; drawn from its generator, and mixed as its variation says."""
    own = torch.randn(shape, generator=generator, dtype=dtype)
    variation = request.variation
    if variation is None or variation.seed == request.seed:
        return own
    other = torch.randn(shape, generator=torch.Generator().manual_seed(variation.seed), dtype=dtype)
    return between(own, other, variation.strength)


def fresh_noise(seed: int, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    """Noise of a seed that is independent of all that a picture of this seed draws. On the CPU."""
    return torch.randn(shape, generator=torch.Generator().manual_seed((seed + STREAM) % 2**64), dtype=dtype)


def between(one: Tensor, other: Tensor, share: float) -> Tensor:
    """Spherical interpolation of two independent noises: as noisy as either at every share.

    Their angle is taken for the right one that it is in so many dimensions, so that each number depends on nothing
    but its two neighbours and comes out the same on every machine. share: 0 gives one, 1 the other, bit for bit.
    """
    if share in (0, 1):
        return other if share else one
    angle = share * math.pi / 2
    return math.cos(angle) * one + math.sin(angle) * other


def renewed(latents: Tensor, clean: Tensor, level: Level, fresh: Tensor, share: float) -> Tensor:
    """Latents at a noise level, a share of their noise replaced. clean: the picture that was predicted from them."""
    kept = (latents.float() - level.signal * clean) / level.noise
    mixed = between(kept, fresh.to(kept), share)
    return (level.signal * clean + level.noise * mixed).to(latents.dtype)
