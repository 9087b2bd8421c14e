"""What goes on behind the gallery: folders are watched and looked through, exports are written, nothing waits."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QFile, QFileSystemWatcher, QObject, QTimer, Signal

from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.scan import Scanned
from studio.ui.background import Background, folders_below

log = logging.getLogger(__name__)

SETTLE = 700  # milliseconds after a change in a folder: a copy of many files is looked at a few times
DISKS = 10_000  # milliseconds between two looks whether a folder's disk has come or gone: no system tells of that
MOST_WATCHED = 2000  # folders; systems have limits, and a look at the start finds the rest


class GalleryWork(Background):
    """changed(Change): the gallery is another. progressed(Scanned), scanned(Scanned): of a look through all folders."""

    changed = Signal(object)
    progressed = Signal(object)
    scanned = Signal(object)

    def __init__(self, gallery: Gallery, parent: QObject | None = None) -> None:
        super().__init__("The gallery could not go on", parent)
        self._gallery = gallery
        self._again = False
        self._scanning = False
        self._started = self._anew = False
        self._watcher = QFileSystemWatcher(self)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(SETTLE)
        self._later.timeout.connect(self.scan)
        self._watcher.directoryChanged.connect(self._folder_changed)
        self._there: frozenset[str] | None = None
        self._looking = False
        self._disks = QTimer(self)
        self._disks.setInterval(DISKS)
        self._disks.timeout.connect(self.look_for_disks)
        gallery.listen(self.changed.emit)

    def start(self) -> None:
        """Ends what a crash interrupted, then looks through all folders and watches them."""
        self.scan()
        self._disks.start()

    def look_for_disks(self) -> None:
        """Looks through all folders again when one has vanished or is back, as when a stick is pulled or put in."""
        if not self._looking:  # a disk that does not answer is asked once
            self._looking = True
            self.run(self._folders_there, self._compare_disks)

    def _folders_there(self) -> frozenset[str]:
        return frozenset(str(folder) for folder in self._gallery.folders() if folder.is_dir())

    def _compare_disks(self, there: frozenset[str]) -> None:
        self._looking = False
        before, self._there = self._there, there
        if before is not None and before != there:
            self.scan()

    def scan(self) -> None:
        """Looks through all folders; asked again meanwhile, once more after."""
        if self._scanning:
            self._again = True
            return
        self._scanning = True
        self.run(self._scan, self._scan_done, self._scan_ended)

    def reindex(self) -> None:
        """Builds the index anew: every file is read again."""
        self._anew = True
        self.scan()

    def close(self) -> None:
        """Ends what goes on at the next file; returns when it has ended."""
        self._later.stop()
        self._disks.stop()
        super().close()

    def _scan(self) -> tuple[Scanned, list[str]]:
        if not self._started:
            self._gallery.recover(move_to_trash)
            self._started = True
        if self._anew:
            self._anew = False
            result = self._gallery.reindex(self._stop.is_set, self.progressed.emit, move_to_trash)
        else:
            result = self._gallery.scan(self._stop.is_set, self.progressed.emit)
        self._gallery.similar.prepare()
        self._gallery.search.prepare()
        return result, folders_below((self._gallery.folder, *self._gallery.folders()), MOST_WATCHED)

    def _scan_done(self, found: tuple[Scanned, list[str]]) -> None:
        result, folders = found
        watched = set(self._watcher.directories())
        missing = [folder for folder in folders if folder not in watched]
        if missing:
            self._watcher.addPaths(missing)
        self.scanned.emit(result)

    def _scan_ended(self) -> None:
        self._scanning = False
        if self._gallery.problem:
            self.troubled.emit(self._gallery.problem)
        if self._again:
            self._again = False
            self._later.start()

    def _folder_changed(self, _folder: str) -> None:
        if not self._later.isActive():  # not put off again and again while files keep coming
            self._later.start()


def move_to_trash(path: Path) -> None:
    """Into the system's trash, where it can be had back. Raises OSError when there is none for this disk."""
    if not QFile.moveToTrash(str(path)):
        raise OSError(f"the disk of {path.name} has no trash")
