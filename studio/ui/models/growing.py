"""Files that are still being written, as it seems: looked at again once they have stopped growing.

Systems tell that a file has appeared in a folder, which is when a copy of many gigabytes begins, not when it ends.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from studio.library.entry import Entry

PAUSE = 2000  # milliseconds between two looks at their sizes
FRESH = 3600.0  # seconds after which what makes no sense is no longer expected to grow
MOST = 50  # files and folders
_Stamp = tuple[int, int]  # bytes, and the time of the last change


class Growing(QObject):
    """grown: something that could not be read has changed since, and does so no more."""

    grown = Signal()

    def __init__(self, parent: QObject | None = None, pause: int = PAUSE) -> None:
        super().__init__(parent)
        self._seen: dict[Path, _Stamp | None] = {}
        self._settled: dict[Path, _Stamp] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(pause)
        self._timer.timeout.connect(self._tick)

    def follow(self, entries: Iterable[Entry]) -> None:
        """Waits for those of these that are young and cannot be read."""
        self._seen = {}
        for entry in entries:
            stamp = _stamp(entry.path) if _may_grow(entry) else None
            if stamp is not None and stamp != self._settled.get(entry.path) and len(self._seen) < MOST:
                self._seen[entry.path] = None
        if self._seen:
            self._timer.start()
        else:
            self._timer.stop()

    def stop(self) -> None:
        """Waits for nothing any more."""
        self._timer.stop()

    def _tick(self) -> None:
        settled = False
        for path, before in list(self._seen.items()):
            now = _stamp(path)
            if now is not None and now != before:
                self._seen[path] = now
                continue
            del self._seen[path]
            if now is not None:
                self._settled[path] = now
                settled = True
        if not self._seen:
            self._timer.stop()
        if settled:
            self.grown.emit()


def _may_grow(entry: Entry) -> bool:
    if entry.missing or not entry.reason or entry.found.format not in ("", "diffusers"):
        return False
    with suppress(OSError):
        return time.time() - entry.path.stat().st_mtime < FRESH
    return False


def _stamp(path: Path) -> _Stamp | None:
    """None when it is gone."""
    try:
        found = [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names] or [path]
        states = [os.stat(each) for each in found]
        return sum(each.st_size for each in states), max(each.st_mtime_ns for each in states)
    except OSError:
        return None
