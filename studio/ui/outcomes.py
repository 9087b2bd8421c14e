"""What becomes of jobs: candidates for their place on the canvas, further passes, and words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from PySide6.QtCore import QObject, Signal

from studio.document.layers import GeneratedLayer
from studio.engine.engine import Engine
from studio.engine.job import Job
from studio.request.events import Cancelled, Event, Failed, Finished, Loading, Made, Queued, Step
from studio.request.passes import Part as PassPart
from studio.ui.candidates import Candidates
from studio.ui.editing import Edits, Going, Part
from studio.ui.places import Places


@dataclass(frozen=True)
class Broken:
    """A job that failed, for the quiet bar."""

    job: Job
    failed: Failed


class Outcomes(QObject):
    """failed(Broken), finished(Job, Finished), unkept(str): for the quiet bar and for announcements.

    homeless(Candidate, str): a picture that the gallery could not take, and why. over: of a job nothing more comes.
    """

    failed = Signal(object)
    finished = Signal(object, object)
    unkept = Signal(str)
    homeless = Signal(object, str)
    over = Signal()

    def __init__(self, engine: Engine, candidates: Candidates, places: Places, edits: Edits, parent: QObject) -> None:
        super().__init__(parent)
        self._engine, self._candidates, self._places, self._edits = engine, candidates, places, edits
        self._layers: dict[int, GeneratedLayer] = {}  # that jobs make anew
        engine.happened.connect(self._happened)
        engine.kept.connect(self._kept)

    def meant_for(self, job: Job, layer: GeneratedLayer) -> None:
        """What this job makes are other candidates of a layer."""
        self._layers[job.id] = layer

    def part_of(self, job: Job, step: Step) -> tuple[Part, PassPart]:
        """What a job in hand is a part of, with the number of the picture; and which of its passes it makes."""
        part = self._edits.part(job)
        return Part(part.first, _at(part, step.picture)), job.request.part or PassPart(number=0, count=1)

    def in_hand(self, first: Job) -> Job:
        """The job that works now on what this one began."""
        return next((job for job in self._engine.jobs if self._edits.part(job).first is first), first)

    def _happened(self, job: Job, event: Event) -> None:
        match event:
            case Queued() | Loading():
                pass
            case Step() | Made() if job.request.upscale is not None:
                self._enlarged(event)
            case Step():
                place = self._places.of(job)
                step, area = self._edits.seen(job.id, event) or (event, place.area)
                part = self._edits.part(job)
                event = replace(step, picture=_at(part, step.picture))
                self._candidates.step(part.first, replace(place, area=area), event)
            case Made():
                self._made(job, event)
            case Finished():
                self._over(job)
                self.finished.emit(job, event)
            case Failed():
                self._over(job)
                self.failed.emit(Broken(job, event))
            case Cancelled():
                self._over(job)
            case _:
                assert_never(event)

    def _next_pass(self, going: Going, job: Job) -> None:
        part = self._edits.part(job)
        index = going.index if part.index is None else part.index
        following = self._engine.go_on(going.run.request, job)
        self._places.note(following, going.run.plan.result, self._places.of(job))
        self._edits.put(following.id, going.run, Part(part.first, index))

    def _enlarged(self, event: Step | Made) -> None:
        """A larger picture is none of the candidates for its place."""
        if isinstance(event, Made) and event.problem:
            self.unkept.emit(event.problem)

    def _made(self, job: Job, event: Made) -> None:
        if event.problem:
            self.unkept.emit(event.problem)
        outcome = self._edits.taken(job.id, event) or event
        if isinstance(outcome, Going):
            self._next_pass(outcome, job)
        else:
            part = self._edits.part(job)
            outcome = replace(outcome, index=_at(part, outcome.index))
            run, kept = self._edits.run(job.id), event.picture
            if begun := self._edits.begun(part.first, outcome.index):
                run = begun.run
                outcome, kept = begun.finished(outcome)
                self._engine.keep(kept)
            item = self._candidates.made(
                part.first,
                self._places.of(job),
                outcome,
                edit=run,
                layer=self._layers.get(part.first.id),
                origin=kept.pixels.digest,
            )
            if event.problem:
                self.homeless.emit(item, event.problem)

    def _kept(self, made: Made) -> None:
        """What was kept on purpose: the whole result of several passes, or a picture of the live mode."""
        item = next((each for each in self._candidates.items if each.origin == made.picture.pixels.digest), None)
        if item is not None:
            item.path = made.path
        if made.problem:
            self.unkept.emit(made.problem)
            if item is not None:
                self.homeless.emit(item, made.problem)

    def _over(self, job: Job) -> None:
        first = self._edits.part(job).first
        if not isinstance(job.last, Failed):  # that one may be tried again
            self._places.forget(job)
            self._edits.forget(job.id)
        if isinstance(job.last, Failed) or not self._edits.pending(first):
            self._candidates.ended(first)
            self._layers.pop(first.id, None)
            if not isinstance(job.last, Failed):
                self._edits.over(first)
        self.over.emit()


def _at(part: Part, index: int) -> int:
    """The number of a picture in its set; jobs of later passes make one each."""
    return index if part.index is None else part.index
