"""What the worker thread knows of a worker, be it a process or a thread, and the notes that reach it."""

from __future__ import annotations

from dataclasses import dataclass
from queue import SimpleQueue
from typing import Protocol

from studio.engine.line import Ticket
from studio.engine.status import WorkerStart
from studio.request.course import Wish
from studio.request.events import Event


class Worker(Protocol):
    """Somebody who makes pictures and puts `Heard` into the inbox."""

    replaceable: bool  # it can be ended at any moment without harm

    def run(self, ticket: Ticket) -> None:
        """Asks for the pictures; one job at a time."""
        ...

    def cancel(self, number: int) -> None:
        """That job is no longer wanted. Any thread; never waits."""
        ...

    def wish(self, number: int, wish: Wish) -> None:
        """That job is to go on in another way, if it is in hand. Any thread; never waits."""
        ...

    def close(self, grace: float) -> None:
        """Ends it, by force after `grace` seconds."""
        ...


@dataclass(frozen=True)
class Facts:
    """The device, as the worker saw it last (see status.DeviceFacts)."""

    title: str
    memory_used: int
    memory_total: int


@dataclass(frozen=True)
class Ready:
    """The worker can take a job."""

    facts: Facts


@dataclass(frozen=True)
class Told:
    """An event of a job."""

    number: int
    event: Event


@dataclass(frozen=True)
class Gone:
    """The worker has ended. code: of the process; negative: the signal that ended it; None: it said why.

    message, remedy: sentences for the artist, from the worker itself, or "". details: for the log.
    """

    code: int | None
    message: str = ""
    remedy: str = ""
    details: str = ""


@dataclass(frozen=True)
class Heard:
    """A worker said something."""

    source: Worker
    what: Facts | Ready | Told | Gone


@dataclass(frozen=True)
class LineChanged:
    """There may be a new job, or another one may be next."""


@dataclass(frozen=True)
class CancelAsked:
    """The job that the worker has in hand is no longer wanted."""

    number: int


@dataclass(frozen=True)
class Delivered:
    """The window has been told how a job ended, and its pictures are kept."""


@dataclass(frozen=True)
class StartAnew:
    """From now on the worker is started in another way; the one that runs is replaced when it has nothing to do."""

    start: WorkerStart


@dataclass(frozen=True)
class Close:
    """The program ends."""


Note = Heard | LineChanged | CancelAsked | Delivered | StartAnew | Close
Inbox = SimpleQueue[Note]
