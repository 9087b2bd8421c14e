"""Stage two: where the denoising starts - from noise alone, or from a picture with noise on it."""

from __future__ import annotations

import inspect
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from studio.pipelines.control.controls import weighty
from studio.pipelines.framing import Frame
from studio.pipelines.loaded import Loaded
from studio.pipelines.looking import shown
from studio.pipelines.noise import Strays, first_noise
from studio.pipelines.samplers import Steps
from studio.pipelines.source import Source, latents_of, painted_over
from studio.request.control import Control
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest


@dataclass(frozen=True, kw_only=True)
class Start:
    """Everything the denoising loop needs besides words.

    latents: (pictures, channels, h, w), what the first step gets. generators: one for each picture, on the CPU.
    known: clean latents of the source, noise: what hides them, change: (1, 1, h, w), 0 keep .. 1 make anew;
        the last two only with a mask. shown: see `looking`.
    controls: pictures that steer by weights beside the model; seen: what their networks see, of those that are
        followed place by place.
    hidden: by how much noise, for each of the source in it; inf where nothing of the source is seen.
    strays: other noise that is mixed into what a sampler adds on the way.
    begun: calls of the network that a parent has made already. fresh: noise that replaces a `share` of what is left.
    """

    steps: Steps
    latents: Tensor
    generators: tuple[torch.Generator, ...]
    noise: Tensor
    controls: tuple[Control, ...] = ()
    seen: tuple[Tensor, ...] = ()
    known: Tensor | None = None
    change: Tensor | None = None
    hidden: float = math.inf
    strays: Strays | None = None
    begun: int = 0
    fresh: Tensor | None = None
    share: float = 0.0
    shown: dict[str, Tensor] = field(default_factory=dict[str, Tensor])


def generator_of(start: Start) -> dict[str, Any]:
    """Samplers that add noise on the way draw it from the pictures' own generators."""
    if "generator" not in inspect.signature(start.steps.scheduler.step).parameters:
        return {}
    return {"generator": start.generators[0] if len(start.generators) == 1 else list(start.generators)}


def prepare(loaded: Loaded, frame: Frame, singles: Sequence[GenerationRequest], source: Source | None) -> Start:
    """Draws the noise of each picture from its own seed, always on the CPU, and lays it on the source, if any.

    singles: requests for one picture each, which differ in nothing but their seeds.
    """
    device, dtype, request = loaded.device.torch_device, loaded.latents_dtype, singles[0]
    generators = tuple(torch.Generator().manual_seed(each.seed) for each in singles)
    begins = source if painted_over(request) else None
    strength = request.strength if begins is not None else 1.0
    shape = latent_shape(loaded, frame)
    steps = loaded.schedulers.steps(request.sampler, request.steps, strength, device, tokens=loaded.tokens(shape))
    known = None
    if begins is not None and not (strength == 1 and _sees_all(loaded, request)):
        known = torch.cat([begins.latents(generator) for generator in generators]).to(device, dtype)
    strays = Strays.of(singles)
    noise = first_noise(generators, shape, dtype, strays).to(device)
    controls = weighty(request.controls)
    return Start(
        steps=steps,
        latents=noise * steps.loudest if known is None or strength == 1 else steps.noised(known, noise),
        generators=generators,
        noise=noise,
        strays=strays,
        controls=controls,
        seen=loaded.controls.pictures(controls, frame, partial(latents_of, loaded)),
        known=known,
        hidden=math.inf if strength == 1 else steps.levels[0].noise / max(steps.levels[0].signal, 1e-6),
        shown=shown(loaded, request, frame, source, generators),
        change=None if request.mask is None else change_map(request.mask, frame, shape).to(device, dtype),
    )


def _sees_all(loaded: Loaded, request: GenerationRequest) -> bool:
    """A UNet that is shown a hole with hard edges needs no help to keep what is around it."""
    if request.mask is None or loaded.adapter.flow is not None or not loaded.adapter.fills_holes(loaded.denoiser):
        return False
    return bool(np.isin(request.mask.array, (0, 255)).all())


def latent_shape(loaded: Loaded, frame: Frame) -> tuple[int, int, int, int]:
    """Of one picture: (1, channels, h, w)."""
    scale = loaded.family.latent_scale
    return 1, loaded.family.latent_channels, frame.canvas.height // scale, frame.canvas.width // scale


def change_map(mask: Pixels, frame: Frame, shape: Sequence[int]) -> Tensor:
    """The mask at the latents' resolution: (1, 1, h, w), 0..1, the mean over the pixels below each latent."""
    array = frame.padded(mask.array)[..., 0].astype(np.float32) / 255
    return functional.interpolate(torch.tensor(array)[None, None], tuple(shape[-2:]), mode="area")
