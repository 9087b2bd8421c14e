"""The tensors of one file, safetensors or GGUF, by the names that the file gives them."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# diffusers' converters have no types

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

Weights = dict[str, Tensor]

PREFIXES = ("model.diffusion_model.", "diffusion_model.", "transformer.", "unet.", "net.", "model.")
_SCALES = (".scale_weight", ".weight_scale")  # beside weights of eight bits: what they have to be multiplied by
_ASIDE = (".scale_input", ".input_scale", ".comfy_quant")  # for kernels that compute in eight bits
_MARKS = ("scaled_fp8",)


def weights_in(path: Path) -> Weights:
    """All tensors of a file: mapped, not read; of GGUF files as diffusers' own parameters, still quantised."""
    if path.suffix.lower() == ".gguf":
        from diffusers.models.model_loading_utils import load_gguf_checkpoint

        return load_gguf_checkpoint(str(path))
    from safetensors.torch import load_file

    return load_file(path)


def under(weights: Mapping[str, Tensor], prefixes: Sequence[str]) -> Weights:
    """Those whose names begin with one of these, without it."""
    return {
        name.removeprefix(prefix): weight
        for prefix in prefixes
        for name, weight in weights.items()
        if name.startswith(prefix)
    }


def bare(weights: Mapping[str, Tensor]) -> Weights:
    """A denoiser's tensors without what a whole checkpoint puts before their names."""
    return next((found for prefix in PREFIXES if (found := under(weights, (prefix,)))), dict(weights))


def unscaled(weights: Weights, dtype: torch.dtype) -> Weights:
    """With weights that are kept in eight bits and a scale of their own multiplied out, in dtype."""
    scales = {name.removesuffix(end): name for name in weights for end in _SCALES if name.endswith(end)}
    plain: Weights = {}
    for name, weight in weights.items():
        if name.endswith((*_SCALES, *_ASIDE)) or name in _MARKS:
            continue
        scale = scales.get(name.removesuffix(".weight")) if name.endswith(".weight") else None
        plain[name] = weight if scale is None else _scaled(weight, weights[scale], dtype)
    return plain


def _scaled(weight: Tensor, scale: Tensor, dtype: torch.dtype) -> Tensor:
    """One scale for all of it, or one for each row."""
    factor = scale.float().reshape(-1, *(1,) * (weight.ndim - 1)) if scale.numel() > 1 else scale.float()
    return (weight.float() * factor).to(dtype)


def dequantised(weights: Mapping[str, Tensor], dtype: torch.dtype) -> Weights:
    """GGUF parameters as plain tensors."""
    from diffusers.quantizers.gguf.utils import GGUFParameter, dequantize_gguf_tensor

    return {
        name: (dequantize_gguf_tensor(weight) if isinstance(weight, GGUFParameter) else weight).to(dtype)
        for name, weight in weights.items()
    }


def unpack_small(network: Any, dtype: torch.dtype) -> None:
    """Makes plain tensors of what is quantised and no matrix of a linear layer, which is all that can be used so."""
    from diffusers.quantizers.gguf.utils import GGUFLinear, GGUFParameter, dequantize_gguf_tensor

    for module in network.modules():
        if isinstance(module, GGUFLinear):
            continue
        for name, weight in list(module.named_parameters(recurse=False)):
            if isinstance(weight, GGUFParameter):
                plain = dequantize_gguf_tensor(weight).to(dtype)
                setattr(module, name, torch.nn.Parameter(plain, requires_grad=False))


def assembled(
    kind: Any, config: Mapping[str, Any], weights: Mapping[str, Tensor], dtype: torch.dtype | None = None
) -> Any:
    """A network of a diffusers class with these weights, in dtype if that is given.

    Those that are missing stay without memory (on "meta").
    """
    from accelerate import init_empty_weights

    with init_empty_weights():
        network = kind.from_config(dict(config))
    own = network.state_dict()
    found = {
        name: weight.to(dtype) if dtype is not None and weight.is_floating_point() else weight
        for name, weight in weights.items()
        if name in own
    }
    network.load_state_dict(found, strict=False, assign=True)
    return network
