"""The source picture as latents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from studio.pipelines.codecs import Codec
from studio.pipelines.framing import Frame, opaque
from studio.pipelines.loaded import Loaded
from studio.pipelines.memory import tiling
from studio.request.family import Ability
from studio.request.request import GenerationRequest


@dataclass(frozen=True)
class Source:
    """The source picture as the codec sees it: exact latents, or a distribution that every picture draws from."""

    encoded: Any
    network: Any
    codec: Codec

    def latents(self, generator: torch.Generator | None = None) -> Tensor:
        """(1, channels, h, w), scaled as the network sees them. generator: None takes the likeliest ones."""
        return self.codec.scaled(self.network, self.plain(generator))

    def plain(self, generator: torch.Generator | None = None) -> Tensor:
        """The same as the codec itself has them."""
        if not hasattr(self.encoded, "latent_dist"):
            return self.encoded.latents if hasattr(self.encoded, "latents") else self.encoded.latent
        if generator is None:
            return self.encoded.latent_dist.mode()
        return self.encoded.latent_dist.sample(generator)


def painted_over(request: GenerationRequest) -> bool:
    """Whether the denoising starts from the source picture: at full strength only what a mask keeps matters."""
    return request.source is not None and (request.strength < 1 or request.mask is not None)


def read_source(loaded: Loaded, request: GenerationRequest, frame: Frame) -> Source | None:
    """Encodes the source picture, once for all pictures of a set; None when it does not matter."""
    if request.source is None or not (painted_over(request) or loaded.family.can(Ability.INSTRUCT)):
        return None
    return encode_picture(loaded, as_input(frame.padded(opaque(request.source))))


def encode_picture(loaded: Loaded, picture: Tensor) -> Source:
    """picture: (1, 3, height, width), -1..1."""
    codec = loaded.codec
    with loaded.visit(codec), tiling(codec, loaded.plan, encodes=True):
        inputs = picture.to(loaded.device.torch_device, codec.dtype)
        return Source(loaded.adapter.codec.encode(codec, inputs), codec, loaded.adapter.codec)


def latents_of(loaded: Loaded, picture: Tensor, shifted: bool = True) -> Tensor:
    """The likeliest latents of a picture (1, 3, height, width), -1..1.

    shifted: as the denoiser sees them; else they are only scaled.
    """
    source = encode_picture(loaded, picture)
    return source.latents() if shifted else loaded.codec.config.scaling_factor * source.plain()


def as_input(array: np.typing.NDArray[np.uint8]) -> Tensor:
    """RGB bytes, height × width × 3, as the codec takes them: (1, 3, height, width), -1..1."""
    shares = array[None].astype(np.float32) / 255.0
    return 2.0 * torch.tensor(shares).permute(0, 3, 1, 2) - 1.0
