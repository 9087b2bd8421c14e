"""The queue on disk: every job is in it before `submit` returns, and it survives a kill -9."""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.engine import database
from studio.engine.line import Ticket
from studio.engine.pixel_files import PixelFiles
from studio.request.errors import BadInput
from studio.request.events import Ending, Failed
from studio.request.record import from_record, pixels_of, to_record
from studio.request.request import GenerationRequest

log = logging.getLogger(__name__)

MOST_LOGGED = 1 << 20  # bytes of changes before they are moved into the file itself
REMEMBERED = 500  # ended jobs; for lineage, and for whoever looks into what happened


@dataclass(frozen=True)
class Unfinished:
    """A job of last time. request: what is left to make of it."""

    number: int
    parent: int | None
    request: GenerationRequest


class Store:
    """One file `queue.sqlite` in a folder that nobody else uses, the pixels beside it.

    Every method may be called from any thread. When the disk refuses, the job goes on in memory and `problem`
    says so, until a later write succeeds.
    """

    def __init__(self, folder: Path | None) -> None:
        """folder: None for a queue that is forgotten when the program ends."""
        self.problem = ""
        self.notice = ""  # what was wrong with the file at the start
        self._lock = threading.Lock()
        self._pixels = PixelFiles(folder / "pixels") if folder else None
        self._path = folder / "queue.sqlite" if folder else None
        self._database = self._open()
        self._next_number = self._largest("id") + 1
        self._next_rank = self._largest("rank") + 1
        self._crashes: dict[str, int] = dict(self._database.execute("SELECT request, times FROM crash"))
        self._forget_old_crashes()

    def add(self, request: GenerationRequest, parent: int | None = None) -> Ticket:
        """On disk when this returns, unless `problem` says otherwise."""
        text, digest = written(request)
        pictures = pixels_of(request)
        with self._lock:
            number, rank = self._next_number, self._next_rank
            self._next_number, self._next_rank = number + 1, rank + 1
            with self._problems():
                if self._pixels:
                    self._pixels.write(pictures.values())
            row = (number, parent, rank, "waiting", text, " ".join(pictures), 0, "", time.time(), None)
            self._transaction(lambda: database.insert(self._database, [row]))
        return Ticket(number, request, digest)

    def draft(self, request: GenerationRequest) -> Ticket:
        """A job that is forgotten when the program ends."""
        with self._lock:
            number = self._next_number
            self._next_number += 1
        return Ticket(number, request, written(request)[1], draft=True)

    def began(self, number: int) -> None:
        self._write("UPDATE job SET state = 'running' WHERE id = ?", number)

    def made(self, number: int, pictures: int) -> None:
        """So many pictures of its set are in the gallery."""
        self._write("UPDATE job SET made = ? WHERE id = ?", pictures, number)

    def end(self, number: int, ending: Ending | None) -> None:
        """ending: None when it was discarded."""
        message = ending.message if isinstance(ending, Failed) else ""
        state = type(ending).__name__.lower() if ending else "discarded"
        self._write(
            "UPDATE job SET state = ?, message = ?, ended = ? WHERE id = ?", state, message, time.time(), number
        )

    def order(self, numbers: Sequence[int]) -> None:
        """The jobs that wait, first one first."""
        change = "UPDATE job SET rank = ? WHERE id = ?"
        with self._lock:
            ranks = [(self._next_rank + index, number) for index, number in enumerate(numbers)]
            self._next_rank += len(ranks)
            self._transaction(lambda: self._database.executemany(change, ranks))

    def unfinished(self) -> tuple[Unfinished, ...]:
        """What last time left, in order. Entries that cannot be read are ended, and `notice` says so."""
        with self._lock:
            wanted = "SELECT id, parent, request, made FROM job WHERE state IN ('waiting', 'running') ORDER BY rank"
            rows: list[tuple[Any, ...]] = self._database.execute(wanted).fetchall()
        found: list[Unfinished] = []
        for number, parent, text, made in rows:
            try:
                found.append(Unfinished(number, parent, remainder(self._read(text), made)))
            except (BadInput, ValueError) as error:
                log.warning("job %s of last time cannot be read: %s", number, error)
                self.end(number, Failed("It could not be read again."))
                self.notice = f"A waiting picture of last time could not be read again. {error}".strip()
        return tuple(found)

    def resume(self, job: Unfinished) -> Ticket:
        """Back in the line, behind all others, with what is left to make."""
        text, digest = written(job.request)
        change = "UPDATE job SET state = 'waiting', request = ?, made = 0, rank = ? WHERE id = ?"
        with self._lock:
            rank = self._next_rank
            self._next_rank += 1
            self._transaction(lambda: self._database.execute(change, (text, rank, job.number)))
        return Ticket(job.number, job.request, digest)

    def crashed(self, digest: str) -> int:
        """Counts a crash of the worker on this request; returns how many there were in a row."""
        self._crashes[digest] = times = self._crashes.get(digest, 0) + 1
        self._write("INSERT OR REPLACE INTO crash (request, times) VALUES (?, ?)", digest, times)
        return times

    def calm(self, digest: str) -> None:
        """This request came to an end without a crash."""
        if self._crashes.pop(digest, 0):
            self._write("DELETE FROM crash WHERE request = ?", digest)

    def crashes(self, digest: str) -> int:
        return self._crashes.get(digest, 0)

    def tidy(self) -> None:
        """Forgets what no job needs any more."""
        with self._lock:
            self._transaction(self._forget)

    def write_back(self) -> None:
        """Moves what was logged into the file itself; waits for the disk, so never on the window's thread."""
        if self._path is None or _size(self._path.with_name(f"{self._path.name}-wal")) < MOST_LOGGED:
            return
        with self._problems():
            beside = sqlite3.connect(self._path, isolation_level=None)  # a second one, so that submit need not wait
            try:
                beside.execute("PRAGMA wal_checkpoint(PASSIVE)")
            finally:
                beside.close()

    def close(self) -> None:
        self.tidy()
        with self._lock, self._problems():
            self._database.close()  # writes everything back and takes the log away

    def _open(self) -> sqlite3.Connection:
        if self._path is not None:
            with self._problems():
                opened, self.notice = database.open_database(self._path)
                return opened
        return database.in_memory()

    def _forget(self) -> None:
        recent = "SELECT id FROM job WHERE ended IS NOT NULL ORDER BY id DESC LIMIT ?"
        self._database.execute(f"DELETE FROM job WHERE ended IS NOT NULL AND id NOT IN ({recent})", (REMEMBERED,))
        if self._pixels:
            needed = "SELECT pictures FROM job WHERE state IN ('waiting', 'running')"
            self._pixels.keep_only({name for (names,) in self._database.execute(needed) for name in names.split()})

    def _largest(self, column: str) -> int:
        (largest,) = self._database.execute(f"SELECT max({column}) FROM job").fetchone()
        return int(largest or 0)

    def _forget_old_crashes(self) -> None:
        """A restart is a fresh start, but for the jobs of last time."""
        texts = self._database.execute("SELECT request FROM job WHERE state IN ('waiting', 'running')").fetchall()
        left = {digest_of(text) for (text,) in texts}
        for digest in [digest for digest in self._crashes if digest not in left]:
            self.calm(digest)

    def _read(self, text: str) -> GenerationRequest:
        return from_record(json.loads(text), self._pixels.read if self._pixels else lambda digest: None)

    def _write(self, sql: str, *values: object) -> None:
        with self._lock:
            self._transaction(lambda: self._database.execute(sql, values))

    def _transaction(self, work: Callable[[], object]) -> None:
        """All of it or nothing. The lock must be held."""
        with self._problems():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                work()
                self._database.execute("COMMIT")
            finally:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
            self.problem = ""

    @contextmanager
    def _problems(self) -> Generator[None]:
        """What the disk refuses is said, not raised: a picture can be made all the same."""
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            log.warning("the queue cannot be written: %s", error)
            self.problem = (
                f"The queue cannot be kept on disk ({error}). Pictures are made all the same, "
                "but those still waiting will be forgotten when the program ends."
            )


def written(request: GenerationRequest) -> tuple[str, str]:
    """The request as JSON text, and the digest of that."""
    text = json.dumps(to_record(request), sort_keys=True, separators=(",", ":"))
    return text, digest_of(text)


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def remainder(request: GenerationRequest, made: int) -> GenerationRequest:
    """The set without its first `made` pictures: the rest comes out the same, since each has its own seed."""
    if not 0 < made < request.count:
        return request
    return request.without_first(made)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
