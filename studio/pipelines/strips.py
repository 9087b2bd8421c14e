"""Large convolutions strip by strip on the processor, so that a job can be stopped within one.

A single one of a picture codec may take longer than half a step of the denoiser. In strips of rows the same numbers
are added in the same order; what it costs more is a copy of what goes in. What it takes less is memory: the copies that
a convolution works on are as small as its strips, and leave smaller holes behind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, pad

LONG = 2.5e9  # multiplications; some hundredths of a second on one core
LEAST = 4  # rows of a strip: of fewer, more is copied than is worth it


def interruptible(network: nn.Module, check: Callable[[], object]) -> None:
    """From now on every plain 3 × 3 convolution of this network that takes long asks `check` between its strips."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d) and _is_plain(module):
            _divide(module, check)


def _is_plain(conv: nn.Conv2d) -> bool:
    shape = (conv.kernel_size, conv.stride, conv.dilation, conv.padding)
    return shape == ((3, 3), (1, 1), (1, 1), (1, 1)) and conv.groups == 1 and conv.padding_mode == "zeros"


def _divide(conv: nn.Conv2d, check: Callable[[], object]) -> None:
    whole: Callable[[Tensor, Tensor, Tensor | None], Tensor] = conv._conv_forward  # pyright: ignore[reportPrivateUsage]

    def in_strips(given: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        strips = weight.numel() * given.shape[-2] * given.shape[-1] * given.shape[0] / LONG
        if strips <= 1 or given.device.type != "cpu":
            return whole(given, weight, bias)
        return _in_strips(given, weight, bias, max(LEAST, int(given.shape[-2] / strips)), check)

    replaced: Any = conv  # an instance's own, as diffusers and others do it
    replaced._conv_forward = in_strips


def _in_strips(given: Tensor, weight: Tensor, bias: Tensor | None, rows: int, check: Callable[[], object]) -> Tensor:
    batch, _, height, width = given.shape
    out = torch.empty(batch, weight.shape[0], height, width, dtype=given.dtype)
    for top in range(0, height, rows):
        check()
        bottom = min(height, top + rows)
        above, below = int(top == 0), int(bottom == height)
        piece = given[:, :, top - 1 + above : bottom + 1 - below]
        out[:, :, top:bottom] = conv2d(pad(piece, (0, 0, above, below)), weight, bias, padding=(0, 1))
    return out
