"""Stage three: from noise to a picture, step by step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from copy import deepcopy
from dataclasses import replace
from functools import cache, partial

import torch
from torch import Tensor

from studio.pipelines.conditioning import attending
from studio.pipelines.control.controls import Altering
from studio.pipelines.control.guides import Call, Guide, Guides
from studio.pipelines.foretelling import Foreteller
from studio.pipelines.loaded import Loaded
from studio.pipelines.noise import renewed, straying
from studio.pipelines.prepare import Start, generator_of
from studio.pipelines.samplers import clean, numpy_at_peace
from studio.pipelines.steering import Course

OnCall = Callable[[int, Tensor, Callable[[], Tensor]], None]
"""Told after each call of the network: how many are done, the latents now, and how to get the clean ones it meant."""


def denoise(
    loaded: Loaded, course: Course, start: Start, on_call: OnCall, foreteller: Foreteller | None = None
) -> Tensor:
    """The clean latents, (pictures, channels, h, w); or, when `on_call` stops the course, what it stopped with.

    The same arithmetic in the same order as diffusers' own pipelines, so the same request makes the same picture.
    """
    steps, latents = start.steps, start.latents
    generator = generator_of(start)
    denoiser = loaded.denoiser
    with ExitStack() as stack:
        strays = straying(steps.scheduler, start.strays)
        for each in (numpy_at_peace(), strays, loaded.visit(denoiser), loaded.watch.closely(denoiser)):
            stack.enter_context(each)
        stack.callback(loaded.overlays.put_on, loaded.dress.whole)
        guides = stack.enter_context(loaded.controls.at_work(start.controls, start.seen))
        stack.enter_context(_computed(loaded, course, start, guides))
        looking = stack.enter_context(ExitStack())
        if start.fresh is not None:
            latents = _renewed(loaded, course, start, guides, start.fresh)
        seen: Tensor | None = None
        for done, timestep in enumerate(steps.timesteps[start.begun :], start.begun + 1):
            if course.change is not seen:
                looking.close()
                looking.enter_context(attending(denoiser, start.known, course.change, start.hidden))
                seen = course.change
            noisy = latents
            ask = partial(_predicted, loaded, course, start, guides, done, noisy)
            led = (id(course.conditioning.at(-(-done // steps.order))), course.guidance, id(course.change))
            level = steps.levels[done - 1]
            output = ask() if foreteller is None else foreteller.answer(done, led, ask, noisy, level, steps)
            latents = steps.scheduler.step(output, timestep, noisy, **generator, return_dict=False)[0]
            latents = _with_known(latents.to(noisy.dtype), start, course.change, done)
            on_call(done, latents, cache(partial(clean, output, noisy, level, steps)))
            if course.stopped is not None:
                return course.stopped.to(noisy.dtype)
    return latents


def _computed(loaded: Loaded, course: Course, start: Start, guides: Sequence[Guide]) -> AbstractContextManager[None]:
    first = course.conditioning.at(1)
    inputs = replace(first.repeated(len(start.generators)), shown=start.shown)
    apart = first.areas is not None or bool(first.composed)
    altered = any(isinstance(each, Altering) for each in guides)
    replaced = apart or altered or any(each.refers for each in start.controls)
    return loaded.computing.at_work(inputs, start.latents, replaced=replaced)


def _predicted(
    loaded: Loaded, course: Course, start: Start, guides: Sequence[Guide], call: int, noisy: Tensor
) -> Tensor:
    """What the network says at a call, 1 or more; of prompts that are composed, the sum of their shares.

    Prompts that hold in parts of the picture are composed, too, where the network cannot keep them apart itself.
    """
    steps = start.steps
    timestep = steps.timesteps[call - 1]
    scaled = steps.scaled(noisy, timestep)
    now = course.conditioning.at(-(-call // steps.order))
    guiding = Guides(guides, Call(call, len(steps.timesteps))) if guides else None
    total: Tensor | None = None
    for share, each in now.composed or ((1.0, now),):
        inputs = replace(each.repeated(len(start.generators)), shown=start.shown, guides=guiding)
        guidance = 0.0 if each.mute else course.guidance
        loaded.computing.saw(inputs, scaled, timestep, guidance)
        loaded.overlays.put_on(loaded.dress.whole if each.worn is None else each.worn)
        output = loaded.adapter.predict(loaded.denoiser, inputs, scaled, timestep, guidance)
        output = output if not now.composed else _part(share, output)
        total = output if total is None else total + output
    assert total is not None
    return total


def _part(share: float | Tensor, output: Tensor) -> Tensor:
    return output * (share.to(output.dtype) if isinstance(share, Tensor) else share)


def _renewed(loaded: Loaded, course: Course, start: Start, guides: Sequence[Guide], fresh: Tensor) -> Tensor:
    """The first latents with other noise. Asks the network once what is clean in them, and forgets that it did."""
    steps, call = replace(start.steps, scheduler=deepcopy(start.steps.scheduler)), start.begun + 1
    with attending(loaded.denoiser, start.known, course.change, start.hidden):
        output = _predicted(loaded, course, replace(start, steps=steps), guides, call, start.latents)
    level = steps.levels[start.begun]
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
