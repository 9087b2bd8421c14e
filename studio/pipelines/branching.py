"""Going on from a step of another picture: its latents, found or made anew, and a sampler that stands there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from studio.pipelines.denoise import denoise
from studio.pipelines.encode import encode
from studio.pipelines.framing import Frame
from studio.pipelines.loaded import Loaded
from studio.pipelines.noise import fresh_noise, straying
from studio.pipelines.prepare import Start, generator_of, prepare
from studio.pipelines.source import painted_over, read_source
from studio.pipelines.steering import Course, Steering
from studio.request.events import Event, Loading
from studio.request.pipeline import Report
from studio.request.request import GenerationRequest

Remembered = Callable[[GenerationRequest, int], np.typing.NDArray[np.float16] | None]
"""The kept latents (channels, h, w) of a picture after so many steps, or None."""


def begin(
    loaded: Loaded,
    frame: Frame,
    singles: Sequence[GenerationRequest],
    start: Start,
    remembered: Remembered,
    report: Report,
) -> Start:
    """Where pictures begin that are branches of another; others begin as they are."""
    branch = singles[0].branch
    if branch is None:
        return start
    found = remembered(branch.parent, branch.step)
    latents = _made_anew(loaded, frame, branch.parent, branch.step, remembered, report) if found is None else None
    kept = torch.tensor(found)[None] if latents is None else latents.half()
    calls = branch.step * start.steps.order
    _draw_what_was_drawn(loaded, singles[0], start, calls)
    scheduler = start.steps.scheduler
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index((scheduler.begin_index or 0) + calls)
    shape = tuple(kept.shape)
    drawn = [fresh_noise(each.seed, shape, loaded.latents_dtype) for each in singles]
    return replace(
        start,
        latents=kept.to(start.latents).repeat(len(singles), 1, 1, 1),
        begun=calls,
        fresh=torch.cat(drawn).to(start.latents) if branch.fresh else None,
        share=branch.fresh,
    )


def _made_anew(
    loaded: Loaded, frame: Frame, parent: GenerationRequest, step: int, remembered: Remembered, report: Report
) -> Tensor:
    """Runs the parent up to a step. The same arithmetic as when it was made, so the same latents."""
    conditioning = encode(loaded, parent, frame, report)
    start = prepare(loaded, frame, [parent], read_source(loaded, parent, frame))
    start = begin(loaded, frame, [parent], start, remembered, report)
    course = Course(conditioning, parent.guidance, start.change)
    steering = Steering(loaded, frame, Unheard(report), parent, course)

    def on_call(done: int, latents: Tensor, clean: Callable[[], Tensor]) -> None:
        if done % start.steps.order:
            return
        report(Loading(f"Going back to step {step}", done / start.steps.order / step))
        steering.after(done // start.steps.order, clean)
        if done == step * start.steps.order:
            course.stopped = latents

    return denoise(loaded, course, start, on_call)


class Unheard:
    """A report under which nothing is wished for: what the artist wants concerns the picture that is asked for."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.draft = report.draft
        self.check = report.check

    def __call__(self, event: Event) -> None:
        self._report(event)

    def wishes(self) -> tuple[()]:
        return ()


def _draw_what_was_drawn(loaded: Loaded, request: GenerationRequest, start: Start, calls: int) -> None:
    """Lets the pictures' generators stand where they stood after so many calls, by steps that lead nowhere.

    So a branch in which nothing is changed adds the same noise on the way as its parent did.
    """
    generator = generator_of(start)
    if not generator:
        return
    spare = loaded.schedulers.steps(
        request.sampler,
        request.steps,
        request.strength if painted_over(request) else 1.0,
        loaded.device.torch_device,
        tokens=loaded.tokens(tuple(start.latents.shape)),
    )
    nothing = torch.zeros_like(start.latents)
    with straying(spare.scheduler, start.strays):
        for timestep in spare.timesteps[:calls]:
            spare.scheduler.step(nothing, timestep, nothing, **generator, return_dict=False)
