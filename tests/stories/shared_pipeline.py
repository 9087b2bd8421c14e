"""The embedded model, loaded once for all stories, and a hand on its speed."""

from __future__ import annotations

import threading
from pathlib import Path

from studio.library.timelines import Timelines
from studio.pipelines import make_pipeline
from studio.request.course import Wish
from studio.request.events import Event, Finished, Step
from studio.request.pipeline import Report
from studio.request.request import GenerationRequest
from studio.settings.paths import Home
from studio.shelves import models_of

ROOM = 50_000_000  # bytes for the steps of pictures


class SharedPipeline:
    """What the worker of every story runs. A story may let a picture rest after one of its steps."""

    def __init__(self, folder: Path) -> None:
        home = Home.find({"SFUMATO_HOME": str(folder)})
        home.prepare()
        self.timelines = Timelines(folder / "timelines", ROOM)
        self._pipeline = make_pipeline(models_of(home), timelines=self.timelines)
        self._rest_after = 0
        self._go = threading.Event()

    def run(self, request: GenerationRequest, report: Report) -> Finished:
        return self._pipeline.run(request, _Resting(self, report))

    def rest_after(self, step: int) -> None:
        """From now on pictures stop here until `go_on`; 0: nowhere."""
        self._rest_after = step
        self._go.clear()

    def go_on(self) -> None:
        self._rest_after = 0
        self._go.set()

    def rest(self, event: Event, report: Report) -> None:
        while isinstance(event, Step) and self._rest_after and event.done == self._rest_after:
            report.check()
            if self._go.wait(0.005):
                return


class _Resting:
    """A report that waits where the story wants it."""

    def __init__(self, shared: SharedPipeline, report: Report) -> None:
        self._shared, self._report = shared, report
        self.draft = report.draft

    def __call__(self, event: Event) -> None:
        self._report(event)
        self._shared.rest(event, self._report)

    def check(self) -> None:
        self._report.check()

    def wishes(self) -> tuple[Wish, ...]:
        return self._report.wishes()
