"""Rows of the index: put in, taken out, looked at."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from studio.library.gallery.index.applying import apply, claim, show, whole_journal
from studio.library.gallery.index.database import Database
from studio.library.gallery.index.entry import Entry
from studio.library.gallery.index.marks import Act, Journal
from studio.library.gallery.index.paths import Key, key_of, name_of, path_of, text_of
from studio.library.gallery.index.schema import DAMAGED, LEAVING, SHOWN, TRASHED, UNREADABLE


@dataclass(frozen=True, kw_only=True)
class Item:
    """A picture as a list shows it. created: seconds since 1970. state: see `schema`."""

    id: int
    path: Path
    name: str
    width: int
    height: int
    bytes: int
    format: str
    created: float
    state: int
    away: bool
    source: str
    kind: str
    prompt: str
    model: str
    rating: int
    label: str
    favourite: bool
    tags: tuple[str, ...]
    problem: str
    print: bytes


class Known(NamedTuple):
    """What tells whether a file has changed or is another one."""

    id: int
    stamp: int
    bytes: int
    away: int
    print: bytes


_COLUMNS = (
    "id, path, name, width, height, bytes, format, created, state, away, source, kind, prompt, model, rating, label,"
    " favourite, tags, problem, print"
)


_VALUES: dict[str, Any] = {  # columns that come from a file, and what they are without it
    "stamp": 0,
    "bytes": 0,
    "print": b"",
    "state": SHOWN,
    "format": "",
    "width": 0,
    "height": 0,
    "created": 0.0,
    "source": "",
    "kind": "",
    "prompt": "",
    "negative": "",
    "model": "",
    "model_hash": "",
    "loras": "",
    "sampler": "",
    "steps": None,
    "guidance": None,
    "seed": None,
    "strength": None,
    "digest": "",
    "parent": "",
    "recipe": "",
    "origin": "",
    "kin": "",
    "problem": "",
}
_WORDS = ("prompt", "model", "loras")  # what the full text index has, besides name and tags
_INSERT = f"INSERT INTO picture (id, path, name, added, {', '.join(_VALUES)}) VALUES (?, ?, ?, ?{', ?' * len(_VALUES)})"


class Store:
    """root: the gallery's folder, below which paths are kept without it."""

    def __init__(self, root: Path, database: Database, journal: Journal) -> None:
        self.root = root
        self.database = database
        self.journal = journal

    def put(self, path: Path, entry: Entry, added: float) -> int:
        """Inserts or replaces the row of a file, with what people said about it; returns its id."""
        with self.database.write() as connection:
            return self._put(connection, path, entry, added)

    def put_all(self, entries: Sequence[tuple[Path, Entry]], added: float) -> list[int]:
        """The same for many; quickest when all are new."""
        with self.database.write() as connection:
            fresh = [each for each in entries if not self._row(connection, each[0])]
            if len(fresh) == len(entries):
                return self._insert(connection, entries, added)
            return [self._put(connection, path, entry, added) for path, entry in entries]

    def _row(self, connection: sqlite3.Connection, path: Path) -> tuple[int] | None:
        return connection.execute("SELECT id FROM picture WHERE path = ?", (key_of(path, self.root),)).fetchone()

    def _insert(self, connection: sqlite3.Connection, entries: Sequence[tuple[Path, Entry]], added: float) -> list[int]:
        """Inserts rows of files that are not in the index yet."""
        (last,) = connection.execute("SELECT ifnull(max(id), 0) FROM picture").fetchone()
        ids = list(range(last + 1, last + 1 + len(entries)))
        keys = [key_of(path, self.root) for path, _ in entries]
        connection.executemany(
            _INSERT,
            (
                (identifier, key, name_of(path), added, *(entry.get(name, rest) for name, rest in _VALUES.items()))
                for identifier, key, (path, entry) in zip(ids, keys, entries, strict=True)
            ),
        )
        connection.executemany(
            f"INSERT INTO words (rowid, name, tags, {', '.join(_WORDS)}) VALUES (?, ?, ''{', ?' * len(_WORDS)})",
            (
                (identifier, name_of(path), *(entry.get(name, "") for name in _WORDS))
                for identifier, (path, entry) in zip(ids, entries, strict=True)
            ),
        )
        connection.executemany(
            "INSERT INTO unwanted (rowid, negative) VALUES (?, ?)",
            ((identifier, entry.get("negative", "")) for identifier, (_, entry) in zip(ids, entries, strict=True)),
        )
        for identifier, (_, entry) in zip(ids, entries, strict=True):
            _relate(connection, identifier, entry)
        if connection.execute("SELECT 1 FROM mark LIMIT 1").fetchone():
            for key, (_, entry) in zip(keys, entries, strict=True):
                if mark := claim(connection, key, entry["print"]):
                    show(connection, key, mark)
        return ids

    def _put(self, connection: sqlite3.Connection, path: Path, entry: Entry, added: float) -> int:
        key = key_of(path, self.root)
        row = self._row(connection, path)
        if row is None:
            return self._insert(connection, [(path, entry)], added)[0]
        known = connection.execute("SELECT print, problem FROM picture WHERE id = ?", row).fetchone()
        if (bytes(known[0]), known[1]) == (entry["print"], DAMAGED) and not entry.get("problem"):
            entry = entry | {"state": UNREADABLE, "problem": DAMAGED}  # the same bytes: nothing has healed them
        updates = ", ".join(f"{name} = ?" for name in _VALUES)
        values = [entry.get(name, rest) for name, rest in _VALUES.items()]
        connection.execute(f"UPDATE picture SET {updates} WHERE id = ?", (*values, row[0]))
        for table in ("need", "link"):
            connection.execute(f"DELETE FROM {table} WHERE picture = ?", row)
        _relate(connection, int(row[0]), entry)
        if mark := claim(connection, key, entry["print"]):
            show(connection, key, mark)
        return int(row[0])

    def moved(self, identifier: int, before: Path, after: Path, stamp: int) -> None:
        """A file has another path now; the row, its marks and its id stay."""
        old, new = key_of(before, self.root), key_of(after, self.root)
        with self.database.write() as connection:
            row = connection.execute("SELECT id FROM picture WHERE path = ? AND id <> ?", (new, identifier)).fetchone()
            if row:  # a scan was quicker
                self.forget(row)
            self.act({"do": "moved", "from": text_of(old), "to": text_of(new)})
            connection.execute(
                "UPDATE picture SET path = ?, name = ?, stamp = ? WHERE id = ?",
                (new, name_of(after), stamp, identifier),
            )

    def forget(self, ids: Iterable[int]) -> None:
        """Takes rows out. What people said stays in the journal, for the day the files are back."""
        chosen = [(each,) for each in ids]
        with self.database.write() as connection:
            connection.executemany("DELETE FROM picture WHERE id = ?", chosen)
            for table in ("tag", "member", "need", "link"):
                connection.executemany(f"DELETE FROM {table} WHERE picture = ?", chosen)

    def forget_below(self, folder: Path) -> None:
        """Takes out the rows of all files in a folder and below it."""
        self.forget([row.id for key, row in self.known().items() if path_of(key, self.root).is_relative_to(folder)])

    def set_state(self, ids: Iterable[int], state: int) -> None:
        """Puts pictures into a state of `schema`, whatever they were in."""
        with self.database.write() as connection:
            connection.executemany("UPDATE picture SET state = ? WHERE id = ?", ((state, each) for each in ids))

    def set_problem(self, item: Item, problem: str) -> bool:
        """Notes why a shown picture cannot be read after all; False when its file is another one by now."""
        with self.database.write() as connection:
            changed = connection.execute(
                f"UPDATE picture SET state = {UNREADABLE}, problem = ? WHERE id = ? AND print = ? AND state = {SHOWN}",
                (problem, item.id, item.print),
            )
            return changed.rowcount > 0

    def set_away(self, ids: Iterable[int], away: bool) -> None:
        """Pictures of a disk that is not there, or is there again."""
        with self.database.write() as connection:
            connection.executemany("UPDATE picture SET away = ? WHERE id = ?", ((away, each) for each in ids))

    def item(self, identifier: int) -> Item | None:
        """The picture of an id, or None when it has gone."""
        return next(iter(self.items([identifier])), None)

    def items(self, ids: Sequence[int]) -> list[Item]:
        """The pictures of these ids that are there, in their order."""
        if not ids:
            return []
        places = ",".join(str(int(each)) for each in ids)
        with self.database.read() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM picture WHERE id IN ({places})").fetchall()
        found = {row[0]: self._item(row) for row in rows}
        return [found[each] for each in ids if each in found]

    def _item(self, row: Sequence[Any]) -> Item:
        values = dict(zip(_COLUMNS.split(", "), row, strict=True))
        values["path"] = path_of(values["path"], self.root)
        values["away"], values["favourite"] = bool(values["away"]), bool(values["favourite"])
        values["tags"] = tuple(part for part in values["tags"].split(", ") if part)
        return Item(**{name.strip(): value for name, value in values.items()})

    def find(self, path: Path) -> int | None:
        """The id of a file, or None when it is not in the index."""
        with self.database.read() as connection:
            row = connection.execute("SELECT id FROM picture WHERE path = ?", (key_of(path, self.root),)).fetchone()
        return int(row[0]) if row else None

    def known(self) -> dict[Key, Known]:
        """All files of the index by path."""
        with self.database.read() as connection:
            rows = connection.execute("SELECT path, id, stamp, bytes, away, print FROM picture")
            return {row[0]: Known(*row[1:]) for row in rows}

    def leaving(self) -> list[tuple[int, Path]]:
        """Pictures whose removal from disk was begun."""
        with self.database.read() as connection:
            rows = connection.execute("SELECT id, path FROM picture WHERE state = ?", (LEAVING,)).fetchall()
        return [(row[0], path_of(row[1], self.root)) for row in rows]

    def mark(self, ids: Iterable[int], **what: Any) -> None:
        """Says something about pictures: journal first, then the index. See `applying.changed` for what."""
        with self.database.write() as connection:
            entries: list[list[str]] = []
            for each in ids:
                row = connection.execute("SELECT path, print FROM picture WHERE id = ?", (each,)).fetchone()
                if row:
                    entries.append([text_of(row[0]), bytes(row[1]).hex()])
            if entries:
                self.act({"do": "mark", "of": entries, **what})

    def act(self, act: Act) -> None:
        """Notes an act in the journal, on the disk, and then in the index."""
        with self.database.write() as connection:
            self.catch_up()
            position = self.journal.append(act)
            apply(connection, act)
            self._note(connection, position)

    def catch_up(self) -> None:
        """Does what the journal says and the index does not know yet: after a crash, or when it was built anew."""
        with self.database.write() as connection:
            identity = self.journal.identity()
            notes = dict(connection.execute("SELECT name, value FROM note WHERE name IN ('journal', 'position')"))
            position = int(notes.get("position") or 0)
            shorter = identity == notes.get("journal") and self.journal.length() < position
            if position and (
                not identity or shorter
            ):  # deleted, or cut short: what the index knows of it is still here
                position = self.journal.rewrite(list(whole_journal(connection)))
            elif notes.get("journal") != identity:
                _forget_marks(connection)
                position = 0
            for act, after in self.journal.since(position):
                apply(connection, act)
                position = after
            if (notes.get("journal"), notes.get("position")) != (self.journal.identity(), position):
                self._note(connection, position)

    def tidy_journal(self) -> None:
        """Writes the journal anew when it has grown, without what no longer matters."""
        if self.journal.grown():
            with self.database.write() as connection:
                self.catch_up()
                self._note(connection, self.journal.rewrite(list(whole_journal(connection))))

    def _note(self, connection: sqlite3.Connection, position: int) -> None:
        notes = (("journal", self.journal.identity()), ("position", position))
        connection.executemany("INSERT OR REPLACE INTO note VALUES (?, ?)", notes)


def _relate(connection: sqlite3.Connection, identifier: int, entry: Entry) -> None:
    """Notes which pictures a file needs, and which it was made by looking at or shows."""
    if needed := entry.get("needs", ()):
        connection.executemany("INSERT OR IGNORE INTO need VALUES (?, ?)", ((each, identifier) for each in needed))
    if links := entry.get("links", ()):
        connection.executemany("INSERT OR IGNORE INTO link VALUES (?, ?, ?)", ((*each, identifier) for each in links))


def _forget_marks(connection: sqlite3.Connection) -> None:
    """Everything that people said, before it is told again by another journal."""
    for table in ("mark", "collection", "folder", "tag", "member"):
        connection.execute(f"DELETE FROM {table}")
    connection.execute(
        "UPDATE picture SET rating = 0, label = '', favourite = 0, tags = '',"
        f" state = CASE state WHEN {TRASHED} THEN {SHOWN} ELSE state END"
        f" WHERE rating > 0 OR label <> '' OR favourite OR tags <> '' OR state = {TRASHED}"
    )
