"""Selections: coverage on the canvas, soft all the way, and what one can do with it.

A selection is a plane of AREA tiles; None means that nothing is confined. Functions here make new ones and never
change those they are given.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath

from studio.document.images import AREA, Array, blank, view, writable
from studio.document.layers import Plane
from studio.document.opencv import cv
from studio.document.tiles import Tiles
from studio.request.geometry import Rect, Size


class Combine(Enum):
    """How a new selection meets the one that is there."""

    REPLACE = "Replace"
    ADD = "Add"
    SUBTRACT = "Subtract"
    INTERSECT = "Intersect"


def plane(array: Array, x: int = 0, y: int = 0) -> Tiles:
    """Coverage (height × width) with its corner at x, y as a plane."""
    height, width = array.shape
    image = blank(Size(width, height), AREA)
    writable(image)[...] = array
    return Tiles.of_image(image, x, y)


def array_of(selection: Tiles, area: Rect) -> Array:
    """The coverage of a rectangle of the canvas, height × width, to be read only."""
    return view(selection.read(area))


def of_path(path: QPainterPath, canvas: Size, *, smooth: bool = True) -> Tiles:
    """What a path on the canvas encloses; smooth: its edge covers pixels in part."""
    bounds = path.boundingRect().toAlignedRect()
    area = Rect(bounds.x(), bounds.y(), bounds.width(), bounds.height()).intersection(Rect.of(canvas))
    if area.empty:
        return Tiles(AREA)
    image = blank(area.size, AREA)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.GlobalColor.black)
    painter.translate(-area.x, -area.y)
    painter.drawPath(path)
    painter.end()
    return Tiles.of_image(image, area.x, area.y)


def everything(canvas: Size) -> Tiles:
    tiles = Tiles(AREA)
    tiles.replace(tiles.filled(Rect.of(canvas), 255))
    return tiles


def within(selection: Tiles, canvas: Size) -> Tiles:
    """What of a selection lies on the canvas."""
    inside = Rect.of(canvas)
    if inside.contains(selection.extent()):
        return selection
    area = inside.intersection(selection.extent())
    return Tiles(AREA) if area.empty else Tiles.of_image(selection.read(area), area.x, area.y)


def covered_by(layer: Plane, canvas: Size) -> Tiles:
    """What a layer covers: of a mask its coverage, of a picture its alpha."""
    area = layer.bounds().intersection(Rect.of(canvas))
    if area.empty:
        return Tiles(AREA)
    array = view(layer.tiles.read(layer.inside(area)))
    return plane(array if array.ndim == 2 else array[..., 3], area.x, area.y)


def combined(before: Tiles | None, new: Tiles, how: Combine) -> Tiles:
    """The outcome of laying a new selection on the one that is there, tile by tile."""
    if how is Combine.REPLACE or (before is None and how is Combine.ADD):
        return new
    if before is None:
        return new if how is Combine.INTERSECT else Tiles(AREA)
    operation = _COMBINATIONS[how]
    area = before.extent().union(new.extent())
    if area.empty:
        return Tiles(AREA)
    return plane(operation(array_of(before, area), array_of(new, area)), area.x, area.y)


def _minus(one: Array, other: Array) -> Array:
    return np.minimum(one, np.subtract(255, other, dtype=np.uint8))


_COMBINATIONS: dict[Combine, Callable[[Array, Array], Array]] = {
    Combine.ADD: np.maximum,
    Combine.SUBTRACT: _minus,
    Combine.INTERSECT: np.minimum,
}


def inverted(selection: Tiles, canvas: Size) -> Tiles:
    area = Rect.of(canvas)
    return plane(np.subtract(255, array_of(selection, area), dtype=np.uint8))


def grown(selection: Tiles, pixels: float, canvas: Size) -> Tiles:
    """Reaches further by so many pixels, or, if negative, less far; its edge keeps its softness."""
    if not pixels:
        return selection
    margin = int(abs(pixels)) + 2
    area = selection.bounds().grown(margin)
    covered = array_of(selection, area)
    if pixels < 0:
        covered = np.subtract(255, covered, dtype=np.uint8)
    spread = _spread(covered, abs(pixels))
    if pixels < 0:
        spread = np.subtract(255, spread, dtype=np.uint8)
    inside = area.intersection(Rect.of(canvas))
    return _cut(spread, area, inside)


def _spread(covered: Array, pixels: float) -> Array:
    """Each half-covered contour moved outwards by its distance; costs the same for every distance."""
    outside = np.ascontiguousarray((covered < 128).astype(np.uint8))
    distance = cv().distanceTransform(outside, cv().DIST_L2, 5)
    reached = np.clip((pixels + 1 - distance) * 255, 0, 255).astype(np.uint8)
    return np.maximum(reached, covered)


def feathered(selection: Tiles, pixels: float, canvas: Size) -> Tiles:
    """With an edge that fades over about so many pixels to both sides."""
    if pixels <= 0:
        return selection
    margin = int(pixels * 2) + 2
    area = selection.bounds().grown(margin)
    covered = np.ascontiguousarray(array_of(selection, area))
    side = max(1, round(pixels * 2 / 3)) | 1
    for _ in range(3):  # three boxes are nearly a Gaussian, and cost the same for every radius
        covered = cv().blur(covered, (side, side), borderType=cv().BORDER_CONSTANT if _ else cv().BORDER_REPLICATE)
    return _cut(covered, area, area.intersection(Rect.of(canvas)))


def _cut(array: Array, area: Rect, inside: Rect) -> Tiles:
    if inside.empty:
        return Tiles(AREA)
    part = array[inside.y - area.y : inside.bottom - area.y, inside.x - area.x : inside.right - area.x]
    return plane(part, inside.x, inside.y)


def alike(picture: QImage, x: int, y: int, tolerance: int, *, contiguous: bool) -> Array:
    """Where a picture has about the colour of one of its pixels: 255, else 0; height × width.

    tolerance: 0..255, the largest difference in any channel, alpha included.
    """
    pixels = view(picture)
    wanted = pixels[y, x].astype(int)
    low = tuple(int(value) for value in np.maximum(wanted - tolerance, 0))
    high = tuple(int(value) for value in np.minimum(wanted + tolerance, 255))
    similar = cv().inRange(np.ascontiguousarray(pixels), low, high)
    if not contiguous:
        return similar
    filled = np.zeros((similar.shape[0] + 2, similar.shape[1] + 2), np.uint8)
    flags = 4 | cv().FLOODFILL_MASK_ONLY | (255 << 8)
    cv().floodFill(similar, filled, (x, y), 0, 0, 0, flags)
    return filled[1:-1, 1:-1]


def outlines(selection: Tiles, canvas: Size) -> list[npt.NDArray[np.int32]]:
    """The contours of what is at least half covered, each as an array of corner points n × 2 on the canvas."""
    area = selection.extent().intersection(Rect.of(canvas))
    if area.empty:
        return []
    inside = (array_of(selection, area) >= 128).astype(np.uint8)
    # doubled, so that contours run along the edges of pixels and not through their middles
    edged = np.pad(inside, 1)
    found, _ = cv().findContours(np.repeat(np.repeat(edged, 2, 0), 2, 1), cv().RETR_LIST, cv().CHAIN_APPROX_SIMPLE)
    return [(contour[:, 0] + 1) // 2 + (area.x - 1, area.y - 1) for contour in found]
