"""From clean latents to colours by one small matrix: previews that cost next to nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional

from studio.request.family import Family

LONGEST = 512  # pixels of a preview's longer side
AROUND = 3  # latents a side that colour one latent's pixels
LEARNED = 8  # pictures; then it is as good as it gets
SAMPLES = 2048  # latents looked at in each decoded picture
RIDGE = 1e-3  # times the samples, keeps directions that were not seen small


class Palette:
    """A linear decoder of x0 latents.

    Either the family's published matrix, one colour for each latent, or learned from what the codec itself decodes:
    a least-squares fit from each latent and its neighbours to the pixels below it, refined with every picture.
    """

    def __init__(self, family: Family) -> None:
        self._scale = family.latent_scale
        self._published = torch.tensor(family.preview_matrix) if family.preview_matrix else None
        inputs = family.latent_channels * AROUND**2 + 1
        self._seen = torch.zeros(inputs, inputs, dtype=torch.float64)
        self._wanted = torch.zeros(inputs, 3 * self._scale**2, dtype=torch.float64)
        self._weights: dict[tuple[int, torch.device], Tensor] = {}
        self._pictures = 0

    @property
    def learns(self) -> bool:
        """True while pictures still improve it; never when it is published."""
        return self._published is None and self._pictures < LEARNED

    @property
    def ready(self) -> bool:
        """False until a learning one has seen its first picture."""
        return self._published is not None or self._pictures > 0

    def learn(self, latents: Tensor, picture: Tensor) -> None:
        """Takes in what the codec made of some latents.

        latents: (1, channels, h, w) as the network sees them. picture: (1, 3, h·scale, w·scale), -1..1.
        """
        inputs = _neighbourhoods(latents.float().cpu())
        pixels = picture.float().cpu().clamp(-1, 1).mul(0.5).add(0.5)
        outputs = functional.unfold(pixels, self._scale, stride=self._scale)[0].T
        step = max(1, len(inputs) // SAMPLES)
        inputs, outputs = inputs[::step].double(), outputs[::step].double()
        self._seen += inputs.T @ inputs
        self._wanted += inputs.T @ outputs
        self._weights.clear()
        self._pictures += 1

    def colours(self, latents: Tensor) -> Tensor:
        """(h·p, w·p, 3) uint8 on the latents' device, p pixels a latent so that the longer side is at most LONGEST.

        latents: (1, channels, h, w) float32, clean, as the network sees them.
        """
        height, width = latents.shape[-2:]
        if self._published is not None:
            matrix = self._matrix(1, latents.device)
            flat = latents[0].flatten(1).T @ matrix[:-1] + matrix[-1]
            return _bytes(flat.reshape(height, width, 3))
        fine = self._fineness(max(height, width))
        flat = _neighbourhoods(latents) @ self._matrix(fine, latents.device)
        tiles = flat.reshape(height, width, 3, fine, fine).permute(0, 3, 1, 4, 2)
        return _bytes(tiles.reshape(height * fine, width * fine, 3))

    def _fineness(self, longest: int) -> int:
        fine = self._scale
        while fine > 1 and (longest * fine > LONGEST or self._scale % fine):
            fine -= 1
        return fine

    def _matrix(self, fine: int, device: torch.device) -> Tensor:
        """(inputs, 3 · fine²), solved once after each picture learned, and kept where it is used."""
        if (fine, device) not in self._weights:
            found = self._solved(fine) if self._published is None else self._published
            self._weights[fine, device] = found.to(device)
        return self._weights[fine, device]

    def _solved(self, fine: int) -> Tensor:
        ridge = torch.eye(len(self._seen), dtype=torch.float64) * RIDGE * self._seen[-1, -1]
        ridge[-1, -1] = 1e-9  # the constant is free
        tiles = _solve(self._seen + ridge, self._wanted).reshape(-1, 3, self._scale, self._scale)
        return functional.avg_pool2d(tiles, self._scale // fine).flatten(1).float()


_solve = cast("Callable[[Tensor, Tensor], Tensor]", torch.linalg.solve)  # pyright: ignore[reportUnknownMemberType]


def _neighbourhoods(latents: Tensor) -> Tensor:
    """(h · w, channels · AROUND² + 1): each latent with those around it, and a constant."""
    padded = functional.pad(latents, (AROUND // 2,) * 4, mode="replicate")
    flat = functional.unfold(padded, AROUND)[0].T
    return torch.cat((flat, torch.ones_like(flat[:, :1])), dim=1)


def _bytes(colours: Tensor) -> Tensor:
    return colours.clamp(0, 1).mul(255).round().to(torch.uint8)
