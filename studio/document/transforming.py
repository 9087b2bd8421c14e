"""Moving, scaling, turning and flipping content; cropping, extending and resizing the canvas. One step of undo each."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import Enum

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QTransform

from studio.document.change import Change
from studio.document.document import Document
from studio.document.edits import FieldsEdit, TilesEdit, extent_of
from studio.document.guides import put_guides
from studio.document.guides import transformed as guides_moved
from studio.document.images import AREA, COLOUR, Array, over, view
from studio.document.layers import GeneratedLayer, Layer, Plane, walk
from studio.document.opencv import cv
from studio.document.selecting import plane
from studio.document.tiles import Tiles, Versions
from studio.request.errors import BadInput
from studio.request.geometry import Rect, Size

SMALLEST, LARGEST = 1, 16384  # pixels of a canvas' side


class Resampling(Enum):
    SMOOTH = "Smooth"  # Lanczos
    SHARP = "Nearest"  # keeps pixels as squares


def transformed(tiles: Tiles, transform: QTransform, how: Resampling = Resampling.SMOOTH) -> Tiles:
    """A plane turned, scaled, sheared or moved. Content is never lost at an edge, however often it is done."""
    bounds = tiles.bounds()
    if bounds.empty:
        return Tiles(tiles.layout)
    moved = _whole_shift(transform)
    if moved is not None:
        return Tiles.of_image(tiles.read(bounds), bounds.x + moved[0], bounds.y + moved[1])
    reach = transform.mapRect(QRectF(*bounds)).toAlignedRect().adjusted(-1, -1, 1, 1)
    target = Rect(reach.x(), reach.y(), reach.width(), reach.height())
    if max(target.size) > LARGEST * 2:
        raise BadInput(f"The result would be {target.size} pixels.", f"At most {LARGEST * 2} can be used.")
    array = _warped(view(tiles.read(bounds)), bounds, target, transform, how)
    return plane(array, target.x, target.y) if tiles.layout == AREA else _colour_plane(array, target)


def _colour_plane(array: Array, target: Rect) -> Tiles:
    return Tiles.of_image(over(array, COLOUR), target.x, target.y)


def _whole_shift(transform: QTransform) -> tuple[int, int] | None:
    dx, dy = transform.dx(), transform.dy()
    if (
        transform.type().value <= QTransform.TransformationType.TxTranslate.value
        and dx == round(dx)
        and dy == round(dy)
    ):
        return round(dx), round(dy)
    return None


def _warped(source: Array, bounds: Rect, target: Rect, transform: QTransform, how: Resampling) -> Array:
    """Both rectangles in the coordinates of the plane. cv2 samples at pixel centres, hence the halves."""
    pixels = np.ascontiguousarray(source)
    factor_x = math.hypot(transform.m11(), transform.m12())
    factor_y = math.hypot(transform.m21(), transform.m22())
    shrink_x, shrink_y = 1.0, 1.0
    if how is Resampling.SMOOTH and min(factor_x, factor_y) < 0.9:
        # made smaller first, by the mean of what falls on each pixel: Lanczos alone would leave pixels out
        size = (max(1, math.ceil(bounds.width * min(1, factor_x))), max(1, math.ceil(bounds.height * min(1, factor_y))))
        pixels = cv().resize(pixels, size, interpolation=cv().INTER_AREA)
        shrink_x, shrink_y = bounds.width / size[0], bounds.height / size[1]
    to_plane = QTransform.fromTranslate(0.5, 0.5) * QTransform.fromScale(shrink_x, shrink_y)
    to_plane *= QTransform.fromTranslate(bounds.x, bounds.y)
    whole = to_plane * transform * QTransform.fromTranslate(-target.x - 0.5, -target.y - 0.5)
    matrix = np.array([[whole.m11(), whole.m21(), whole.dx()], [whole.m12(), whole.m22(), whole.dy()]])
    flags = cv().INTER_LANCZOS4 if how is Resampling.SMOOTH else cv().INTER_NEAREST
    warped: Array = cv().warpAffine(pixels, matrix, target.size, flags=flags, borderMode=cv().BORDER_CONSTANT)
    if warped.ndim == 3:  # Lanczos rings: premultiplied colour must not exceed alpha
        np.minimum(warped, warped[..., 3:], out=warped)
    return warped


def transform_layer(
    document: Document, layer: Layer, transform: QTransform, text: str, how: Resampling = Resampling.SMOOTH
) -> None:
    """Transforms all content of a layer, or of all layers of a group. transform: on the canvas."""
    with document.step(text):
        for plane_ in (found for found in walk((layer,)) if isinstance(found, Plane)):
            moved = _whole_shift(transform)
            if moved is not None:
                set_fields(document, plane_, text, x=plane_.x + moved[0], y=plane_.y + moved[1])
            else:
                _put(document, plane_, transformed(plane_.tiles, on_plane(transform, plane_), how), text)
            if isinstance(plane_, GeneratedLayer):
                move_area(document, plane_, transform, text)


def on_plane(transform: QTransform, layer: Plane) -> QTransform:
    """A transform of the canvas in the coordinates of a layer's tiles."""
    return QTransform.fromTranslate(layer.x, layer.y) * transform * QTransform.fromTranslate(-layer.x, -layer.y)


