"""The live loop: a change asks for a picture, the newest change wins, one picture is made at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import assert_never

from PySide6.QtCore import QObject, QTimer, Signal

from studio.document.change import Change
from studio.document.document import SOURCE_STRENGTH, Document
from studio.engine.engine import Engine
from studio.engine.job import Job
from studio.request.errors import Trouble
from studio.request.events import Cancelled, Event, Failed, Finished, Loading, Made, Picture, Queued, Step
from studio.request.geometry import Rect
from studio.request.pixels import Pixels
from studio.ui.live.looks import Look, Looks
from studio.ui.live.pacing import Pacing

Clock = Callable[[], float]


class LiveMode(QObject):
    """While it is on, a picture of what the document amounts to is made after every change, with the seed as it is.

    changed: `on`, `words` or `fraction` is another. shown: another picture, finished or not.
    It rests while pictures are made that were asked for, and while nobody sees it.
    """

    changed = Signal()
    shown = Signal()

    def __init__(
        self, document: Document, engine: Engine, parent: QObject | None = None, clock: Clock = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._document, self._engine, self._clock = document, engine, clock
        self._looks = Looks(document)
        self.pacing = Pacing()
        self.on = False
        self.seen = True
        self.problem = ""
        self.fraction = 0.0
        self.pixels: Pixels | None = None  # the newest picture, in its place `area`
        self.area = Rect(0, 0, 0, 0)
        self._finished: tuple[Picture, Rect] | None = None
        self._first: float | None = None  # when the first change came that is not shown yet
        self._last = 0.0
        self._job: Job | None = None
        self._look: Look | None = None
        self._begun = 0.0
        self._given_up = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._due)
        document.changed.connect(self._document_changed)
        document.damaged.connect(self._damaged)
        engine.drafted.connect(self._drafted)
        engine.queue_changed.connect(self._schedule)

    # what the person does

    def set_on(self, on: bool) -> None:
        """With a picture on the canvas and full strength, which would ignore it, the strength is lowered."""
        if on == self.on:
            return
        self.on, self.problem = on, ""
        if on:
            self._looks.forget()
            if self._document.has_picture and self._document.recipe.strength >= 1:
                self._document.change(strength=SOURCE_STRENGTH)
            self._touch()
        else:
            self._rest()
        self.changed.emit()

    def set_seen(self, seen: bool) -> None:
        """Whether anybody can see the pictures."""
        if seen != self.seen:
            self.seen = seen
            if self.on and seen:
                self._looks.forget()
                self._touch()
            elif not seen:
                self._rest()
            self.changed.emit()

    @property
    def ready(self) -> bool:
        """There is a finished picture that can be put on the canvas."""
        return self._finished is not None

    def apply(self) -> None:
        """Puts the newest finished picture on the canvas as a layer, one step of undo, and into the gallery."""
        if self._finished is not None:
            picture, area = self._finished
            self._finished = None
            self._document.apply_picture(picture, area if self._document.has_picture else None)
            self._engine.keep(picture)
            self.changed.emit()

    @property
    def words(self) -> str:
        """How it is doing."""
        if not self.on:
            return self.problem or "Off"
        if self._engine.jobs:
            return "Rests while pictures are made"
        if self._job is None and self._first is not None and not self.pacing.quick:
            return "Waits until the hand rests"
        return f"Live · {self.pacing.average:.1f} s a picture" if self.pacing.average else "Live"

    # the loop

    def _document_changed(self, change: Change) -> None:
        if self._follows and self._looks.change(change):
            self._touch()

    def _damaged(self, area: Rect) -> None:
        if self._follows and self._looks.damage(area):
            self._touch()

    @property
    def _follows(self) -> bool:
        return self.on and self.seen

    def _touch(self) -> None:
        """The newest picture is not of now any more."""
        now = self._clock()
        if self._first is None:
            self._first = now
        self._last = now
        self._schedule()

    def _schedule(self) -> None:
        if self._follows and self._first is not None and not self._engine.jobs:
            wait = self.pacing.due(self._first, self._last) - self._clock()
            self._timer.start(max(0, round(wait * 1000)))

    def _due(self) -> None:
        if not self._follows or self._engine.jobs:
            return
        if self._job is None:
            self._begin()
        elif not self._job.cancelling and self.pacing.replaces(self.fraction, self._given_up):
            self._given_up += 1
            self._engine.cancel(self._job)

    def _begin(self) -> None:
        try:
            self._look = self._looks.now()
        except Trouble as trouble:
            self._stop(str(trouble))
            return
        self._first = None
        self._begun, self.fraction = self._clock(), 0.0
        self._job = self._engine.draft(self._look.request)
        self.changed.emit()

    def _drafted(self, job: Job, event: Event) -> None:
        if job is not self._job or self._look is None:
            return
        match event:
            case Queued() | Loading():
                pass
            case Step():
                self.fraction = event.done / max(1, event.total)
                if event.preview is not None:
                    self._show(*self._look.placed(event.preview))
                self.changed.emit()
            case Made():
                self._finished = self._look.finished(event.picture)
                self._show(self._finished[0].pixels, self._finished[1])
            case Finished():
                self.pacing.took(self._clock() - self._begun)
                self._given_up = 0
                self._over()
            case Cancelled():
                self._over()
            case Failed():
                self._over()
                self._stop(f"{event.message} {event.remedy}".strip())
            case _:
                assert_never(event)

    def _show(self, pixels: Pixels, area: Rect) -> None:
        self.pixels, self.area = pixels, area
        self.shown.emit()

    def _over(self) -> None:
        self._job, self.fraction = None, 0.0
        self._schedule()
        self.changed.emit()

    def _stop(self, why: str) -> None:
        """Something is wrong that would be wrong again."""
        self.set_on(False)
        self.problem = why
        self.changed.emit()

    def _rest(self) -> None:
        self._timer.stop()
        self._first = None
        if self._job is not None and not self._job.over:
            self._engine.cancel(self._job)
