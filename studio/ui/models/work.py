"""What goes on behind the models: folders are looked through and watched, files are hashed, nothing waits."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from studio.library.models import Looked, Models
from studio.request.errors import CancelledError, Trouble

T = TypeVar("T")
log = logging.getLogger(__name__)

SETTLE = 1500  # milliseconds after the last change in a folder: a copy of many files is looked at once
MOST_WATCHED = 1000  # folders; systems have limits, and a look at the start finds the rest


class LibraryWork(QObject):
    """changed: there are other weights, or something else is known of them. progressed(Looked): of a look through all
    folders; looked: it is over. troubled(str): a sentence.
    """

    changed = Signal()
    progressed = Signal(object)
    looked = Signal()
    troubled = Signal(str)
    _done = Signal(object, object)

    def __init__(self, models: Models, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.models = models
        self.looking = False
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._again = False
        self._hashing = False
        self._watcher = QFileSystemWatcher(self)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(SETTLE)
        self._later.timeout.connect(self.look)
        self._watcher.directoryChanged.connect(self._folder_changed)
        self._done.connect(self._finish)

    def look(self) -> None:
        """Looks through all folders; asked again meanwhile, once more after."""
        if self.looking:
            self._again = True
            return
        self.looking = True
        self.run(self._look, self._watch, self._look_ended)

    def hash_all(self) -> None:
        """Hashes what is not hashed yet, one file after the other, so that others' recipes and duplicates are known."""
        if not self._hashing and self.models.digests is not None:
            self._hashing = True
            self.run(self._hash, lambda _: None, self._hash_ended)

    def run(
        self, work: Callable[[], T], done: Callable[[T], object], ended: Callable[[], object] | None = None
    ) -> None:
        """Does `work` on a thread and then `done` with its result, here, unless it fails, which is told.

        ended: called after either.
        """

        def job() -> None:
            deed: Callable[[], object] | None = None
            try:
                result = work()
                deed = partial(done, result)
            except CancelledError:
                pass
            except Trouble as trouble:
                self.troubled.emit(str(trouble))
            except (OSError, sqlite3.Error) as error:
                log.warning("work for the models failed: %r", error)
                self.troubled.emit(f"The models could not be looked at: {error}.")
            if not self._stop.is_set():
                self._done.emit(deed, ended)

        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=job, name="models work", daemon=True)
        self._threads.append(thread)
        thread.start()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def close(self) -> None:
        """Ends all work at the next file; returns when it has ended."""
        self._stop.set()
        self._later.stop()
        for thread in self._threads:
            thread.join()

    def _look(self) -> list[str]:
        self.models.refresh(self._stop.is_set, self._tell)
        return self._folders_to_watch()

    def _tell(self, looked: Looked) -> None:
        if not self._stop.is_set():
            self.progressed.emit(looked)

    def _watch(self, folders: list[str]) -> None:
        watched = set(self._watcher.directories())
        if missing := [folder for folder in folders if folder not in watched]:
            self._watcher.addPaths(missing)
        self.changed.emit()

    def _look_ended(self) -> None:
        self.looking = False
        self.looked.emit()
        if self._again:
            self._again = False
            self._later.start()

    def _hash(self) -> int:
        digests = self.models.digests
        entries = [each for each in self.models.entries() if not each.missing and each.path.is_file()]
        number = 0
        for entry in sorted(entries, key=lambda each: each.found.size):
            if digests is None or self._stop.is_set():
                break
            if entry.hashes is None:
                try:
                    digests.of(entry.path, self._stop.is_set)
                    number += 1
                except OSError as error:
                    log.info("%s cannot be hashed: %r", entry.path, error)
        return number

    def _hash_ended(self) -> None:
        self._hashing = False
        self.models.noted()
        self.changed.emit()

    def _folders_to_watch(self) -> list[str]:
        """All folders, and those in them: the system tells of changes in each only, not below."""
        found: list[str] = []
        waiting = [folder for tree in self.models.trees() for folder in tree.folders if folder.is_dir()]
        while waiting and len(found) < MOST_WATCHED:
            folder = waiting.pop(0)
            found.append(str(folder))
            waiting += _subfolders(folder)
        return found

    def _folder_changed(self, _folder: str) -> None:
        self._later.start()

    def _finish(self, *deeds: Callable[[], object] | None) -> None:
        for deed in deeds:
            if deed is not None:
                deed()


def _subfolders(folder: Path) -> list[Path]:
    try:
        return [each for each in folder.iterdir() if each.is_dir() and not each.name.startswith(".")]
    except OSError as error:
        log.info("%s cannot be watched: %r", folder, error)
        return []
