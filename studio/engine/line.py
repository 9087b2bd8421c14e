"""The order of the jobs that wait, shared by the window's thread and the worker thread."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from studio.request.request import GenerationRequest


@dataclass(frozen=True)
class Ticket:
    """A job as the worker thread sees it. digest: the same for equal requests. draft: see `Job`."""

    number: int
    request: GenerationRequest
    digest: str
    draft: bool = False


class Line:
    """Tickets in the order they will be served. Every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tickets: list[Ticket] = []

    def add(self, ticket: Ticket) -> None:
        with self._lock:
            self._tickets.append(ticket)

    def take_next(self) -> Ticket | None:
        """The first ticket, which then no longer waits."""
        with self._lock:
            return self._tickets.pop(0) if self._tickets else None

    def first(self) -> int | None:
        """The number of the job that is next."""
        with self._lock:
            return self._tickets[0].number if self._tickets else None

    def remove(self, number: int) -> bool:
        """False when that job does not wait (any more)."""
        with self._lock:
            kept = [ticket for ticket in self._tickets if ticket.number != number]
            found = len(kept) < len(self._tickets)
            self._tickets = kept
            return found

    def move(self, number: int, position: int) -> bool:
        """Puts a waiting job where `position` tickets are before it. False when it does not wait (any more)."""
        with self._lock:
            ticket = next((ticket for ticket in self._tickets if ticket.number == number), None)
            if ticket is None:
                return False
            self._tickets.remove(ticket)
            self._tickets.insert(max(0, position), ticket)
            return True

    def numbers(self) -> tuple[int, ...]:
        with self._lock:
            return tuple(ticket.number for ticket in self._tickets)
