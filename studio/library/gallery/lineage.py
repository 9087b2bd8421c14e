"""Where a picture came from and what became of it: told by the pixels and the settings in our records."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from studio.library.gallery.index.schema import SHOWN
from studio.library.gallery.index.store import Item, Store
from studio.library.gallery.kinship import CONTROL, REFERENCE, SHEET

MOST = 12  # of each kind
_LOOKED_AT = f"'{CONTROL}', '{REFERENCE}'"
_SHEETS = f"'{SHEET}'"
_OLDEST = "created, path"  # not by id: an index that is built anew counts otherwise
_NEWEST = "created DESC, path DESC"
Rows = list[tuple[int, float, str | bytes]]


@dataclass(frozen=True)
class Lineage:
    """before: what it was made from, the nearest last. after: what was made from it, oldest first.

    alike: others with the same settings but for the noise, newest first: of the same set, remixed, made again.
    followed: what it was made by looking at, as a control or to be like it. led: what was made by looking at it.
    sheets: of grids that it is on. parts: the pictures on it, where it is such a sheet.
    """

    before: tuple[Item, ...] = ()
    after: tuple[Item, ...] = ()
    followed: tuple[Item, ...] = ()
    led: tuple[Item, ...] = ()
    parts: tuple[Item, ...] = ()
    sheets: tuple[Item, ...] = ()
    alike: tuple[Item, ...] = ()

    def __bool__(self) -> bool:
        return any((self.before, self.after, self.followed, self.led, self.parts, self.sheets, self.alike))


@dataclass(frozen=True)
class _Node:
    """digest, parent: of its pixels, and of those it was painted over. recipe, origin, kin: see `kinship`."""

    id: int
    digest: str
    parent: str
    recipe: str
    origin: str
    kin: str


def lineage_of(store: Store, identifier: int) -> Lineage:
    """The pictures of the gallery that a picture is related to. Copies count once."""
    with store.database.read() as connection:
        own = _node(connection, "id = ?", identifier, state=None)
        if own is None:
            return Lineage()
        before = _ancestors(connection, own)
        after = _descendants(connection, own)
        near = {own.id, *before, *after}
        alike = [each for each in _siblings(connection, own) if each not in near][:MOST]
        followed = [each for each in _linked(connection, own, _LOOKED_AT) if each not in near]
        led = [each for each in _linking(connection, own, _LOOKED_AT) if each not in near]
        parts, sheets = _linked(connection, own, _SHEETS), _linking(connection, own, _SHEETS)
    found = (before[::-1], after, followed, led, parts, sheets, alike)
    return Lineage(*(tuple(store.items(ids)) for ids in found))


def _node(connection: sqlite3.Connection, condition: str, value: object, state: int | None = SHOWN) -> _Node | None:
    shown = "" if state is None else f" AND state = {state}"
    row = connection.execute(
        f"SELECT id, digest, parent, recipe, origin, kin FROM picture WHERE {condition}{shown} ORDER BY {_OLDEST}",
        (value,),
    ).fetchone()
    return _Node(*row) if row else None


def _apart(connection: sqlite3.Connection, condition: str, values: Sequence[object], order: str, most: int) -> Rows:
    """Id, time and path of pictures, of copies only the first in this order."""
    return connection.execute(
        "SELECT id, created, path FROM (SELECT p.id, p.created, p.path,"
        f" row_number() OVER (PARTITION BY p.digest ORDER BY {order}) AS copy FROM picture p WHERE {condition})"
        f" WHERE copy = 1 ORDER BY {order} LIMIT ?",
        (*values, most),
    ).fetchall()


def _ancestors(connection: sqlite3.Connection, own: _Node) -> list[int]:
    """The nearest first: what it was branched or varied from, else what was painted over."""
    found: list[int] = []
    seen, node = {own.id}, own
    while len(found) < MOST:
        before = _node(connection, "recipe = ?", node.origin) if node.origin else None
        if before is None and node.parent:
            before = _node(connection, "digest = ?", node.parent)
        if before is None or before.id in seen or before.digest == own.digest:
            break
        seen.add(before.id)
        found.append(before.id)
        node = before
    return found


def _descendants(connection: sqlite3.Connection, own: _Node) -> list[int]:
    found: set[tuple[float, bytes, int]] = set()
    nearer = f"EXISTS (SELECT 1 FROM picture o WHERE o.recipe = p.origin AND o.recipe <> '' AND o.state = {SHOWN})"
    for condition, value in ((f"p.parent = ? AND NOT {nearer}", own.digest), ("p.origin = ?", own.recipe)):
        if value:
            others = f"{condition} AND p.state = {SHOWN} AND p.id <> ? AND p.digest <> ?"
            rows = _apart(connection, others, (value, own.id, own.digest), _OLDEST, MOST)
            found |= {(created, os.fsencode(path), identifier) for identifier, created, path in rows}
    return [identifier for _created, _path, identifier in sorted(found)][:MOST]


def _linked(connection: sqlite3.Connection, own: _Node, kinds: str) -> list[int]:
    """The pictures that a file names, oldest first; copies count once."""
    named = (
        f"p.digest IN (SELECT digest FROM link WHERE picture = ? AND kind IN ({kinds}))"
        f" AND p.digest <> '' AND p.state = {SHOWN} AND p.id <> ?"
    )
    return [row[0] for row in _apart(connection, named, (own.id, own.id), _OLDEST, MOST)]


def _linking(connection: sqlite3.Connection, own: _Node, kinds: str) -> list[int]:
    """The pictures whose files name this one, oldest first."""
    if not own.digest:
        return []
    rows = connection.execute(
        "SELECT DISTINCT p.id, p.created, p.path FROM link l JOIN picture p ON p.id = l.picture"
        f" WHERE l.digest = ? AND l.kind IN ({kinds}) AND p.state = {SHOWN} AND p.id <> ? ORDER BY 2, 3 LIMIT ?",
        (own.digest, own.id, MOST),
    ).fetchall()
    return [int(row[0]) for row in rows]


def _siblings(connection: sqlite3.Connection, own: _Node) -> list[int]:
    if not own.kin:
        return []
    alike = f"p.kin = ? AND p.state = {SHOWN} AND p.digest <> ?"
    return [row[0] for row in _apart(connection, alike, (own.kin, own.digest), _NEWEST, 2 * MOST)]
