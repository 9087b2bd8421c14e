"""Runs searches: ids of all pictures that a query means, in order, as arrays that a view can hold whole."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt

from studio.library.gallery.index.database import Database
from studio.library.gallery.index.frequent import known_flags, prepare
from studio.library.gallery.index.query import FIELDS, MATCH, Term, parse_query
from studio.library.gallery.index.schema import SHOWN, TRASHED, UNREADABLE

log = logging.getLogger(__name__)

Ids = npt.NDArray[np.int64]
Times = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class Sort(StrEnum):
    """Orders of what is found; among equals the newest comes first."""

    NEWEST = "newest first"
    OLDEST = "oldest first"
    RATING = "best rated first"
    LARGEST = "largest first"
    NAME = "by name"


_BY_DATE = (Sort.NEWEST, Sort.OLDEST)
_SORTED_BY = {Sort.RATING: "rating * 2 + favourite", Sort.LARGEST: "width * height"}
_REMEMBERED = 64  # answers


class Place(StrEnum):
    """Where to look, besides collections."""

    ALL = "all"
    TODAY = "today"
    FAVOURITES = "favourites"
    UNCOLLECTED = "uncollected"
    TRASH = "trash"
    UNREADABLE = "unreadable"


_STATES = {Place.TRASH: TRASHED, Place.UNREADABLE: UNREADABLE}
_PLACES = {
    Place.TODAY: "date:today",
    Place.FAVOURITES: "is:favourite",
    Place.UNCOLLECTED: "-is:collected",
}


@dataclass(frozen=True)
class Found:
    """Pictures in order. created: seconds since 1970, one each. problems: what of the query was not understood."""

    ids: Ids
    created: Times
    problems: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Facet:
    """A value of a field, and how many shown pictures have it."""

    value: str
    count: int


@dataclass(frozen=True)
class Wanted:
    """What a view shows. query: as typed. collection: id of a plain one, or "". folder: with all below it, or None."""

    query: str = ""
    place: Place = Place.ALL
    collection: str = ""
    folder: Path | None = None
    sort: Sort = Sort.NEWEST


@dataclass(frozen=True)
class _Base:
    """All pictures of a state in order. greatest: of their ids.

    revision: of the index's order when it was read. last: no id in the index was greater then.
    """

    ids: Ids
    created: Times
    greatest: int
    revision: int
    last: int


class Search:
    """Answers of the last questions are remembered until the index changes, so that each key typed costs one term.

    New pictures are put into the orders by date that are known: adding one must not cost reading all.

    SQLite finds, numpy combines: the ids for which a term holds come out of an index as one text (several times
    faster than as rows), become a mask over all pictures in order, and masks are joined.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._version = -1
        self._bases: dict[tuple[int, Sort], _Base] = {}
        self._masks: dict[tuple[Term, int, Sort], Mask] = {}

    def find(self, wanted: Wanted, limit: int | None = None, today: date | None = None) -> Found:
        """All pictures that are wanted, or the first `limit`."""
        query = parse_query(wanted.query, today)
        terms = [*query.terms, *parse_query(_PLACES.get(wanted.place, ""), today).terms]
        if wanted.collection:
            terms.append(Term("SELECT picture AS id FROM member WHERE collection = ?", (wanted.collection,)))
        if wanted.folder is not None:
            start = os.path.join(wanted.folder, "")
            terms.append(Term("SELECT id FROM picture WHERE path >= ? AND path < ?", (start, f"{start}\U0010ffff")))
        state = _STATES.get(wanted.place, SHOWN)
        with self._lock, self._database.read() as connection:
            self._look(connection)
            base = self._base(connection, state, wanted.sort)
            mask: Mask | None = None
            for term in terms:
                one = self._mask(connection, term, state, wanted.sort, base)
                mask = one if mask is None else mask & one
        if mask is None:
            return Found(base.ids[:limit], base.created[:limit], query.problems)
        places = np.flatnonzero(mask)[:limit]
        return Found(base.ids[places], base.created[places], query.problems)

    def prepare(self) -> None:
        """Spares searches for what most pictures have in common some milliseconds; takes a second now."""
        prepare(self._database)

    def _look(self, connection: sqlite3.Connection) -> None:
        """Forgets what was remembered when anybody, in this process or another, has changed the index."""
        version = int(connection.execute("PRAGMA data_version").fetchone()[0])
        if version == self._version:
            return
        self._version = version
        self._masks.clear()
        (revision,) = connection.execute("SELECT number FROM revision").fetchone()
        (last,) = connection.execute("SELECT ifnull(max(id), 0) FROM picture").fetchone()
        kept = {key: base for key, base in self._bases.items() if key[1] in _BY_DATE and base.revision == revision}
        self._bases = {key: _with_new(connection, base, *key, last) for key, base in kept.items()}

    def _base(self, connection: sqlite3.Connection, state: int, sort: Sort) -> _Base:
        base = self._bases.get((state, sort))
        if base is None:
            base = self._bases[state, sort] = _read_base(connection, state, sort)
        return base

    def _mask(self, connection: sqlite3.Connection, term: Term, state: int, sort: Sort, base: _Base) -> Mask:
        mask = self._masks.get((term, state, sort))
        if mask is None:
            if len(self._masks) > _REMEMBERED:
                self._masks.clear()
            mask = self._masks[term, state, sort] = _read_mask(connection, term, base)
        return mask

    def facets(self, name: str, most: int = 200) -> list[Facet]:
        """The known values of a field with how many shown pictures have them, most frequent first."""
        column = FIELDS[name].column
        # the plus keeps SQLite from the index by state, so that it reads the one by column, in order
        sql = f"SELECT {column}, count(*) FROM picture WHERE +state = {SHOWN} AND {column} <> '' GROUP BY {column}"
        if name == "tag":
            joined = f"tag t CROSS JOIN picture p ON p.id = t.picture AND p.state = {SHOWN}"
            sql = f"SELECT t.name, count(*) FROM {joined} GROUP BY 1"
        several = name == "lora"  # in one column, with commas
        with self._database.read() as connection:
            limit = "" if several else f"LIMIT {int(most)}"
            rows = connection.execute(f"{sql} ORDER BY 2 DESC, 1 {limit}").fetchall()
        found = Counter[str]()
        for value, count in rows:
            for each in str(value).split(", ") if several else (str(value),):
                found[each] += int(count)
        return [Facet(*each) for each in found.most_common(most)]

    def counts(self) -> dict[Place, int]:
        """How many pictures there are in each place."""
        return {place: len(self.find(Wanted(place=place))) for place in Place}

    def members(self) -> dict[str, int]:
        """How many shown pictures each collection has."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT m.collection, count(*) FROM member m CROSS JOIN picture p ON p.id = m.picture"
                f" AND p.state = {SHOWN} GROUP BY 1"
            ).fetchall()
        return {str(row[0]): int(row[1]) for row in rows}


def _read_base(connection: sqlite3.Connection, state: int, sort: Sort) -> _Base:
    (revision,) = connection.execute("SELECT number FROM revision").fetchone()
    (last,) = connection.execute("SELECT ifnull(max(id), 0) FROM picture").fetchone()
    if sort is Sort.NAME:
        rows = connection.execute(
            f"SELECT id, created FROM picture WHERE state = {state} ORDER BY name COLLATE NOCASE, id"
        ).fetchall()
        ids, created = np.array([row[0] for row in rows], np.int64), np.array([row[1] for row in rows], np.float64)
        return _Base(ids, created, _greatest(ids), revision, last)
    column = _SORTED_BY.get(sort, "")
    texts = connection.execute(
        "SELECT group_concat(id), group_concat(CAST(created * 1000 AS INTEGER))"
        f"{f', group_concat({column})' if column else ''} FROM picture WHERE state = {state}"
    ).fetchone()
    ids, moments, *values = (_numbers(text) for text in texts)
    direction = 1 if sort is Sort.OLDEST else -1
    order = np.lexsort((direction * ids, direction * moments, *(-value for value in values)))
    return _Base(ids[order], moments[order] / 1000.0, _greatest(ids[order]), revision, last)


def _with_new(connection: sqlite3.Connection, base: _Base, state: int, sort: Sort, last: int) -> _Base:
    """An order by date with the pictures that have come since; their ids are greater than all others."""
    rows = connection.execute(
        f"SELECT CAST(created * 1000 AS INTEGER), id FROM picture WHERE id > ? AND +state = {state}", (base.last,)
    ).fetchall()
    if not rows:
        return replace(base, last=last)
    oldest_first = sort is Sort.OLDEST
    rows.sort(reverse=not oldest_first)
    moments, ids = np.array([row[0] for row in rows]) / 1000.0, np.array([row[1] for row in rows], np.int64)
    if oldest_first:
        places = np.searchsorted(base.created, moments, "right")
    else:
        places = len(base.created) - np.searchsorted(base.created[::-1], moments, "right")
    everything, created = np.insert(base.ids, places, ids), np.insert(base.created, places, moments)
    return _Base(everything, created, max(base.greatest, _greatest(ids)), base.revision, last)


def _greatest(ids: Ids) -> int:
    return int(ids.max(initial=0))


def _read_mask(connection: sqlite3.Connection, term: Term, base: _Base) -> Mask:
    """For which pictures of a base a term holds, in the base's order."""
    known = known_flags(connection, str(term.values[0])) if term.sql == MATCH else None
    later = f" WHERE id >= {len(known)}" if known is not None else ""
    try:
        (text,) = connection.execute(f"SELECT group_concat(id) FROM ({term.sql}){later}", term.values).fetchone()
    except sqlite3.OperationalError as error:
        if "fts5" not in str(error):
            raise
        log.info("a search could not be run: %r", error)
        text = None
    ids = _numbers(text)
    meant = np.zeros(max(base.greatest, int(ids.max(initial=0))) + 1, np.bool_)
    if known is not None:
        meant[: len(known)] = known[: len(meant)]
    meant[ids] = True
    mask = meant[base.ids]
    return ~mask if term.negated else mask


def _numbers(text: str | None) -> Ids:
    return np.fromstring(text, np.int64, sep=",") if text else np.empty(0, np.int64)
