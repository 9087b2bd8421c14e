"""From a plan to a request with pixels, and from the picture that was made to a layer that joins its surroundings.

Pictures are uint8 arrays, height × width × 3, sRGB, or × 4 with straight alpha; masks are uint8, height × width.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from studio.document.controlling import Guiding
from studio.document.editing.fill import filled
from studio.document.editing.masks import EditMasks, edit_masks, grow
from studio.document.editing.modes import Mode
from studio.document.editing.plan import GROW, OVERLAP, EditPlan, Fill, Pass
from studio.document.editing.stitch import Stitch
from studio.document.opencv import cv
from studio.document.regioning import Sketch, Worded, applied
from studio.request.control import Control
from studio.request.geometry import Rect, Size
from studio.request.pixels import Array, Pixels
from studio.request.request import GenerationRequest


def no_regions(_area: Rect) -> tuple[Sketch, ...]:
    return ()


def no_controls(_area: Rect) -> tuple[Guiding, ...]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Surface:
    """The canvas as an edit sees it: a snapshot, so that painting may go on while the edit runs.

    picture: reads a rectangle of the canvas, as it looks on paper, and in the alpha what is there at all. What it
    gives never changes afterwards.
    selection: what is to be made anew. noise: how much fresh noise is mixed in before, or None for nowhere.
    regions: the uppermost first. controls: pictures that steer, cut to a rectangle of the canvas.
    origin: see `GenerationRequest.origin`.
    """

    size: Size
    picture: Callable[[Rect], Array]
    selection: Callable[[Rect], Array]
    noise: Callable[[Rect], Array] | None = None
    regions: Callable[[Rect], tuple[Sketch, ...]] = no_regions
    controls: Callable[[Rect], tuple[Guiding, ...]] = no_controls
    origin: Callable[[Rect], str] = lambda _area: ""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """One pass of an edit, ready to be asked for.

    shown: alpha of the result over the canvas, of `target`, at the canvas' resolution; 0 is never touched.
    stitch: how the result begins where there is nothing below to blend with, or None.
    """

    request: GenerationRequest
    step: Pass
    target: Rect
    shown: Array
    stitch: Stitch | None = None


def prepare(plan: EditPlan, index: int, surface: Surface, wish: GenerationRequest) -> Prepared:
    """Pass `index` of a plan.

    wish: everything but pixels, regions, controls, size and strength; those are replaced. `surface.picture` must
    already hold the results of earlier passes.
    """
    step = plan.passes[index]
    target = (step.only or step.area).intersection(plan.result)
    below = surface.picture(target)
    masks = _masks(plan, step, target, surface, below, first=index == 0)
    stitch = Stitch.of(below) if plan.result != Rect.of(surface.size) or plan.mode is Mode.EXPAND else None
    words = _regions(step, surface, wish)
    wish = replace(wish, size=step.size, **words._asdict(), controls=_controls(step, surface))
    whole = bool(masks.denoise.min() == 255) and target == Rect.of(surface.size)
    if whole and plan.fill is Fill.NOTHING and index == 0:
        request = replace(wish, source=None, mask=None, strength=1.0)
        return Prepared(request=request, step=step, target=target, shown=masks.composite)
    denoise = _resized(_placed(masks.denoise, target, step.area), step.size)
    source = _source(plan, step, target, surface, wish.seed, first=index == 0)
    request = replace(
        wish,
        source=Pixels(source),
        mask=None if whole else Pixels(np.ascontiguousarray(denoise[..., None])),
        strength=step.strength,
    )
    return Prepared(request=request, step=step, target=target, shown=masks.composite, stitch=stitch)


def joined(prepared: Prepared, made: Pixels) -> Pixels:
    """A picture that was made, finished or not and of any size, as RGBA pixels for `prepared.target`.

    It is soft at its edges. Alpha is 0 wherever the canvas must stay as it is.
    """
    picture = made.array if made.channels == 3 else np.ascontiguousarray(made.array[..., :3])
    layer = np.empty((*prepared.shown.shape, 4), np.uint8)
    fitted = _fitted(picture, prepared)
    layer[..., :3] = fitted if prepared.stitch is None else prepared.stitch.over(fitted)
    layer[..., 3] = prepared.shown
    return Pixels(layer)


def _source(plan: EditPlan, step: Pass, target: Rect, surface: Surface, seed: int, *, first: bool) -> Array:
    """What the model starts from: what is there, the hole filled, noise mixed in where a mask wants it."""
    below = _read(surface.picture, step.area, surface.size)[..., :3]
    source = _resized(np.ascontiguousarray(below), step.size)
    if first and plan.fill not in (Fill.KEEP, Fill.NOTHING):
        hole = _resized(_placed(_hole(plan, target, surface), target, step.area), step.size)
        source = filled(source, hole, plan.fill)
    if surface.noise is None:
        return source
    amount = _resized(_read(surface.noise, step.area, surface.size), step.size).astype(np.float32)[..., None] / 255
    noise = np.random.default_rng(seed).integers(0, 256, source.shape, np.uint8)
    return np.rint(source + (noise.astype(np.float32) - source) * amount).astype(np.uint8)


def _regions(step: Pass, surface: Surface, wish: GenerationRequest) -> Worded:
    """Words and regions as this pass sees them."""
    inside = step.area.intersection(Rect.of(surface.size))

    def part(coverage: Array) -> Array:
        return _resized(_around(coverage, inside, step.area, "edge"), step.size)

    return applied([each.cut(part) for each in surface.regions(inside)], wish.prompt, wish.negative)


def _controls(step: Pass, surface: Surface) -> tuple[Control, ...]:
    """Pictures that steer, cut and scaled as this pass sees the canvas."""
    inside = step.area.intersection(Rect.of(surface.size))

    def part(picture: Array) -> Array:
        return _resized(_around(picture, inside, step.area, "edge"), step.size)

    return tuple(each.cut(part).control() for each in surface.controls(inside))


def _fitted(picture: Array, prepared: Prepared) -> Array:
    """Scaled to the pass area, and of that the target."""
    area, target = prepared.step.area, prepared.target
    full = _resized(picture, area.size)
    x, y = target.x - area.x, target.y - area.y
    return full[y : y + target.height, x : x + target.width]


def _masks(plan: EditPlan, step: Pass, target: Rect, surface: Surface, below: Array, *, first: bool) -> EditMasks:
    if plan.mode is Mode.GENERATE and plan.fill is Fill.NOTHING:
        full = np.full((target.height, target.width), 255, np.uint8)
        masks = EditMasks(full, full)
    else:
        bare = (below[..., 3] == 0).astype(np.uint8)
        masks = edit_masks(_selected(plan, target, surface), plan.softness, bare)
    if first or step.only is not None:
        return masks
    share = window(step, target, plan.context)
    return EditMasks(*(np.rint(mask * share).astype(np.uint8) for mask in masks))


def _selected(plan: EditPlan, area: Rect, surface: Surface) -> Array:
    selection = surface.selection(area)
    return 255 - selection if plan.mode is Mode.REPLACE_BACKGROUND else selection


def _hole(plan: EditPlan, target: Rect, surface: Surface) -> Array:
    """What is filled beforehand: a little more than the selection, never as far as the feather reaches."""
    return grow((_selected(plan, target, surface) >= 128).astype(np.uint8) * np.uint8(255), GROW)


def window(step: Pass, target: Rect, context: Rect) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """1 inside a piece, falling to 0 at those of its sides where another piece goes on."""
    width = max(1, int(OVERLAP * min(step.area.size)))

    def ramp(start: int, length: int, low: int, high: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        at = np.arange(start, start + length, dtype=np.float32) + 0.5
        before = np.ones_like(at) if low <= 0 else (at - start) / width
        after = np.ones_like(at) if high <= 0 else (start + length - at) / width
        return np.clip(np.minimum(before, after), 0, 1)

    rows = ramp(target.y, target.height, step.area.y - context.y, context.bottom - step.area.bottom)
    columns = ramp(target.x, target.width, step.area.x - context.x, context.right - step.area.right)
    return (rows[:, None] * columns[None, :]).astype(np.float32)


def _read(picture: Callable[[Rect], Array], area: Rect, canvas: Size) -> Array:
    """Pixels of an area that may overhang the canvas, whose border colours are carried outwards."""
    inside = area.intersection(Rect.of(canvas))
    return _around(picture(inside), inside, area, "edge")


def _placed(mask: Array, target: Rect, area: Rect) -> Array:
    """A mask of the target as one of the whole pass area; what overhangs the canvas is free to change."""
    return _around(mask, target, area, "edge" if mask.min() == 255 else "constant")


def _around(array: Array, inside: Rect, area: Rect, mode: str) -> Array:
    rows = (inside.y - area.y, area.bottom - inside.bottom)
    columns = (inside.x - area.x, area.right - inside.right)
    if not any((*rows, *columns)):
        return array
    around = (rows, columns, (0, 0))[: array.ndim]
    return np.pad(array, around, mode="edge" if mode == "edge" else "constant")


def _resized(array: Array, size: Size) -> Array:
    """Pictures as sharp as can be; masks without the ringing that this takes."""
    height, width = array.shape[:2]
    if (width, height) == size:
        return array
    if size.width * size.height < width * height:
        method = cv().INTER_AREA
    else:
        method = cv().INTER_LINEAR if array.ndim == 2 else cv().INTER_LANCZOS4
    return np.asarray(cv().resize(np.ascontiguousarray(array), tuple(size), interpolation=method), np.uint8)
