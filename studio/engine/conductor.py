"""What the worker thread does: one job in hand, one worker, and a way on whatever happens to either."""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from studio.engine.line import Line, Ticket
from studio.engine.mailbox import Began, WorkerState
from studio.engine.pace import Pace
from studio.engine.shared_block import sweep
from studio.engine.status import Phase, WorkerStart
from studio.engine.store import Store
from studio.engine.teller import Teller
from studio.engine.words import crashed_too_often, why_it_stopped
from studio.engine.worker_link import (
    CancelAsked,
    Close,
    Delivered,
    Facts,
    Gone,
    Heard,
    Inbox,
    LineChanged,
    Note,
    Ready,
    StartAnew,
    Told,
    Worker,
)
from studio.request.course import Wish
from studio.request.events import Cancelled, Ending, Event, Failed, Loading, Made, Picture, Step

log = logging.getLogger(__name__)

MOST_CRASHES = 3  # in a row on one request, then it is not tried again
MOST_STARTS = 3  # in a row without a job that came to its end, then only when there is a job to do
MOST_UNTOLD = 2  # ended jobs whose pictures are still being kept, then the next one waits
GRACE = 0.4  # seconds the worker has to end by itself when the program ends; it holds nothing that is not kept
LAST_WORDS = 2.0  # seconds for pictures that are just being kept when the program ends


