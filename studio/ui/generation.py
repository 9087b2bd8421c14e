"""What the main button does: wishes to jobs, and how far they are."""

from __future__ import annotations

from dataclasses import replace

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
from studio.request.family import Ability
from studio.request.geometry import Rect
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest
from studio.ui.again import made_again
from studio.ui.candidates import Candidate, Candidates
from studio.ui.editing import ON_CANVAS, Edits
from studio.ui.outcomes import Outcomes
from studio.ui.places import Places
from studio.ui.progress import Progress, told

MOST_WAITING = 200  # wishes of the canvas in the queue at a time
MOST_HELD = 1 << 30  # bytes of what they remember of it
MODES = ON_CANVAS | {Mode.GENERATE, Mode.VARIATIONS}  # what `Generation.generate` can do


class Generation(QObject):
    """changed: what the button says may be different. progressed(Progress): how far the running job is.

    outcomes: what becomes of what is asked for.
    """

    changed = Signal()
    progressed = Signal(object)

    def __init__(
        self, document: Document, engine: Engine, history: PromptHistory, candidates: Candidates, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._engine = engine
        self._history = history
        self._preferred: Mode | None = None
        self._places, self._edits = Places(document), Edits(document)
        self.outcomes = Outcomes(engine, candidates, self._places, self._edits, self)
        self.outcomes.over.connect(self.changed)
        document.changed.connect(self._document_changed)
        engine.happened.connect(self._happened)
        engine.queue_changed.connect(self._queue_changed)

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
            self.outcomes.unkept.emit(self._history.problem)
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
        self.outcomes.meant_for(job, layer)
        self.changed.emit()
        return job

    def selected_anew(self, job: Job) -> Pixels | None:
        """The mask of a running edit with the selection of now, which from here on is its selection.

        None for a job that is no edit, and when nothing is selected any more.
        """
        run = self._edits.reselected(job.id)
        return run.request.mask if run is not None else None

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

    def _happened(self, job: Job) -> None:
        if job is self.running or self.running is None:
            self._show_progress()

    def _queue_changed(self) -> None:
        self._show_progress()
        self.changed.emit()

    def _show_progress(self) -> None:
        job = self.running
        waiting = len(self._engine.jobs) - 1
        self.progressed.emit(told(job, job.last, waiting) if job is not None else Progress())


def _place_of(item: Candidate) -> Rect:
    """Where what an edit makes lies in a picture of the gallery that shows all that was seen."""
    if item.recalled is None:
        return item.place.area
    context, result = item.recalled.plan.context, item.recalled.plan.result
    return result.translated(item.place.area.x - context.x, item.place.area.y - context.y)
