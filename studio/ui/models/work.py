"""What goes on behind the models: folders are looked through and watched, files are hashed, nothing waits."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from studio.library.models import Looked, Models
from studio.ui.background import Background, folders_below
from studio.ui.models.growing import Growing

log = logging.getLogger(__name__)

SETTLE = 1500  # milliseconds after the last change in a folder: a copy of many files is looked at once
MOST_WATCHED = 1000  # folders; systems have limits, and a look at the start finds the rest


class LibraryWork(Background):
    """changed: there are other weights, or something else is known of them. progressed(Looked): of a look through all
    folders; looked: it is over.
    """

    changed = Signal()
    progressed = Signal(object)
    looked = Signal()

    def __init__(self, models: Models, parent: QObject | None = None) -> None:
        super().__init__("The models could not be looked at", parent)
        self.models = models
        self.looking = False
        self._again = False
        self._hashing = False
        self._watcher = QFileSystemWatcher(self)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(SETTLE)
        self._later.timeout.connect(self.look)
        self._watcher.directoryChanged.connect(self._folder_changed)
        self._above: set[str] = set()
        self._known: tuple[Path, ...] = ()
        self.growing = Growing(self)
        self.growing.grown.connect(self.look)

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

    def close(self) -> None:
        """Ends all threads and waits for nothing any more."""
        self._later.stop()
        self.growing.stop()
        super().close()

    def _look(self) -> tuple[list[str], tuple[Path, ...]]:
        """The folders to watch, and how far the way to each folder that was added is there."""
        self.models.refresh(self._stop.is_set, self._tell)
        there = self._there()
        return folders_below((each for tree in self.models.trees() for each in tree.folders), MOST_WATCHED), there

    def _tell(self, looked: Looked) -> None:
        if not self._stop.is_set():
            self.progressed.emit(looked)

    def _watch(self, folders: tuple[list[str], tuple[Path, ...]]) -> None:
        """A folder that comes or goes changes the one that it lies in."""
        inside, self._known = folders
        roots = set(self.models.folders)
        self._above = {str(there.parent if there in roots else there) for there in self._known}.difference(inside)
        watched = set(self._watcher.directories())
        if missing := [folder for folder in (*inside, *self._above) if folder not in watched]:
            self._watcher.addPaths(missing)
        self.growing.follow(self.models.entries())
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

    def _folder_changed(self, folder: str) -> None:
        """What else happens beside a folder of models is of no interest, but for that it goes or comes."""
        if folder not in self._above or self._there() != self._known:
            self._later.start()

    def _there(self) -> tuple[Path, ...]:
        """Each folder that was added, or what is there of the way to it when its disk was taken out."""
        return tuple(
            next((each for each in (root, *root.parents) if each.is_dir()), root) for root in self.models.folders
        )
