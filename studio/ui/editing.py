"""Edits of the canvas that are under way: from the artist's wish to passes, and from what is made to a layer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from studio.document.document import Document
from studio.document.editing.modes import Mode, Situation
from studio.document.editing.plan import EditPlan, plan_edit
from studio.document.editing.run import EditRun, begin
from studio.document.editing.seen import selected_bounds, surface_of
from studio.request.events import Made, Picture, Step
from studio.request.family import Ability
from studio.request.geometry import Rect
from studio.request.pixels import Pixels

ON_CANVAS = frozenset((Mode.REFINE, Mode.FILL, Mode.EXPAND, Mode.ADD, Mode.REMOVE, Mode.REPLACE_BACKGROUND))
REMOVING = 0.35  # strength: what was taken away is filled with what is around it, the model only smooths that


@dataclass(frozen=True)
class Going:
    """A pass that was finished and is followed by another one, of the picture `index` of the set."""

    run: EditRun
    index: int


class Edits:
    """Which jobs are passes of which edit. Knows no engine: who asks it submits what it gives."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._runs: dict[int, EditRun] = {}

    @property
    def situation(self) -> Situation:
        """What the button goes by."""
        document = self._document
        usable = document.has_picture and document.model.family.can(Ability.IMAGE_TO_IMAGE)
        area = selected_bounds(document) if usable and document.model.family.can(Ability.INPAINT) else None
        return Situation(canvas=document.size, has_picture=usable, selection=area, strength=document.recipe.strength)

    def plan(self, mode: Mode) -> EditPlan:
        """What a mode would do now. Raises BadInput when it cannot do anything."""
        document = self._document
        strength = REMOVING if mode is Mode.REMOVE else document.recipe.strength
        plan = plan_edit(
            mode=mode,
            canvas=document.size,
            selection=self.situation.selection,
            strength=1.0 if mode is Mode.REMOVE else strength,
            family=document.model.family,
        )
        if mode is not Mode.REMOVE:
            return plan
        return replace(plan, passes=tuple(replace(each, strength=strength) for each in plan.passes))

    def begin(self, mode: Mode) -> EditRun:
        """Takes the snapshot of an edit and prepares its first pass. Raises BadInput."""
        return begin(self.plan(mode), surface_of(self._document), self._document.request())

    def put(self, job: int, run: EditRun) -> None:
        """This job is the current pass of that run."""
        self._runs[job] = run

    def repeat(self, job: int, again: int) -> None:
        """Another job tries the same pass."""
        if job in self._runs:
            self._runs[again] = self._runs[job]

    def forget(self, job: int) -> None:
        self._runs.pop(job, None)

    def area(self, job: int) -> Rect | None:
        """Where on the canvas the job's pictures belong, or None for a job that is no edit."""
        run = self._runs.get(job)
        return run.plan.result if run is not None else None

    def seen(self, job: int, step: Step) -> tuple[Step, Rect] | None:
        """The step with its preview as it lies on the canvas, soft at its edges; None for a job that is no edit."""
        run = self._runs.get(job)
        if run is None:
            return None
        if step.preview is None:
            return step, run.prepared.target
        pixels, area = run.preview(step.preview)
        return replace(step, preview=pixels), area

    def taken(self, job: int, made: Made) -> Made | Going | None:
        """What a finished picture becomes: a layer, or the reason for another pass; None for a job that is no edit."""
        run = self._runs.get(job)
        if run is None:
            return None
        if len(run.plan.passes) > 1 and run.index == 0:
            run = run.alone(made.picture.request.seed)
        after = run.taken(made.picture.pixels)
        if isinstance(after, EditRun):
            return Going(after, made.index)
        return replace(made, picture=_with(made.picture, after))


def _with(picture: Picture, layer: Pixels) -> Picture:
    return replace(picture, pixels=layer)
