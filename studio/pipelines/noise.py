"""The noise that pictures begin with, and ways between one noise and another."""

from __future__ import annotations

import math
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from studio.pipelines.samplers import Level
from studio.request.request import GenerationRequest

STREAM = 0x9E3779B97F4A7C15  # added to a seed: draws that have nothing to do with those from the seed itself


@dataclass(frozen=True)
class Strays:
    """The other noise of variations: a generator for each picture, and how much of it is mixed in, 0..1."""

    generators: tuple[torch.Generator, ...]
    shares: tuple[float, ...]

    @classmethod
    def of(cls, singles: Sequence[GenerationRequest]) -> Strays | None:
        """None when there is none to mix in."""
        found = [(each.seed, each.variation) for each in singles]
        if all(variation is None or not variation.strength or variation.seed == seed for seed, variation in found):
            return None
        seeds = (seed if variation is None else variation.seed for seed, variation in found)
        shares = (0.0 if other is None or other.seed == seed else other.strength for seed, other in found)
        return cls(tuple(torch.Generator().manual_seed(seed) for seed in seeds), tuple(shares))

    def mixed_into(self, own: Tensor, other: Tensor) -> Tensor:
        """Both: (pictures, ...)."""
        rows = zip(own.unbind(), other.unbind(), self.shares, strict=True)
        return torch.stack([between(one, another, share) for one, another, share in rows])


def first_noise(
    generators: Sequence[torch.Generator], shape: tuple[int, ...], dtype: torch.dtype, strays: Strays | None
) -> Tensor:
    """What pictures begin with, on the CPU; drawn from their generators, and mixed as their variations say.

    shape: (1, channels, h, w), of each.
    """
    own = torch.cat([torch.randn(shape, generator=generator, dtype=dtype) for generator in generators])
    if strays is None:
        return own
    other = torch.cat([torch.randn(shape, generator=generator, dtype=dtype) for generator in strays.generators])
    return strays.mixed_into(own, other)


@contextmanager
def straying(scheduler: object, strays: Strays | None) -> Generator[None]:
    """Inside, what a sampler adds on the way is mixed as the first noise was.

    Without that, pictures of samplers that add much would hardly depend on the first noise: no variation would show.
    diffusers' schedulers draw through a function that they have imported by name; so it is replaced there.
    """
    module: Any = sys.modules[type(scheduler).__module__]
    draw: Any = getattr(module, "randn_tensor", None)
    if strays is None or draw is None:
        yield
        return
    others = strays.generators[0] if len(strays.generators) == 1 else list(strays.generators)

    def mixed(shape: Any, generator: Any = None, **how: Any) -> Tensor:
        return strays.mixed_into(draw(shape, generator=generator, **how), draw(shape, generator=others, **how))

    module.randn_tensor = mixed
    try:
        yield
    finally:
        module.randn_tensor = draw


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
