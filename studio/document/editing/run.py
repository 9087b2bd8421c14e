"""An edit under way: a snapshot of what it works on, its passes in order, and the layer that comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from studio.document.editing.plan import EditPlan
from studio.document.editing.prepare import Prepared, Surface, joined, prepare, previewed
from studio.request.geometry import Rect, Size
from studio.request.pixels import Array, Pixels
from studio.request.request import GenerationRequest


@dataclass(frozen=True, kw_only=True)
class EditRun:
    """One picture of an edit on its way through the passes of a plan. A value: `after` gives the next one.

    canvas: size of the document when it was asked for. ground, selection: what was seen in `plan.context` then
    (uint8, h × w × 3 and h × w), so that painting and undoing meanwhile change nothing.
    made: the result so far in `plan.result`, without the soft edge; None before the first pass is done.
    shown: alpha of the result in `plan.result`.
    """

    plan: EditPlan
    wish: GenerationRequest
    canvas: Size
    ground: Array
    selection: Array
    index: int = 0
    made: Array | None = None
    shown: Array | None = None
    prepared: Prepared = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "prepared", prepare(self.plan, self.index, self._surface(), self._asked()))

    @property
    def request(self) -> GenerationRequest:
        """What to ask the engine for now. Only the first pass makes all pictures of a set; later ones refine each."""
        return self.prepared.request

    @property
    def last(self) -> bool:
        """This pass finishes the edit."""
        return self.index == len(self.plan.passes) - 1

    def preview(self, pixels: Pixels) -> tuple[Pixels, Rect]:
        """An unfinished picture as RGBA, and where on the canvas it lies."""
        return previewed(self.prepared, pixels), self.prepared.target

    def taken(self, pixels: Pixels) -> EditRun | Pixels:
        """The run of the next pass, or after the last one the layer: RGBA pixels of `plan.result`."""
        layer = joined(self.prepared, pixels).array
        made, shown = self._with(layer)
        if self.last:
            return Pixels(np.dstack([made, shown]))
        return EditRun(
            plan=self.plan,
            wish=self.wish,
            canvas=self.canvas,
            ground=self.ground,
            selection=self.selection,
            index=self.index + 1,
            made=made,
            shown=shown,
        )

    def alone(self, seed: int) -> EditRun:
        """The same edit for one picture of a set, so that its later passes use its own seed."""
        return EditRun(
            plan=self.plan,
            wish=self.wish.single((seed - self.wish.seed) % 2**64),
            canvas=self.canvas,
            ground=self.ground,
            selection=self.selection,
        )

    def _asked(self) -> GenerationRequest:
        return self.wish if self.index == 0 else self.wish.single(0)

    def _with(self, layer: Array) -> tuple[Array, Array]:
        if self.made is None or self.shown is None:
            return layer[..., :3].copy(), layer[..., 3].copy()
        made = self.made.copy()
        at = _slices(self.prepared.target, self.plan.result)
        alpha = layer[..., 3:].astype(np.float32) / 255
        made[at] = np.rint(made[at] + (layer[..., :3].astype(np.float32) - made[at]) * alpha).astype(np.uint8)
        return made, self.shown

    def _surface(self) -> Surface:
        ground = self.ground
        if self.made is not None and self.shown is not None:
            ground = ground.copy()
            at = _slices(self.plan.result, self.plan.context)
            alpha = self.shown[..., None].astype(np.float32) / 255
            ground[at] = np.rint(ground[at] + (self.made.astype(np.float32) - ground[at]) * alpha).astype(np.uint8)
        context = self.plan.context
        return Surface(
            size=self.canvas,
            picture=lambda area: _read(ground, area, context),
            selection=lambda area: _read(self.selection, area, context),
        )


def begin(plan: EditPlan, surface: Surface, wish: GenerationRequest) -> EditRun:
    """Takes the snapshot of what a plan works on, and prepares its first pass."""
    return EditRun(
        plan=plan,
        wish=wish,
        canvas=surface.size,
        ground=surface.picture(plan.context).copy(),
        selection=surface.selection(plan.context).copy(),
    )


def _slices(area: Rect, within: Rect) -> tuple[slice, slice]:
    y, x = area.y - within.y, area.x - within.x
    return slice(y, y + area.height), slice(x, x + area.width)


def _read(array: Array, area: Rect, within: Rect) -> Array:
    """Part of the snapshot; beyond it, where a pass sees more than the context, the border is carried outwards."""
    inside = area.intersection(within)
    part = array[_slices(inside, within)]
    if inside == area:
        return part
    around = ((inside.y - area.y, area.bottom - inside.bottom), (inside.x - area.x, area.right - inside.right), (0, 0))
    return np.pad(part, around[: array.ndim], mode="edge")
