"""What the worker thread leaves for the window: nothing is lost but previews that nobody had time to look at."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from studio.engine.status import Phase
from studio.request.events import Event, Loading, Step


@dataclass(frozen=True)
class Began:
    """The job left the line: the worker has it in hand."""

    draft: bool = False


@dataclass(frozen=True, kw_only=True)
class WorkerState:
    """How the worker is doing. problem: why it cannot be started, or ""."""

    phase: Phase
    device: str = ""
    memory_used: int = 0
    memory_total: int = 0
    problem: str = ""


Mail = tuple[int, Event | Began]


class Mailbox:
    """At most one unseen Step lies in it, the newest; the window is woken only when the box was empty.

    `wake` is called from whatever thread puts something in. Every method may be called from any thread.
    """

    def __init__(self, wake: Callable[[], object]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._mail: list[Mail] = []
        self._state: WorkerState | None = None

    def put(self, number: int, event: Event | Began) -> None:
        """An older unseen Step of any job makes room for a newer one, and so does a Loading right before one."""
        with self._lock:
            quiet = not self._mail and self._state is None
            if isinstance(event, Step):
                self._mail = [mail for mail in self._mail if not isinstance(mail[1], Step)]
            elif isinstance(event, Loading) and self._newest_is_loading(number):
                self._mail.pop()
            self._mail.append((number, event))
        if quiet:
            self._wake()

    def put_state(self, state: WorkerState) -> None:
        """Only the newest is kept."""
        with self._lock:
            quiet = not self._mail and self._state is None
            self._state = state
        if quiet:
            self._wake()

    def take(self) -> tuple[list[Mail], WorkerState | None]:
        """All there is, in order."""
        with self._lock:
            taken = self._mail, self._state
            self._mail, self._state = [], None
        return taken

    def _newest_is_loading(self, number: int) -> bool:
        return bool(self._mail) and self._mail[-1][0] == number and isinstance(self._mail[-1][1], Loading)
