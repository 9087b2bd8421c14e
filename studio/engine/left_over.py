"""What last time left unfinished, until it is decided about."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from studio.engine.job import Job
from studio.engine.line import Ticket
from studio.engine.store import Store, Unfinished


class LeftOver:
    """Read from the store when it is first asked for: the window does not wait for that."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read = False
        self._jobs: dict[int, Job] = {}
        self._unfinished: dict[int, Unfinished] = {}

    def read(self, known: Collection[int]) -> bool:
        """Looks once. known: numbers of jobs that are of this time. True if it looked."""
        if self._read:
            return False
        self._read = True
        self._unfinished = {job.number: job for job in self._store.unfinished() if job.number not in known}
        self._jobs = {job.number: Job(job.number, job.request, job.parent) for job in self._unfinished.values()}
        return True

    @property
    def jobs(self) -> tuple[Job, ...]:
        """In order."""
        return tuple(self._jobs.values())

    def take(self, jobs: Iterable[Job]) -> tuple[Job, ...]:
        """These are decided about; what is not among those left over is passed over."""
        return tuple(self._jobs.pop(job.id) for job in jobs if self._jobs.get(job.id) is job)

    def ticket(self, job: Job) -> Ticket:
        """What is still to be made of one that was taken."""
        return self._store.resume(self._unfinished[job.id])

    def forget(self, job: Job) -> None:
        """Nothing more is to be made of one that was taken."""
        self._store.end(job.id, None)
