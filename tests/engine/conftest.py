from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from studio.engine.engine import Engine
from studio.engine.job import Job
from studio.engine.status import WorkerStart
from studio.request.events import Event, Loading, Picture

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 20_000  # milliseconds; a busy machine is no failure


@dataclass
class Studio:
    """An engine, and a note of everything it says."""

    engine: Engine
    qtbot: object
    log: list[tuple[Job, Event]] = field(default_factory=list)

    def events(self, job: Job) -> list[Event]:
        return [event for one, event in self.log if one is job]

    def process(self, job: Job) -> int:
        """Number of the worker process that had the job, as the fake says when it begins."""
        said = [event.what for event in self.events(job) if isinstance(event, Loading)]
        return next(int(what.removeprefix("process ")) for what in said if what.startswith("process "))

    def until(self, true: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(true()), timeout=PATIENCE)

    def until_over(self, *jobs: Job) -> None:
        self.until(lambda: all(job.over for job in jobs))

    def until_heard(self, job: Job, kind: type) -> None:
        self.until(lambda: any(isinstance(event, kind) for event in self.events(job)))


Open = Callable[..., Studio]


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., WorkerStart]:
    def start(*habits: str, **changes: object) -> WorkerStart:
        command = (sys.executable, "-m", "tests.engine.fake_worker", *habits)
        environment = {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
        values = {"command": command, "log": tmp_path / "logs" / "worker.log", "environment": environment}
        return WorkerStart(**{**values, **changes})

    return start


@pytest.fixture
def open_studio(qtbot, tmp_path: Path, start: Callable[..., WorkerStart]) -> Iterator[Open]:
    """Opens engines on the queue folder of this test; all are closed at the end, and must leave nothing behind."""
    before = set(threading.enumerate())
    opened: list[Engine] = []

    def open_studio(*habits: str, keep: Callable[[Picture], Path] | None = None, **changes: object) -> Studio:
        engine = Engine(start(*habits, **changes), tmp_path / "queue", keep)
        opened.append(engine)
        studio = Studio(engine, qtbot)
        engine.happened.connect(lambda job, event: studio.log.append((job, event)))
        return studio

    yield open_studio
    for engine in opened:
        engine.close()
    assert not [thread for thread in threading.enumerate() if thread not in before and not is_dummy(thread)]
    assert not list(Path("/dev/shm").glob(f"sfumato-{os.getpid()}-*"))


@pytest.fixture
def studio(open_studio: Open) -> Studio:
    return open_studio()


def is_dummy(thread: threading.Thread) -> bool:
    """A QThread that Python has met; its record outlives it."""
    return isinstance(thread, threading._DummyThread)


def gone(process: int) -> bool:
    """That process has ended (a zombie that nobody asked about counts)."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return True
