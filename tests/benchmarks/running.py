"""The real engine with a real worker process, driven from a script and timed."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

from studio.engine.engine import Engine
from studio.engine.job import Job
from studio.engine.status import Phase, WorkerStart
from studio.library.gallery.gallery import Gallery
from studio.request.events import Event, Failed, Finished
from studio.request.request import GenerationRequest
from tests.benchmarks.bench_worker import MARK, describe, watched_pipeline

isolation: Literal["process", "thread"] = "process"  # "thread" only to see that the benchmarks work


@dataclass
class Outcome:
    """Times of the system's clock, in seconds. worker: what the watched pipeline noted."""

    job: Job
    submitted: float
    ended: float = 0.0
    events: list[tuple[float, Event]] = field(default_factory=list)

    @property
    def worker(self) -> dict[str, Any]:
        assert isinstance(self.job.last, Finished), self.job.last
        return json.loads(self.job.last.notes[-1].removeprefix(MARK))

    @property
    def seconds(self) -> float:
        return self.ended - self.submitted


class Running:
    """One engine; everything that happens is noted with its time."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._outcomes: dict[Job, Outcome] = {}
        self._loop = QEventLoop()
        self._wanted: Callable[[], object] = lambda: True
        engine.happened.connect(self._happened)
        engine.status_changed.connect(self._look)

    def submit(self, request: GenerationRequest) -> Outcome:
        submitted = time.monotonic()
        job = self.engine.submit(request)
        self._outcomes[job] = Outcome(job, submitted)
        return self._outcomes[job]

    def make(self, request: GenerationRequest) -> Outcome:
        """Submits and waits. Raises RuntimeError when it fails."""
        outcome = self.submit(request)
        self.until(lambda: outcome.job.over)
        if isinstance(outcome.job.last, Failed):
            raise RuntimeError(outcome.job.last)
        return outcome

    def until(self, wanted: Callable[[], object]) -> None:
        """Sleeps in the event loop until something has happened that makes it true."""
        self._wanted = wanted
        if not wanted():
            self._loop.exec()
        self._wanted = lambda: True

    def until_ready(self) -> None:
        self.engine.start()
        self.until(lambda: self.engine.status.phase is Phase.READY)

    def _happened(self, job: Job, event: Event) -> None:
        now = time.monotonic()
        if job in self._outcomes:
            self._outcomes[job].events.append((now, event))
            if job.over:
                self._outcomes[job].ended = now
        self._look()

    def _look(self, _status: object = None) -> None:
        if self._loop.isRunning() and self._wanted():
            self._loop.quit()


def wait(seconds: float) -> None:
    """In the event loop."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


@contextmanager
def running(models: Path, *, threads: int | None = None) -> Iterator[Running]:
    """An engine whose worker has the models in this folder and, as in the program, a gallery to keep pictures in.

    threads: of torch; None leaves the choice to it.
    """
    application = QCoreApplication.instance() or QCoreApplication([])
    home = Path(os.environ["SFUMATO_HOME"])
    environment = {"OMP_NUM_THREADS": str(threads)} if threads else {}
    start = WorkerStart(
        command=(sys.executable, "-m", "tests.benchmarks.bench_worker", str(models)),
        log=home / "worker.log",
        environment=environment,
        isolation=isolation,
        make_pipeline=lambda: watched_pipeline(models),
        describe=describe,
    )
    engine = Engine(start, home / "queue", Gallery(home / "gallery").keep)
    try:
        yield Running(engine)
    finally:
        engine.close()
        del application