class Conductor:
    """Decides alone, on one thread, from notes in its inbox; so every job ends exactly once."""

    def __init__(
        self,
        start: WorkerStart,
        inbox: Inbox,
        line: Line,
        store: Store,
        teller: Teller,
        show: Callable[[WorkerState], None],
    ) -> None:
        self._start = start
        self._inbox = inbox
        self._line = line
        self._store = store
        self._teller = teller
        self._show = show
        self._pace = Pace()
        self._worker: Worker | None = None
        self._ready = False
        self._stale = False  # the worker was started in a way that is no longer wanted
        self._facts = Facts("", 0, 0)
        self._starts_left = MOST_STARTS
        self._problem = ""
        self._current: Ticket | None = None
        self._deadline: float | None = None  # when a cancelled job's worker is replaced
        self._cancelled = False  # the job in hand is no longer wanted
        self._announced = 0  # the job that was told that the worker is starting
        self._untold = 0
        self._closing = False

    def run(self) -> None:
        """Until a Close comes."""
        sweep()
        self._teller.start()
        self._go_on()
        while not self._closing:
            try:
                note = self._inbox.get(timeout=self._patience_left())
            except queue.Empty:
                self._replace_worker()
            else:
                self._take(note)
            if not self._closing:
                self._go_on()
        self._leave()

    def _leave(self) -> None:
        if self._worker:
            self._worker.close(GRACE)
            if self._current and not self._worker.replaceable:
                self._store.calm(self._current.digest)  # it did not crash: see `_begin`
        self._teller.close(LAST_WORDS)

    def cancel(self, number: int) -> None:
        """Any thread, at once: the worker sees it at its next check."""
        worker = self._worker
        if worker:
            worker.cancel(number)
        self._inbox.put(CancelAsked(number))

    def keep(self, picture: Picture) -> None:
        """Any thread: keeps the picture of a draft after all."""
        self._teller.keep(picture)

    def wish(self, number: int, wish: Wish) -> None:
        """Any thread, at once: the worker hears of it at its next step. Raises OSError."""
        worker = self._worker
        if worker:
            worker.wish(number, wish)

    def _take(self, note: Note) -> None:
        match note:
            case Heard(source, what):
                if source is self._worker:
                    self._heard(what)
            case CancelAsked(number):
                if self._current and self._current.number == number and not self._cancelled:
                    self._cancelled = True
                    self._deadline = time.monotonic() + self._start.patience
            case Delivered():
                self._untold -= 1
            case StartAnew(start):
                self._start, self._stale = start, True
                self._starts_left = MOST_STARTS
            case LineChanged():
                pass
            case Close():
                self._closing = True
            case _:
                assert_never(note)

    def _heard(self, what: Facts | Ready | Told | Gone) -> None:
        match what:
            case Facts():
                self._facts = what
                self._show_state()
            case Ready(facts):
                self._ready, self._facts, self._problem = True, facts, ""
                self._show_state()
            case Told(number, event):
                if self._current and number == self._current.number:
                    self._heard_of_the_job(self._current, event)
            case Gone():
                self._lost(what)
            case _:
                assert_never(what)

    def _heard_of_the_job(self, ticket: Ticket, event: Event) -> None:
        if isinstance(event, Ending):
            self._store.calm(ticket.digest)
            self._starts_left = MOST_STARTS
            self._end(ticket, Cancelled() if self._cancelled and isinstance(event, Failed) else event)
            return
        if isinstance(event, Step) and event.seconds_left is None:
            event = replace(event, seconds_left=self._pace.left(event))
        elif isinstance(event, Made):
            self._pace.made()
        if isinstance(event, Made) or not self._cancelled:
            self._teller.tell(ticket.number, event)

    def _go_on(self) -> None:
        """Does whatever there is to do next."""
        if self._stale and self._current is None:
            self._drop_worker()
            self._stale = False
        if self._worker is None and (self._starts_left > 0 or self._line.first()):
            self._start_worker()
        if not self._ready:
            self._announce()
        while self._ready and self._current is None and self._untold < MOST_UNTOLD:
            ticket = self._line.take_next()
            if ticket is None:
                break
            self._begin(ticket)

    def _begin(self, ticket: Ticket) -> None:
        assert self._worker
        self._teller.tell(ticket.number, Began(ticket.draft))
        self._current, self._cancelled, self._deadline = ticket, False, None
        if self._store.crashes(ticket.digest) >= MOST_CRASHES:
            self._end(ticket, crashed_too_often())
            return
        if not self._worker.replaceable:
            self._store.crashed(ticket.digest)  # if it does, nobody will be left to write it down
        self._pace.begin(ticket.request)
        try:
            self._worker.run(ticket)
        except OSError as error:
            self._end(ticket, Failed(f"The request could not be handed to the engine: {error}.", repr(error)))
        self._show_state()

    def _end(self, ticket: Ticket, ending: Ending) -> None:
        self._current, self._deadline = None, None
        self._untold += 1
        self._teller.tell(ticket.number, ending)
        self._show_state()

    def _start_worker(self) -> None:
        start = self._start
        self._ready = False
        try:
            if start.isolation == "thread":
                assert start.make_pipeline, "isolation in a thread needs make_pipeline"
                from studio.engine.in_place import ThreadWorker  # on this thread: the window does not wait for it

                self._worker = ThreadWorker(start.make_pipeline, start.describe, self._inbox)
            else:
                from studio.engine.process import ProcessWorker

                self._worker = ProcessWorker(start, self._inbox)
        except OSError as error:
            self._starts_left = 0
            self._not_started(Failed(f"The engine could not be started: {error}.", repr(error)))
            self._inbox.put(LineChanged())  # to come back for whoever is next
        self._show_state()

    def _announce(self) -> None:
        """Whoever is first in the line may know why nothing happens yet."""
        first = self._line.first()
        if self._worker and first and first != self._announced:
            self._announced = first
            self._teller.tell(first, Loading("Starting the engine"))

    def _lost(self, gone: Gone) -> None:
        """The worker has ended without being asked to."""
        log.error("the worker ended (%s) %s", gone.code, gone.details)
        was_ready, ticket = self._ready, self._current
        self._drop_worker()
        if not was_ready:
            if gone.message:
                self._starts_left = 0  # it said why; it would say so again
            self._not_started(why_it_stopped(gone, starting=True))
            return
        self._starts_left -= 1
        if ticket is None:
            return
        if self._cancelled:
            self._end(ticket, Cancelled())
        elif self._store.crashed(ticket.digest) >= MOST_CRASHES:
            self._end(ticket, crashed_too_often(gone.details))
        else:
            self._end(ticket, why_it_stopped(gone))

    def _not_started(self, reason: Failed) -> None:
        self._starts_left = max(0, self._starts_left - 1)
        self._worker = None
        if self._starts_left:
            return
        self._problem = str(f"{reason.message} {reason.remedy}").strip()
        ticket = self._line.take_next()
        if ticket:
            self._teller.tell(ticket.number, Began(ticket.draft))
            self._end(ticket, reason)

    def _replace_worker(self) -> None:
        """The last resort: a cancelled job did not stop in time."""
        ticket = self._current
        self._deadline = None
        if ticket is None or self._worker is None:
            return
        if not self._worker.replaceable:
            log.warning("a cancelled job does not stop, and a thread cannot be ended")
            return
        log.warning("a cancelled job did not stop; the worker is replaced")
        self._drop_worker()
        self._end(ticket, Cancelled())

    def _drop_worker(self) -> None:
        if self._worker:
            self._worker.close(0)
        self._worker, self._ready = None, False

    def _patience_left(self) -> float | None:
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def _show_state(self) -> None:
        if self._worker is None:
            phase = Phase.STOPPED
        elif not self._ready:
            phase = Phase.STARTING
        else:
            phase = Phase.BUSY if self._current else Phase.READY
        self._show(state_of(phase, self._facts, self._problem))


def state_of(phase: Phase, facts: Facts, problem: str) -> WorkerState:
    """What the window is told of the worker."""
    return WorkerState(
        phase=phase,
        device=facts.title,
        memory_used=facts.memory_used,
        memory_total=facts.memory_total,
        problem=problem,
    )
