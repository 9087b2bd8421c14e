"""Filling and clearing: whole areas of a layer in one edit, confined to the selection."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import Enum

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QColor, QGradient, QImage, QLinearGradient, QPainter, QRadialGradient

from studio.document.compositing import coverage, tinted
from studio.document.document import Document
from studio.document.edits import TilesEdit
from studio.document.images import AREA, COLOUR, blank
from studio.document.layers import AreaLayer, PaintLayer, Plane
from studio.document.selecting import alike, grown, plane
from studio.document.tiles import Tiles, Versions, is_blank, keys_in, place
from studio.request.geometry import Rect

Mode = QPainter.CompositionMode
Source = Callable[[Rect], QImage]  # what to lay on a rectangle of the canvas


class GradientKind(Enum):
    LINEAR = "Linear"
    RADIAL = "Radial"


def clear(document: Document, layer: Plane, text: str = "Clear") -> None:
    """Makes what is selected of a layer transparent; all of it if nothing is selected."""
    document.about_to_change.emit()
    area = layer.extent() if document.selection is None else layer.extent().intersection(document.selection.extent())
    _lay(document, layer, text, area, _plain(layer, "#000000"), Mode.CompositionMode_DestinationOut)


def fill(document: Document, layer: Plane, colour: str) -> None:
    """Fills what is selected, or the whole canvas, with a colour (#rrggbb)."""
    document.about_to_change.emit()
    _lay(document, layer, "Fill", Rect.of(document.size), _plain(layer, colour), _over(layer))


def bucket(
    document: Document, layer: Plane, point: QPointF, colour: str, *, tolerance: int, contiguous: bool, merged: bool
) -> None:
    """Fills what has about the colour of the canvas (merged) or of the layer at a point.

    tolerance: 0..255. The filled area is a pixel larger than what is alike, so that no seam of soft edges is left.
    """
    document.about_to_change.emit()
    wanted = wand(document, layer, point, tolerance=tolerance, contiguous=contiguous, merged=merged)
    if wanted is None:
        return
    area = grown(wanted, 1, document.size)

    def source(rect: Rect) -> QImage:
        covered = area.read(rect)
        return covered if isinstance(layer, AreaLayer) else tinted(covered, colour)

    _lay(document, layer, "Fill", area.extent(), source, _over(layer))


def wand(
    document: Document, layer: Plane | None, point: QPointF, *, tolerance: int, contiguous: bool, merged: bool
) -> Tiles | None:
    """What has about the colour at a point, as a selection; None outside the canvas. merged: of all layers."""
    x, y = math.floor(point.x()), math.floor(point.y())
    canvas = Rect.of(document.size)
    if not canvas.contains(Rect(x, y, 1, 1)):
        return None
    if merged or layer is None:
        picture = document.image()
    elif isinstance(layer, AreaLayer):
        covered = coverage((layer,), canvas)
        picture = tinted(covered, "#000000")
    else:
        picture = layer.tiles.read(layer.inside(canvas))
    return plane(alike(picture, x, y, tolerance, contiguous=contiguous))


def gradient(
    document: Document, layer: Plane, start: QPointF, end: QPointF, colours: tuple[QColor, QColor], kind: GradientKind
) -> None:
    """Lays a gradient between two points of the canvas over what is selected, or over all."""
    document.about_to_change.emit()
    ramp: QGradient
    if kind is GradientKind.LINEAR:
        ramp = QLinearGradient(start, end)
    else:
        ramp = QRadialGradient(start, max(0.5, math.hypot(end.x() - start.x(), end.y() - start.y())))
    ramp.setColorAt(0, colours[0])
    ramp.setColorAt(1, colours[1])
    ramp.setInterpolationMode(QGradient.InterpolationMode.ColorInterpolation)

    def source(rect: Rect) -> QImage:
        image = blank(rect.size, AREA if isinstance(layer, AreaLayer) else COLOUR)
        painter = QPainter(image)
        painter.translate(-rect.x, -rect.y)
        painter.fillRect(rect.x, rect.y, rect.width, rect.height, ramp)
        painter.end()
        return image

    _lay(document, layer, "Gradient", Rect.of(document.size), source, _over(layer))


def _plain(layer: Plane, colour: str) -> Source:
    def source(rect: Rect) -> QImage:
        image = blank(rect.size, AREA if isinstance(layer, AreaLayer) else COLOUR)
        image.fill(QColor(colour))
        return image

    return source


def _over(layer: Plane) -> Mode:
    locked = isinstance(layer, PaintLayer) and layer.alpha_locked
    return Mode.CompositionMode_SourceAtop if locked else Mode.CompositionMode_SourceOver


def _lay(document: Document, layer: Plane, text: str, area: Rect, source: Source, mode: Mode) -> None:
    versions: Versions = {}
    selection = document.selection
    if selection is not None:
        area = area.intersection(selection.extent())
    for key in keys_in(layer.inside(area)):
        home = place(key).translated(layer.x, layer.y)
        part = home.intersection(area)
        image = source(part)
        if selection is not None:
            painter = QPainter(image)
            painter.setCompositionMode(Mode.CompositionMode_DestinationIn)
            painter.drawImage(0, 0, selection.read(part))
            painter.end()
        tile = layer.tiles.editable(key)
        painter = QPainter(tile)
        painter.setCompositionMode(mode)
        painter.drawImage(QPoint(part.x - home.x, part.y - home.y), image)
        painter.end()
        if tile != layer.tiles.get(key):
            versions[key] = None if is_blank(tile) else tile
    if versions:
        document.push(TilesEdit(document, text, layer, versions))
