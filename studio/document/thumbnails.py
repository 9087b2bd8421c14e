"""Small pictures of layers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QImage, QPainter

from studio.document.compositing import compose, tinted
from studio.document.images import COLOUR, SOURCE, UNIT, blank, over, pixels_of, resampled, view
from studio.document.layers import AreaLayer, Group, Layer, Plane
from studio.document.tiles import SIDE
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels

FINE = 4  # times finer than the thumbnail is what it is made from
SMALL = 1 << 20  # pixels: canvases up to this are simply composed


def thumbnail(layer: Layer, canvas: Size, side: int) -> QImage:
    """What a layer holds of the canvas, premultiplied, in the canvas' shape with its longer side `side` pixels."""
    factor = side / max(canvas)
    size = canvas.scaled(factor)
    if isinstance(layer, Group):
        whole = canvas.area <= SMALL
        return resampled(compose((layer,), Rect.of(canvas)), size) if whole else _of_group(layer, canvas, side, size)
    if not isinstance(layer, Plane):
        return blank(size)
    finer = Size(size.width * FINE, size.height * FINE) if factor * FINE < 1 else canvas
    image = blank(finer, COLOUR)
    scale = finer.width / canvas.width
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for (column, row), tile in layer.tiles.items():
        at = QPoint(column * SIDE + layer.x, row * SIDE + layer.y)
        # whole pixels, so that no seams show between tiles
        left, top = round(at.x() * scale), round(at.y() * scale)
        right, bottom = round((at.x() + SIDE) * scale), round((at.y() + SIDE) * scale)
        shown = tinted(tile, layer.colour) if isinstance(layer, AreaLayer) else tile
        painter.drawImage(QRectF(left, top, right - left, bottom - top), shown)
    painter.end()
    return resampled(image, size)


def _of_group(group: Group, canvas: Size, side: int, size: Size) -> QImage:
    """The thumbnails of what is in it, one over the other: of a large canvas that is near enough, and takes no time."""
    image = blank(size)
    painter = QPainter(image)
    for child in group.children:
        if child.visible:
            painter.setCompositionMode(child.blend.mode or QPainter.CompositionMode.CompositionMode_SourceOver)
            painter.setOpacity(child.opacity)
            painter.drawImage(0, 0, thumbnail(child, canvas, side))
    painter.end()
    return image


def overview(layers: Sequence[Layer], canvas: Size, side: int = 256) -> Pixels:
    """The whole picture in small; composed in strips, so that it needs little memory however large the canvas is."""
    factor = min(1.0, side / max(canvas))
    size = canvas.scaled(factor)
    rows = max(math.ceil(1 / factor), UNIT // canvas.width)  # see `images.straight`
    strip = max(1, SIDE // rows) * rows if factor < 1 else canvas.height
    image = blank(size)
    painter = QPainter(image)
    painter.setCompositionMode(SOURCE)
    for top in range(0, canvas.height, strip):
        part = compose(layers, Rect(0, top, canvas.width, min(strip, canvas.height - top)))
        for row in range(0, part.height(), rows):
            height = min(rows, part.height() - row)
            first, last = round((top + row) * factor), round((top + row + height) * factor)
            if last > first:
                piece = over(view(part)[row : row + height], COLOUR)
                painter.drawImage(0, first, resampled(piece, Size(size.width, last - first)))
    painter.end()
    return pixels_of(image)
