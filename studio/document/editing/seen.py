"""The document as an edit sees it: what is to be made anew, and a surface to read from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.document.control_layers import guiding_in
from studio.document.document import Document
from studio.document.editing.plan import Context
from studio.document.editing.prepare import Surface
from studio.document.images import view
from studio.document.layers import MaskLayer, PaintLayer, RegionLayer, origin_in, shown, walk
from studio.document.opencv import cv
from studio.document.resolve import Canvas, on_paper, resolve, sketches
from studio.document.selecting import array_of, covered_by, everything, plane
from studio.document.tiles import Tiles
from studio.request.geometry import Rect, Size
from studio.request.pixels import Array, Pixels
from studio.request.request import GenerationRequest

Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
LEAST_PART = 4  # pixels; what is smaller is dust, not a part
COUNTED = 1024  # pixels a side that parts are counted at; finding them for an edit looks at all


@dataclass(frozen=True)
class Chosen:
    """What is to be made anew, on the canvas.

    covered: no pixel is left out. kept: what is left out, if that is one rectangle, as of a picture that was extended.
    parts: how many separate parts it has.
    """

    tiles: Tiles
    bounds: Rect
    covered: bool
    kept: Rect | None
    parts: int

    @property
    def border(self) -> bool:
        return self.kept is not None


def chosen(document: Document) -> Chosen | None:
    """The selection, else all that visible masks cover; None when neither has a pixel on the canvas."""
    tiles = document.selection if document.selection is not None else _masked(document)
    return None if tiles is None else look_at(tiles, document.size)


def chosen_region(document: Document) -> Chosen | None:
    """The area of the active layer, when it is a region with some on the canvas."""
    layer = document.active
    if not isinstance(layer, RegionLayer):
        return None
    return look_at(covered_by(layer, document.size), document.size)


def look_at(tiles: Tiles, size: Size) -> Chosen | None:
    """None when nothing of it is on the canvas."""
    whole = Rect.of(size)
    bounds = tiles.bounds().intersection(whole)
    if bounds.empty:
        return None
    selected = array_of(tiles, bounds) > 0
    left_out = np.ones((size.height, size.width), bool)
    left_out[bounds.y : bounds.bottom, bounds.x : bounds.right] = ~selected
    rows, columns = np.flatnonzero(left_out.any(1)), np.flatnonzero(left_out.any(0))
    covered = not rows.size
    kept = None if covered else _picture(left_out, rows, columns)
    return Chosen(tiles, bounds, covered, kept, _count(selected))


def is_bare(document: Document, found: Chosen) -> bool:
    """Whether a border has nothing in it yet: all that can be seen lies in what is left out."""
    if found.kept is None:
        return False
    planes = (each for each in shown(document.layers) if isinstance(each, PaintLayer))
    return all(found.kept.contains(each.bounds()) for each in planes if len(each.tiles))


def parts_of(found: Chosen, size: Size) -> tuple[Rect, ...]:
    """The bounds of each separate part, the largest first."""
    bounds = found.bounds
    selected = (array_of(found.tiles, bounds) > 0).astype(np.uint8)
    _, _, numbers, _ = cv().connectedComponentsWithStats(selected, connectivity=8)
    rects = [Rect(int(x), int(y), int(w), int(h)) for x, y, w, h, area in numbers[1:] if area >= LEAST_PART]
    rects = rects or [Rect(0, 0, bounds.width, bounds.height)]
    whole = Rect.of(size)
    return tuple(
        rect.translated(bounds.x, bounds.y).intersection(whole) for rect in sorted(rects, key=lambda r: -r.size.area)
    )


def context_named(document: Document, name: str) -> Context | Rect:
    """What was chosen in a recipe: one of ours, or the bounds of the mask layer of that id, if it is still there."""
    if name in {each.value for each in Context}:
        return Context(name)
    for layer in walk(document.layers):
        if layer.id == name and isinstance(layer, MaskLayer) and not layer.bounds().empty:
            return layer.bounds()
    return Context.AUTOMATIC


def wish_of(document: Document) -> GenerationRequest:
    """The words and numbers of a request, without anything from the canvas. Raises BadInput."""
    document.about_to_read.emit()
    canvas = Canvas(document.layers, document.size, document.picture)
    return resolve(document.recipe, document.model, canvas, looks=False)


def surface_of(document: Document, tiles: Tiles | None) -> Surface:
    """Reads the document as it is when it is read; an edit takes its own snapshot. tiles: what is chosen; None: all."""
    area = tiles if tiles is not None else everything(document.size)
    noisy = [layer for layer in _masks(document) if layer.noise > 0] if document.selection is None else []
    return Surface(
        size=document.size,
        picture=lambda rect: rgba(document.picture(rect)),
        selection=lambda rect: array_of(area, rect),
        noise=_most(noisy, lambda layer: layer.noise) if noisy else None,
        regions=lambda rect: sketches(document.layers, rect, document.model.family),
        controls=lambda rect: guiding_in(document.layers, document.size, rect, document.model.family),
        origin=lambda rect: origin_in(document.layers, rect),
    )


def _masks(document: Document) -> list[MaskLayer]:
    return [layer for layer in shown(document.layers) if isinstance(layer, MaskLayer) and len(layer.tiles)]


def _masked(document: Document) -> Tiles | None:
    """Each mask as far as its limit allows, the most of all of them."""
    masks = _masks(document)
    area = Rect(0, 0, 0, 0)
    for layer in masks:
        area = area.union(layer.extent())
    area = area.intersection(Rect.of(document.size))
    return None if area.empty else plane(_most(masks, lambda layer: layer.limit)(area), area.x, area.y)


def _most(layers: Sequence[MaskLayer], share: Callable[[MaskLayer], float]) -> Callable[[Rect], Array]:
    """Reads the most of a share of what masks cover."""

    def read(rect: Rect) -> Array:
        most = np.zeros((rect.height, rect.width), np.uint8)
        for layer in layers:
            covered = view(layer.tiles.read(layer.inside(rect)))
            np.maximum(most, np.rint(covered * share(layer)).astype(np.uint8), out=most)
        return most

    return read


def rgba(pixels: Pixels) -> Array:
    """Height × width × 4: as it looks on paper, and in the alpha what is there at all."""
    colour = on_paper(pixels).array
    result = np.empty((*colour.shape[:2], 4), np.uint8)
    result[..., :3] = colour
    result[..., 3] = pixels.array[..., 3] if pixels.channels == 4 else 255
    return result


def _picture(left_out: Bools, rows: Places, columns: Places) -> Rect | None:
    """What is left out, if it is one rectangle, and no small one."""
    top, bottom, left, right = (int(each) for each in (rows[0], rows[-1] + 1, columns[0], columns[-1] + 1))
    height, width = left_out.shape
    whole = (
        (bottom - top) * 4 >= height and (right - left) * 4 >= width and bool(left_out[top:bottom, left:right].all())
    )
    return Rect(left, top, right - left, bottom - top) if whole else None


def _count(selected: Bools) -> int:
    step = max(1, -(-max(selected.shape) // COUNTED))
    found, _ = cv().connectedComponents(selected[::step, ::step].astype(np.uint8), connectivity=8)
    return int(found) - 1
