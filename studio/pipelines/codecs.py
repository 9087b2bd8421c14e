"""Between a picture codec's own latents and those the denoiser sees."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# diffusers' converters have no types

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor


class Codec(Protocol):
    """network: the codec, of diffusers' own classes. Latents are (rows, channels, h, w) outside of it."""

    def encode(self, network: Any, picture: Tensor) -> Any:
        """What the network makes of (1, 3, height, width), -1..1: exact latents, or a distribution of them."""
        ...

    def scaled(self, network: Any, found: Tensor) -> Tensor:
        """Latents as the denoiser sees them."""
        ...

    def decode(self, network: Any, latents: Tensor) -> Tensor:
        """(rows, 3, height, width), about -1..1, of latents as the denoiser sees them."""
        ...

    def renamed(self, weights: dict[str, Tensor], config: Mapping[str, Any]) -> dict[str, Tensor]:
        """Tensors of a file of its own, under the names of diffusers. config: of the network."""
        ...


class PlainCodec:
    """diffusers' AutoencoderKL, AutoencoderTiny and AutoencoderDC: one scale, with a shift or numbers per channel."""

    def encode(self, network: Any, picture: Tensor) -> Any:
        return network.encode(picture)

    def scaled(self, network: Any, found: Tensor) -> Tensor:
        config = network.config
        mean, deviation = config.get("latents_mean"), config.get("latents_std")
        if mean is not None and deviation is not None:
            return (found - per_channel(mean, found)) * config.scaling_factor / per_channel(deviation, found)
        if (shift := config.get("shift_factor")) is not None:
            return (found - shift) * config.scaling_factor
        return config.scaling_factor * found

    def decode(self, network: Any, latents: Tensor) -> Tensor:
        return network.decode(self._unscaled(network.config, latents.to(network.dtype)), return_dict=False)[0]

    def renamed(self, weights: dict[str, Tensor], config: Mapping[str, Any]) -> dict[str, Tensor]:
        if "decoder.mid.block_1.norm1.weight" not in weights:
            return weights
        from diffusers.loaders import single_file_utils

        convert: Any = single_file_utils.convert_ldm_vae_checkpoint
        return convert(weights, config)

    def _unscaled(self, config: Any, latents: Tensor) -> Tensor:
        mean, deviation = config.get("latents_mean"), config.get("latents_std")
        if mean is not None and deviation is not None:
            return latents * per_channel(deviation, latents) / config.scaling_factor + per_channel(mean, latents)
        if (shift := config.get("shift_factor")) is not None:
            return latents / config.scaling_factor + shift
        return latents / config.scaling_factor


class FilmCodec:
    """A codec of films (diffusers' AutoencoderKLQwenImage), used for a single frame."""

    def encode(self, network: Any, picture: Tensor) -> Any:
        return network.encode(picture.unsqueeze(2))

    def scaled(self, network: Any, found: Tensor) -> Tensor:
        frame = found[:, :, 0] if found.ndim == 5 else found
        config = network.config
        return (frame - per_channel(config.latents_mean, frame)) * (1.0 / per_channel(config.latents_std, frame))

    def decode(self, network: Any, latents: Tensor) -> Tensor:
        frame, config = latents.to(network.dtype), network.config
        frame = frame / (1.0 / per_channel(config.latents_std, frame)) + per_channel(config.latents_mean, frame)
        return network.decode(frame.unsqueeze(2), return_dict=False)[0][:, :, 0]

    def renamed(self, weights: dict[str, Tensor], config: Mapping[str, Any]) -> dict[str, Tensor]:
        """It is the codec of Wan 2.1, whose files keep the names of its authors."""
        if "decoder.middle.0.residual.0.gamma" not in weights:
            return weights
        from diffusers.loaders import single_file_utils

        convert: Any = single_file_utils.convert_wan_vae_to_diffusers
        return convert(dict(weights))


class PatchedCodec(PlainCodec):
    """diffusers' AutoencoderKLFlux2: two by two latents become one with four times the channels, each normalised."""

    def scaled(self, network: Any, found: Tensor) -> Tensor:
        patched = patches(found)
        mean, deviation = self._statistics(network, patched)
        return (patched - mean) / deviation

    def decode(self, network: Any, latents: Tensor) -> Tensor:
        patched = latents.to(network.dtype)
        mean, deviation = self._statistics(network, patched)
        return network.decode(unpatched(patched * deviation + mean), return_dict=False)[0]

    def renamed(self, weights: dict[str, Tensor], config: Mapping[str, Any]) -> dict[str, Tensor]:
        """Its convolutions at the ends belong to the halves there, and the numbers per channel stand beside."""
        aside = {name: weight for name, weight in weights.items() if name.startswith("bn.")}
        moved = {
            re.sub(r"^(?:encoder|decoder)\.((?:post_)?quant_conv\.)", r"\1", name): weight
            for name, weight in weights.items()
            if name not in aside
        }
        return {**super().renamed(moved, config), **aside}

    def _statistics(self, network: Any, like: Tensor) -> tuple[Tensor, Tensor]:
        variance = network.bn.running_var.view(1, -1, 1, 1)
        return network.bn.running_mean.view(1, -1, 1, 1).to(like), torch.sqrt(
            variance + network.config.batch_norm_eps
        ).to(like)


def patches(latents: Tensor) -> Tensor:
    """(rows, channels, h, w) to (rows, 4 · channels, h / 2, w / 2)."""
    rows, channels, height, width = latents.shape
    split = latents.view(rows, channels, height // 2, 2, width // 2, 2)
    return split.permute(0, 1, 3, 5, 2, 4).reshape(rows, channels * 4, height // 2, width // 2)


def unpatched(latents: Tensor) -> Tensor:
    """The inverse of `patches`."""
    rows, channels, height, width = latents.shape
    split = latents.reshape(rows, channels // 4, 2, 2, height, width)
    return split.permute(0, 1, 4, 2, 5, 3).reshape(rows, channels // 4, height * 2, width * 2)


def per_channel(values: Sequence[float], like: Tensor) -> Tensor:
    """A number for each channel, laid out to be used with latents."""
    return torch.tensor(values).view(1, -1, 1, 1).to(like)
