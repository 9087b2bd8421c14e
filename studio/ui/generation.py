"""What the main button does, and what becomes of it: wishes to jobs, what jobs tell to candidates and words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from PySide6.QtCore import QObject, Signal

from studio.document.change import Change
from studio.document.document import SOURCE_STRENGTH, Document
from studio.document.editing.kept import run_of
from studio.document.editing.modes import ANEW, Mode, Situation, possible, sentence
from studio.document.editing.plan import EditPlan
from studio.document.editing.run import EditRun
from studio.document.layers import GeneratedLayer
from studio.document.ways_on import LIKE, varied
from studio.engine.engine import Engine
from studio.engine.job import Job
from studio.prompts.history import PromptHistory
from studio.request.errors import BadInput
from studio.request.events import Cancelled, Event, Failed, Finished, Loading, Made, Queued, Step
from studio.request.family import Ability
from studio.request.geometry import Rect
from studio.request.passes import Part as PassPart
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest
from studio.ui.again import made_again
from studio.ui.candidates import Candidate, Candidates
from studio.ui.editing import ON_CANVAS, Edits, Going, Part
from studio.ui.places import Places
from studio.ui.progress import Progress, told

MOST_WAITING = 200  # wishes of the canvas in the queue at a time
MOST_HELD = 1 << 30  # bytes of what they remember of it
MODES = ON_CANVAS | {Mode.GENERATE, Mode.VARIATIONS}  # what `Generation.generate` can do


@dataclass(frozen=True)
class Broken:
    """A job that failed, for the quiet bar."""

    job: Job
    failed: Failed


class Generation(QObject):
    """changed: what the button says may be different. progressed(Progress): how far the running job is.

    failed(Broken), finished(Job, Finished), unkept(str): for the quiet bar and for announcements.
    homeless(Candidate, str): a picture that the gallery could not take, and why.
    """

    changed = Signal()
    progressed = Signal(object)
    failed = Signal(object)
    finished = Signal(object, object)
    unkept = Signal(str)
    homeless = Signal(object, str)

    def __init__(
        self, document: Document, engine: Engine, history: PromptHistory, candidates: Candidates, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._engine = engine
        self._history = history
        self._candidates = candidates
        self._places = Places(document)
        self._preferred: Mode | None = None
        self._layers: dict[int, GeneratedLayer] = {}  # that jobs make anew
        self._edits = Edits(document)
        document.changed.connect(self._document_changed)
        engine.happened.connect(self._happened)
        engine.queue_changed.connect(self._queue_changed)
        engine.kept.connect(self._kept)

    @property
    def running(self) -> Job | None:
        """The job in hand, or the next one if none is in hand yet."""
        jobs = self._engine.jobs
        return jobs[0] if jobs else None

    @property
    def situation(self) -> Situation:
        return self._edits.situation

    @property
    def modes(self) -> tuple[Mode, ...]:
        """What can be done now; the first is what the button does: what it was set to, if that is possible."""
        able = MODES if self._origin is not None else MODES - {Mode.VARIATIONS}
        modes = tuple(mode for mode in possible(self.situation) if mode in able)
        if self._preferred in modes:
            return (self._preferred, *(mode for mode in modes if mode is not self._preferred))
        return modes

    @property
    def preferred(self) -> Mode | None:
        """What the button is set to, while that is possible; None: what it takes by itself."""
        return self._preferred if self._preferred in self.modes else None

    def prefer(self, mode: Mode | None) -> None:
        if mode is not self._preferred:
            self._preferred = mode
            self.changed.emit()

    def plan(self, mode: Mode) -> EditPlan:
        """What an edit in this mode would be. Raises BadInput."""
        return self._edits.plan(mode)

    @property
    def words(self) -> str:
        """What will happen, a sentence."""
        return sentence(self.situation, self.modes[0], self._document.recipe.prompt)

    def generate(self, mode: Mode | None = None, *, first: bool = False) -> Job:
        """Asks the engine for the pictures. first: before all that wait. Raises BadInput."""
        wanted = mode or self.modes[0]
        if wanted is Mode.EXPAND and self.situation.whole:
            raise BadInput("There is no border to expand into.", "Make the canvas larger with the tool “Crop”.")
        self._check_room()
        self._adapt_strength(wanted, chosen=mode is not None)
        self._document.next_seed()
        if wanted is Mode.VARIATIONS and self._origin is not None:
            job = self._vary(self._origin)
        else:
            job = self._edit(wanted) if wanted in ON_CANVAS else self._whole()
        if first:
            self._engine.move(job, 0)
        recipe = self._document.recipe
        self._history.add(recipe.prompt, recipe.negative)
        if self._history.problem:
            self.unkept.emit(self._history.problem)
        self.changed.emit()
        return job

    def _check_room(self) -> None:
        """Raises BadInput when so much waits that nobody can want more, or that memory would run short."""
        waiting = sum(1 for job in self._engine.jobs if self._places.knows(job))
        if waiting >= MOST_WAITING or self._edits.held > MOST_HELD:
            raise BadInput(
                f"{waiting} wishes wait in the queue, and there is no room for more.",
                "Wait until some are done, or stop all of them.",
            )

    def _adapt_strength(self, mode: Mode, *, chosen: bool) -> None:
        """To what was chosen in the menu, so that the panel says what is done."""
        strength = self._document.recipe.strength
        if strength < 1 and self._document.has_picture and mode in (ANEW if chosen else {Mode.EXPAND}):
            self._document.change(strength=1.0)
        elif strength >= 1 and chosen and mode is Mode.REFINE:
            self._document.change(strength=SOURCE_STRENGTH)

    def _whole(self) -> Job:
        request = self._document.request()
        if self._document.model.family.can(Ability.INSTRUCT):  # which looks at the canvas; to edit it is another mode
            request = replace(request, source=None, mask=None, strength=1.0, origin="")
        job = self._engine.submit(request)
        self._places.note(job, Rect.of(self._document.size if self._document.has_picture else request.size))
        return job

    @property
    def _origin(self) -> GeneratedLayer | None:
        """The active layer, if it is a picture of its own that others like it can be made of."""
        layer = self._document.active
        if not isinstance(layer, GeneratedLayer) or layer.request is None:
            return None
        return layer if layer.request.source is None and layer.request.mask is None else None

    def _vary(self, layer: GeneratedLayer) -> Job:
        assert layer.request is not None
        job = self._engine.submit(varied(layer.request.single(0), LIKE, self._document.recipe.count))
        self._places.note(job, layer.area)
        return job

    def _edit(self, mode: Mode) -> Job:
        return self._pass(self._edits.begin(mode))

    def _pass(self, run: EditRun) -> Job:
        job = self._engine.submit(run.request)
        self._edits.put(job.id, run)
        self._places.note(job, run.plan.result)
        return job

    def _next_pass(self, going: Going, job: Job) -> None:
        part = self._edits.part(job)
        index = going.index if part.index is None else part.index
        following = self._engine.go_on(going.run.request, job)
        self._places.note(following, going.run.plan.result, self._places.of(job))
        self._edits.put(following.id, going.run, Part(part.first, index))

    def retry(self, job: Job) -> Job:
        """The same again, after it failed."""
        again = self._engine.retry(job)
        place = self._places.of(job)
        self._places.note(again, place.area, place)
        self._edits.repeat(job.id, again.id)
        return again

    def again(self, item: Candidate, request: GenerationRequest) -> Job:
        """Asks for another picture in the place of one that was made. Raises BadInput."""
        self._check_room()
        job = self._engine.submit(request, item.job.id or None)
        self._places.note(job, _place_of(item), item.place)
        if item.passes is not None:
            self._edits.put(job.id, item.passes)
        self.changed.emit()
        return job

    def once_more(self, request: GenerationRequest) -> Job:
        """Makes a picture of the gallery that took several passes, with all of them. Raises BadInput.

        request: what its record says, with `edit`.
        """
        self._check_room()
        if request.edit is None:
            raise ValueError("this picture was made in a single pass")
        run = run_of(request.edit)
        job = self._engine.submit(replace(request, edit=None, origin=run.wish.origin))
        self._edits.put(job.id, run)
        there = run.plan.result if run.canvas == self._document.size else Rect.of(run.plan.result.size)
        self._places.note(job, there)
        self.changed.emit()
        return job

    def make_again(self, layer: GeneratedLayer, words: str) -> Job:
        """Asks for other candidates of a generated layer. Raises BadInput."""
        self._check_room()
        what = made_again(self._document, layer, words)
        if isinstance(what, EditRun):
            job = self._pass(what)
        else:
            job = self._engine.submit(what)
            self._places.note(job, layer.area)
        self._layers[job.id] = layer
        self.changed.emit()
        return job

    def selected_anew(self, job: Job) -> Pixels | None:
        """The mask of a running edit with the selection of now, which from here on is its selection.

        None for a job that is no edit, and when nothing is selected any more.
        """
        run = self._edits.reselected(job.id)
        return run.request.mask if run is not None else None

    def part_of(self, job: Job, step: Step) -> tuple[Part, PassPart]:
        """What a job in hand is a part of, with the number of the picture; and which of its passes it makes."""
        part = self._edits.part(job)
        return Part(part.first, _at(part, step.picture)), job.request.part or PassPart(number=0, count=1)

    def in_hand(self, first: Job) -> Job:
        """The job that works now on what this one began."""
        return next((job for job in self._engine.jobs if self._edits.part(job).first is first), first)

    def cancel(self) -> None:
        """Stops the job in hand, with further passes of the same edit; others that wait go on."""
        if self.running is None:
            return
        first = self._edits.part(self.running).first
        for job in reversed(self._engine.jobs):
            if self._edits.part(job).first is first:
                self._engine.cancel(job)

    def _document_changed(self, change: Change) -> None:
        if change & (
            Change.RECIPE | Change.MODEL | Change.PIXELS | Change.LAYERS | Change.SIZE | Change.SELECTION | Change.MASK
        ):
            self.changed.emit()

    def _happened(self, job: Job, event: Event) -> None:
        match event:
            case Queued():
                pass
            case Loading():
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
        if job is self.running or self.running is None:
            self._show_progress()

    def _queue_changed(self) -> None:
        self._show_progress()
        self.changed.emit()

    def _show_progress(self) -> None:
        job = self.running
        waiting = len(self._engine.jobs) - 1
        self.progressed.emit(told(job, job.last, waiting) if job is not None else Progress())

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
        self.changed.emit()


def _place_of(item: Candidate) -> Rect:
    """Where what an edit makes lies in a picture of the gallery that shows all that was seen."""
    if item.recalled is None:
        return item.place.area
    context, result = item.recalled.plan.context, item.recalled.plan.result
    return result.translated(item.place.area.x - context.x, item.place.area.y - context.y)


def _at(part: Part, index: int) -> int:
    """The number of a picture in its set; jobs of later passes make one each."""
    return index if part.index is None else part.index
