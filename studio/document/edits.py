"""Edits: everything that can be undone is one of these, and each is its own inverse.

An edit holds the other side of a swap; `redo` and `undo` both exchange it with what is there. So undoing costs what
the edit touched and restores every byte.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Protocol

from PySide6.QtGui import QImage, QUndoCommand

from studio.document.change import Change
from studio.document.layers import NOWHERE, AreaLayer, GeneratedLayer, Group, Layer, Plane, walk
from studio.document.stored import Stored, StoredMaking, held_in, making_of
from studio.document.tiles import Key, Tiles, place
from studio.document.vault import Slip, Vault
from studio.request.geometry import Rect


class Listener(Protocol):
    """Who is told what an edit changed."""

    def touched(self, change: Change, area: Rect) -> None:
        """area: the part of the canvas that may look different now."""
        ...


class Edit(QUndoCommand):
    """text: what the history shows. applied: it was done already, by hand, when it is pushed."""

    def __init__(self, listener: Listener, text: str, change: Change, *, applied: bool = False) -> None:
        super().__init__(text)
        self._listener = listener
        self._change = change
        self._applied = applied

    def flip(self) -> Rect:
        """Swaps the two sides; returns the area that looks different."""
        raise NotImplementedError

    def redo(self) -> None:
        area = self.area() if self._applied else self.flip()
        self._applied = False
        self._listener.touched(self._change, area)

    def undo(self) -> None:
        self._listener.touched(self._change, self.flip())

    def area(self) -> Rect:
        """What was touched, for an edit that was applied already."""
        return NOWHERE


class TilesEdit(Edit):
    """Other versions of some tiles of one layer. versions: what to put in, or, if applied, what was there before."""

    def __init__(
        self,
        listener: Listener,
        text: str,
        layer: Plane,
        versions: Mapping[Key, QImage | None],
        *,
        applied: bool = False,
    ) -> None:
        change = Change.MASK if isinstance(layer, AreaLayer) else Change.PIXELS
        super().__init__(listener, text, change, applied=applied)
        self._layer = layer
        self._versions = dict(versions)
        self._keys = tuple(versions)
        self._stored: tuple[Vault, Future[Slip]] | None = None

    def flip(self) -> Rect:
        if self._stored is not None:
            vault, slip = self._stored
            self._stored = None
            self._versions = vault.fetch(slip)
            vault.add(self)
        self._versions = self._layer.tiles.replace(self._versions)
        return self.area()

    def area(self) -> Rect:
        area = NOWHERE
        for key in self._keys:
            area = area.union(place(key))
        return area.translated(self._layer.x, self._layer.y)

    def spill(self, vault: Vault) -> None:
        """Lays the tiles aside until they are needed."""
        if self._stored is None:
            self._stored = vault, vault.store(self._versions)
            self._versions = {}

    @property
    def nbytes(self) -> int:
        """What this edit alone keeps in memory."""
        return sum(tile.sizeInBytes() for tile in self._versions.values() if tile is not None)


class FieldsEdit(Edit):
    """Other values for some fields. Successive edits of the same fields of the same thing are one.

    subject: the thing, for telling whether two edits are of the same. put: sets the fields.
    extent: where on the canvas it shows, asked before and after.
    """

    def __init__(
        self,
        listener: Listener,
        text: str,
        change: Change,
        subject: object,
        *,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        put: Callable[[Mapping[str, Any]], None] | None = None,
        extent: Callable[[], Rect] | None = None,
        merges: bool = True,
    ) -> None:
        super().__init__(listener, text, change)
        self._subject = subject
        self._before = dict(before)
        self._after = dict(after)
        self._put = put or self._set
        self._extent = extent
        self._merges = merges

    def _set(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            setattr(self._subject, name, value)

    def id(self) -> int:
        if not self._merges:
            return -1
        return zlib.crc32(f"{id(self._subject)} {sorted(self._after)}".encode()) & 0x7FFFFFFF

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, FieldsEdit) or other._subject is not self._subject:
            return False
        if other._after.keys() != self._after.keys() or other.text() != self.text():
            return False
        self._after = other._after
        self.setObsolete(self._after == self._before)
        return True

    def redo(self) -> None:
        self._listener.touched(self._change, self._swap(self._after))

    def undo(self) -> None:
        self._listener.touched(self._change, self._swap(self._before))

    def _swap(self, values: Mapping[str, Any]) -> Rect:
        if self._extent is None:
            self._put(values)
            return NOWHERE
        before = self._extent()
        self._put(values)
        return before.union(self._extent())


class SelectionEdit(Edit):
    """Another selection. put: makes a plane (None: nothing is selected) the selection and returns the one before."""

    def __init__(
        self, listener: Listener, text: str, other: Tiles | None, put: Callable[[Tiles | None], Tiles | None]
    ) -> None:
        super().__init__(listener, text, Change.SELECTION)
        self._other = other
        self._put = put
        self._stored: Stored | None = None

    def flip(self) -> Rect:
        stored, self._stored = self._stored, None
        self._other = self._put(self._other if stored is None else stored.fetch())
        if stored is not None:
            stored.vault.add(self)
        return NOWHERE

    def spill(self, vault: Vault) -> None:
        if self._other is not None:
            self._stored, self._other = Stored(vault, self._other), None

    @property
    def nbytes(self) -> int:
        return 0 if self._other is None else self._other.nbytes


class MakingEdit(Edit):
    """Other candidates, another choice or request of a generated layer. after: the fields, with their new values."""

    def __init__(self, listener: Listener, text: str, layer: GeneratedLayer, **after: Any) -> None:
        super().__init__(listener, text, Change.LAYERS)
        self._layer = layer
        self._other = after
        self._stored: StoredMaking | None = None

    def flip(self) -> Rect:
        stored, self._stored = self._stored, None
        other = self._other if stored is None else stored.fetch()
        self._other = {name: getattr(self._layer, name) for name in other}
        for name, value in other.items():
            setattr(self._layer, name, value)
        if stored is not None:
            stored.vault.add(self)
        return NOWHERE

    def spill(self, vault: Vault) -> None:
        """Lays the pictures aside until they are needed."""
        if self._stored is None:
            self._stored, self._other = StoredMaking(vault, self._other), {}

    @property
    def nbytes(self) -> int:
        """Of the pictures that only this edit keeps in memory."""
        here = held_in(making_of(self._layer))
        return sum(size for which, size in held_in(self._other).items() if which not in here)


class TreeEdit(Edit):
    """Other children for some groups: adding, removing, moving and grouping layers are all this.

    Layers that are in the document only on the other side of the edit count as its own, and can be laid aside.
    """

    def __init__(self, listener: Listener, text: str, children: Mapping[Group, Sequence[Layer]]) -> None:
        super().__init__(listener, text, Change.LAYERS | Change.PIXELS | Change.MASK)
        self._children = {group: tuple(layers) for group, layers in children.items()}
        self._own: tuple[Plane, ...] = ()
        self._stored: dict[Plane, Stored] = {}
        self._making: dict[GeneratedLayer, StoredMaking] = {}

    def flip(self) -> Rect:
        came_back = [stored.vault for stored in (*self._stored.values(), *self._making.values())]
        for plane, stored in self._stored.items():
            plane.tiles = stored.fetch()
        for layer, making in self._making.items():
            for name, value in making.fetch().items():
                setattr(layer, name, value)
        self._stored, self._making = {}, {}
        area = self._exchange_all()
        for vault in came_back[:1]:
            vault.add(self)
        return area

    def spill(self, vault: Vault) -> None:
        """Lays the layers aside until they are needed."""
        if self._stored or self._making:
            return
        self._stored = {plane: Stored(vault, plane.tiles) for plane in self._own if len(plane.tiles)}
        for plane in self._stored:
            plane.tiles = Tiles(plane.tiles.layout)
        for layer in (plane for plane in self._own if isinstance(plane, GeneratedLayer)):
            self._making[layer] = StoredMaking(vault, making_of(layer))
            layer.candidates, layer.selection, layer.request = (), None, None

    @property
    def nbytes(self) -> int:
        """What only this edit keeps in memory."""
        pictures: dict[int, int] = {}
        for layer in (plane for plane in self._own if isinstance(plane, GeneratedLayer)):
            pictures |= held_in(making_of(layer))
        return sum(plane.tiles.nbytes for plane in self._own) + sum(pictures.values())

    def _exchange_all(self) -> Rect:
        before = _planes(layer for group in self._children for layer in group.children)
        after = _planes(layer for layers in self._children.values() for layer in layers)
        self._own = tuple(plane for plane in before if plane not in after)  # they leave the document now
        area = NOWHERE
        for group, children in self._children.items():
            here = {layer: index for index, layer in enumerate(group.children)}
            there = {layer: index for index, layer in enumerate(children)}
            moved = [layer for layer in {**here, **there} if here.get(layer) != there.get(layer)]
            area = area.union(extent_of(moved))
        self._children = {group: self._exchange(group, layers) for group, layers in self._children.items()}
        return area

    @staticmethod
    def _exchange(group: Group, children: tuple[Layer, ...]) -> tuple[Layer, ...]:
        before = group.children
        group.children = children
        return before


def _planes(layers: Iterable[Layer]) -> dict[Plane, None]:
    """All layers with content among these and in them, in order."""
    return {plane: None for plane in walk(tuple(layers)) if isinstance(plane, Plane)}


def extent_of(layers: Sequence[Layer]) -> Rect:
    """Where on the canvas layers, and all in them, have content (by whole tiles)."""
    area = NOWHERE
    for layer in walk(tuple(layers)):
        if isinstance(layer, Plane):
            area = area.union(layer.extent())
    return area
