"""A SQLite file in WAL mode: one connection that reads, one that writes, and what to do when it is damaged."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Generator, Sequence
from pathlib import Path

log = logging.getLogger(__name__)

BUSY_SECONDS = 10  # another process (the command line) may be writing
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Database:
    """Safe to share by threads. Readers never wait for the writer.

    migrations: SQL scripts; the file's `user_version` says how many of them it has had. It is backed up before any.
    What is in it must be rebuildable: a damaged file, or one of a newer version, is set aside and begun anew.
    fresh: it was begun anew (or is new) and has to be filled.
    problem: a sentence when something was set aside, else "".
    """

    def __init__(self, path: Path, migrations: Sequence[str]) -> None:
        self.path = path
        self.fresh = False
        self.problem = ""
        self._migrations = tuple(migrations)
        self._opening = threading.RLock()  # taken last, and nothing else while it is held
        self._reading = threading.RLock()
        self._writing = threading.Lock()
        self._owner = 0  # thread that is in a `write` block
        self._reader: sqlite3.Connection | None = None
        self._writer: sqlite3.Connection | None = None

    @contextlib.contextmanager
    def read(self) -> Generator[sqlite3.Connection, None, None]:
        """The reading connection, for as long as the block lasts."""
        try:
            with self._reading:
                yield self._reader or self._open()[0]
        except sqlite3.DatabaseError as error:
            self._check(error)
            raise

    @contextlib.contextmanager
    def write(self) -> Generator[sqlite3.Connection, None, None]:
        """The writing connection in a transaction: all of the block happens, or nothing of it."""
        if self._owner == threading.get_ident() and self._writer is not None:  # a block within a block
            yield self._writer
            return
        try:
            with self._writing:
                self._owner = threading.get_ident()
                try:
                    yield from _transaction(self._writer or self._open()[1])
                finally:
                    self._owner = 0
        except sqlite3.DatabaseError as error:
            self._check(error)
            raise

    def close(self) -> None:
        """Closes both connections when nobody uses them; the next use opens them again."""
        with self._alone():
            self._close()

    def __del__(self) -> None:
        """Nobody holds it any more: from Python 3.13 on a connection that is dropped unclosed is warned of."""
        self._close()

    @contextlib.contextmanager
    def _alone(self) -> Generator[None, None, None]:
        """No other thread is in a block: a connection that is closed under one takes the whole program with it."""
        inside = self._owner == threading.get_ident()
        with contextlib.nullcontext() if inside else self._writing, self._reading, self._opening:
            yield

    def _close(self) -> None:
        for connection in (self._reader, self._writer):
            if connection is not None:
                connection.close()
        self._reader = self._writer = None

    def _open(self) -> tuple[sqlite3.Connection, sqlite3.Connection]:
        with self._opening:
            if self._reader is not None and self._writer is not None:
                return self._reader, self._writer
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._writer = self._connect()
            except sqlite3.DatabaseError as error:
                if not damaged(error):
                    raise
                self.set_aside("damaged")
                self._writer = self._connect()
            self._reader = _connection(self.path)
            self._reader.execute("PRAGMA query_only = ON")
            return self._reader, self._writer

    def _connect(self) -> sqlite3.Connection:
        """A connection to a file that has had all migrations."""
        connection = _connection(self.path)
        try:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            connection.execute("PRAGMA journal_mode = WAL")
            if version > len(self._migrations):
                connection.close()
                self.set_aside("newer")
                connection = _connection(self.path)
                connection.execute("PRAGMA journal_mode = WAL")
                version = 0
            self.fresh = self.fresh or version == 0
            if 0 < version < len(self._migrations):
                self._back_up(connection, version)
            for number in range(version, len(self._migrations)):
                script = self._migrations[number]
                connection.executescript(f"BEGIN IMMEDIATE;\n{script}\n;PRAGMA user_version = {number + 1};\nCOMMIT;")
            if version < len(self._migrations):  # else every read looks through all that they have written
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except BaseException:
            connection.close()
            raise
        return connection

    def _back_up(self, connection: sqlite3.Connection, version: int) -> None:
        """A copy of the whole file beside it, whatever else is going on."""
        target = self.path.with_name(f"{self.path.stem}.version-{version}.db")
        copy = sqlite3.connect(target)
        try:
            connection.backup(copy)
        finally:
            copy.close()

    def set_aside(self, why: str) -> None:
        """Renames the file and what belongs to it, so that the next use begins a new one. Nobody else may use it."""
        with self._opening:
            self._close()
            number = 1
            while (target := self.path.with_name(f"{self.path.stem}.{why}-{number}.db")).exists():
                number += 1
            for suffix in ("-wal", "-shm", ""):
                part = self.path.with_name(self.path.name + suffix)
                if part.exists():
                    part.replace(target.with_name(target.name + suffix))
        self.fresh = True
        self.problem = f"The gallery's index was {why} and is being built anew; the old one is kept as {target.name}."
        log.warning("%s set aside as %s", self.path, target)

    def _check(self, error: sqlite3.DatabaseError) -> None:
        if damaged(error):
            with self._alone():
                self.set_aside("damaged")


def _transaction(connection: sqlite3.Connection) -> Generator[sqlite3.Connection, None, None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.rollback()
        raise
    connection.commit()


def damaged(error: sqlite3.DatabaseError) -> bool:
    """Whether the file itself is broken, rather than busy, full or misused."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def _connection(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -16000")
    return connection
