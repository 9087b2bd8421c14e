"""Edits of the canvas that are under way: from the artist's wish to passes, and from what is made to a layer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from studio.document.change import Change
from studio.document.document import Document
from studio.document.editing.kept import edit_of
from studio.document.editing.modes import Mode, Situation
from studio.document.editing.plan import Choices, Context, EditPlan, Fill, plan_edit
from studio.document.editing.prepare import no_regions
from studio.document.editing.run import EditRun, begin
from studio.document.editing.seen import (
    Chosen,
    chosen,
    chosen_region,
    context_named,
    is_bare,
    parts_of,
    surface_of,
    wish_of,
)
from studio.document.layers import RegionLayer
from studio.document.regioning import with_root
from studio.engine.job import Job
from studio.request.events import Made, Picture, Step
from studio.request.family import Ability, Family
from studio.request.geometry import Rect
from studio.request.passes import Way
from studio.request.request import GenerationRequest, Prompt

ON_CANVAS = frozenset(Mode) - {Mode.GENERATE, Mode.VARIATIONS}
REMOVING = 0.25  # strength: what was taken away is filled with what is around it, the model only smooths that
DETAILING = 0.4  # strength of details when the artist has not set one under 100 %
AREAS = Change.SELECTION | Change.MASK | Change.LAYERS | Change.SIZE | Change.MODEL


@dataclass(frozen=True)
class Part:
    """What a job is a part of. first: the job of the first pass. index: of the picture in its set; None: all."""

    first: Job
    index: int | None = None


@dataclass(frozen=True)
class Going:
    """A pass that was finished and is followed by another one, of the picture `index` of the set."""

    run: EditRun
    index: int


@dataclass(frozen=True)
class Begun:
    """The first of several passes: its run, for one picture of the set, and the picture that it made.

    ways: how the passes after it went, so far.
    """

    run: EditRun
    picture: Picture
    ways: tuple[Way, ...] = ()

    def after(self, request: GenerationRequest) -> Begun:
        """Another pass is over. request: what it was made by in the end."""
        return replace(self, ways=(*self.ways, Way(steering=request.steering, stop_at=request.stop_at)))

    def finished(self, made: Made) -> tuple[Made, Picture]:
        """What the last pass made (a layer), as a result of the first one's request; and all of it for the gallery.

        Later passes only work over what the first one made: its request has the artist's wish, and its steps. In the
        gallery's record are all of them.
        """
        request, layer = self.picture.request, made.picture.pixels
        whole = replace(request, origin=self.picture.pixels.digest, edit=edit_of(self.run, self.ways))
        picture = Picture(pixels=self.run.whole(layer), request=whole, kernels=self.picture.kernels)
        return replace(made, picture=replace(made.picture, request=request)), picture


class Edits:
    """Which jobs are passes of which edit. Knows no engine: who asks it submits what it gives."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._runs: dict[int, EditRun] = {}
        self._parts: dict[int, Part] = {}
        self._begun: dict[tuple[int, int], Begun] = {}  # by the first job and the number of the picture in its set
        self._chosen: tuple[Chosen | None, Chosen | None] | None = None
        self._bare: bool | None = None
        document.changed.connect(self._changed)

    @property
    def situation(self) -> Situation:
        """What the button goes by."""
        document, family = self._document, self._document.model.family
        usable = document.has_picture and family.can(Ability.IMAGE_TO_IMAGE)
        area, region = self._areas() if usable and family.can(Ability.INPAINT) else (None, None)
        return Situation(
            canvas=document.size,
            has_picture=usable,
            selection=None if area is None else area.bounds,
            covered=area is not None and area.covered,
            border=area is not None and area.border,
            bare=area is not None and self._is_bare(area),
            parts=1 if area is None else area.parts,
            strength=document.recipe.strength,
            region=region is not None,
            instructs=usable and family.can(Ability.INSTRUCT),
        )

    def plan(self, mode: Mode) -> EditPlan:
        """What a mode would do now. Raises BadInput when it cannot do anything."""
        document, recipe = self._document, self._document.recipe
        area = self._area(mode)
        custom = mode is Mode.CUSTOM
        strength = self._strength(mode)
        plan = plan_edit(
            mode=mode,
            canvas=document.size,
            selection=None if area is None else area.bounds,
            strength=1.0 if mode is Mode.REMOVE else strength,
            family=document.model.family,
            context=context_named(document, recipe.context) if custom else Context.AUTOMATIC,
            fill=Fill(recipe.fill) if custom else None,
            seamless=recipe.seamless or not custom,
            everything=area is None or area.covered,
            parts=parts_of(area, document.size) if mode is Mode.DETAIL and area is not None else (),
        )
        if custom:
            return replace(plan, choices=Choices(recipe.fill, recipe.context, recipe.seamless))
        if mode is not Mode.REMOVE:
            return plan
        return replace(plan, passes=tuple(replace(each, strength=strength) for each in plan.passes))

    def begin(self, mode: Mode) -> EditRun:
        """Takes the snapshot of an edit and prepares its first pass. Raises BadInput."""
        area = self._area(mode)
        surface = surface_of(self._document, None if area is None else area.tiles)
        if mode is Mode.REFINE_REGION:  # its own words hold, its siblings have no say
            surface = replace(surface, regions=no_regions, noise=None)
        last = next(reversed(self._runs.values()), None)
        return begin(self.plan(mode), surface, self._wish(mode), like=last)

    @property
    def held(self) -> int:
        """Bytes of what all runs remember of the canvas; what several have in common counts once."""
        return sum({id(array): array.nbytes for run in self._runs.values() for array in run.held}.values())

    def put(self, job: int, run: EditRun, part: Part | None = None) -> None:
        """This job is the current pass of that run. part: what it goes on with, when it is not the first."""
        self._runs[job] = run
        if part is not None:
            self._parts[job] = part

    def part(self, job: Job) -> Part:
        """What a job is a part of: itself, or the first pass of its edit."""
        return self._parts.get(job.id, Part(job))

    def begun(self, first: Job, index: int) -> Begun | None:
        """How an edit of several passes began, of the picture `index` of its set; None for one of a single pass."""
        return self._begun.pop((first.id, index), None)

    def over(self, first: Job) -> None:
        """Nothing more comes of this edit."""
        self._begun = {key: each for key, each in self._begun.items() if key[0] != first.id}

    def pending(self, first: Job) -> bool:
        """Passes that go on with this job are not over yet."""
        return any(part.first is first for part in self._parts.values())

    def run(self, job: int) -> EditRun | None:
        """The pass that a job makes, or None for a job that is no edit."""
        return self._runs.get(job)

    def reselected(self, job: int) -> EditRun | None:
        """Lets a run go on with what is selected now; None, and nothing changed, when that cannot be.

        A later pass works over what the first one made, in the same place.
        """
        run = self._runs.get(job)
        area = self._area(run.plan.mode) if run is not None else None
        if run is None or run.index or run.request.mask is None or area is None:
            return None
        surface = surface_of(self._document, area.tiles)
        self._runs[job] = replace(run, selection=surface.selection(run.plan.context).copy())
        return self._runs[job]

    def repeat(self, job: int, again: int) -> None:
        """Another job tries the same pass."""
        if job in self._runs:
            self._runs[again] = self._runs[job]
        if job in self._parts:
            self._parts[again] = self._parts[job]

    def forget(self, job: int) -> None:
        self._runs.pop(job, None)
        self._parts.pop(job, None)

    def seen(self, job: int, step: Step) -> tuple[Step, Rect] | None:
        """The step with its preview as it lies on the canvas, soft at its edges; None for a job that is no edit."""
        run = self._runs.get(job)
        if run is None:
            return None
        passes = len(run.plan.passes)
        step = replace(step, done=step.done + run.index * step.total, total=step.total * passes)
        if step.preview is None:
            return step, run.plan.result
        pixels, area = run.preview(step.preview)
        return replace(step, preview=pixels), area

    def taken(self, job: int, made: Made) -> Made | Going | None:
        """What a finished picture becomes: a layer, or the reason for another pass; None for a job that is no edit."""
        run = self._runs.get(job)
        if run is None:
            return None
        if len(run.plan.passes) > 1:
            run = self._noted(job, run, made)
        after = run.taken(made.picture.pixels)
        if isinstance(after, EditRun):
            return Going(after, made.index)
        return replace(made, picture=replace(made.picture, pixels=after))

    def _noted(self, job: int, run: EditRun, made: Made) -> EditRun:
        """The run of what was made just now, as the passes after it have to know it."""
        if run.index == 0:
            run = run.alone(made.picture.request)
            self._begun[job, made.index] = Begun(run, made.picture)
            return run
        part = self._parts[job]
        key = part.first.id, part.index or 0
        self._begun[key] = self._begun[key].after(made.picture.request)
        return run

    def _changed(self, change: Change) -> None:
        if change & AREAS:
            self._chosen = None
        if change & (AREAS | Change.PIXELS):
            self._bare = None

    def _is_bare(self, area: Chosen) -> bool:
        if self._bare is None:
            self._bare = is_bare(self._document, area)
        return self._bare

    def _areas(self) -> tuple[Chosen | None, Chosen | None]:
        """What is selected or masked, and the active region; looked at once for as long as they stay the same."""
        if self._chosen is None:
            self._chosen = chosen(self._document), chosen_region(self._document)
        return self._chosen

    def _area(self, mode: Mode) -> Chosen | None:
        area, region = self._areas()
        return region if mode is Mode.REFINE_REGION else area

    def _strength(self, mode: Mode) -> float:
        strength = self._document.recipe.strength
        match mode:
            case Mode.REMOVE:
                return REMOVING
            case Mode.EXPAND:
                return 1.0
            case Mode.DETAIL:
                return strength if strength < 1 else DETAILING
            case _:
                return strength

    def _wish(self, mode: Mode) -> GenerationRequest:
        wish, layer = wish_of(self._document), self._document.active
        if mode is Mode.REMOVE:
            return _without_wishes(wish, self._document.model.family)
        if mode is Mode.REFINE_REGION and isinstance(layer, RegionLayer):
            against = layer.negative if self._document.model.family.can(Ability.NEGATIVE_PROMPT) else ""
            return replace(
                wish, prompt=with_root(layer.prompt, wish.prompt), negative=with_root(against, wish.negative)
            )
        return wish


def _without_wishes(wish: GenerationRequest, family: Family) -> GenerationRequest:
    """Nothing is wanted in the place of what is removed: what is there is no wish for what should be.

    Nor does anything lead away from what should not be there, which would make up things as well.
    """
    guidance = min(wish.guidance, 1.0) if family.can(Ability.NEGATIVE_PROMPT) else wish.guidance
    return replace(wish, prompt=Prompt.plain(""), negative=Prompt.plain(""), guidance=guidance)
