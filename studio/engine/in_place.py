"""The worker as a thread of the window's process: for debugging, and for platforms that need it."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable
from queue import SimpleQueue

from studio.engine.job_loop import Reporter, Wishes, failure, run_job
from studio.engine.line import Ticket
from studio.engine.status import DeviceFacts
from studio.engine.worker_link import Facts, Gone, Heard, Inbox, Ready, Told
from studio.request.course import Wish
from studio.request.events import Event
from studio.request.pipeline import Pipeline


class ThreadWorker:
    """Runs the same pipelines in the same way, but a crash takes the window with it and a cancel cannot be forced."""

    replaceable = False

    def __init__(
        self, make_pipeline: Callable[[], Pipeline], describe: Callable[[], DeviceFacts] | None, inbox: Inbox
    ) -> None:
        self._make_pipeline = make_pipeline
        self._describe = describe
        self._inbox = inbox
        self._unwanted = array("Q", [0])
        self._wished: Wishes = SimpleQueue()
        self._current = 0
        self._tickets: SimpleQueue[Ticket | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="sfumato worker", daemon=True)
        self._thread.start()

    def run(self, ticket: Ticket) -> None:
        self._current = ticket.number
        self._tickets.put(ticket)

    def cancel(self, number: int) -> None:
        self._unwanted[0] = number

    def wish(self, number: int, wish: Wish) -> None:
        self._wished.put((number, wish))

    def close(self, grace: float) -> None:
        self.cancel(self._current)
        self._tickets.put(None)
        self._thread.join(grace)

    def _work(self) -> None:
        try:
            pipeline = self._make_pipeline()
        except Exception as error:  # noqa: BLE001  the engine's job loop: whatever it is, the window has to know
            said = failure(error)
            self._inbox.put(Heard(self, Gone(None, said.message, said.remedy, said.details)))
            return
        self._inbox.put(Heard(self, Ready(self._facts())))
        while (ticket := self._tickets.get()) is not None:
            self._make(pipeline, ticket)
            self._inbox.put(Heard(self, self._facts()))

    def _make(self, pipeline: Pipeline, ticket: Ticket) -> None:
        def tell(event: Event) -> None:
            self._inbox.put(Heard(self, Told(ticket.number, event)))

        tell(run_job(pipeline, ticket, Reporter(ticket, self._unwanted, self._wished, tell)))

    def _facts(self) -> Facts:
        if self._describe is None:
            return Facts("", 0, 0)
        facts = self._describe()
        return Facts(facts.title, facts.memory_used, facts.memory_total)
