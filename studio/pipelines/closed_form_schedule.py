"""How much picture and how much noise there is at a time step."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateImportUsage=false
# torch, diffusers and safetensors are only partly typed; what they give back is typed where it enters here

from __future__ import annotations

import math

import torch
from torch import Tensor


class NoiseLevels:
    """A variance-preserving schedule with linear betas, readable between its steps.

    Schedulers ask at fractional steps (Karras and exponential spacing); between two steps the logarithm of the
    noise-to-signal ratio is interpolated, as they do it.
    """

    def __init__(self, steps: int, beta_start: float, beta_end: float) -> None:
        kept = torch.cumprod(1 - torch.linspace(beta_start, beta_end, steps, dtype=torch.float64), 0)
        ratio: Tensor = 0.5 * ((1 - kept) / kept).log()
        self._log_ratio: list[float] = ratio.tolist()

    def at(self, step: float) -> tuple[float, float]:
        """(alpha, sigma) with alpha² + sigma² = 1, such that the sample is alpha * picture + sigma * noise."""
        last = len(self._log_ratio) - 1
        place = min(max(step, 0.0), float(last))
        below = min(int(place), last - 1)
        part = place - below
        ratio = math.exp(self._log_ratio[below] * (1 - part) + self._log_ratio[below + 1] * part)
        alpha = 1 / math.sqrt(1 + ratio * ratio)
        return alpha, ratio * alpha


def noisiness(alpha: float, sigma: float) -> float:
    """0 (clean) to 1 (all noise): the angle of the noise, by which windows shrink."""
    return 2 / math.pi * math.atan2(sigma, alpha)
