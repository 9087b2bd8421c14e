"""The document as an edit sees it: what is selected, and a surface to read from."""

from __future__ import annotations

from studio.document.document import Document
from studio.document.editing.prepare import Surface
from studio.document.layers import MaskLayer, shown
from studio.document.resolve import on_paper
from studio.document.selecting import Combine, array_of, combined, covered_by, everything
from studio.document.tiles import Tiles
from studio.request.geometry import Rect
from studio.request.pixels import Array


def selected(document: Document) -> Tiles | None:
    """What is to be made anew: the selection, else all that visible masks cover; None when there is neither."""
    if document.selection is not None:
        return document.selection
    union: Tiles | None = None
    for layer in shown(document.layers):
        if isinstance(layer, MaskLayer) and len(layer.tiles):
            union = combined(union, covered_by(layer, document.size), Combine.ADD)
    return union


def selected_bounds(document: Document) -> Rect | None:
    """Where `selected` lies on the canvas; None when nothing is selected, or nothing of it is on the canvas."""
    tiles = selected(document)
    if tiles is None:
        return None
    inside = tiles.bounds().intersection(Rect.of(document.size))
    return None if inside.empty else inside


def surface_of(document: Document) -> Surface:
    """Reads the document as it is when it is read; an edit takes its own snapshot."""
    tiles = selected(document)
    area = tiles if tiles is not None else everything(document.size)

    def picture(rect: Rect) -> Array:
        return on_paper(document.picture(rect)).array[..., :3]

    return Surface(size=document.size, picture=picture, selection=lambda rect: array_of(area, rect))
