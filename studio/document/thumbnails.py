"""Small pictures of layers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QImage, QPainter

from studio.document.compositing import compose, tinted
from studio.document.images import COLOUR, SOURCE, blank, pixels_of, resampled
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
    strip = max(1, round(SIDE / factor / 8)) if factor < 1 else canvas.height
    image = blank(size)
    painter = QPainter(image)
    painter.setCompositionMode(SOURCE)
    for top in range(0, canvas.height, strip):
        height = min(strip, canvas.height - top)
        first, last = round(top * factor), round((top + height) * factor)
        if last > first:
            part = compose(layers, Rect(0, top, canvas.width, height))
            painter.drawImage(0, first, resampled(part, Size(size.width, last - first)))
    painter.end()
    return pixels_of(image)
