"""What is selected taken away at once: the hole is filled with what is around it, without a model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.document.document import Document
from studio.document.editing.fill import filled
from studio.document.editing.patchmatch import Check, unchecked
from studio.document.editing.plan import Fill
from studio.document.editing.seen import chosen, rgba
from studio.document.edits import TreeEdit
from studio.document.images import image_of, scaled
from studio.document.layers import PaintLayer
from studio.document.opencv import cv
from studio.document.selecting import array_of
from studio.document.tiles import Tiles
from studio.request.errors import BadInput
from studio.request.geometry import Rect
from studio.request.pixels import Array, Pixels

AROUND = 0.75  # of the longer side of what is selected: so much on each side is looked at
LEAST_AROUND = 48  # pixels, at least so much
MOST = 6_000_000  # pixels that are worked on; what is larger is worked smaller, which bounds time and memory


@dataclass(frozen=True)
class Removal:
    """A snapshot, so that painting may go on meanwhile; `filling` may be called on any thread.

    area: of the canvas, what is selected. picture: RGBA of what is around it too. selection: of the same place,
    height × width. inside: where in both `area` is.
    """

    area: Rect
    inside: Rect
    picture: Array
    selection: Array

    def filling(self, check: Check = unchecked) -> Pixels:
        """RGBA for `area`: what belongs there, as opaque as it was selected; 0 where nothing was.

        check: see `patchmatch.completed`.
        """
        picture = np.ascontiguousarray(self.picture[..., :3])
        unknown = ((self.selection > 0) | (self.picture[..., 3] == 0)).astype(np.uint8) * np.uint8(255)
        made = _bounded(picture, unknown, check)
        rows = slice(self.inside.y, self.inside.bottom)
        columns = slice(self.inside.x, self.inside.right)
        return Pixels(np.ascontiguousarray(np.dstack([made[rows, columns], self.selection[rows, columns]])))


def removal(document: Document) -> Removal:
    """What would be taken away now. Raises BadInput when nothing can be."""
    found = chosen(document) if document.has_picture else None
    if found is None:
        raise BadInput("Nothing on the canvas is selected.", "Select what is to be taken away.")
    area = found.bounds
    margin = max(LEAST_AROUND, round(AROUND * max(area.size)))
    around = Rect(area.x - margin, area.y - margin, area.width + 2 * margin, area.height + 2 * margin)
    around = around.intersection(Rect.of(document.size))
    selection = array_of(found.tiles, around).copy()
    picture = rgba(document.picture(around))
    if not ((selection == 0) & (picture[..., 3] > 0)).any():
        raise BadInput(
            "There is nothing around what is selected that could go on in its place.",
            "Select less, or erase it.",
        )
    return Removal(area, area.translated(-around.x, -around.y), picture, selection)


def put_removed(document: Document, filling: Pixels, area: Rect) -> None:
    """Lays the filling over the picture, as a layer of its own. One step of undo."""
    layer = PaintLayer(name="Removed", tiles=Tiles.of_image(scaled(image_of(filling), area.size), area.x, area.y))
    with document.step("Remove at once"):
        children = (*document.root.children, layer)  # it was made from all that is seen, so it lies over all
        document.push(TreeEdit(document, "Remove at once", {document.root: children}))
        document.activate(layer)


def _bounded(picture: Array, unknown: Array, check: Check) -> Array:
    height, width = unknown.shape
    share = (MOST / (height * width)) ** 0.5
    if share >= 1:
        return filled(picture, unknown, Fill.REMOVE, check)
    size = (max(1, round(width * share)), max(1, round(height * share)))
    small = cv().resize(picture, size, interpolation=cv().INTER_AREA)
    hole = (cv().resize(unknown, size, interpolation=cv().INTER_AREA) > 0).astype(np.uint8) * np.uint8(255)
    made = filled(small, hole, Fill.REMOVE, check)
    return np.asarray(cv().resize(made, (width, height), interpolation=cv().INTER_CUBIC))
