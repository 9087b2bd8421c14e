"""Latents brought to other sizes without the learned decoder: the codec's code is linear."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

_BLOCK = 8  # pixels to a latent, each way


class Canvas:
    """A picture's size in latents, and what the library's tiles of `side` × `side` latents become on it.

    encode: (C, 192), a block of pixels (rows, columns, RGB) to a latent; decode: (192, C), back.

    A tile's width becomes the picture's shorter side; on upright pictures it is drawn out to the full height, on wide
    ones several lie side by side. Things keep their proportions.
    """

    def __init__(self, height: int, width: int, side: int, encode: Tensor, decode: Tensor) -> None:
        self.height, self.width, self.side = height, width, side
        self.encode, self.decode = encode, decode

    @property
    def tile(self) -> int:
        """Columns of the canvas that one tile covers."""
        return min(self.height, self.width)

    @property
    def native(self) -> bool:
        """Tiles fit as they are."""
        return self.tile == self.side and self.height == self.side

    @property
    def magnification(self) -> float:
        """Of things."""
        return self.tile / self.side

    def ground(self, tiles: Tensor) -> Tensor:
        """(N, C, side, side) -> (N, C, height, tile)."""
        return tiles if self.native else self.resized(tiles, self.height, self.tile)

    def resized(self, latents: Tensor, rows: int, columns: int) -> Tensor:
        """(N, C, h, w) -> (N, C, rows, columns), through pixels."""
        count, _, height, width = latents.shape
        pixels = torch.einsum("pc,nchw->nphw", self.decode, latents)
        pixels = pixels.reshape(count, _BLOCK, _BLOCK, 3, height, width).permute(0, 3, 4, 1, 5, 2)
        pixels = pixels.reshape(count, 3, height * _BLOCK, width * _BLOCK)
        size = (rows * _BLOCK, columns * _BLOCK)
        pixels = functional.interpolate(pixels, size, mode="bicubic", antialias=True)
        blocks = pixels.reshape(count, 3, rows, _BLOCK, columns, _BLOCK).permute(0, 3, 5, 1, 2, 4)
        return torch.einsum("cp,nphw->nchw", self.encode, blocks.reshape(count, -1, rows, columns))
