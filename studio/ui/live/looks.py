"""What a live picture is asked for, and where it belongs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from studio.document.change import Change
from studio.document.document import Document
from studio.document.editing.modes import possible
from studio.document.editing.plan import work_size
from studio.document.editing.run import EditRun
from studio.document.recipe import Recipe
from studio.document.resolve import Canvas, controls_at, resolve
from studio.request.events import Picture
from studio.request.geometry import Rect
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest
from studio.ui.editing import ON_CANVAS, Edits
from studio.ui.live.source import LiveSource

COUNTS = Change.RECIPE | Change.MODEL | Change.SIZE | Change.SELECTION | Change.MASK  # pixels are told by damage


@dataclass(frozen=True)
class Look:
    """edit: of a selection, or None for all of the canvas, `area`."""

    request: GenerationRequest
    area: Rect
    edit: EditRun | None = None

    def placed(self, pixels: Pixels) -> tuple[Pixels, Rect]:
        """An unfinished picture as it lies on the canvas, and where."""
        return (pixels, self.area) if self.edit is None else self.edit.preview(pixels)

    def finished(self, picture: Picture) -> tuple[Picture, Rect]:
        """The same for the finished one, to be put on the canvas."""
        if self.edit is None:
            return picture, self.area
        layer = self.edit.taken(picture.pixels)
        assert isinstance(layer, Pixels), "a look has one pass"
        return replace(picture, pixels=layer), self.edit.plan.result


class Looks:
    """Follows the document. Equal wishes are told apart from others by their values, never by comparing pictures."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._source = LiveSource(document)
        self._edits = Edits(document)
        self._recipe: Recipe | None = None
        self._context: Rect | None = None  # what the last look saw of the canvas; None: all

    def damage(self, area: Rect) -> bool:
        """This part of the canvas looks different. False when the last look did not look there."""
        self._source.damage(area)
        return self._context is None or not self._context.intersection(area).empty

    def change(self, change: Change) -> bool:
        """Something of the document is different. False when a look would be the same."""
        if change & (Change.SIZE | Change.MODEL):
            self._source.forget()
            self._context = None
        if change & COUNTS == Change.RECIPE:
            return _essence(self._document.recipe) != self._recipe
        return bool(change & COUNTS)

    def forget(self) -> None:
        """The document was not followed for a while."""
        self._source.forget()
        self._context, self._recipe = None, None

    def now(self) -> Look:
        """Raises BadInput when nothing can be made of the document."""
        document = self._document
        self._recipe = _essence(document.recipe)
        situation = self._edits.situation
        mode = possible(situation)[0]
        if situation.selection is not None and mode in ON_CANVAS:
            run = self._edits.begin(mode)
            plan = replace(run.plan, passes=run.plan.passes[:1])
            run = replace(run, plan=plan, wish=replace(run.wish, count=1))
            self._context = plan.context
            return Look(run.request, plan.result, run)
        self._context = None
        size = work_size(document.size, document.model.family) if document.has_picture else document.recipe.size
        recipe = replace(self._recipe, size=size)
        controls = partial(controls_at, document.layers, document.size)
        canvas = Canvas(document.layers, document.size, lambda: self._source.picture(size or document.size), controls)
        request = resolve(recipe, document.model, canvas)
        return Look(request, Rect.of(document.size if document.has_picture else request.size))


def _essence(recipe: Recipe) -> Recipe:
    """The wish without what a look leaves out."""
    return replace(recipe, count=1, seed_locked=True)
