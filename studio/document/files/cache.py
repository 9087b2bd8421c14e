"""Compressed bands of the last save: what did not change since is not compressed again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from itertools import pairwise

from PySide6.QtGui import QImage

from studio.document.compositing import compose
from studio.document.files.png import Band, assembled, band_of
from studio.document.images import AREA, Array, straight, view
from studio.document.layers import Group, Layer, PaintLayer, Plane
from studio.document.tiles import SIDE, Tiles, keys_in
from studio.request.geometry import Rect

Key = tuple[Hashable, ...]
RowsOf = Callable[[Rect], Array]


class BandCache:
    """Belongs to one document; used by one save at a time."""

    def __init__(self) -> None:
        self._old: dict[Key, tuple[Band, list[QImage]]] = {}
        self._new: dict[Key, tuple[Band, list[QImage]]] = {}

    def plane(self, tiles: Tiles, area: Rect, pool: Executor) -> Iterator[bytes]:
        """A rectangle of a plane as PNG, in pieces: four channels for colour, one for coverage."""

        def rows(part: Rect) -> Array:
            image = tiles.read(part)
            return view(image)[..., None] if tiles.layout == AREA else straight(image)

        channels = 1 if tiles.layout == AREA else 4  # in the key, too: an empty mask is not an empty layer
        keyed = [(part, ("plane", channels, *_shown(tiles, part)), _held(tiles, part)) for part in _parts(area)]
        return assembled(area.size, channels, self._bands(keyed, rows, pool))

    def picture(self, layers: Sequence[Layer], area: Rect, pool: Executor) -> Iterator[bytes]:
        """What layers show together, as PNG, in pieces."""

        def rows(part: Rect) -> Array:
            return straight(compose(layers, part))

        keyed = [
            (part, ("picture", part, *(_looks(layer, part) for layer in layers)), _held_by(layers, part))
            for part in _parts(area)
        ]
        return assembled(area.size, 4, self._bands(keyed, rows, pool))

    def finish(self) -> None:
        """The save is done: bands that it did not use are let go."""
        self._old, self._new = self._new, {}

    def _bands(self, keyed: Sequence[tuple[Rect, Key, list[QImage]]], rows: RowsOf, pool: Executor) -> Iterable[Band]:
        def make(entry: tuple[Rect, Key, list[QImage]]) -> Band:
            part, key, held = entry
            known = self._old.get(key)
            band = known[0] if known is not None else band_of(rows(part))
            self._new[key] = band, held  # the tiles are kept, so that no other can get the identity of one of them
            return band

        return list(pool.map(make, keyed))


def _parts(area: Rect) -> list[Rect]:
    """Bands of a rectangle that end where rows of tiles do, so that a stroke changes few of them."""
    edges = [area.y, *range((area.y // SIDE + 1) * SIDE, area.bottom, SIDE), area.bottom]
    return [Rect(area.x, top, area.width, bottom - top) for top, bottom in pairwise(edges)]


def _shown(tiles: Tiles, part: Rect) -> Key:
    """Equal for equal content, as long as the tiles are kept."""
    return part, *((key, id(tile)) for key in keys_in(part) if (tile := tiles.get(key)) is not None)


def _held(tiles: Tiles, part: Rect) -> list[QImage]:
    return [tile for key in keys_in(part) if (tile := tiles.get(key)) is not None]


def _looks(layer: Layer, part: Rect) -> Key:
    """What a layer adds to a part of the picture."""
    common = (layer.visible, layer.opacity, layer.blend)
    if isinstance(layer, Group):
        return (*common, layer.isolate, *(_looks(child, part) for child in layer.children))
    if isinstance(layer, PaintLayer):
        return (*common, layer.x, layer.y, *_shown(layer.tiles, layer.inside(part)))
    return ()


def _held_by(layers: Sequence[Layer], part: Rect) -> list[QImage]:
    held: list[QImage] = []
    for layer in layers:
        if isinstance(layer, Group):
            held += _held_by(layer.children, part)
        elif isinstance(layer, Plane):
            held += _held(layer.tiles, layer.inside(part))
    return held
