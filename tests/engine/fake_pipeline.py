"""Pictures without a model: what it does is in the words of the prompt, one word for each habit."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass, replace

import numpy as np

from studio.request.course import Keep
from studio.request.errors import Trouble
from studio.request.events import Finished, Loading, Made, Picture, Step, Timings
from studio.request.geometry import Size
from studio.request.pipeline import Report
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest


def preview_of(seed: int, step: int, size: Size) -> Pixels:
    """The preview that the fake shows after a step: random colours, the same in every process."""
    return Pixels(
        np.random.default_rng((seed, step)).integers(0, 255, (size.height // 4, size.width // 4, 3), np.uint8)
    )


def picture_of(seed: int, size: Size) -> Pixels:
    return Pixels(np.random.default_rng(seed).integers(0, 255, (size.height, size.width, 3), np.uint8))


@dataclass(frozen=True)
class Device:
    title: str = "A fake"
    memory_used: int = 1_000
    memory_total: int = 10_000


class FakePipeline:
    """Habits: see `_before`. Without any: every step at once, a preview with each."""

    def run(self, request: GenerationRequest, report: Report) -> Finished:
        report(Loading(f"process {os.getpid()}", 0.5))
        self._before(request, report)
        pictures: list[Picture] = []
        for index in range(request.count):
            single = request.single(index)
            for step in range(1, request.steps + 1):
                preview = preview_of(single.seed, step, request.size)
                report(Step(step, request.steps, preview, picture=index, pictures=request.count))
                self._within(request, report, index, step)
                if "obedient" in request.prompt.text:
                    single = self._obeyed(single, report, step)
            source = request.source if "echo" in request.prompt.text else None
            picture = Picture(pixels=source or picture_of(single.seed, request.size), request=single, seconds=0.5)
            pictures.append(picture)
            if "silent" not in request.prompt.text:
                report(Made(index, picture))
        return Finished(tuple(pictures), Timings(denoise=1.5), notes=("A note.",))

    def _obeyed(self, single: GenerationRequest, report: Report, step: int) -> GenerationRequest:
        """Waits for a wish, and writes it down."""
        while not (wishes := report.wishes()):
            report.check()
        for wish in wishes:
            if isinstance(wish, Keep):
                single = replace(single, stop_at=step)
            else:
                single = replace(single, steering=(*single.steering, replace(wish, step=step)))
        return single

    def _before(self, request: GenerationRequest, report: Report) -> None:
        words = request.prompt.text.split()
        if "trouble" in words:
            raise Trouble("There is no more paper.", "Buy some.", "shelf 3")
        if "defect" in words:
            raise ZeroDivisionError("division by zero")
        if "print" in words:
            print("something printed", flush=True)  # noqa: T201
        if "exit" in words:
            os._exit(7)

    def _within(self, request: GenerationRequest, report: Report, index: int, step: int) -> None:
        """Happens after the first step of a picture."""
        words = request.prompt.text.split()
        if step > 1:
            return
        if "killed" in words:
            os.kill(os.getpid(), signal.SIGKILL)
        if "endless" in words or ("endless-second" in words and index == 1):
            while True:
                report.check()
        if "deaf" in words:
            threading.Event().wait()
