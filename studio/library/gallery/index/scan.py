"""Compares folders with the index and brings the index up to date: the files are the truth."""

from __future__ import annotations

import logging
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from studio.library.gallery.formats.read import EXTENSIONS
from studio.library.gallery.index.entry import Entry, describe
from studio.library.gallery.index.paths import Key, key_of, path_of
from studio.library.gallery.index.schema import UNREADABLE
from studio.library.gallery.index.store import Known, Store

log = logging.getLogger(__name__)

_BATCH = 256  # files in one transaction: others may write in between
_BATCH_SECONDS = 0.25


@dataclass
class Scanned:
    """What a scan has done so far. troubles: folders and files that could not be read, each with the reason."""

    seen: int = 0
    added: int = 0
    changed: int = 0
    moved: int = 0
    gone: int = 0
    unreadable: int = 0
    done: bool = False
    troubles: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    new: list[int] = field(default_factory=list[int])

    def merge(self, other: Scanned) -> None:
        """Adds up what two scans have done."""
        for name in ("seen", "added", "changed", "moved", "gone", "unreadable"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.done = self.done and other.done
        self.troubles += other.troubles
        self.new += other.new


@dataclass(frozen=True)
class _Seen:
    path: Path
    stamp: int
    bytes: int


Report = Callable[[Scanned], None]


def quiet(_scanned: Scanned) -> None:
    """Tells nobody."""


def scan(
    store: Store,
    folder: Path,
    *,
    stop: Callable[[], bool] = lambda: False,
    report: Report = quiet,
    thorough: bool = False,
) -> Scanned:
    """Brings the index up to date with a folder and all below it; names that begin with a dot are passed over.

    thorough: reads files again that have not changed. stop: asked between files; what was done so far stays.
    A folder that is not there, or vanishes on the way (a stick is pulled), keeps its pictures, marked as away.
    """
    return _Scan(store, folder, stop, report, thorough).run()


class _Scan:
    def __init__(self, store: Store, folder: Path, stop: Callable[[], bool], report: Report, thorough: bool) -> None:
        self.store = store
        self.folder = folder
        self.stop = stop
        self.report = report
        self.thorough = thorough
        self.result = Scanned()
        self.known = self._known_below()
        self.missed: list[Path] = []  # folders that could not be listed: what is in them is not gone

    def run(self) -> Scanned:
        if not self.folder.is_dir():
            self._mark_away()
            return self.result
        fresh, seen = self._compare()
        gone = {key: known for key, known in self.known.items() if key not in seen}
        fresh = self._follow_moves(fresh, gone)
        self._read(fresh)
        if self.stop():
            return self.result
        if not self.folder.is_dir():
            self._mark_away()
            return self.result
        self._forget(gone)
        self.result.done = True
        self.report(self.result)
        return self.result

    def _known_below(self) -> dict[Key, Known]:
        """Rows of files in this folder."""
        known = self.store.known()
        if self.folder == self.store.root:
            return {key: row for key, row in known.items() if not _absolute(key)}
        prefix = key_of(self.folder, self.store.root)
        start = os.fsencode(prefix) if isinstance(prefix, str) else prefix
        start = start.rstrip(b"/\\")
        return {
            key: row
            for key, row in known.items()
            if (name := os.fsencode(key) if isinstance(key, str) else key).startswith(start)
            and name[len(start) : len(start) + 1] in (b"/", b"\\")
        }

    def _compare(self) -> tuple[list[_Seen], set[Key]]:
        """Files that are new or changed, and the keys of all that are there."""
        fresh: list[_Seen] = []
        seen: set[Key] = set()
        back: list[int] = []
        for found in self._walk():
            if self.stop():
                break
            key = key_of(found.path, self.store.root)
            seen.add(key)
            self.result.seen += 1
            known = self.known.get(key)
            if known is None or self.thorough or (known.stamp, known.bytes) != (found.stamp, found.bytes):
                fresh.append(found)
            elif known.away:
                back.append(known.id)
        if back:
            self.store.set_away(back, False)
        return fresh, seen

    def _walk(self) -> Iterator[_Seen]:
        folders = [self.folder]
        while folders:
            here = folders.pop()
            try:
                with os.scandir(here) as entries:
                    listed = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                self._trouble(here, error)
                self.missed.append(here)
                continue
            for entry in listed:
                if entry.name.startswith("."):
                    continue
                try:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(Path(entry.path))
                    elif os.path.splitext(entry.name)[1].lower() in EXTENSIONS:
                        status = entry.stat()
                        if stat.S_ISREG(status.st_mode):  # never a pipe, which would wait for ever
                            yield _Seen(Path(entry.path), status.st_mtime_ns, status.st_size)
                except OSError as error:
                    self._trouble(Path(entry.path), error)

    def _follow_moves(self, fresh: list[_Seen], gone: dict[Key, Known]) -> list[_Seen]:
        """Files that only have another path now keep their rows. Takes them out of both."""
        if not gone:
            return fresh
        by_print: dict[tuple[bytes, int], list[Key]] = {}
        for key, known in gone.items():
            by_print.setdefault((known.print, known.bytes), []).append(key)
        lengths = {known.bytes for known in gone.values()}
        left: list[_Seen] = []
        for found in fresh:
            key = key_of(found.path, self.store.root)
            if key in self.known or found.bytes not in lengths:
                left.append(found)
                continue
            entry = self._describe(found)
            keys = by_print.get((entry["print"], found.bytes), []) if entry else []
            if len(keys) == 1 and keys[0] in gone:
                before = gone.pop(keys[0])
                self.store.moved(before.id, path_of(keys[0], self.store.root), found.path, found.stamp)
                self.store.set_away([before.id], False)
                self.result.moved += 1
            else:
                left.append(found)
        return left

    def _read(self, fresh: Iterable[_Seen]) -> None:
        batch: list[tuple[Path, Entry]] = []
        since = time.monotonic()
        for found in fresh:
            if self.stop():
                break
            entry = self._describe(found)
            if entry is not None:
                batch.append((found.path, entry))
            if len(batch) >= _BATCH or (batch and time.monotonic() - since > _BATCH_SECONDS):
                self._put(batch)
                batch = []
                since = time.monotonic()
        if batch:
            self._put(batch)

    def _describe(self, found: _Seen) -> Entry | None:
        try:
            return describe(found.path)
        except OSError as error:
            self._trouble(found.path, error)
            if isinstance(error, PermissionError):
                return _closed(found, error)
            return None

    def _put(self, batch: list[tuple[Path, Entry]]) -> None:
        ids = self.store.put_all(batch, time.time())
        for (path, entry), identifier in zip(batch, ids, strict=True):
            if key_of(path, self.store.root) in self.known:
                self.result.changed += 1
            else:
                self.result.added += 1
                self.result.new.append(identifier)
            self.result.unreadable += entry.get("state") == UNREADABLE
        self.report(self.result)

    def _forget(self, gone: dict[Key, Known]) -> None:
        missed = tuple(str(folder) for folder in self.missed)
        lost = [
            known.id
            for key, known in gone.items()
            if not any(path_of(key, self.store.root).is_relative_to(folder) for folder in missed)
        ]
        self.store.forget(lost)
        self.result.gone += len(lost)

    def _mark_away(self) -> None:
        self.store.set_away([known.id for known in self.known.values()], True)
        self.result.troubles.append((str(self.folder), "The folder is not there."))

    def _trouble(self, path: Path, error: OSError) -> None:
        log.info("%s: %r", path, error)
        self.result.troubles.append((str(path), error.strerror or str(error)))


def _closed(found: _Seen, error: OSError) -> Entry:
    """The row of a file that may not be opened: listed, with the reason."""
    return {
        "stamp": found.stamp,
        "bytes": found.bytes,
        "print": b"",
        "created": found.stamp / 1e9,
        "state": UNREADABLE,
        "problem": f"It cannot be read: {error.strerror or error}.",
    }


def _absolute(key: Key) -> bool:
    return os.path.isabs(key)
