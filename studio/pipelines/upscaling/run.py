"""Requests for larger pictures, from beginning to end."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import torch

from studio.pipelines.devices import Device, memory_ran_out
from studio.pipelines.garbage import collect
from studio.pipelines.loaded import Loaded
from studio.pipelines.memory import choose, ladder, slice_attention
from studio.pipelines.progress import Clock, Forecast
from studio.pipelines.upscaling.diffuse import Layout, Repaint, refuse_family
from studio.pipelines.upscaling.enlarge import Progress, enlarged, refuse_too_large
from studio.pipelines.upscaling.networks import Network, Networks
from studio.request.errors import Trouble
from studio.request.events import Finished, Loading, Made, Picture, Step
from studio.request.family import Family, Model, ModelReference
from studio.request.pipeline import Report
from studio.request.pixels import Pixels
from studio.request.request import Attachment, GenerationRequest
from studio.request.upscaling import Method, Upscale

log = logging.getLogger(__name__)
Load = Callable[[GenerationRequest, Model, Report], Loaded]


class Finder(Protocol):
    """What is wanted of the library."""

    def find(self, reference: ModelReference) -> Model: ...

    def attached(self, attachment: Attachment, family: Family | None) -> Path: ...


class Upscaler:
    """Runs requests that have `upscale`. load: a model with everything that the request lays over it."""

    def __init__(self, models: Finder, device: Device, load: Load, *, low_memory: bool, previews: bool) -> None:
        self._models = models
        self._device = device
        self._load = load
        self._low = low_memory
        self._previews = previews
        self._networks = Networks(device)

    def run(self, request: GenerationRequest, report: Report) -> Finished:
        """The picture at the request's size; how it looks where nothing is known depends on the method."""
        assert request.source is not None
        assert request.upscale is not None
        begun, job = time.perf_counter(), _Job(request, report)
        if request.upscale.method is not Method.DIFFUSION:
            network = self._network(request.upscale, report)
            with job.clock.stage("denoise"):
                pixels = enlarged(request.source, request.size, network, self._device, job.telling())
        else:
            pixels = self._painted_over(job, request.upscale)
        picture = Picture(pixels=pixels, request=request, seconds=time.perf_counter() - begun)
        report(Made(0, picture))
        return Finished((picture,), job.clock.timings, tuple(job.notes))

    def _network(self, upscale: Upscale, report: Report) -> Network | None:
        if not upscale.network:
            return None
        report(Loading("Reading the upscaler"))
        wanted = Attachment(kind="upscaler", name=upscale.network, digest=upscale.digest)
        return self._networks.get(upscale.network, self._models.attached(wanted, None))

    def _painted_over(self, job: _Job, upscale: Upscale) -> Pixels:
        request, report = job.request, job.report
        assert request.source is not None
        model = self._models.find(request.model)
        refuse_family(model.family)
        refuse_too_large(request.size, 3)
        network = self._network(upscale, report)
        with job.clock.stage("encode"):
            source = enlarged(request.source, request.size, network, self._device, job.loading())
        self._networks.let_go()
        if request.strength == 0:
            return source
        with job.clock.stage("load"):
            loaded = self._load(request, model, report)
        return self._in_tiles(job, loaded, source)

    def _in_tiles(self, job: _Job, loaded: Loaded, source: Pixels) -> Pixels:
        layout = Layout.of(job.request.size, loaded.family)
        rungs = ladder(self._device)
        rung = choose(loaded.need, layout.tile.area, self._device, resident=loaded.resident, low=self._low)
        while rung < len(rungs):
            job.note(rungs[rung].note)
            plan = rungs[rung]
            loaded.lay_out(plan)
            slice_attention(loaded.denoiser, plan, self._device)
            try:
                with torch.inference_mode(), loaded.watch.over(job.report.check), job.clock.stage("denoise"):
                    return self._repainted(job, loaded, layout, source)
            except (RuntimeError, MemoryError) as error:
                if not memory_ran_out(error):
                    raise
                log.warning("memory ran out: %s", str(error))
            collect()
            self._device.give_back()
            rung += 1
        raise Trouble(
            f"There is not enough memory to paint over tiles of {layout.tile}.",
            "Close other programs, choose a smaller model, or enlarge without a model.",
        )

    def _repainted(self, job: _Job, loaded: Loaded, layout: Layout, source: Pixels) -> Pixels:
        made = Repaint(
            request=job.request,
            source=source,
            loaded=loaded,
            layout=layout,
            report=job.report,
            progress=job.telling(),
            previews=self._previews,
            show=job.show,
        ).run()
        if source.channels != 4:
            return made
        return Pixels(np.concatenate((made.array, source.array[..., 3:]), axis=2))


@dataclass
class _Job:
    """What is told of one request."""

    request: GenerationRequest
    report: Report
    clock: Clock = field(default_factory=Clock)
    notes: list[str] = field(default_factory=list[str])
    preview: Pixels | None = None
    forecast: Forecast | None = None

    def note(self, note: str) -> None:
        if note and note not in self.notes:
            self.notes.append(note)

    def show(self, preview: Pixels | None) -> None:
        self.preview = preview or self.preview

    def telling(self) -> Progress:
        """Tells of parts as of steps, with the time that is left."""
        self.forecast = None
        return Progress(self._step, self.report.check)

    def loading(self) -> Progress:
        """Tells of parts as of getting ready."""
        return Progress(
            lambda done, total: self.report(Loading("Enlarging the picture", done / total)), self.report.check
        )

    def _step(self, done: int, total: int) -> None:
        if self.forecast is None:
            self.forecast = Forecast(total - done, 0)
            self.forecast.begin()
        if done:
            self.forecast.call_done()
            self.report(Step(done=done, total=total, preview=self.preview, seconds_left=self.forecast.seconds_left))
        self.report.check()
