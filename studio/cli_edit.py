"""What `generate` does with a source picture: the edits of the window, pass by pass, without one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from studio.document.editing.run import EditRun
from studio.document.editing.without_document import bounds_of, composed, edit_of
from studio.request.course import Wish
from studio.request.errors import BadInput
from studio.request.events import Event, Finished, Made, Picture, Step, Timings
from studio.request.family import Ability, Family
from studio.request.geometry import Rect
from studio.request.pipeline import Pipeline, Report
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest


def edited(
    request: GenerationRequest, family: Family, pipeline: Pipeline, report: Report, old: Rect | None = None
) -> Finished:
    """All pictures of a request with a source, each of the source's size; what its mask keeps is bit-identical.

    old: see `edit_of`. Raises Trouble, and what `refuse_impossible` does.
    """
    refuse_impossible(request, family)
    pictures: list[Picture] = []
    notes: dict[str, None] = {}
    seconds = Timings()
    for index in range(request.count):
        wish = request.single(index)
        picture = _made(edit_of(wish, family, old), wish, pipeline, _OfSet(report, index, request.count), notes)
        seconds = replace(seconds, denoise=seconds.denoise + picture.seconds)
        pictures.append(picture)
        report(Made(index, picture))
    return Finished(tuple(pictures), seconds, tuple(notes))


def refuse_impossible(request: GenerationRequest, family: Family) -> None:
    """Raises BadInput when the family cannot edit, or the mask covers nothing; costs next to nothing."""
    wanted = Ability.INPAINT if request.mask is not None else Ability.IMAGE_TO_IMAGE
    if not family.can(wanted):
        raise BadInput(f"{family.title} cannot be used for this: {wanted.value}.", "Choose another model.")
    if request.mask is not None:
        bounds_of(request.mask.array[..., 0])


def _made(run: EditRun, wish: GenerationRequest, pipeline: Pipeline, report: Report, notes: dict[str, None]) -> Picture:
    assert wish.source is not None
    area, seconds = run.plan.result, 0.0
    notes.update(dict.fromkeys(run.plan.warnings))
    after: EditRun | Pixels = run
    while isinstance(after, EditRun):
        finished = pipeline.run(after.request, report)
        notes.update(dict.fromkeys(finished.notes))
        seconds += finished.timings.total
        after = after.taken(finished.pictures[0].pixels)
    return Picture(pixels=composed(wish.source, after, area), request=wish, seconds=seconds)


@dataclass
class _OfSet:
    """Tells of passes as of one picture: their own pictures are nobody's concern."""

    report: Report
    index: int
    count: int
    draft: bool = False

    def check(self) -> None:
        self.report.check()

    def wishes(self) -> tuple[Wish, ...]:
        return self.report.wishes()

    def __call__(self, event: Event) -> None:
        if isinstance(event, Made):
            self.check()
        elif isinstance(event, Step):
            self.report(replace(event, picture=self.index, pictures=self.count))
        else:
            self.report(event)
