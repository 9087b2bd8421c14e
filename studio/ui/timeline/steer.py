"""Steering: what is changed while a picture is made counts from its next step on."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from studio.document.change import Change
from studio.document.document import Document
from studio.document.ways_on import Words
from studio.engine.engine import Engine
from studio.engine.job import Job
from studio.request.course import Turn
from studio.request.events import Event, Step
from studio.ui.generation import Generation

PAUSE = 350  # milliseconds without another change; a word is not steered to letter by letter


class Steer(QObject):
    """While it is on, edits of prompt, guidance and selection are told to the job in hand.

    Only what changes while it is on and the job runs: a job that was asked for with other words keeps them.
    """

    def __init__(self, document: Document, engine: Engine, generation: Generation, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._engine, self._generation = document, engine, generation
        self.on = False
        self.told: list[Turn] = []  # to the job in hand
        self._job: Job | None = None
        self._words: Words | None = None  # as they were when they were told last
        self._selected = False  # the selection changed since
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self.tell)
        document.changed.connect(self._changed)
        engine.happened.connect(self._happened)

    def set_on(self, on: bool) -> None:
        self.on = on
        self._begin(self._running())

    def tell(self) -> None:
        """Tells what is different now. Raises BadInput."""
        job = self._running()
        if not self.on or job is None or job is not self._job or self._words is None:
            return
        now = Words.of(self._document.recipe, job.request)
        before, self._words = self._words, now
        changes = {name: value for name, value in vars(now).items() if getattr(before, name) != value}
        if self._selected:
            self._selected = False
            mask = self._generation.selected_anew(job)
            changes |= {} if mask is None else {"mask": mask}
        if changes:
            turn = Turn(**changes)
            self._engine.steer(job, turn)
            self.told.append(turn)

    def _running(self) -> Job | None:
        job = self._generation.running
        return job if job is not None and job.running and not job.cancelling else None

    def _begin(self, job: Job | None) -> None:
        self._job, self._selected = job, False
        self.told = []
        self._words = Words.of(self._document.recipe, job.request) if job is not None and self.on else None

    def _happened(self, job: Job, event: Event) -> None:
        if isinstance(event, Step) and job is not self._job and job is self._running():
            self._begin(job)

    def _changed(self, change: Change) -> None:
        if not self.on or self._job is None or self._job.over:
            return
        if change & (Change.SELECTION | Change.MASK):
            self._selected = True
        if change & (Change.SELECTION | Change.MASK | Change.RECIPE):
            self._timer.start()
