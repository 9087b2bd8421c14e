"""What the picture will look like, after every step, without making the sampler wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from studio.pipelines.chart import chart
from studio.pipelines.decode import decode_latents
from studio.pipelines.framing import Frame
from studio.pipelines.loaded import Loaded
from studio.pipelines.source import encode_picture
from studio.pipelines.tiny_decoder import TinyDecoder
from studio.request.geometry import Size
from studio.request.pixels import Array, Pixels

CHART = 128  # pixels a side, or more for codecs that make few latents of them
CHART_LATENTS = 16


class Previews(Protocol):
    """Gives the newest finished preview; None when there is none.

    prompt: it is always that of the step just done.
    """

    prompt: bool

    def after(self, clean: Callable[[], Tensor]) -> Pixels | None:
        """Called once a step. clean: makes the step's x0 latents."""
        ...

    def pace(self) -> None:
        """Called once a step: keeps the sampler from running far ahead of the device."""
        ...


def previews_for(loaded: Loaded, frame: Frame, wanted: bool) -> Previews:
    """By the tiny decoder where that is cheap, else by a matrix, which costs less than a millisecond. Both are done in
    place - but for CUDA, where reading the result would wait for all that is queued, and which gets a stream of its
    own."""
    if wanted and not loaded.palette.ready:
        _teach(loaded)
    if loaded.device.cuda:
        return CudaPreviews(loaded, frame, wanted)
    return PlainPreviews(loaded, frame) if wanted else NoPreviews()


def _teach(loaded: Loaded) -> None:
    """A first matrix, from what the codec makes of a chart; real pictures improve it."""
    side = max(CHART, CHART_LATENTS * loaded.family.latent_scale)
    source = encode_picture(loaded, chart(Size(side, side)))
    latents = source.latents(torch.Generator().manual_seed(0))
    loaded.palette.learn(latents, decode_latents(loaded, latents))


class NoPreviews:
    """Nobody looks."""

    prompt = True

    def after(self, clean: Callable[[], Tensor]) -> Pixels | None:
        return None

    def pace(self) -> None:
        """Nothing runs ahead."""


class Choosing:
    """The tiny decoder or the matrix, decided once for a picture, as soon as it is known what a step takes."""

    def __init__(self, loaded: Loaded) -> None:
        self._colours = loaded.palette.colours
        self._tiny = None if loaded.plan.turns else loaded.tiny  # else every preview would move weights about

    def to_try(self, step: float | None) -> TinyDecoder | None:
        """The decoder, when its cost should be measured now. step: seconds that one takes, None while unknown."""
        return self._tiny if step is not None and self._tiny is not None and not self._tiny.tried else None

    def colours(self, latents: Tensor, step: float | None) -> Tensor:
        """(height, width, 3) uint8."""
        if step is not None and self._tiny is not None and self._tiny.tried:
            if self._tiny.is_cheap(latents, step):
                self._colours = self._tiny.colours
            self._tiny = None
        return self._colours(latents)


class PlainPreviews:
    """Made in place. clock: seconds."""

    prompt = True

    def __init__(self, loaded: Loaded, frame: Frame, clock: Callable[[], float] = time.perf_counter) -> None:
        self._choosing, self._frame, self._clock = Choosing(loaded), frame, clock
        self._ended: float | None = None

    def after(self, clean: Callable[[], Tensor]) -> Pixels | None:
        step = None if self._ended is None else self._clock() - self._ended
        latents = clean()[:1]
        if tiny := self._choosing.to_try(step):
            cutting = tiny.cutting(latents)
            begun = self._clock()
            tiny.colours(cutting).cpu()
            tiny.learn(cutting, self._clock() - begun)
        colours = self._choosing.colours(latents, step).cpu().numpy()
        self._ended = self._clock()
        return framed(colours, self._frame)

    def pace(self) -> None:
        """Reading the colours waited for the device already."""


class CudaPreviews:
    """Made on a stream of their own and copied to pinned memory; a step reports the newest one that has arrived.

    A frame is skipped while the last one is still on its way. The sampler may be one step ahead of the device, so
    that progress, the time left and cancelling stay true to what is really done.
    """

    prompt = False

    def __init__(self, loaded: Loaded, frame: Frame, wanted: bool) -> None:
        self._choosing, self._frame, self._wanted = Choosing(loaded), frame, wanted
        self._paced: float | None = None
        self._step_seconds: float | None = None
        self._trial: Callable[[], None] | None = None
        self._device = loaded.device.torch_device
        self._stream = torch.cuda.Stream(self._device)
        self._arriving: tuple[torch.cuda.Event, Tensor] | None = None
        self._newest: Pixels | None = None
        self._step: torch.cuda.Event | None = None

    def after(self, clean: Callable[[], Tensor]) -> Pixels | None:
        if not self._wanted:
            return None
        self._receive()
        if self._arriving is None:
            self._send(clean)
        return self._newest

    def pace(self) -> None:
        if self._step is not None:
            self._step.synchronize()
            now = time.perf_counter()
            self._step_seconds = None if self._paced is None else now - self._paced
            self._paced = now
        self._step = torch.cuda.Event()
        self._step.record(torch.cuda.current_stream(self._device))

    def _receive(self) -> None:
        if self._arriving is not None and self._arriving[0].query():
            self._newest = framed(self._arriving[1].numpy().copy(), self._frame)
            self._arriving = None
            if self._trial is not None:
                self._trial()
                self._trial = None

    def _send(self, clean: Callable[[], Tensor]) -> None:
        latents = clean()[:1]
        self._stream.wait_stream(torch.cuda.current_stream(self._device))
        with torch.cuda.stream(self._stream):
            if tiny := self._choosing.to_try(self._step_seconds):
                self._trial = self._timed(tiny, tiny.cutting(latents))
            colours = self._choosing.colours(latents, self._step_seconds)
            pinned = torch.empty(colours.shape, dtype=torch.uint8, pin_memory=True)
            pinned.copy_(colours, non_blocking=True)
            arrived = torch.cuda.Event()
            arrived.record(self._stream)
        latents.record_stream(self._stream)
        self._arriving = (arrived, pinned)

    def _timed(self, tiny: TinyDecoder, cutting: Tensor) -> Callable[[], None]:
        """Decodes a piece between two marks, on the stream in force; call what it gives when that has arrived."""
        begun, ended = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begun.record(self._stream)
        tiny.colours(cutting)
        ended.record(self._stream)
        return lambda: tiny.learn(cutting, begun.elapsed_time(ended) / 1000)


def framed(colours: Array, frame: Frame) -> Pixels:
    """A preview of the canvas cut to the asked part, in its shape and at most its size."""
    height, width = colours.shape[:2]
    across, down = width / frame.canvas.width, height / frame.canvas.height
    asked = frame.asked
    if asked.size == frame.canvas:
        return Pixels(colours)
    box = (asked.x * across, asked.y * down, asked.right * across, asked.bottom * down)
    size = (max(1, round(asked.width * across)), max(1, round(asked.height * down)))
    return Pixels(np.asarray(Image.fromarray(colours).resize(size, Image.Resampling.BILINEAR, box=box)).copy())
