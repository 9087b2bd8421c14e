"""Which queue is ours, when the program runs more than once at a time."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from studio.engine.lock import FolderLock
from studio.engine.store import Store

log = logging.getLogger(__name__)


class Claim:
    """A store that no other running program touches.

    The first program has the queue folder itself, each further one a folder `beside-2`, `beside-3`… in it. What
    such a program leaves unfinished is taken over by the next one that starts after it has ended. Where the folder
    cannot be used at all the queue is in memory, and the store's `problem` says why.
    """

    def __init__(self, folder: Path) -> None:
        self._lock: FolderLock | None = None
        try:
            place, self._lock = _first_free(folder)
            self.store = Store(place)
        except OSError as error:
            log.warning("the queue folder cannot be used: %s", error)
            self.store = Store(None)
            self.store.notice = (
                f"The queue cannot be kept in {folder} ({error.strerror}). Pictures are made all the same, "
                "but those still waiting will be forgotten when the program ends."
            )
            return
        self._take_over_from_others(folder, place)

    def close(self) -> None:
        self.store.close()
        if self._lock:
            self._lock.release()

    def _take_over_from_others(self, folder: Path, ours: Path) -> None:
        for place in folder.glob("beside-*"):
            if place == ours:
                continue
            try:
                self._take_over(place)
            except (OSError, sqlite3.Error) as error:
                log.warning("the queue %s cannot be taken over: %s", place, error)

    def _take_over(self, place: Path) -> None:
        """Nothing, when its program still runs."""
        lock = FolderLock.take(place)
        if lock is None:
            return
        try:
            theirs = Store(place)
            for job in theirs.unfinished():
                self.store.add(job.request)
            theirs.close()
        finally:
            lock.release()
        shutil.rmtree(place, ignore_errors=True)


def _places(folder: Path) -> Iterator[Path]:
    yield folder
    for number in count(2):
        yield folder / f"beside-{number}"


def _first_free(folder: Path) -> tuple[Path, FolderLock]:
    for place in _places(folder):
        lock = FolderLock.take(place)
        if lock:
            return place, lock
    raise AssertionError("there is always another number")
