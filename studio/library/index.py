"""What is known of files of weights, so that no header is read and no byte hashed twice.

Everything in it can be found out again, but for which files there were: those that are gone stay in it until they
are struck off.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, cast

from studio.library.families import FAMILIES
from studio.library.gallery.index.database import Database
from studio.library.recognition.recognised import Recognised
from studio.library.signs import SIGNS
from studio.library.signs.encoders import CODECS, ENCODERS

_SCHEMA = """
CREATE TABLE file (
    path TEXT PRIMARY KEY, stamp TEXT NOT NULL, edition TEXT NOT NULL, print TEXT NOT NULL, found TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE hash (
    path TEXT PRIMARY KEY, stamp TEXT NOT NULL, sha256 TEXT NOT NULL, body TEXT NOT NULL
) WITHOUT ROWID;
"""
_RULES = 2  # counted up when the rules of recognition change, beyond the signs
_RUN = [(each.id, sorted(each.variants), sorted(each.formats)) for each in FAMILIES.values()]
EDITION = f"{_RULES}-{zlib.crc32(repr((SIGNS, CODECS, ENCODERS, _RUN)).encode()):08x}"
_FIELDS = frozenset(each.name for each in fields(Recognised))
_TUPLES = ("traits", "triggers", "holds", "looked_for")


@dataclass(frozen=True)
class Row:
    """A file as it was seen last. stamp: its time of change and size. print: of its length, beginning and end."""

    found: Recognised
    stamp: str
    print: str


@dataclass(frozen=True)
class Hashes:
    """sha256: of the whole file; AutoV2 is its first ten digits. body: of what follows a safetensors header;
    AutoV3 is its first twelve, "" for other files.
    """

    sha256: str
    body: str = ""

    @property
    def auto_v2(self) -> str:
        """The first ten digits, as A1111 writes "Model hash"."""
        return self.sha256[:10]

    @property
    def auto_v3(self) -> str:
        """The first twelve digits, as A1111 and Civitai name LoRAs; "" when there is none."""
        return self.body[:12]


class Index:
    """A database on disk. Safe to share by threads and by the processes of one person."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, (_SCHEMA,))

    def rows(self) -> dict[Path, Row]:
        """All files that were ever seen and not struck off; those seen by other rules have an empty stamp."""
        with self._database.read() as connection:
            every = connection.execute("SELECT path, stamp, edition, print, found FROM file").fetchall()
        return {
            Path(path): Row(_read(path, found), stamp if edition == EDITION else "", print_)
            for path, stamp, edition, print_, found in every
        }

    def keep(self, rows: Iterable[Row]) -> None:
        """Writes down files as they were seen. Raises sqlite3.Error."""
        values = [(str(row.found.path), row.stamp, EDITION, row.print, _written(row.found)) for row in rows]
        with self._database.write() as connection:
            connection.executemany("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?)", values)

    def strike_off(self, paths: Sequence[Path]) -> None:
        """Forgets files."""
        names = [(str(path),) for path in paths]
        with self._database.write() as connection:
            connection.executemany("DELETE FROM file WHERE path = ?", names)
            connection.executemany("DELETE FROM hash WHERE path = ?", names)

    def hashes(self) -> dict[Path, tuple[str, Hashes]]:
        """Stamp and hashes of all files that were hashed."""
        with self._database.read() as connection:
            every = connection.execute("SELECT path, stamp, sha256, body FROM hash").fetchall()
        return {Path(path): (stamp, Hashes(sha256, body)) for path, stamp, sha256, body in every}

    def hash_of(self, path: Path) -> tuple[str, Hashes] | None:
        """Stamp and hashes of one file, if it was hashed."""
        with self._database.read() as connection:
            row = connection.execute("SELECT stamp, sha256, body FROM hash WHERE path = ?", (str(path),)).fetchone()
        return (row[0], Hashes(row[1], row[2])) if row else None

    def keep_hash(self, path: Path, stamp: str, hashes: Hashes) -> None:
        """Writes down the hashes of a file that had this stamp. Raises sqlite3.Error."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO hash VALUES (?, ?, ?, ?)", (str(path), stamp, hashes.sha256, hashes.body)
            )

    def close(self) -> None:
        """Ends the connections of this thread."""
        self._database.close()


def stamp_of(path: Path) -> str:
    """Another text whenever the file has changed. Raises OSError."""
    status = path.stat()
    return f"{status.st_mtime_ns}-{status.st_size}"


def _written(found: Recognised) -> str:
    return json.dumps({name: value for name, value in asdict(found).items() if name != "path" and value})


def _read(path: str, text: str) -> Recognised:
    values = cast("dict[str, Any]", json.loads(text))
    known: dict[str, Any] = {"kind": "unknown"}
    for name, value in values.items():
        if name in _FIELDS:
            known[name] = tuple(value) if name in _TUPLES else value
    return Recognised(path=Path(path), **known)
