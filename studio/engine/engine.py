"""The door to everything that takes long: submit requests, listen to what happens to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from queue import SimpleQueue

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from studio.engine.claim import Claim
from studio.engine.conductor import Conductor
from studio.engine.job import Job
from studio.engine.left_over import LeftOver
from studio.engine.line import Line, Ticket
from studio.engine.mailbox import Began, Mailbox, WorkerState
from studio.engine.status import EngineStatus, Phase, WorkerStart
from studio.engine.teller import APART, Teller
from studio.engine.worker_link import Close, Inbox, LineChanged, StartAnew
from studio.request.course import Keep, Turn, Wish
from studio.request.errors import Trouble
from studio.request.events import Cancelled, Event, Loading, Picture, Queued, Step
from studio.request.request import GenerationRequest

LONGEST_CLOSE = 5000  # milliseconds; it takes at most about two seconds


class Engine(QObject):
    """Lives on the thread of the window; every method returns within a few milliseconds.

    start: how the worker comes to life. queue_folder: where jobs are written down before `submit` returns.
    complete: makes a request final before it is written down, such as the words of its prompts.
    keep: puts a finished picture into the gallery and returns its path; called on a thread of the engine, before
    the window hears of the picture.

    Every job ends with exactly one Finished, Failed or Cancelled, also when the worker dies; a job in hand when
    the program ends waits in `left_over` at the next start.
    """

    happened = Signal(object, object)  # Job, Event
    kept = Signal(object)  # Made: of a picture that `keep` was asked for, with its path or what is in the way
    drafted = Signal(object, object)  # the same, of drafts
    queue_changed = Signal()
    status_changed = Signal(object)  # EngineStatus
    problem_changed = Signal(str)

    def __init__(
        self,
        start: WorkerStart,
        queue_folder: Path,
        keep: Callable[[Picture], Path] | None = None,
        complete: Callable[[GenerationRequest], GenerationRequest] = lambda request: request,
    ) -> None:
        super().__init__()
        self._complete = complete
        self._claim = Claim(queue_folder)
        self._store = self._claim.store
        self._line = Line()
        self._jobs: dict[int, Job] = {}
        self._left_over = LeftOver(self._store)
        self._worker = WorkerState(phase=Phase.STOPPED)
        self._status = EngineStatus()
        self._problem = ""
        self._closed = False
        self._thread = _Client(start, self._line, self._claim, keep)
        self._thread.news.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._look_for_problems()

    def start(self) -> None:
        """Wakes the worker, so that it is ready when the first request comes. `submit` does it too."""
        if not self._closed and not self._thread.isRunning():
            self._thread.start()
        self._look_for_problems()

    def submit(self, request: GenerationRequest, parent: int | None = None) -> Job:
        """Puts the request at the end of the queue; it is on disk when this returns."""
        return self._enter(self._store.add(self._complete(request), parent), parent)

    def draft(self, request: GenerationRequest) -> Job:
        """Asks for a look at what would be made. Told of by `drafted`, and in no list; nothing of it is kept."""
        return self._enter(self._store.draft(self._complete(request)), None)

    def keep(self, picture: Picture) -> None:
        """Puts a picture into the gallery that would not get there by itself; `kept` tells what came of it."""
        self._thread.conductor.keep(picture)

    def go_on(self, request: GenerationRequest, parent: Job) -> Job:
        """Puts a further pass of what `parent` began right behind the job in hand. A job as any other to look at.

        But nothing of it is kept, here or in the gallery: only who asked knows what it is a part of.
        """
        request = self._complete(request)
        ticket = self._store.draft(request)
        job = self._enter(ticket, parent.id, Job(ticket.number, request, parent.id))
        self.move(job, 0)
        return job

    def keep_step(self, job: Job) -> None:
        """Ends the picture in the making with what it would become after the step in hand."""
        self._wish(job, Keep())

    def steer(self, job: Job, turn: Turn) -> None:
        """Changes the job in hand from its next step on. Raises BadInput when that cannot be."""
        turn.applied(job.request)
        self._wish(job, turn)

    def retry(self, job: Job) -> Job:
        """Asks once more for what failed or was cancelled; the new job knows the old one as its parent.

        A request that ended the worker three times in a row fails at once.
        """
        return self.submit(job.request, parent=job.id)

    def repeat(self, job: Job) -> Job:
        """Asks for the same again: the same pictures, unless `job.request` is changed first."""
        return self.submit(job.request, parent=job.id)

    def cancel(self, job: Job) -> None:
        """A waiting job is over when this returns; a running one is marked, and ends within a part of a step."""
        if job.over or job.cancelling or job.id not in self._jobs:
            return
        job.cancelling = True
        if self._line.remove(job.id):
            self._store.end(job.id, Cancelled())
            self._happen(job, Cancelled())
            self._renumber()
        else:
            self._thread.conductor.cancel(job.id)
        self._queue_has_changed()

    def cancel_all(self) -> None:
        """The running job and all that wait."""
        for job in reversed(self.jobs):
            self.cancel(job)

    def move(self, job: Job, position: int) -> None:
        """Serves a waiting job when `position` others are served; a running one stays where it is."""
        if self._line.move(job.id, position):
            self._store.order(self._line.numbers())
            self._renumber()
            self._queue_has_changed()
            self._thread.inbox.put(LineChanged())

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The running job, then those that wait, in order."""
        waiting = self._line.numbers()
        running = [job for number, job in self._jobs.items() if number not in waiting]
        all_ = (*running, *(self._jobs[number] for number in waiting if number in self._jobs))
        return tuple(job for job in all_ if not job.draft)

    @property
    def left_over(self) -> tuple[Job, ...]:
        """What last time left unfinished, in order, until `resume` or `discard` decides about it."""
        if self._left_over.read({*self._jobs, *self._line.numbers()}):
            self._look_for_problems()
        return self._left_over.jobs

    def resume(self, jobs: Iterable[Job] | None = None) -> None:
        """Puts left over jobs (all of them by default) back into the queue. Of a set only the missing is made."""
        for job in self._left_over.take(self.left_over if jobs is None else jobs):
            self._enter(self._left_over.ticket(job), job.parent, job)

    def discard(self, jobs: Iterable[Job] | None = None) -> None:
        """Forgets left over jobs (all of them by default)."""
        for job in self._left_over.take(self.left_over if jobs is None else jobs):
            self._left_over.forget(job)
        self._queue_has_changed()

    def start_anew(self, start: WorkerStart) -> None:
        """Starts the worker in this way from now on; one that runs is replaced as soon as it has nothing in hand."""
        self._thread.inbox.put(StartAnew(start))

    @property
    def status(self) -> EngineStatus:
        return self._status

    @property
    def problem(self) -> str:
        """What the artist should know about the queue or the worker: sentences, or ""."""
        return self._problem

    def close(self) -> None:
        """Ends the worker and everything else, in about a second; what is unfinished stays in the queue."""
        if self._closed:
            return
        self._closed = True
        if self._thread.isRunning():
            self._thread.inbox.put(Close())
            self._thread.wait(LONGEST_CLOSE)
        self._deliver()
        self._claim.close()

    def _enter(self, ticket: Ticket, parent: int | None, job: Job | None = None) -> Job:
        queued = Queued(len(self._line.numbers()))
        job = job or Job(ticket.number, ticket.request, parent, ticket.draft)
        job.last = queued
        self._jobs[job.id] = job
        self._thread.mailbox.put(job.id, queued)
        self._line.add(ticket)
        self._thread.inbox.put(LineChanged())
        self.start()
        self._queue_has_changed()
        return job

    def _wish(self, job: Job, wish: Wish) -> None:
        if not job.running or job.cancelling:
            return
        try:
            self._thread.conductor.wish(job.id, wish)
        except OSError as error:
            raise Trouble("There is too little memory to change the picture on the way.", details=str(error)) from error

    @Slot()
    def _deliver(self) -> None:
        mail, state = self._thread.mailbox.take()
        for number, event in mail:
            if number == APART:
                self.kept.emit(event)
            job = self._jobs.get(number)
            if job is None:
                continue
            if isinstance(event, Began):
                job.running = True
                self._renumber()
                self._queue_has_changed()
            elif not (job.cancelling and isinstance(event, Step | Loading)):
                self._happen(job, event)
        if state:
            self._worker = state
            self._show_status()
            self._look_for_problems()

    def _happen(self, job: Job, event: Event) -> None:
        job.last = event
        if job.over:
            del self._jobs[job.id]
            job.running = job.cancelling = False
        (self.drafted if job.draft else self.happened).emit(job, event)
        if job.over:
            self._queue_has_changed()

    def _renumber(self) -> None:
        """Tells every waiting job whose position is another now."""
        for position, number in enumerate(self._line.numbers()):
            job = self._jobs.get(number)
            known = job.last.position if job and isinstance(job.last, Queued) else 0  # or it was told of the start
            if job and known != position:
                self._happen(job, Queued(position))

    def _queue_has_changed(self) -> None:
        self.queue_changed.emit()
        self._show_status()

    def _show_status(self) -> None:
        worker = self._worker
        status = EngineStatus(
            phase=worker.phase,
            device=worker.device,
            memory_used=worker.memory_used,
            memory_total=worker.memory_total,
            queue_length=sum(1 for job in self.jobs if not job.running),
        )
        if status != self._status:
            self._status = status
            self.status_changed.emit(status)

    def _look_for_problems(self) -> None:
        sentences = (self._store.notice, self._store.problem, self._worker.problem)
        problem = " ".join(sentence for sentence in sentences if sentence)
        if problem != self._problem:
            self._problem = problem
            self.problem_changed.emit(problem)


class _Client(QThread):
    """The worker thread: runs the conductor, and brings the news to the window."""

    news = Signal()

    def __init__(self, start: WorkerStart, line: Line, claim: Claim, keep: Callable[[Picture], Path] | None) -> None:
        super().__init__()
        self.setObjectName("sfumato engine")
        self.mailbox = Mailbox(self.news.emit)
        self.inbox: Inbox = SimpleQueue()
        teller = Teller(claim.store, self.mailbox, self.inbox, keep)
        self.conductor = Conductor(start, self.inbox, line, claim.store, teller, self.mailbox.put_state)

    def run(self) -> None:
        self.conductor.run()
