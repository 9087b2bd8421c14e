"""Denoisers that are published in eight bits stay so in memory: the same numbers, in half the room."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# diffusers' converters have no types

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.pipelines.weights import Weights, assembled

EIGHT = (torch.float8_e4m3fn, torch.float8_e5m2)
_BLOCK = re.compile(r"(?:^|_)(?:blocks|layers|refiner)\.\d+\.")  # nearly all weights; the rest is asked for its dtype


class EightBits(nn.Linear):
    """A linear layer whose weights are kept in eight bits and computed with in the precision of its input."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - as torch calls it
        return functional.linear(input, self.weight.to(input.dtype), self.bias)


def in_eight_bits(weights: Weights) -> bool:
    """Whether most of the matrices are."""
    matrices = [weight for weight in weights.values() if weight.ndim == 2]
    return 2 * sum(weight.dtype in EIGHT for weight in matrices) > len(matrices)


def read_small(kind: Any, config: Mapping[str, Any], weights: Weights, dtype: torch.dtype) -> Any:
    """A network of a diffusers class whose blocks stay in eight bits; all else becomes dtype.

    WORKAROUND: from_single_file of diffusers 0.42.1 makes all weights the same precision.
    """
    from diffusers.loaders.single_file_model import SINGLE_FILE_LOADABLE_CLASSES

    convert: Any = SINGLE_FILE_LOADABLE_CLASSES[kind.__name__]["checkpoint_mapping_fn"]
    wanted = assembled(kind, config, {}).state_dict().keys()
    kept = {
        name: weight if weight.dtype in EIGHT and _BLOCK.search(name) else weight.to(dtype)
        for name, weight in weights.items()
    }
    network = assembled(kind, config, kept if wanted == kept.keys() else convert(checkpoint=kept, config=config))
    for module in network.modules():
        small = type(module) is nn.Linear and module.weight.dtype in EIGHT
        if small:
            module.__class__ = EightBits
        for name, weight in module.named_parameters(recurse=False):
            if weight.dtype in EIGHT and not (small and name == "weight"):
                weight.data = weight.data.to(dtype)
    return network
