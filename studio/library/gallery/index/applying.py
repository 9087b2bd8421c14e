"""Carries the acts of the journal over into the index's tables."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

from studio.library.gallery.index.marks import Act
from studio.library.gallery.index.paths import Key, key_of_text, text_of
from studio.library.gallery.index.schema import SHOWN, TRASHED

LABELS = ("", "red", "yellow", "green", "blue", "purple")
HIGHEST_RATING = 5


@dataclass(frozen=True)
class Mark:
    """All that is said about one picture."""

    print: bytes
    rating: int = 0
    label: str = ""
    favourite: bool = False
    trashed: bool = False
    tags: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is said about the picture."""
        return self == Mark(self.print)


def apply(connection: sqlite3.Connection, act: Act) -> None:
    """Does what one line of the journal says. What it does not understand, of a newer version or damaged, is left."""
    match act.get("do"):
        case "mark":
            for text, fingerprint in _pictures(act):
                key = key_of_text(text)
                mark = changed(load(connection, key) or Mark(fingerprint), act)
                save(connection, key, mark)
                show(connection, key, mark)
        case "moved":
            move(connection, key_of_text(str(act.get("from"))), key_of_text(str(act.get("to"))))
        case "gone":
            for text, _ in _pictures(act):
                connection.execute("DELETE FROM mark WHERE path = ?", (key_of_text(text),))
        case "collection":
            _collection(connection, act)
        case "folder":
            key = key_of_text(str(act.get("path")))
            statement = (
                "DELETE FROM folder WHERE path = ?" if act.get("gone") else "INSERT OR IGNORE INTO folder VALUES (?)"
            )
            connection.execute(statement, (key,))
        case _:
            pass


def changed(mark: Mark, act: Act) -> Mark:
    """The mark after an act: what the act does not name stays."""
    found: dict[str, Any] = {}
    if isinstance(act.get("rating"), int):
        found["rating"] = min(max(int(act["rating"]), 0), HIGHEST_RATING)
    if act.get("label") in LABELS:
        found["label"] = act["label"]
    for name in ("favourite", "trashed"):
        if isinstance(act.get(name), bool):
            found[name] = act[name]
    for name in ("tags", "collections"):
        before: tuple[str, ...] = getattr(mark, name)
        removed = set(_texts(act.get(f"without {name}")))
        added = _texts(act.get(name))
        found[name] = tuple(dict.fromkeys(each for each in (*before, *added) if each not in removed))
    return replace(mark, **found)


def load(connection: sqlite3.Connection, key: Key) -> Mark | None:
    """What is said about a file, or None."""
    row = connection.execute(
        "SELECT print, rating, label, favourite, trashed, tags, collections FROM mark WHERE path = ?", (key,)
    ).fetchone()
    return _mark(row) if row else None


def save(connection: sqlite3.Connection, key: Key, mark: Mark) -> None:
    """Keeps what is said about a file; a mark that says nothing is dropped."""
    if mark.empty:
        connection.execute("DELETE FROM mark WHERE path = ?", (key,))
        return
    connection.execute(
        "INSERT OR REPLACE INTO mark (path, print, rating, label, favourite, trashed, tags, collections)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            key,
            mark.print,
            mark.rating,
            mark.label,
            mark.favourite,
            mark.trashed,
            json.dumps(mark.tags),
            json.dumps(mark.collections),
        ),
    )


def claim(connection: sqlite3.Connection, key: Key, fingerprint: bytes) -> Mark | None:
    """What is said about a file that has just been found: by its path, or because it was moved and is the same."""
    mark = load(connection, key)
    if mark is not None:
        return mark
    row = connection.execute(
        "SELECT path FROM mark m WHERE print = ? AND NOT EXISTS (SELECT 1 FROM picture p WHERE p.path = m.path)",
        (fingerprint,),
    ).fetchone()
    if row is None:
        return None
    connection.execute("UPDATE mark SET path = ? WHERE path = ?", (key, row[0]))
    return load(connection, key)


