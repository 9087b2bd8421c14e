"""The studio's pipeline: a request in, pictures out, through encode, prepare, denoise and decode."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from studio.library.timelines import Timelines
from studio.pipelines.branching import begin
from studio.pipelines.computing import KernelsFailed
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.control.controls import Wanted, all_controls, weighty
from studio.pipelines.decode import decode
from studio.pipelines.denoise import denoise
from studio.pipelines.devices import Device, memory_ran_out
from studio.pipelines.encode import encode, notes_on_words
from studio.pipelines.finer_previews import tiny_decoder_of
from studio.pipelines.foretelling import Foreteller
from studio.pipelines.framing import Frame, opaque
from studio.pipelines.garbage import collect
from studio.pipelines.loaded import Loaded
from studio.pipelines.memory import choose, ladder, slice_attention
from studio.pipelines.needs import Needs
from studio.pipelines.overlays import Worn
from studio.pipelines.prepare import Start, latent_shape, prepare
from studio.pipelines.preview import Previews, previews_for
from studio.pipelines.progress import Clock, Forecast
from studio.pipelines.refusals import refuse_impossible
from studio.pipelines.remembered import Remembered
from studio.pipelines.source import Source, read_source
from studio.pipelines.steering import Course, Steering, as_made
from studio.pipelines.store import Store
from studio.pipelines.tiny_decoder import TinyDecoder
from studio.pipelines.trail import Keeping, Trail
from studio.pipelines.tuning import Tuner
from studio.pipelines.upscaling.run import Upscaler
from studio.request.control import Control
from studio.request.errors import Trouble
from studio.request.events import Finished, Loading, Made, Picture, Step
from studio.request.family import Family, Model, ModelReference
from studio.request.pipeline import Report
from studio.request.pixels import Pixels
from studio.request.request import Attachment, GenerationRequest

log = logging.getLogger(__name__)


class Finder(Protocol):
    """What the pipeline wants of the library: `library.models.Models` is one."""

    def find(self, reference: ModelReference) -> Model:
        """Raises Trouble, naming the model, when it is not on this machine."""
        ...

    def attached(self, attachment: Attachment | Control, family: Family | None) -> Path:
        """The file of weights to lay over a model of a family, or to use without one (None).

        Raises Trouble when it is not here, BadInput when it cannot fit.
        """
        ...

    def image_encoder(self, adapter: Path, name: str) -> Path:
        """The image encoder that an image prompt adapter goes with. Raises Trouble naming it when it is not here."""
        ...

    def tiny_decoder(self, family: Family) -> Path | None:
        """The folder of the decoder for previews that goes with a family, when it is on this machine."""
        ...


class StudioPipeline:
    """Runs requests one after the other on one device. Keeps models warm; holds nothing of a finished job.

    low_memory: start on a leaner plan than needed. previews: whether steps carry pictures.
    timelines: where the steps of pictures are kept, which needs previews; None keeps none. needs: what was measured.
    kernels: which of them were found to be fastest.
    """

    def __init__(
        self,
        models: Finder,
        device: Device,
        *,
        low_memory: bool = False,
        previews: bool = True,
        timelines: Timelines | None = None,
        needs: Needs | None = None,
        kernels: Remembered | None = None,
    ) -> None:
        self._models = models
        self._device = device
        self._store = Store(device)
        self._low_memory = low_memory
        self._timelines = timelines
        self._needs = needs or Needs(None)
        self._tuner = Tuner(device, kernels or Remembered(None))
        self.previews = previews
        self._upscaler = Upscaler(models, device, self._load, low_memory=low_memory, previews=previews)

    @property
    def device(self) -> Device:
        return self._device

    def run(self, request: GenerationRequest, report: Report) -> Finished:
        """Makes all pictures of the request. Same request, same bytes, on the same machine."""
        if request.upscale is not None:
            return self._upscaler.run(request, report)
        clock = Clock()
        model = self._models.find(request.model)
        refuse_impossible(request, model.family)
        frame = Frame.of(request.size, model.family)
        if request.source is not None and request.strength == 0:
            return _unchanged(request, request.source, report)
        with clock.stage("load"):
            loaded = self._load(request, model, report)
        report.check()
        with torch.inference_mode(), loaded.watch.over(report.check):
            part = request.part  # a later one is a draft, but the edit is not
            keeps = self.previews and (not report.draft or (part is not None and part.number > 0))
            keeping = Keeping(self._timelines if keeps else None, loaded)
            job = _Job(
                request,
                loaded,
                frame,
                report,
                clock,
                self._device,
                self._low_memory,
                self.previews,
                keeping,
                self._tuner,
            )
            try:
                finished = job.run()
            finally:
                loaded.controls.leave_device()
        self._needs.learn(loaded.measure, loaded.need)
        return finished

    def rest(self, wanted: Callable[[], bool]) -> None:
        """Uses a moment when nobody waits to find out what computes the last model fastest.

        wanted: whether a job has come; it is asked between blocks of the network, and ends this at once.
        """
        if (loaded := self._store.latest) is not None:
            self._tuner.measure(loaded, wanted)

    def _load(self, request: GenerationRequest, model: Model, report: Report) -> Loaded:
        """The model, with everything on that the request lays over it."""
        loaded = self._store.get(model, report)
        loaded.computing.rely_on_torch()
        if self.previews and not loaded.tiny_sought:
            loaded.tiny, loaded.tiny_sought = self._tiny_decoder(loaded), True
        if not loaded.need.measured:
            loaded.need = self._needs.applied(loaded.measure, loaded.need)
        family = model.family
        loaded.wear(
            self._worn(request.attachments, family), [self._worn(each, family) for each in worn_in_regions(request)]
        )
        guests = loaded.controls.want(self._controls(request, model.family), report)
        loaded.need = replace(loaded.need, guests=guests)
        return loaded

    def _worn(self, attachments: Sequence[Attachment], family: Family) -> list[Worn]:
        return [Worn(each.kind, each.name, self._models.attached(each, family), each.weight) for each in attachments]

    def _controls(self, request: GenerationRequest, family: Family) -> list[Wanted]:
        found: list[Wanted] = []
        for control in weighty(all_controls(request)):
            path = self._models.attached(control, family)
            encoder = self._models.image_encoder(path, control.name) if control.refers else None
            found.append(Wanted(control, path, encoder))
        return found

    def _tiny_decoder(self, loaded: Loaded) -> TinyDecoder | None:
        return tiny_decoder_of(loaded, self._models.tiny_decoder(loaded.family))


@dataclass
class _Job:
    """One request on its way. A set is made picture by picture, so that each equals the same one asked for alone."""

    request: GenerationRequest
    loaded: Loaded
    frame: Frame
    report: Report
    clock: Clock
    device: Device
    low_memory: bool
    previews: bool
    keeping: Keeping
    tuner: Tuner
    notes: list[str] = field(default_factory=list[str])
    pictures: list[Picture] = field(default_factory=list[Picture])
    rung: int = 0
    leaner_tried: bool = False
    forecast: Forecast | None = None
    source: Source | None = None
    steering: Steering | None = None  # of the pictures in the making

    def run(self) -> Finished:
        for note in notes_on_words(self.request, self.loaded.family):
            self._note(note)
        self.rung = self._first_rung()
        together = self.request.throughput and self.request.mask is None
        while (made := len(self.pictures)) < self.request.count:
            last = self.request.count if together else made + 1
            singles = [self.request.single(index) for index in range(made, last)]
            if self._survives(lambda singles=singles: self._make(singles)):
                continue
            if together:
                together = False
                self._note("Memory was short: the set was made one picture at a time.")
            else:
                self._go_leaner()
        return Finished(tuple(self.pictures), self.clock.timings, tuple(self.notes))

    def _survives(self, work: Callable[[], None]) -> bool:
        """False when memory ran out; then nothing of the attempt is left, its traceback included."""
        try:
            work()
        except KernelsFailed as failure:
            log.warning("%s failed, and is not used any more: %r", failure, failure.__cause__)
            self.tuner.refuse(self.loaded, latent_shape(self.loaded, self.frame))
            return self._survives(work)
        except (RuntimeError, MemoryError) as error:
            if not memory_ran_out(error):
                raise
            log.warning("memory ran out: %s", str(error))  # not the error: a kept log line must not hold its tensors
        else:
            return True
        collect()
        self.device.give_back()
        return False

    def _first_rung(self) -> int:
        pixels = self.frame.canvas.area * (self.request.count if self.request.throughput else 1)
        rung = choose(self.loaded.need, pixels, self.device, resident=self.loaded.resident, low=self.low_memory)
        if rung > self.low_memory:
            wanted = self.loaded.need.total(pixels, ladder(self.device)[0], resident=self.loaded.resident)
            free = self.device.free_bytes()
            amounts = f"All at once would have taken {wanted / 1e9:.1f} GB more, where {free / 1e9:.1f} GB were free."
            self._note(f"{ladder(self.device)[rung].note} {amounts}")
        return rung

    def _go_leaner(self) -> None:
        """The next rung, once a job. Raises Trouble, saying what would fit, when that was not enough either."""
        rungs = ladder(self.device)
        if self.leaner_tried or self.rung + 1 >= len(rungs):
            need, free = self.loaded.need, self.device.free_bytes()
            fitting = need.fitting(self.request.size, free, rungs[self.rung], resident=self.loaded.resident)
            raise Trouble(
                f"There is not enough memory for a picture of {self.request.size}.",
                f"About {fitting} would fit; close other programs, or choose a smaller size or model.",
            )
        self.leaner_tried = True
        self.loaded.controls.leave_device()
        self.loaded.need = self.loaded.need.doubted()
        self.rung += 1
        self._note(rungs[self.rung].note)

    def _note(self, note: str) -> None:
        if note and note not in self.notes:
            self.notes.append(note)

    def _make(self, singles: Sequence[GenerationRequest]) -> None:
        """Makes the next pictures, one for each request, and reports each."""
        begun = time.perf_counter()
        if self.steering is not None:  # memory ran out; what was wished for before that still holds
            singles = [as_made(each, self.steering) for each in singles]
        plan = ladder(self.device)[self.rung]
        self.device.forget_peak()
        self.loaded.lay_out(plan)
        self.loaded.controls.keeps = self.request.count > 1 and not plan.tiles
        slice_attention(self.loaded.denoiser, plan, self.device)
        self.tuner.settle(self.loaded, latent_shape(self.loaded, self.frame))
        with self.clock.stage("encode"):
            conditioning = encode(self.loaded, singles[0], self.frame, self.report)
            if self.source is None:
                self.source = read_source(self.loaded, self.request, self.frame)
            previews = previews_for(self.loaded, self.frame, self.previews)
        with self.clock.stage("denoise"):
            latents, trail = self._denoised(conditioning, singles, previews)
        for row, single in enumerate(singles):
            seconds = (time.perf_counter() - begun) / len(singles)
            self._finish(single, latents[row : row + 1], None if row else trail, seconds)
        self._carry_on()
        if plan == ladder(self.device)[0]:
            pixels = self.frame.canvas.area * len(singles)
            self.loaded.need = self.loaded.need.learned(self.device.peak_bytes(), pixels)

    def _denoised(
        self, conditioning: Conditioning, singles: Sequence[GenerationRequest], previews: Previews
    ) -> tuple[Tensor, Trail | None]:
        start = prepare(self.loaded, self.frame, singles, self.source)
        start = begin(self.loaded, self.frame, singles, start, self.keeping.latents, self.report)
        course = Course(conditioning, self.request.guidance, start.change)
        self.steering = steering = Steering(self.loaded, self.frame, self.report, singles[0], course)
        total, part = start.steps.total, self.request.part
        trail = Trail.of(self.loaded, self.frame, start.latents, total, part) if self.keeping.on else None
        calls = len(start.steps.levels) - start.begun
        rounds = -(-(self.request.count - len(self.pictures)) // len(singles))
        if self.forecast is None:
            self.forecast = Forecast(calls * rounds, self.request.count)
        self.forecast.calls = calls * rounds
        self.forecast.begin()
        order = start.steps.order

        def on_call(done: int, latents: Tensor, clean: Callable[[], Tensor]) -> None:
            previews.pace()
            if self.forecast is not None:
                self.forecast.call_done()
            if done % order and done < len(start.steps.levels):
                return
            preview = previews.after(clean)
            if trail is not None:
                trail.add(-(-done // order), latents, clean, preview if previews.prompt else None)
            self._tell(-(-done // order), start, preview)
            steering.after(-(-done // order), clean)

        foreteller = Foreteller(len(start.steps.levels)) if self.request.shortcuts else None
        latents = denoise(self.loaded, course, start, on_call, foreteller)
        if foreteller is not None:
            asked = calls - foreteller.foretold
            self._note(f"A draft: the network was asked {asked} times instead of {calls}.")
        return latents, trail

    def _tell(self, done: int, start: Start, preview: Pixels | None) -> None:
        self.report(
            Step(
                done=done,
                total=start.steps.total,
                preview=preview,
                seconds_left=self.forecast.seconds_left if self.forecast is not None else None,
                picture=len(self.pictures),
                pictures=self.request.count,
            )
        )

    def _finish(self, single: GenerationRequest, latents: Tensor, trail: Trail | None, seconds: float) -> None:
        assert self.steering is not None
        begun = time.perf_counter()
        self.report(Loading("Decoding the picture"))
        with self.clock.stage("decode"):
            pixels = decode(self.loaded, self.steering.request, self.frame, latents)
        request = as_made(single, self.steering)
        if trail is not None:
            self._note(self.keeping.keep(request, trail))
        decoding = time.perf_counter() - begun
        if self.forecast is not None:
            self.forecast.picture_done(decoding)
        kernels = self.loaded.computing.used.title if self.device.offers_kernels else ""
        picture = Picture(pixels=pixels, request=request, seconds=seconds + decoding, kernels=kernels)
        self.pictures.append(picture)
        self.report(Made(len(self.pictures) - 1, picture))

    def _carry_on(self) -> None:
        """What was wished for while one picture was made holds for the rest of the set from the beginning."""
        for turn in self.steering.noted if self.steering is not None else ():
            self.request = turn.applied(self.request)
        self.steering = None


def worn_in_regions(request: GenerationRequest) -> list[tuple[Attachment, ...]]:
    """For each region what is on in it: its own, and of the whole picture's what it says nothing else about."""
    found: list[tuple[Attachment, ...]] = []
    for region in request.regions:
        own = {(each.kind, each.name): each for each in (*request.attachments, *region.attachments)}
        found.append(tuple(own.values()))
    return found


def _unchanged(request: GenerationRequest, source: Pixels, report: Report) -> Finished:
    """At strength 0 nothing of the source is made anew."""
    pixels = source if request.mask is not None else Pixels(np.array(opaque(source)))
    pictures = tuple(Picture(pixels=pixels, request=request.single(index)) for index in range(request.count))
    for index, picture in enumerate(pictures):
        report(Made(index, picture))
    return Finished(pictures, notes=("At strength 0 the picture stays as it is.",))
