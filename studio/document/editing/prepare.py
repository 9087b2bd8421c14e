"""From a plan to a request with pixels, and from the picture that was made to a layer that joins its surroundings.

All pictures here are uint8 arrays, height × width × 3, sRGB; masks are uint8, height × width.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from studio.document.editing.colour import matched
from studio.document.editing.fill import filled
from studio.document.editing.masks import EditMasks, edit_masks, grow
from studio.document.editing.modes import Mode
from studio.document.editing.plan import GROW, OVERLAP, EditPlan, Fill, Pass
from studio.document.opencv import cv
from studio.request.geometry import Rect, Size
from studio.request.pixels import Array, Pixels
from studio.request.request import GenerationRequest


@dataclass(frozen=True, kw_only=True)
class Surface:
    """The canvas as an edit sees it: a snapshot, so that painting may go on while the edit runs.

    picture, selection: read a rectangle that lies on the canvas.
    """

    size: Size
    picture: Callable[[Rect], Array]
    selection: Callable[[Rect], Array]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """One pass of an edit, ready to be asked for.

    original: what was there, of the whole pass area at the size of the request, before it was filled.
    shown: alpha of the result over the canvas, of `target`, at the canvas' resolution; 0 is never touched.
    """

    request: GenerationRequest
    step: Pass
    target: Rect
    original: Array
    shown: Array


def prepare(plan: EditPlan, index: int, surface: Surface, wish: GenerationRequest) -> Prepared:
    """Pass `index` of a plan.

    wish: everything but pixels, size and strength; those are replaced. `surface.picture` must already hold the
    results of earlier passes.
    """
    step = plan.passes[index]
    target = step.area.intersection(plan.result)
    masks = _masks(plan, step, target, surface, first=index == 0)
    original = _resized(_read(surface.picture, step.area, surface.size), step.size)
    whole = bool(masks.denoise.min() == 255) and target == Rect.of(surface.size)
    if whole and plan.fill is Fill.NOTHING and index == 0:
        request = replace(wish, size=step.size, source=None, mask=None, strength=1.0)
        return Prepared(request=request, step=step, target=target, original=original, shown=masks.composite)
    denoise = _resized(_placed(masks.denoise, target, step.area), step.size)
    source = original
    if index == 0 and plan.fill not in (Fill.KEEP, Fill.NOTHING):
        hole = _resized(_placed(_hole(plan, target, surface), target, step.area), step.size)
        source = filled(original, hole, plan.fill)
    request = replace(
        wish,
        size=step.size,
        source=Pixels(source),
        mask=None if whole else Pixels(np.ascontiguousarray(denoise[..., None])),
        strength=step.strength,
    )
    return Prepared(request=request, step=step, target=target, original=original, shown=masks.composite)


def joined(prepared: Prepared, made: Pixels) -> Pixels:
    """The picture that was made, as RGBA pixels for `prepared.target`: colours matched, soft at the edges.

    Alpha is 0 wherever the canvas must stay as it is.
    """
    picture = np.ascontiguousarray(made.array[..., :3])
    mask = prepared.request.mask
    if mask is not None:
        picture = matched(picture, prepared.original, mask.array[..., 0])
    return Pixels(np.dstack([_fitted(picture, prepared), prepared.shown]))


def previewed(prepared: Prepared, preview: Pixels) -> Pixels:
    """An unfinished picture of any size, as `joined` gives it but without the care for colour."""
    return Pixels(np.dstack([_fitted(np.ascontiguousarray(preview.array[..., :3]), prepared), prepared.shown]))


def _fitted(picture: Array, prepared: Prepared) -> Array:
    """Scaled to the pass area, and of that the target."""
    area, target = prepared.step.area, prepared.target
    full = _resized(picture, area.size)
    x, y = target.x - area.x, target.y - area.y
    return full[y : y + target.height, x : x + target.width]


def _masks(plan: EditPlan, step: Pass, target: Rect, surface: Surface, *, first: bool) -> EditMasks:
    if plan.mode is Mode.GENERATE and plan.fill is Fill.NOTHING:
        full = np.full((target.height, target.width), 255, np.uint8)
        masks = EditMasks(full, full)
    else:
        masks = edit_masks(_selected(plan, target, surface), plan.softness)
    if first:
        return masks
    window = _window(step, target, plan.context)
    return EditMasks(*(np.rint(mask * window).astype(np.uint8) for mask in masks))


def _selected(plan: EditPlan, area: Rect, surface: Surface) -> Array:
    selection = surface.selection(area)
    return 255 - selection if plan.mode is Mode.REPLACE_BACKGROUND else selection


def _hole(plan: EditPlan, target: Rect, surface: Surface) -> Array:
    """What is filled beforehand: a little more than the selection, never as far as the feather reaches."""
    return grow((_selected(plan, target, surface) >= 128).astype(np.uint8) * np.uint8(255), GROW)


def _window(step: Pass, target: Rect, context: Rect) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
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
    height, width = array.shape[:2]
    if (width, height) == size:
        return array
    smaller = size.width * size.height < width * height
    method = cv().INTER_AREA if smaller else cv().INTER_LANCZOS4
    return np.asarray(cv().resize(np.ascontiguousarray(array), tuple(size), interpolation=method), np.uint8)
