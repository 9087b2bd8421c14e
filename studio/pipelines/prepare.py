"""Stage two: where the denoising starts - from noise alone, or from a picture with noise on it."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from studio.pipelines.framing import Frame, opaque
from studio.pipelines.loaded import Loaded
from studio.pipelines.memory import tiling
from studio.pipelines.noise import first_noise
from studio.pipelines.samplers import Steps
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest


@dataclass(frozen=True, kw_only=True)
class Start:
    """Everything the denoising loop needs besides words.

    latents: (pictures, channels, h, w), what the first step gets. generators: one for each picture, on the CPU.
    known: clean latents of the source, noise: what hides them, change: (1, 1, h, w), 0 keep .. 1 make anew;
        the last two only with a mask.
    begun: calls of the network that a parent has made already. fresh: noise that replaces a `share` of what is left.
    """

    steps: Steps
    latents: Tensor
    generators: tuple[torch.Generator, ...]
    noise: Tensor
    known: Tensor | None = None
    change: Tensor | None = None
    begun: int = 0
    fresh: Tensor | None = None
    share: float = 0.0


def generator_of(start: Start) -> dict[str, Any]:
    """Samplers that add noise on the way draw it from the pictures' own generators."""
    if "generator" not in inspect.signature(start.steps.scheduler.step).parameters:
        return {}
    return {"generator": start.generators[0] if len(start.generators) == 1 else list(start.generators)}


@dataclass(frozen=True)
class Source:
    """The source picture as the codec sees it: exact latents, or a distribution that every picture draws from."""

    encoded: Any
    config: Any

    def latents(self, generator: torch.Generator) -> Tensor:
        """(1, channels, h, w), scaled as the network sees them."""
        found: Tensor = (
            self.encoded.latent_dist.sample(generator) if hasattr(self.encoded, "latent_dist") else self.encoded.latents
        )
        mean, deviation = self.config.get("latents_mean"), self.config.get("latents_std")
        if mean is None or deviation is None:
            return self.config.scaling_factor * found
        return (found - per_channel(mean, found)) * self.config.scaling_factor / per_channel(deviation, found)


def per_channel(values: Sequence[float], like: Tensor) -> Tensor:
    """A number for each channel, laid out to be used with latents."""
    return torch.tensor(values).view(1, -1, 1, 1).to(like)


def uses_source(request: GenerationRequest) -> bool:
    """Whether the source picture matters: at full strength only what a mask keeps does."""
    return request.source is not None and (request.strength < 1 or request.mask is not None)


def read_source(loaded: Loaded, request: GenerationRequest, frame: Frame) -> Source | None:
    """Encodes the source picture, once for all pictures of a set; None when it does not matter."""
    if request.source is None or not uses_source(request):
        return None
    return encode_picture(loaded, as_input(frame.padded(opaque(request.source))))


def encode_picture(loaded: Loaded, picture: Tensor) -> Source:
    """picture: (1, 3, height, width), -1..1."""
    codec = loaded.codec
    with loaded.visit(codec), tiling(codec, loaded.plan, encodes=True):
        inputs = picture.to(loaded.device.torch_device, codec.dtype)
        return Source(codec.encode(inputs), codec.config)


def as_input(array: np.typing.NDArray[np.uint8]) -> Tensor:
    """RGB bytes, height × width × 3, as the codec takes them: (1, 3, height, width), -1..1."""
    shares = array[None].astype(np.float32) / 255.0
    return 2.0 * torch.tensor(shares).permute(0, 3, 1, 2) - 1.0


def prepare(loaded: Loaded, frame: Frame, singles: Sequence[GenerationRequest], source: Source | None) -> Start:
    """Draws the noise of each picture from its own seed, always on the CPU, and lays it on the source, if any.

    singles: requests for one picture each, which differ in nothing but their seeds.
    """
    device, dtype, request = loaded.device.torch_device, loaded.dtype, singles[0]
    generators = tuple(torch.Generator().manual_seed(each.seed) for each in singles)
    strength = request.strength if source is not None else 1.0
    steps = loaded.schedulers.steps(request.sampler, request.steps, strength, device)
    known = None
    if source is not None:
        known = torch.cat([source.latents(generator) for generator in generators]).to(device, dtype)
    shape = latent_shape(loaded, frame)
    drawn = [first_noise(each, generator, shape, dtype) for each, generator in zip(singles, generators, strict=True)]
    noise = torch.cat(drawn).to(device)
    if known is not None and strength < 1:
        latents = steps.scheduler.add_noise(known, noise, steps.timesteps[:1].repeat(len(singles)))
    else:
        latents = noise * steps.scheduler.init_noise_sigma
    return Start(
        steps=steps,
        latents=latents,
        generators=generators,
        noise=noise,
        known=known,
        change=None if request.mask is None else change_map(request.mask, frame, shape).to(device, dtype),
    )


def latent_shape(loaded: Loaded, frame: Frame) -> tuple[int, int, int, int]:
    scale = loaded.family.latent_scale
    return 1, loaded.family.latent_channels, frame.canvas.height // scale, frame.canvas.width // scale


def change_map(mask: Pixels, frame: Frame, shape: Sequence[int]) -> Tensor:
    """The mask at the latents' resolution: (1, 1, h, w), 0..1, the mean over the pixels below each latent."""
    array = frame.padded(mask.array)[..., 0].astype(np.float32) / 255
    return functional.interpolate(torch.tensor(array)[None, None], tuple(shape[-2:]), mode="area")
