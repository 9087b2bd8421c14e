"""A small network that mends how the closed-form denoiser's fill of a hole joins what surrounds it.

It is shown the closed-form estimate between its surroundings and predicts what the estimate lacks near the edge, by
less and less into the hole. What goes where is given, so it can be small, and its job be learned on a processor
(retrieval-augmented diffusion, arXiv 2204.11824, trains small networks in the same way). It starts as nothing: its last
layer is zero, and with it the closed-form estimate stays as it is.

It does not see the noisy picture. One that does learns to believe it, because a picture that no library holds is told
best by its own noisy self; in a picture in the making that is a belief in noise.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# torch is only partly typed; what it gives back is typed where it enters here

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

NOISIEST = 0.6  # of `noisiness`: above, what is in the hole is not settled yet
_DEPTH = 2.0  # latents into the hole by which what is mended is forgotten
_DEEPEST = 8  # latents
_WAVES = 4  # of the level's embedding
_HEARD = 64  # width of it
_GROUPS = 8


class _Block(nn.Module):
    """Two convolutions around which the picture goes by, steered by the noise level."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(_GROUPS, width)
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.level = nn.Linear(_HEARD, 2 * width)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor, heard: Tensor) -> Tensor:
        scale, shift = self.level(heard)[..., None, None].chunk(2, 1)
        inner = functional.silu(self.norm(x) * (1 + scale) + shift)
        return x + self.second(functional.silu(self.first(inner)))


class Refiner(nn.Module):
    """widths: of three levels, each of half the side. channels: of a latent."""

    def __init__(self, widths: Sequence[int], channels: int = 8) -> None:
        super().__init__()
        fine, middle, coarse = widths
        self.heard = nn.Sequential(nn.Linear(1 + 2 * _WAVES, _HEARD), nn.SiLU())
        self.enter = nn.Conv2d(channels + 2, fine, 3, padding=1)
        self.fine = nn.ModuleList([_Block(fine), _Block(fine)])
        self.middle = nn.ModuleList([_Block(middle), _Block(middle)])
        self.coarse = nn.ModuleList([_Block(coarse), _Block(coarse)])
        self.down = nn.ModuleList([nn.Conv2d(4 * fine, middle, 1), nn.Conv2d(4 * middle, coarse, 1)])
        self.up = nn.ModuleList([nn.Conv2d(middle, 4 * fine, 1), nn.Conv2d(coarse, 4 * middle, 1)])
        self.leave = nn.Conv2d(fine, channels, 3, padding=1)
        for parameter in self.leave.parameters():
            nn.init.zeros_(parameter)

    def forward(self, estimate: Tensor, level: Tensor, known: Tensor, hole: Tensor) -> Tensor:
        """The estimate (B, C, h, w), mended near the edge of its hole.

        level (B,): `noisiness`; known (B, C, h, w): clean latents around the hole; hole (B, 1, h, w): 1 where the
        picture is made. Sides of any length.
        """
        near = nearness(hole)
        shown = torch.cat([torch.where(hole > 0.5, estimate, known), near, hole], 1)
        height, width = estimate.shape[-2:]
        shown = functional.pad(shown, (0, -width % 4, 0, -height % 4), mode="replicate")
        return estimate + self._body(shown, self.heard(_waves(level)))[..., :height, :width] * near

    def _body(self, x: Tensor, heard: Tensor) -> Tensor:
        fine = self.fine[0](self.enter(x), heard)
        middle = self.middle[0](self.down[0](functional.pixel_unshuffle(fine, 2)), heard)
        coarse = self.down[1](functional.pixel_unshuffle(middle, 2))
        for block in self.coarse:
            coarse = block(coarse, heard)
        middle = self.middle[1](middle + functional.pixel_shuffle(self.up[1](coarse), 2), heard)
        fine = self.fine[1](fine + functional.pixel_shuffle(self.up[0](middle), 2), heard)
        return self.leave(functional.silu(fine))


def nearness(hole: Tensor) -> Tensor:
    """hole (B, 1, h, w), 1 or 0 -> how near each of its places is to the edge, 1 where they touch; 0 outside of it."""
    reached, near = 1 - hole, torch.zeros_like(hole)
    for depth in range(_DEEPEST):
        further = functional.max_pool2d(reached, 3, 1, 1)
        near = near + (further - reached) * math.exp(-depth / _DEPTH)
        reached = further
    return near


def _waves(level: Tensor) -> Tensor:
    """(B,) 0..1 -> (B, 1 + 2 * _WAVES)."""
    angles = level[:, None] * torch.pi * 2.0 ** torch.arange(_WAVES, device=level.device)
    return torch.cat([level[:, None], angles.sin(), angles.cos()], 1)
