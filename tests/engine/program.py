"""A program with an engine, to be killed: python -m tests.engine.program QUEUE LOG WORDS…

Submits one job for each of the words, the first of two pictures, keeps nothing, and says on standard output what
happens: one event a line, after it the number of the worker process where known.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication

from studio.engine.engine import Engine
from studio.engine.job import Job
from studio.engine.status import WorkerStart
from studio.request.events import Event, Loading
from studio.request.geometry import Size
from studio.request.pixels import Pixels
from tests.engine.requests import ask


def source() -> Pixels:
    return Pixels(np.arange(96 * 64 * 4, dtype=np.uint32).astype(np.uint8).reshape(96, 64, 4))


def say(job: Job, event: Event) -> None:
    what = event.what if isinstance(event, Loading) else ""
    print(job.id, type(event).__name__, what, flush=True)  # noqa: T201


def main(queue: str, log: str, *words: str) -> int:
    application = QCoreApplication([])
    start = WorkerStart(command=(sys.executable, "-m", "tests.engine.fake_worker"), log=Path(log))
    engine = Engine(start, Path(queue), lambda picture: Path(f"{picture.request.seed}"))
    engine.happened.connect(say)
    for word in words:
        engine.submit(ask(word, source=source(), size=Size(64, 96), count=3))
    return application.exec()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
