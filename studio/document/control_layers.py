"""Control layers: what each looks at, and how they are made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtGui import QImage

from studio.document.compositing import compose
from studio.document.controlling import Guiding, Steer
from studio.document.images import image_of, scaled, straight
from studio.document.layers import CANVAS, OWN, ControlLayer, Layer, PaintLayer, origin_in, shown, walk
from studio.document.tiles import Tiles
from studio.request.family import Family
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels


def control_layer_of(pixels: Pixels, canvas: Size, name: str, steer: Steer) -> ControlLayer:
    """A layer with a picture of its own: it covers the canvas, its middle where it is too long.

    steer: may tell already where the picture came from; else it came as it is.
    """
    steer = replace(steer, origin=steer.origin or pixels.digest)
    factor = max(canvas.width / pixels.size.width, canvas.height / pixels.size.height)
    size = Size(
        max(canvas.width, round(pixels.size.width * factor)), max(canvas.height, round(pixels.size.height * factor))
    )
    if steer.refers:  # it is looked at as a whole, so nothing of it may be cut
        factor = min(1.0, canvas.width / pixels.size.width, canvas.height / pixels.size.height)
        size = pixels.size.scaled(factor)
    image = scaled(image_of(pixels), size)
    tiles = Tiles.of_image(image, (canvas.width - size.width) // 2, (canvas.height - size.height) // 2)
    return ControlLayer(name=name, tiles=tiles, steer=steer)


def guiding_in(layers: tuple[Layer, ...], canvas: Size, area: Rect, family: Family) -> tuple[Guiding, ...]:
    """What steers models of a family, cut to a part of the canvas; the lowest layer first. The others do not count."""
    counting = (layer for layer in shown(layers) if isinstance(layer, ControlLayer) and layer.steer.goes_with(family))
    return tuple(found for layer in counting if (found := guiding_of_layer(layer, layers, canvas, area)) is not None)


def guiding_of_layer(layer: ControlLayer, layers: tuple[Layer, ...], canvas: Size, area: Rect) -> Guiding | None:
    """What a control layer looks at in a part of the canvas (of a reference: all there is), or None: it is empty."""
    if layer.steer.refers:
        area = _whole(layer, layers, canvas)
        if area.empty:
            return None
    image = _seen(layer, layers, area)
    array = None if image is None else straight(image)
    if array is None or not array[..., 3].any():
        return None
    return Guiding(replace(layer.steer, origin=_origin(layer, layers, area)), array)


def looked_at(layer: ControlLayer, layers: tuple[Layer, ...]) -> PaintLayer | None:
    """The other layer that it takes as its picture; None when it takes none, or that is gone."""
    found = (each for each in walk(layers) if isinstance(each, PaintLayer) and each.id == layer.source)
    return next(found, None)


def controls_in(layers: tuple[Layer, ...]) -> Iterator[ControlLayer]:
    """All control layers, the lowest first, hidden ones too."""
    return (layer for layer in walk(layers) if isinstance(layer, ControlLayer))


def _seen(layer: ControlLayer, layers: tuple[Layer, ...], area: Rect) -> QImage | None:
    """Premultiplied."""
    if layer.source == OWN:
        return layer.tiles.read(layer.inside(area))
    if layer.source == CANVAS:
        return compose(layers, area)
    other = looked_at(layer, layers)
    return None if other is None else other.tiles.read(other.inside(area))


def _origin(layer: ControlLayer, layers: tuple[Layer, ...], area: Rect) -> str:
    """The digest of the picture that came onto the canvas and is looked at now, or ""."""
    if layer.source == OWN:
        return layer.steer.origin
    if layer.source == CANVAS:
        return origin_in(layers, area)
    other = looked_at(layer, layers)
    return "" if other is None else other.came_from


def _whole(layer: ControlLayer, layers: tuple[Layer, ...], canvas: Size) -> Rect:
    """Where all of a reference lies."""
    if layer.source == OWN:
        return layer.bounds()
    if layer.source == CANVAS:
        return Rect.of(canvas)
    other = looked_at(layer, layers)
    return Rect(0, 0, 0, 0) if other is None else other.bounds()
