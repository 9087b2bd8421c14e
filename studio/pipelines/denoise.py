"""Stage three: from noise to a picture, step by step."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import replace
from functools import cache, partial

import torch
from torch import Tensor

from studio.pipelines.conditioning import Conditioning, attending
from studio.pipelines.loaded import Loaded
from studio.pipelines.noise import renewed
from studio.pipelines.prepare import Start, generator_of
from studio.pipelines.samplers import clean, numpy_at_peace
from studio.pipelines.steering import Course

OnCall = Callable[[int, Tensor, Callable[[], Tensor]], None]
"""Told after each call of the network: how many are done, the latents now, and how to get the clean ones it meant."""


def denoise(loaded: Loaded, course: Course, start: Start, on_call: OnCall) -> Tensor:
    """The clean latents, (pictures, channels, h, w); or, when `on_call` stops the course, what it stopped with.

    The same arithmetic in the same order as diffusers' own pipelines, so the same request makes the same picture.
    """
    steps, latents = start.steps, start.latents
    generator = generator_of(start)
    denoiser, predict = loaded.denoiser, loaded.adapter.predict
    with numpy_at_peace(), loaded.visit(denoiser), loaded.watch.closely(denoiser), ExitStack() as looking:
        if start.fresh is not None:
            latents = _renewed(loaded, course, start, start.fresh)
        seen: Tensor | None = None
        for done, timestep in enumerate(steps.timesteps[start.begun :], start.begun + 1):
            if course.change is not seen:
                looking.close()
                looking.enter_context(attending(denoiser, start.known, course.change))
                seen = course.change
            noisy, inputs = latents, _inputs(course, start)
            output = predict(denoiser, inputs, steps.scaled(noisy, timestep), timestep, course.guidance)
            latents = steps.scheduler.step(output, timestep, noisy, **generator, return_dict=False)[0]
            latents = _with_known(latents.to(noisy.dtype), start, course.change, done)
            level = steps.levels[done - 1]
            on_call(done, latents, cache(partial(clean, output, noisy, level, steps)))
            if course.stopped is not None:
                return course.stopped.to(noisy.dtype)
    return latents


def _inputs(course: Course, start: Start) -> Conditioning:
    return replace(course.conditioning.repeated(len(start.generators)), shown=start.shown)


def _renewed(loaded: Loaded, course: Course, start: Start, fresh: Tensor) -> Tensor:
    """The first latents with other noise. Asks the network once what is clean in them, and forgets that it did."""
    steps = replace(start.steps, scheduler=deepcopy(start.steps.scheduler))
    timestep, level = steps.timesteps[start.begun], steps.levels[start.begun]
    scaled = steps.scaled(start.latents, timestep)
    with attending(loaded.denoiser, start.known, course.change):
        output = loaded.adapter.predict(loaded.denoiser, _inputs(course, start), scaled, timestep, course.guidance)
    return renewed(start.latents, clean(output, start.latents, level, steps), level, fresh, start.share)


def _with_known(latents: Tensor, start: Start, change: Tensor | None, done: int) -> Tensor:
    """Puts back what the mask keeps, at the noise level of the next call (differential diffusion, arXiv 2306.00950).

    A place with change c is set free for the last c of the way; where c is 0 the source comes out exactly.
    """
    if start.known is None or change is None:
        return latents
    total = len(start.steps.levels)
    kept = start.known
    if done < total:
        level = start.steps.levels[done]
        kept = level.signal * start.known + level.noise * start.noise
    return torch.where(change > 1 - done / total, latents, kept.to(latents.dtype))
