"""Opening the file of the queue, and what to do when it is damaged."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

VERSION = 1
LARGEST = 1 << 30  # bytes; no queue is that large, so the header of one that says so is damaged, too
COLUMNS = ("id", "parent", "rank", "state", "request", "pictures", "made", "message", "submitted", "ended")
SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS job (
    id INTEGER PRIMARY KEY,
    parent INTEGER,
    rank INTEGER NOT NULL,             -- order of those that wait
    state TEXT NOT NULL,               -- waiting, running, or how it ended
    request TEXT NOT NULL,             -- JSON
    pictures TEXT NOT NULL,            -- digests of the pixels it needs, separated by blanks
    made INTEGER NOT NULL DEFAULT 0,   -- pictures of the set that are in the gallery
    message TEXT NOT NULL DEFAULT '',
    submitted REAL NOT NULL,           -- seconds since 1970
    ended REAL
);
CREATE INDEX IF NOT EXISTS job_by_state ON job (state, rank);
CREATE TABLE IF NOT EXISTS crash (request TEXT PRIMARY KEY, times INTEGER NOT NULL);
PRAGMA user_version = 1;
COMMIT;
"""
Row = tuple[Any, ...]


def open_database(path: Path) -> tuple[sqlite3.Connection, str]:
    """The queue in `path`, made when missing, and a sentence for the artist when something was wrong with it.

    A damaged file is set aside as a copy, and what can still be read of it is taken over.
    Raises OSError or sqlite3.Error when the folder cannot be written to.
    """
    try:
        return _opened(path), ""
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and not _unreadable(error):
            raise
        log.warning("the queue %s is damaged: %s", path, error)
    aside = set_aside(path)
    database = _opened(path)
    saved = salvage(aside, database)
    what = f"{saved} of its waiting pictures could be saved" if saved else "None of its waiting pictures could be read"
    return database, f"The queue of last time was damaged. {what}; the file is kept as {aside.name}."


def in_memory() -> sqlite3.Connection:
    """A queue that is forgotten when the program ends."""
    database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    database.executescript(SCHEMA)
    return database


def _opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=1.0)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute(
            "PRAGMA wal_autocheckpoint = 0"
        )  # writing back waits for the disk: done on purpose, not in submit
        (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if verdict != "ok" or version not in (0, VERSION):
            raise sqlite3.DatabaseError(f"{verdict}, version {version}")
        database.executescript(SCHEMA)
        database.execute(f"SELECT {', '.join(COLUMNS)} FROM job LIMIT 1").fetchone()  # the table is ours
    except BaseException:
        database.close()
        raise
    return database


def _unreadable(error: sqlite3.OperationalError) -> bool:
    """True when the fault lies in the file, not in the disk or its permissions."""
    return any(words in str(error) for words in ("no such column", "no such table", "malformed", "already exists"))


def set_aside(path: Path) -> Path:
    """Renames the file, and what SQLite keeps beside it; returns the new name. Raises OSError."""
    aside = next(
        free
        for number in count(1)
        if not (free := path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")).exists()
    )
    os.replace(path, aside)
    for suffix in ("-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            os.replace(beside, aside.with_name(aside.name + suffix))
    return aside


def salvage(damaged: Path, into: sqlite3.Connection) -> int:
    """Takes over every unfinished job that can still be read; returns how many."""
    with tempfile.TemporaryDirectory(dir=damaged.parent, ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / damaged.name
        _copy_padded(damaged, copy)
        rows = {row[0]: row for newest_first in (False, True) for row in _readable_rows(copy, newest_first)}
    insert(into, [rows[number] for number in sorted(rows)])
    return len(rows)


def insert(database: sqlite3.Connection, rows: Sequence[Row]) -> None:
    marks = ", ".join("?" * len(COLUMNS))
    database.executemany(f"INSERT OR IGNORE INTO job ({', '.join(COLUMNS)}) VALUES ({marks})", rows)


def _copy_padded(damaged: Path, copy: Path) -> None:
    """SQLite reads nothing at all of a file that is shorter than its header says, so the copy gets that length."""
    shutil.copyfile(damaged, copy)
    log_of_changes = damaged.with_name(f"{damaged.name}-wal")
    if log_of_changes.exists():
        shutil.copyfile(log_of_changes, copy.with_name(f"{copy.name}-wal"))
    with copy.open("r+b") as file:
        header = file.read(32)
        length = int.from_bytes(header[16:18]) * int.from_bytes(header[28:32])  # bytes a page, pages
        size = copy.stat().st_size
        if header.startswith(b"SQLite format 3") and size < length <= LARGEST:
            file.truncate(length)


def _readable_rows(copy: Path, newest_first: bool) -> Iterator[Row]:
    """From one end of the table until the damage begins."""
    database = sqlite3.connect(copy)
    wanted = f"SELECT {', '.join(COLUMNS)} FROM job NOT INDEXED WHERE state IN ('waiting', 'running')"
    try:
        yield from database.execute(f"{wanted} ORDER BY id {'DESC' if newest_first else 'ASC'}")
    except sqlite3.Error as error:
        log.info("no more can be read of %s: %s", copy, error)
    finally:
        database.close()