def show(connection: sqlite3.Connection, key: Key, mark: Mark) -> None:
    """Puts a mark on the picture's own row, where searches look. Nothing happens when there is no such picture."""
    row = connection.execute("SELECT id FROM picture WHERE path = ?", (key,)).fetchone()
    if row is None:
        return
    connection.execute(
        "UPDATE picture SET rating = ?, label = ?, favourite = ?,"
        f" state = CASE WHEN state IN ({SHOWN}, {TRASHED}) THEN ? ELSE state END WHERE id = ?",
        (mark.rating, mark.label, mark.favourite, TRASHED if mark.trashed else SHOWN, row[0]),
    )
    tags = ", ".join(mark.tags)
    connection.execute("UPDATE picture SET tags = ? WHERE id = ? AND tags <> ?", (tags, row[0], tags))
    connection.execute("DELETE FROM tag WHERE picture = ?", row)
    connection.executemany("INSERT OR IGNORE INTO tag VALUES (?, ?)", ((name, row[0]) for name in mark.tags))
    connection.execute("DELETE FROM member WHERE picture = ?", row)
    connection.executemany(  # a mark of another window may name a collection that is gone by now
        "INSERT OR IGNORE INTO member SELECT id, ? FROM collection WHERE id = ?",
        ((row[0], identifier) for identifier in mark.collections),
    )


def move(connection: sqlite3.Connection, before: Key, after: Key) -> None:
    """What was said about one path holds for another from now on."""
    connection.execute("UPDATE OR REPLACE mark SET path = ? WHERE path = ?", (after, before))


def whole_journal(connection: sqlite3.Connection) -> Iterator[Act]:
    """The acts that lead to the state of now, for a journal that is written anew."""
    for (path,) in connection.execute("SELECT path FROM folder ORDER BY path"):
        yield {"do": "folder", "path": text_of(path)}
    for identifier, name, parent, query in connection.execute("SELECT id, name, parent, query FROM collection"):
        yield {"do": "collection", "id": identifier, "name": name, "parent": parent, "query": query}
    rows = connection.execute("SELECT path, print, rating, label, favourite, trashed, tags, collections FROM mark")
    for path, *rest in rows:
        mark = _mark(rest)
        act: Act = {"do": "mark", "of": [[text_of(path), mark.print.hex()]], "rating": mark.rating, "label": mark.label}
        act |= {"favourite": mark.favourite, "trashed": mark.trashed}
        yield act | {"tags": list(mark.tags), "collections": list(mark.collections)}


def _collection(connection: sqlite3.Connection, act: Act) -> None:
    identifier = str(act.get("id", ""))
    if not identifier:
        return
    if act.get("gone"):
        connection.execute("DELETE FROM collection WHERE id = ?", (identifier,))
        connection.execute("UPDATE collection SET parent = '' WHERE parent = ?", (identifier,))
        _take_out_of_marks(connection, identifier)
        return
    values = (identifier, str(act.get("name", "")), str(act.get("parent", "")), str(act.get("query", "")))
    connection.execute("INSERT OR REPLACE INTO collection VALUES (?, ?, ?, ?)", values)


def _take_out_of_marks(connection: sqlite3.Connection, collection: str) -> None:
    """Also of files that are not there: a later index would find their marks, and count them in what is gone."""
    connection.execute("DELETE FROM member WHERE collection = ?", (collection,))
    rows = connection.execute("SELECT path FROM mark WHERE instr(collections, ?)", (json.dumps(collection),)).fetchall()
    for (path,) in rows:
        if mark := load(connection, path):
            save(connection, path, changed(mark, {"without collections": [collection]}))


def _pictures(act: Act) -> Iterator[tuple[str, bytes]]:
    entries = act.get("of")
    for entry in cast("list[Any]", entries) if isinstance(entries, list) else ():
        try:
            yield str(entry[0]), bytes.fromhex(str(entry[1]))
        except (TypeError, ValueError, IndexError, KeyError):
            continue


def _mark(row: Iterable[Any]) -> Mark:
    fingerprint, rating, label, favourite, trashed, tags, collections = row
    return Mark(
        bytes(fingerprint),
        int(rating),
        str(label),
        bool(favourite),
        bool(trashed),
        tuple(json.loads(tags)),
        tuple(json.loads(collections)),
    )


def _texts(value: Any) -> list[str]:
    return (
        [each for each in cast("list[Any]", value) if isinstance(each, str) and each] if isinstance(value, list) else []
    )
