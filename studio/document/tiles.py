"""A sparse plane of tiles with copy-on-write: an edit costs the tiles it touches, never the whole canvas.

A tile that is in a plane is never painted on. Who wants to change one makes its own copy, paints on that, and puts
it in with `replace`, which hands back what was there: exactly what undo has to keep.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage, QPainter

from studio.document.images import COLOUR, SOURCE, blank, qrect, view
from studio.request.geometry import Rect, Size

SIDE = 256  # pixels
TILE_SIZE = Size(SIDE, SIDE)
Key = tuple[int, int]  # column, row; negative left of and above the origin
Versions = dict[Key, QImage | None]  # None: there is no tile, all is transparent


def keys_in(rect: Rect) -> Iterator[Key]:
    """Keys of all tiles that a rectangle touches, row by row."""
    if rect.empty:
        return
    for row in range(rect.y // SIDE, (rect.bottom - 1) // SIDE + 1):
        for column in range(rect.x // SIDE, (rect.right - 1) // SIDE + 1):
            yield column, row


def place(key: Key) -> Rect:
    """Where a tile lies in its plane."""
    return Rect(key[0] * SIDE, key[1] * SIDE, SIDE, SIDE)


def is_blank(tile: QImage) -> bool:
    return not view(tile).any()


class Tiles:
    """A plane without edges. layout: COLOUR (premultiplied ARGB32) or AREA (8-bit coverage)."""

    __slots__ = ("_tiles", "layout")

    def __init__(self, layout: QImage.Format = COLOUR, tiles: Mapping[Key, QImage] | None = None) -> None:
        self.layout = layout
        self._tiles: dict[Key, QImage] = dict(tiles or {})

    @classmethod
    def of_image(cls, image: QImage, x: int = 0, y: int = 0) -> Tiles:
        """The plane that shows this image (COLOUR or AREA) with its upper left corner at x, y."""
        plane = cls(image.format())
        plane.replace(plane.drawn(image, x, y, SOURCE))
        return plane

    def __len__(self) -> int:
        return len(self._tiles)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._tiles)

    def __contains__(self, key: Key) -> bool:
        return key in self._tiles

    def get(self, key: Key) -> QImage | None:
        return self._tiles.get(key)

    def items(self) -> Iterator[tuple[Key, QImage]]:
        return iter(self._tiles.items())

    def copy(self) -> Tiles:
        """Another plane of the same tiles; nothing is copied but references."""
        return Tiles(self.layout, self._tiles)

    @property
    def nbytes(self) -> int:
        return sum(tile.sizeInBytes() for tile in self._tiles.values())

    def editable(self, key: Key) -> QImage:
        """A fresh tile with the same content, to paint on and put in later."""
        tile = self._tiles.get(key)
        return blank(TILE_SIZE, self.layout) if tile is None else tile.copy()

    def put(self, key: Key, tile: QImage | None) -> QImage | None:
        """Puts one tile in (None takes it out) and returns what was there."""
        before = self._tiles.get(key)
        if tile is None:
            self._tiles.pop(key, None)
        else:
            self._tiles[key] = tile
        return before

    def replace(self, versions: Mapping[Key, QImage | None]) -> Versions:
        """Puts other versions of tiles in; returns those that were there, so that twice is as if never."""
        return {key: self.put(key, tile) for key, tile in versions.items()}

    def extent(self) -> Rect:
        """The smallest rectangle of whole tiles around everything; empty when there is nothing."""
        if not self._tiles:
            return Rect(0, 0, 0, 0)
        columns = [key[0] for key in self._tiles]
        rows = [key[1] for key in self._tiles]
        left, top = min(columns), min(rows)
        return Rect(left * SIDE, top * SIDE, (max(columns) - left + 1) * SIDE, (max(rows) - top + 1) * SIDE)

    def bounds(self) -> Rect:
        """The smallest rectangle around all pixels that are not transparent."""
        found = Rect(0, 0, 0, 0)
        for key, tile in self._tiles.items():
            if not found.contains(place(key)):
                found = found.union(_content(tile).translated(key[0] * SIDE, key[1] * SIDE))
        return found

    def read(self, rect: Rect) -> QImage:
        """A copy of what a rectangle shows. Raises Trouble when there is no memory for it."""
        image = blank(rect.size, self.layout)
        if any(key in self._tiles for key in keys_in(rect)):
            painter = QPainter(image)
            painter.setCompositionMode(SOURCE)
            self.draw(painter, rect, QPoint(-rect.x, -rect.y))
            painter.end()
        return image

    def draw(self, painter: QPainter, rect: Rect, at: QPoint) -> None:
        """Draws the tiles that a rectangle of the plane touches, cut to it, with the plane's origin at `at`."""
        for key in keys_in(rect):
            tile = self._tiles.get(key)
            if tile is not None:
                home = place(key)
                part = home.intersection(rect)
                painter.drawImage(
                    QPoint(part.x + at.x(), part.y + at.y()), tile, qrect(part.translated(-home.x, -home.y))
                )

    def drawn(self, image: QImage, x: int, y: int, mode: QPainter.CompositionMode) -> Versions:
        """New versions of the tiles that an image at x, y covers. The plane itself stays as it is."""
        versions: Versions = {}
        for key in keys_in(Rect(x, y, image.width(), image.height())):
            tile = self.editable(key)
            home = place(key)
            painter = QPainter(tile)
            painter.setCompositionMode(mode)
            painter.drawImage(QPoint(x - home.x, y - home.y), image)
            painter.end()
            versions[key] = None if is_blank(tile) else tile
        return versions

    def filled(self, rect: Rect, value: int) -> Versions:
        """New versions with a rectangle of an AREA plane set to a coverage of 0..255."""
        versions: Versions = {}
        for key in keys_in(rect):
            tile = self.editable(key)
            home = place(key)
            painter = QPainter(tile)
            painter.setCompositionMode(SOURCE)
            painter.fillRect(qrect(home.intersection(rect).translated(-home.x, -home.y)), _coverage(value))
            painter.end()
            versions[key] = None if is_blank(tile) else tile
        return versions

    def same_as(self, other: Tiles) -> bool:
        """True when both show the same pixels."""
        return self.layout == other.layout and all(self._shows(key, other.get(key)) for key in {*self._tiles, *other})

    def _shows(self, key: Key, other: QImage | None) -> bool:
        mine = self._tiles.get(key)
        if mine is None or other is None:
            left = mine if mine is not None else other
            return left is None or is_blank(left)
        return mine is other or mine == other


def _content(tile: QImage) -> Rect:
    """The smallest rectangle around the pixels of a tile that are not transparent."""
    pixels = view(tile)
    covered = pixels if pixels.ndim == 2 else pixels[..., 3]
    rows = np.flatnonzero(covered.any(axis=1))
    columns = np.flatnonzero(covered.any(axis=0))
    if not rows.size:
        return Rect(0, 0, 0, 0)
    left, top = int(columns[0]), int(rows[0])
    return Rect(left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1)


def _coverage(value: int) -> QColor:
    return QColor(0, 0, 0, value)
