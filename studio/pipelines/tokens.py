"""Between latents, (rows, channels, h, w), and the tokens that transformers read: two by two latents each."""

from __future__ import annotations

import torch
from torch import Tensor


def packed(latents: Tensor) -> Tensor:
    """(rows, h / 2 · w / 2, 4 · channels), row by row."""
    rows, channels, height, width = latents.shape
    split = latents.view(rows, channels, height // 2, 2, width // 2, 2).permute(0, 2, 4, 1, 3, 5)
    return split.reshape(rows, (height // 2) * (width // 2), channels * 4)


def unpacked(tokens: Tensor, like: Tensor) -> Tensor:
    """The inverse, of the size of `like`; channels as there are."""
    height, width = like.shape[-2:]
    split = tokens.view(len(tokens), height // 2, width // 2, tokens.shape[-1] // 4, 2, 2)
    return split.permute(0, 3, 1, 4, 2, 5).reshape(len(tokens), -1, height, width)


def places(latents: Tensor, picture: int = 0) -> Tensor:
    """(h / 2 · w / 2, 3): which picture, row and column each token belongs to."""
    height, width = latents.shape[-2] // 2, latents.shape[-1] // 2
    rows, columns = torch.arange(height), torch.arange(width)
    found = torch.cartesian_prod(torch.tensor([picture]), rows, columns)
    return found.to(latents.device, torch.float32)
