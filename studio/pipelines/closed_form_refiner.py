"""A small network that mends what the closed-form denoiser gets wrong: seams, cut objects, joins around a hole.

It is shown the closed-form estimate, what the noisy picture says against it, and the surroundings of a hole, and
predicts what the estimate lacks. What goes where is given, so it can be small, and its job be learned on a processor
(retrieval-augmented diffusion, arXiv 2204.11824, trains small networks in the same way). It starts as nothing: its last
layers are zero, and with them the closed-form estimate stays as it is.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# torch is only partly typed; what it gives back is typed where it enters here

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

NOISIEST = 0.9  # of `noisiness`: above, the estimate is one whole picture of the library and nothing needs mending
_HALF = 0.5  # of the latents' variance, about what the estimate misses of a picture that no library holds
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
        self.enter = nn.Conv2d(2 * channels + 1, fine, 3, padding=1)
        self.fine = nn.ModuleList([_Block(fine), _Block(fine)])
        self.middle = nn.ModuleList([_Block(middle), _Block(middle)])
        self.coarse = nn.ModuleList([_Block(coarse), _Block(coarse)])
        self.down = nn.ModuleList([nn.Conv2d(4 * fine, middle, 1), nn.Conv2d(4 * middle, coarse, 1)])
        self.up = nn.ModuleList([nn.Conv2d(middle, 4 * fine, 1), nn.Conv2d(coarse, 4 * middle, 1)])
        self.leave = nn.Conv2d(fine, channels, 3, padding=1)
        self.trust = nn.Linear(_HEARD, channels)  # in what the noisy picture says, as it is
        for layer in (self.leave, self.trust):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(
        self, estimate: Tensor, noisy: Tensor, alpha: Tensor, sigma: Tensor, known: Tensor, hole: Tensor
    ) -> Tensor:
        """The estimate (B, C, h, w), mended where the hole is.

        noisy (B, C, h, w) = alpha * picture + sigma * noise, alpha and sigma (B,); known (B, C, h, w): clean latents
        around the hole; hole (B, 1, h, w): 1 where the picture is made. Sides of any length.
        """
        alpha_, sigma_ = alpha[:, None, None, None], sigma[:, None, None, None]
        shown = torch.where(hole > 0.5, estimate, known)
        against = (noisy - alpha_ * estimate) * hole / (_HALF * alpha_.square() + sigma_.square()).sqrt()
        heard = self.heard(_waves(torch.atan2(sigma, alpha) * (2 / torch.pi)))
        height, width = estimate.shape[-2:]
        x = torch.cat([shown, against, hole], 1)
        x = functional.pad(x, (0, -width % 4, 0, -height % 4), mode="replicate")
        lacking = self._body(x, heard)[..., :height, :width] + self.trust(heard)[..., None, None] * against
        return estimate + lacking * hole

    def _body(self, x: Tensor, heard: Tensor) -> Tensor:
        fine = self.fine[0](self.enter(x), heard)
        middle = self.middle[0](self.down[0](functional.pixel_unshuffle(fine, 2)), heard)
        coarse = self.down[1](functional.pixel_unshuffle(middle, 2))
        for block in self.coarse:
            coarse = block(coarse, heard)
        middle = self.middle[1](middle + functional.pixel_shuffle(self.up[1](coarse), 2), heard)
        fine = self.fine[1](fine + functional.pixel_shuffle(self.up[0](middle), 2), heard)
        return self.leave(functional.silu(fine))


def _waves(level: Tensor) -> Tensor:
    """(B,) 0..1 -> (B, 1 + 2 * _WAVES)."""
    angles = level[:, None] * torch.pi * 2.0 ** torch.arange(_WAVES, device=level.device)
    return torch.cat([level[:, None], angles.sin(), angles.cos()], 1)