def move_area(document: Document, layer: GeneratedLayer, transform: QTransform, text: str) -> None:
    """What was made for an area goes with it: other candidates appear where the chosen one is now."""
    area = transform.mapRect(QRectF(*layer.area)).toAlignedRect()
    _set(document, layer, text, area=Rect(area.x(), area.y(), area.width(), area.height()))


def set_fields(document: Document, layer: Plane, text: str, **fields: int) -> None:
    """Moves a layer, or another change of numbers that shows on the canvas. Successive ones are one step."""
    before = {name: getattr(layer, name) for name in fields}
    kind = Change.LAYERS | (Change.MASK if layer.tiles.layout == AREA else Change.PIXELS)
    document.push(
        FieldsEdit(document, text, kind, layer, before=before, after=fields, extent=lambda: extent_of([layer]))
    )


def _put(document: Document, layer: Plane, tiles: Tiles, text: str) -> None:
    """Replaces all content of a layer."""
    versions: Versions = {key: tiles.get(key) for key in {*layer.tiles, *tiles}}
    if versions:
        document.push(TilesEdit(document, text, layer, versions))


def transform_canvas(document: Document, transform: QTransform, size: Size, text: str, how: Resampling) -> None:
    """Transforms everything, selection included, and gives the canvas another size."""
    document.about_to_change.emit()
    if not all(SMALLEST <= side <= LARGEST for side in size):
        raise BadInput(f"A canvas of {size} pixels cannot be made.", f"Sides of {SMALLEST} to {LARGEST} can be used.")
    with document.step(text):
        for layer in document.layers:
            transform_layer(document, layer, transform, text, how)
        if document.selection is not None:
            selection = transformed(document.selection, transform, how)
            inside = Rect.of(size).intersection(selection.extent())
            document.select(None if inside.empty else Tiles.of_image(selection.read(inside), inside.x, inside.y), text)
        put_guides(document, guides_moved(document.guides, transform), text)
        frame = {"frame": document.frame * transform}
        before = {"frame": document.frame}
        document.push(FieldsEdit(document, text, Change.SIZE, document, before=before, after=frame, merges=False))
        document.set_size(size, text)


def _set(document: Document, layer: Layer, text: str, **fields: object) -> None:
    before = {name: getattr(layer, name) for name in fields}
    document.push(FieldsEdit(document, text, Change.LAYERS, layer, before=before, after=fields, merges=False))


def crop(document: Document, area: Rect, text: str = "Crop") -> None:
    """Makes the canvas a rectangle of, or beyond, what it is. What lies outside is kept in the layers."""
    transform_canvas(document, QTransform.fromTranslate(-area.x, -area.y), area.size, text, Resampling.SHARP)


def resize(document: Document, size: Size, how: Resampling = Resampling.SMOOTH) -> None:
    """Scales everything to another size of the canvas."""
    scale = QTransform.fromScale(size.width / document.size.width, size.height / document.size.height)
    transform_canvas(document, scale, size, "Resize picture", how)


class Turn(Enum):
    """Turns and flips that lose nothing."""

    RIGHT = "Turn right"
    LEFT = "Turn left"
    HALF = "Turn half around"
    FLIP_H = "Flip horizontally"
    FLIP_V = "Flip vertically"


def turning(turn: Turn, box: Rect) -> QTransform:
    """Turns or flips a box: its left edge, or its upper one, stays where it is."""
    return _TURNS[turn](box)


_TURNS: dict[Turn, Callable[[Rect], QTransform]] = {
    Turn.RIGHT: lambda r: QTransform(0, 1, -1, 0, r.x + r.bottom, r.y - r.x),
    Turn.LEFT: lambda r: QTransform(0, -1, 1, 0, r.x - r.y, r.y + r.right),
    Turn.HALF: lambda r: QTransform(-1, 0, 0, -1, r.x + r.right, r.y + r.bottom),
    Turn.FLIP_H: lambda r: QTransform(-1, 0, 0, 1, r.x + r.right, 0),
    Turn.FLIP_V: lambda r: QTransform(1, 0, 0, -1, 0, r.y + r.bottom),
}


def turn_canvas(document: Document, turn: Turn) -> None:
    """Turns or flips the whole picture."""
    size = document.size
    turned = Size(size.height, size.width) if turn in (Turn.RIGHT, Turn.LEFT) else size
    transform_canvas(document, turning(turn, Rect.of(size)), turned, turn.value, Resampling.SHARP)
