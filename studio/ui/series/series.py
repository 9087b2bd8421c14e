"""Jobs that belong together: one line in the queue, one progress, one cancel."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from studio.engine.engine import Engine
from studio.engine.job import Job
from studio.request.errors import Trouble
from studio.request.events import Event, Failed, Made, Picture, Step
from studio.request.request import GenerationRequest
from studio.ui.progress import joined, seconds


class Series(QObject):
    """changed: it has come further. over: nothing more will happen to it. handed(int): all before this place are in
    the queue, or cannot be.

    ask: makes the request of a place; Trouble it raises is noted and the series goes on. ahead: how many of its jobs
    are in the queue at a time; what is there survives a crash. begun: its first jobs, if they are in the queue already.
    """

    changed = Signal()
    handed = Signal(int)
    over = Signal()

    def __init__(
        self,
        engine: Engine,
        title: str,
        total: int,
        ask: Callable[[int], GenerationRequest],
        ahead: int,
        begun: Sequence[Job] = (),
    ) -> None:
        super().__init__()
        self._engine, self._ask, self._ahead = engine, ask, ahead
        self.title = title
        self.total = total
        self.pictures: dict[int, Picture] = {}
        self.problems: list[str] = []
        self.cancelled = False
        self.ended = False
        self._next = len(begun)
        self._jobs: dict[Job, int] = {job: place for place, job in enumerate(begun)}
        self._done = 0
        self._part = 0.0  # of the picture in the making
        self._left: float | None = None
        engine.happened.connect(self._happened)

    def start(self) -> None:
        self._feed()

    def cancel(self) -> None:
        """Those that wait first, so that none of them begins."""
        self.cancelled = True
        for job in reversed(list(self._jobs)):
            self._engine.cancel(job)
        self._look_whether_over()

    def has(self, job: Job) -> bool:
        return job in self._jobs

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Those in the queue now."""
        return tuple(self._jobs)

    @property
    def fraction(self) -> float:
        return (self._done + self._part) / max(1, self.total)

    @property
    def words(self) -> str:
        """How far it is."""
        left = "" if self._left is None else f"{seconds(self._left)} left"
        return joined(f"Picture {min(self._done + 1, self.total)} of {self.total}", left)

    def _feed(self) -> None:
        while not self.cancelled and self._next < self.total and len(self._jobs) < self._ahead:
            place, self._next = self._next, self._next + 1
            try:
                request = self._ask(place)
            except Trouble as trouble:
                self._done += 1
                self.problems.append(str(trouble))
            else:
                self._submit(place, request)
            self.handed.emit(self._next)
        self._look_whether_over()

    def _submit(self, place: int, request: GenerationRequest) -> None:
        job = self._engine.submit(request)
        self._jobs[job] = place
        self.changed.emit()

    def _happened(self, job: Job, event: Event) -> None:
        place = self._jobs.get(job)
        if place is None:
            return
        if isinstance(event, Step):
            self._part = event.done / max(1, event.total)
            if event.seconds_left is not None:
                whole = event.seconds_left / max(0.05, 1 - self._part)
                self._left = event.seconds_left + whole * (self.total - self._done - 1)
        elif isinstance(event, Made):
            self.pictures[place] = event.picture
        elif isinstance(event, Failed):
            self.problems.append(event.message)
        if job.over:
            del self._jobs[job]
            self._done, self._part = self._done + 1, 0.0
            self._feed()
        self.changed.emit()

    def _look_whether_over(self) -> None:
        if not self.ended and not self._jobs and (self.cancelled or self._next >= self.total):
            self.ended = True
            self._engine.happened.disconnect(self._happened)
            self.over.emit()
