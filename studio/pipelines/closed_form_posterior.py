"""The posterior mean over candidate pictures, at each place by what is seen through a window around it."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from studio.pipelines.closed_form_schedule import noisiness

_WHOLE = 0.95  # noisier than this, the window is the whole picture
_LEAST_SIGMA = 0.03  # a codec's latents are not exact, so that no item is ever quite impossible


class Posterior:
    """items (N, C, h, w) float32, their log-prior (N,), and its derivative by the guidance scale (N,) if guided."""

    def __init__(self, items: Tensor, log_prior: Tensor, slope: Tensor | None) -> None:
        self.items = items
        self.log_prior = log_prior - log_prior.max()
        self.slope = slope
        self.energy = items.square().sum(1)

    def __call__(self, noisy: Tensor, alpha: float, sigma: float) -> tuple[Tensor, Tensor]:
        """noisy (C, h, w) -> the mean (C, h, w) and its derivative by the guidance scale (zeros if not guided)."""
        distance = noisy.square().sum(0) - 2 * alpha * torch.einsum("chw,nchw->nhw", noisy, self.items)
        distance += alpha * alpha * self.energy
        weights = self._weights(distance, alpha, sigma)
        mean = torch.einsum("nhw,nchw->chw", weights, self.items)
        if self.slope is None:
            return mean, torch.zeros_like(mean)
        slope = self.slope[:, None, None]
        change = weights * (slope - (weights * slope).sum(0))
        return mean, torch.einsum("nhw,nchw->chw", change, self.items)

    def _weights(self, distance: Tensor, alpha: float, sigma: float) -> Tensor:
        """(N, h, w), summing to 1 at each place."""
        level = noisiness(alpha, sigma)
        prior = self.log_prior[:, None, None]
        scale = -0.5 / max(sigma, _LEAST_SIGMA) ** 2
        if level > _WHOLE:
            return torch.softmax(scale * distance.sum((1, 2), keepdim=True) + prior, 0).expand_as(distance)
        radius = 1 + 9 * level**1.3
        rows, columns = (window(side, radius, distance.device) for side in distance.shape[1:])
        weights = torch.softmax(scale * (rows @ distance @ columns.T) + prior, 0)
        return _blurred(weights)


def window(side: int, radius: float, device: torch.device) -> Tensor:
    """(side, side): row p weighs the places around p by a raised cosine."""
    places = torch.arange(side, device=device, dtype=torch.float32)
    apart = (places[:, None] - places[None]).abs()
    return torch.where(apart <= radius, 0.5 + 0.5 * torch.cos(math.pi * apart / (radius + 1)), 0.0)


def guided(mean: Tensor, slope: Tensor, scale: float) -> tuple[Tensor, Tensor]:
    """(negative, positive) with negative + s * (positive - negative) = mean + (s - scale) * slope for every s."""
    return mean - scale * slope, mean + (1 - scale) * slope


def _blurred(weights: Tensor) -> Tensor:
    tap = torch.tensor([0.25, 0.5, 0.25], device=weights.device)
    padded = functional.pad(weights[:, None], (1, 1, 1, 1), mode="replicate")
    return functional.conv2d(padded, (tap[:, None] * tap[None])[None, None])[:, 0]
