"""An edit under way: a snapshot of what it works on, its passes in order, and the layer that comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from studio.document.controlling import Guiding
from studio.document.editing.plan import EditPlan
from studio.document.editing.prepare import Prepared, Surface, joined, prepare
from studio.document.regioning import Sketch
from studio.request.geometry import Rect, Size
from studio.request.passes import Part, Way
from studio.request.pixels import Array, Pixels
from studio.request.record import key_of
from studio.request.request import GenerationRequest

SEEN_SIDE = 1024  # pixels; an unfinished picture is shown no larger than this


@dataclass(frozen=True, kw_only=True)
class EditRun:
    """One picture of an edit on its way through the passes of a plan. A value: `after` gives the next one.

    canvas: size of the document when it was asked for. ground, selection, noise, regions, controls: what was seen in
    `plan.context` then (uint8, h × w × 4 and h × w), so that painting and undoing meanwhile change nothing.
    made: the result so far in `plan.result`, without the soft edge; None before the first pass is done.
    shown: alpha of the result in `plan.result`.
    first: `record.key_of` what made the first pass, "" before that. ways: how later passes are to go, when they are
    made again.
    """

    plan: EditPlan
    wish: GenerationRequest
    canvas: Size
    ground: Array
    selection: Array
    noise: Array | None = None
    regions: tuple[Sketch, ...] = ()
    controls: tuple[Guiding, ...] = ()
    index: int = 0
    first: str = ""
    ways: tuple[Way, ...] = ()
    made: Array | None = None
    shown: Array | None = None
    prepared: Prepared = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "prepared", prepare(self.plan, self.index, self._surface(), self._asked()))

    @property
    def request(self) -> GenerationRequest:
        """What to ask the engine for now. Only the first pass makes all pictures of a set; later ones refine each."""
        request = self.prepared.request
        if not 0 < self.index <= len(self.ways):
            return request
        way = self.ways[self.index - 1]
        return replace(request, steering=way.steering, stop_at=way.stop_at)

    @property
    def last(self) -> bool:
        """This pass finishes the edit."""
        return self.index == len(self.plan.passes) - 1

    @property
    def selected(self) -> Pixels:
        """What is to be made anew, one channel, of the size of `plan.result`."""
        return Pixels(self.selection[inside(self.plan.result, self.plan.context)][..., None].copy())

    @property
    def held(self) -> tuple[Array, ...]:
        """The arrays that it keeps in memory."""
        asked = (each.array for each in (self.request.source, self.request.mask) if each is not None)
        seen = (*(each.coverage for each in self.regions), *(each.picture for each in self.controls))
        mine = (self.ground, self.selection, self.noise, self.made, self.shown, self.prepared.shown)
        return (*(each for each in mine if each is not None), *seen, *asked)

    def preview(self, pixels: Pixels) -> tuple[Pixels, Rect]:
        """An unfinished picture as RGBA, and where on the canvas it lies. Of a very large edit it is made smaller."""
        layer = joined(self.prepared, pixels)
        result = self.plan.result
        if self.made is None or self.shown is None:
            return layer, self.prepared.target
        step = max(1, -(-max(result.size) // SEEN_SIDE))
        made, shown = self.made[::step, ::step].copy(), self.shown[::step, ::step].copy()
        rows, columns = (every(place, step) for place in inside(self.prepared.target, result))
        part = layer.array[rows.start * step - self.prepared.target.y + result.y :: step]
        part = part[:, columns.start * step - self.prepared.target.x + result.x :: step]
        part = part[: made[rows, columns].shape[0], : made[rows, columns].shape[1]]
        made[rows, columns] = mixed(made[rows, columns], part[..., :3], part[..., 3:])
        if self.prepared.step.only is not None:
            shown[rows, columns] = np.maximum(shown[rows, columns], part[..., 3])
        return Pixels(np.dstack([made, shown])), result

    def taken(self, pixels: Pixels) -> EditRun | Pixels:
        """The run of the next pass, or after the last one the layer: RGBA pixels of `plan.result`."""
        layer = joined(self.prepared, pixels)
        if self.last and self.made is None and self.prepared.target == self.plan.result:
            return layer
        made, shown = self._with(layer.array)
        if self.last:
            return Pixels(np.dstack([made, shown]))
        return replace(self, index=self.index + 1, made=made, shown=shown)

    def whole(self, layer: Pixels) -> Pixels:
        """All of `plan.context` as it looks with a finished layer (RGBA, of `plan.result`) over it: RGB."""
        picture = self.ground[..., :3].copy()
        at = inside(self.plan.result, self.plan.context)
        picture[at] = mixed(picture[at], layer.array[..., :3], layer.array[..., 3:])
        return Pixels(picture)

    def alone(self, made: GenerationRequest) -> EditRun:
        """The same edit for one picture of a set. made: the request that made its first pass in the end.

        Later passes use its seed, and its words: a branch has others than the edit was begun with.
        """
        wish = self.wish.single((made.seed - self.wish.seed) % 2**64)
        asked = self.request
        words = ("prompt", "negative", "guidance")
        changed = {name: getattr(made, name) for name in words if getattr(made, name) != getattr(asked, name)}
        return replace(self, wish=replace(wish, **changed), first=key_of(made))

    def _asked(self) -> GenerationRequest:
        wish, count = self.wish if self.index == 0 else self.wish.single(0), len(self.plan.passes)
        return replace(wish, part=Part(number=self.index, count=count, first=self.first) if count > 1 else None)

    def _with(self, layer: Array) -> tuple[Array, Array]:
        """Result and alpha of `plan.result`, with the layer of this pass laid over those before it."""
        at = inside(self.prepared.target, self.plan.result)
        colour, alpha = layer[..., :3], layer[..., 3:]
        if self.made is None or self.shown is None:
            made = self.ground[inside(self.plan.result, self.plan.context)][..., :3].copy()
            shown = np.zeros(made.shape[:2], np.uint8)
            made[at], shown[at] = colour, alpha[..., 0]
            return made, shown
        made, shown = self.made.copy(), self.shown.copy()
        if self.prepared.step.only is None:
            made[at] = mixed(made[at], colour, alpha)
        else:
            made[at], shown[at] = _over(made[at], shown[at], colour, alpha[..., 0])
        return made, shown

    def _surface(self) -> Surface:
        ground = self.ground
        if self.made is not None and self.shown is not None:
            ground = ground.copy()
            at = inside(self.plan.result, self.plan.context)
            ground[at][..., :3] = mixed(ground[at][..., :3], self.made, self.shown[..., None])
            ground[at][..., 3] = np.maximum(ground[at][..., 3], self.shown)
        context, noise = self.plan.context, self.noise
        return Surface(
            size=self.canvas,
            picture=lambda area: _read(ground, area, context),
            selection=lambda area: _read(self.selection, area, context),
            noise=None if noise is None or self.index else lambda area: _read(noise, area, context),
            regions=lambda area: tuple(
                each.cut(lambda coverage: _read(coverage, area, context)) for each in self.regions
            ),
            controls=lambda area: tuple(
                each.cut(lambda picture: _read(picture, area, context)) for each in self.controls
            ),
        )


def begin(plan: EditPlan, surface: Surface, wish: GenerationRequest, like: EditRun | None = None) -> EditRun:
    """Takes the snapshot of what a plan works on, and prepares its first pass.

    like: a run whose snapshot is shared where it is the same, so that many of one canvas take little memory.
    """
    context = plan.context
    ground, selection = surface.picture(context), surface.selection(context).copy()
    if like is not None:
        ground = like.ground if np.array_equal(ground, like.ground) else ground
        selection = like.selection if np.array_equal(selection, like.selection) else selection
    return EditRun(
        plan=plan,
        wish=replace(wish, origin=surface.origin(plan.result)),
        canvas=surface.size,
        ground=ground,
        selection=selection,
        noise=None if surface.noise is None else surface.noise(context).copy(),
        regions=surface.regions(context),
        controls=surface.controls(context),
    )


def mixed(below: Array, above: Array, alpha: Array) -> Array:
    """Two pictures, height × width × 3, as one. alpha: of the upper one, height × width × 1."""
    share = alpha.astype(np.float32) / 255
    return np.rint(below + (above.astype(np.float32) - below) * share).astype(np.uint8)


def every(place: slice, step: int) -> slice:
    """Which of every `step`-th pixels lie in a stretch."""
    return slice(-(-place.start // step), -(-place.stop // step))


def _over(below: Array, below_alpha: Array, above: Array, above_alpha: Array) -> tuple[Array, Array]:
    """Two parts that overlap as one: straight colour, height × width × 3, and alpha, height × width."""
    share, rest = above_alpha.astype(np.float32) / 255, below_alpha.astype(np.float32) / 255
    rest *= 1 - share
    alpha = share + rest
    colour = (above * share[..., None] + below * rest[..., None]) / np.maximum(alpha, np.float32(1e-6))[..., None]
    return np.rint(colour).astype(np.uint8), np.rint(alpha * 255).astype(np.uint8)


def inside(area: Rect, within: Rect) -> tuple[slice, slice]:
    """Rows and columns of an area in an array that holds the pixels of another one around it."""
    y, x = area.y - within.y, area.x - within.x
    return slice(y, y + area.height), slice(x, x + area.width)


def _read(array: Array, area: Rect, within: Rect) -> Array:
    """Part of the snapshot; beyond it, where a pass sees more than the context, the border is carried outwards."""
    there = area.intersection(within)
    part = array[inside(there, within)]
    if there == area:
        return part
    around = ((there.y - area.y, area.bottom - there.bottom), (there.x - area.x, area.right - there.right), (0, 0))
    return np.pad(part, around[: array.ndim], mode="edge")
