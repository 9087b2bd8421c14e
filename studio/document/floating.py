"""Content lifted off a layer, or off all layers of a group, to be moved and transformed; laid down in one step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter, QTransform

from studio.document.compositing import compose, tint_into
from studio.document.document import Document
from studio.document.edits import TilesEdit
from studio.document.layers import NOWHERE, AreaLayer, GeneratedLayer, Group, Layer, Plane, shown, walk
from studio.document.selecting import within
from studio.document.tiles import Key, Tiles, Versions, is_blank, keys_in, place
from studio.document.transforming import (
    Resampling,
    Turn,
    move_area,
    on_plane,
    transform_layer,
    transformed,
    turning,
)
from studio.request.geometry import Rect

Mode = QPainter.CompositionMode


@dataclass(frozen=True)
class _Piece:
    """What was lifted of one layer, in the layer's own coordinates, and its tiles as they were before.

    before: of all tiles that are different now. lifted: those that something was taken out of.
    """

    layer: Plane
    before: Versions
    content: Tiles
    lifted: set[Key]


class Floating:
    """What is selected of a layer or a group, or all of it. While it floats they show the rest.

    bounds: of the content, on the canvas; empty if there is none.
    """

    def __init__(self, document: Document, layer: Layer) -> None:
        self._document = document
        self._layer = layer
        self._selection = document.selection
        self._pieces = [self._lifted(plane) for plane in walk((layer,)) if isinstance(plane, Plane)]
        self._shown: list[tuple[_Piece, Versions]] = []  # what `show` covered
        self.bounds = NOWHERE
        for piece in self._pieces:
            bounds = piece.content.bounds()
            if not bounds.empty:
                self.bounds = self.bounds.union(bounds.translated(piece.layer.x, piece.layer.y))

    def image(self) -> QImage:
        """How the content looks by itself, to be drawn while it floats; its corner is that of `bounds`."""
        contents = {piece.layer: piece.content for piece in self._pieces}
        lifted = (_copy(self._layer, contents),)
        image = compose(lifted, self.bounds)
        areas = [layer for layer in shown(lifted) if isinstance(layer, AreaLayer)]
        tint_into(image, areas, self.bounds, QPoint(-self.bounds.x, -self.bounds.y))
        return image

    def show(self, transform: QTransform, how: Resampling) -> None:
        """Puts it where it would be laid down, among and below the other layers, but as something unfinished.

        Raises BadInput when the result would be too large.
        """
        self.hide()
        moved = [transformed(piece.content, on_plane(transform, piece.layer), how) for piece in self._pieces]
        for piece, tiles in zip(self._pieces, moved, strict=True):
            covered = piece.layer.tiles.replace(_over(tiles, piece.layer.tiles, dict(self._rest(piece))))
            for key, tile in covered.items():
                piece.before.setdefault(key, tile)
            self._shown.append((piece, covered))
            self._document.damaged.emit(_extent(piece.layer, covered))

    def hide(self) -> None:
        """Takes back what `show` did: it floats again."""
        for piece, covered in self._shown:
            piece.layer.tiles.replace(covered)
            for key in covered:
                if key not in piece.lifted:
                    del piece.before[key]
            self._document.damaged.emit(_extent(piece.layer, covered))
        self._shown = []

    def put_back(self) -> None:
        """As if it had never been lifted."""
        self.hide()
        for piece in self._pieces:
            self._document.held.pop(piece.layer, None)
            piece.layer.tiles.replace(piece.before)
            self._document.damaged.emit(_extent(piece.layer, piece.before))
        self._pieces = []

    def lay_down(self, transform: QTransform, text: str, how: Resampling = Resampling.SMOOTH) -> None:
        """Lays the content down where `transform` (on the canvas) puts it, and the selection with it.

        Raises BadInput, and has put everything back, when the result would be too large.
        """
        self.hide()
        pieces, selection = self._pieces, self._selection
        try:
            moved = [transformed(piece.content, on_plane(transform, piece.layer), how) for piece in pieces]
        finally:
            after = {piece.layer: dict(self._rest(piece)) for piece in pieces}
            self.put_back()
        with self._document.step(text):
            for piece, tiles in zip(pieces, moved, strict=True):
                versions = {**after[piece.layer], **_over(tiles, piece.layer.tiles, after[piece.layer])}
                if versions:
                    self._document.push(TilesEdit(self._document, text, piece.layer, versions))
                if selection is None and isinstance(piece.layer, GeneratedLayer):
                    move_area(self._document, piece.layer, transform, text)
            if selection is not None:
                self._document.select(within(transformed(selection, transform, how), self._document.size), text)

    def _lifted(self, layer: Plane) -> _Piece:
        """Takes the content out of one layer."""
        selection = self._selection
        piece = _Piece(layer, {}, Tiles(layer.tiles.layout), set())
        self._document.held[layer] = piece.before
        extent = layer.extent() if selection is None else layer.extent().intersection(selection.extent())
        for key in [key for key in keys_in(layer.inside(extent)) if key in layer.tiles]:
            taken, rest = layer.tiles.get(key), None
            if selection is not None:
                taken, rest = layer.tiles.editable(key), layer.tiles.editable(key)
                covered = selection.read(place(key).translated(layer.x, layer.y))
                _combine(taken, covered, Mode.CompositionMode_DestinationIn)
                _combine(rest, covered, Mode.CompositionMode_DestinationOut)
            piece.before[key] = layer.tiles.put(key, None if rest is None or is_blank(rest) else rest)
            piece.lifted.add(key)
            if taken is not None and not is_blank(taken):
                piece.content.put(key, taken)
        self._document.damaged.emit(extent)
        return piece

    @staticmethod
    def _rest(piece: _Piece) -> Versions:
        """What the layer shows while the content floats."""
        return {key: piece.layer.tiles.get(key) for key in piece.before}


def turn_layer(document: Document, layer: Layer, turn: Turn) -> None:
    """Turns or flips a layer or a group in its place, or what is selected of it. Nothing happens to nothing."""
    document.about_to_change.emit()
    text = f"{turn.value} {layer.name}"
    if document.selection is not None:
        floating = Floating(document, layer)
        if floating.bounds.empty:
            floating.put_back()
        else:
            floating.lay_down(turning(turn, floating.bounds), text, Resampling.SHARP)
        return
    bounds = NOWHERE
    for found in walk((layer,)):
        if isinstance(found, Plane):
            bounds = bounds.union(found.bounds())
    if not bounds.empty:
        transform_layer(document, layer, turning(turn, bounds), text, Resampling.SHARP)


def _over(moved: Tiles, tiles: Tiles, rest: Versions) -> Versions:
    """The tiles that result where content is laid over what a layer shows without it."""
    versions: Versions = {}
    for key, image in moved.items():
        below = rest[key] if key in rest else tiles.get(key)
        if below is not None:
            below = below.copy()
            _combine(below, image, Mode.CompositionMode_SourceOver)
        versions[key] = image if below is None else below
    return versions


def _extent(layer: Plane, keys: Iterable[Key]) -> Rect:
    """What some tiles of a layer cover of the canvas."""
    area = NOWHERE
    for key in keys:
        area = area.union(place(key))
    return area.translated(layer.x, layer.y)


def _copy(layer: Layer, contents: dict[Plane, Tiles]) -> Layer:
    """The same layers with other content."""
    if isinstance(layer, Group):
        return replace(layer, children=tuple(_copy(child, contents) for child in layer.children))
    return replace(layer, tiles=contents[layer]) if isinstance(layer, Plane) else layer


def _combine(tile: QImage, image: QImage, mode: Mode) -> None:
    painter = QPainter(tile)
    painter.setCompositionMode(mode)
    painter.drawImage(0, 0, image)
    painter.end()
