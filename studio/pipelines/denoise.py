"""Stage three: from noise to a picture, step by step."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from studio.pipelines.conditioning import Conditioning, attending
from studio.pipelines.loaded import Loaded
from studio.pipelines.prepare import Start
from studio.pipelines.samplers import clean, numpy_at_peace

OnCall = Callable[[int, Callable[[], Tensor]], None]
"""Told after each call of the network: how many are done, and how to get the clean latents it meant."""


def denoise(loaded: Loaded, conditioning: Conditioning, start: Start, guidance: float, on_call: OnCall) -> Tensor:
    """The clean latents, (pictures, channels, h, w).

    The same arithmetic in the same order as diffusers' own pipelines, so the same request makes the same picture.
    """
    steps, latents = start.steps, start.latents
    inputs = conditioning.repeated(len(start.generators))
    generator = _generator_of(start)
    denoiser = loaded.denoiser
    attentive = attending(denoiser, start.known, start.change)
    with numpy_at_peace(), loaded.visit(denoiser), loaded.watch.closely(denoiser), attentive:
        for done, timestep in enumerate(steps.timesteps, 1):
            noisy = latents
            output = _guided(denoiser, inputs, steps.scheduler, noisy, timestep, guidance)
            latents = steps.scheduler.step(output, timestep, noisy, **generator, return_dict=False)[0]
            latents = _with_known(latents.to(noisy.dtype), start, done)
            level = steps.levels[done - 1]
            on_call(done, lambda output=output, noisy=noisy, level=level: clean(output, noisy, level, steps))
    return latents


def _guided(
    denoiser: Any, inputs: Conditioning, scheduler: Any, latents: Tensor, timestep: Tensor, guidance: float
) -> Tensor:
    """What the network predicts, led away from the negative prompt (classifier-free guidance, arXiv 2207.12598)."""
    doubled = torch.cat([latents, latents]) if inputs.guided else latents
    extra: dict[str, Any] = {"added_cond_kwargs": inputs.added} if inputs.added else {}
    if inputs.scale is not None:
        extra["timestep_cond"] = inputs.scale
    output: Tensor = denoiser(
        scheduler.scale_model_input(doubled, timestep),
        timestep,
        encoder_hidden_states=inputs.hidden_states,
        **extra,
    ).sample
    if not inputs.guided:
        return output
    without, toward = output.chunk(2)
    return without + guidance * (toward - without)


def _with_known(latents: Tensor, start: Start, done: int) -> Tensor:
    """Puts back what the mask keeps, at the noise level of the next call (differential diffusion, arXiv 2306.00950).

    A place with change c is set free for the last c of the way; where c is 0 the source comes out exactly.
    """
    if start.known is None or start.change is None:
        return latents
    total = len(start.steps.levels)
    kept = start.known
    if done < total:
        level = start.steps.levels[done]
        kept = level.signal * start.known + level.noise * start.noise
    return torch.where(start.change > 1 - done / total, latents, kept.to(latents.dtype))


def _generator_of(start: Start) -> dict[str, Any]:
    """Samplers that add noise on the way draw it from the pictures' own generators."""
    if "generator" not in inspect.signature(start.steps.scheduler.step).parameters:
        return {}
    return {"generator": start.generators[0] if len(start.generators) == 1 else list(start.generators)}
