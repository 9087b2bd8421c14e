"""A lock beside the file of a document, so that two windows never write one file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLockFile


class FileLock:
    """Holds the lock of one file at a time."""

    def __init__(self) -> None:
        self._lock: QLockFile | None = None
        self.path: Path | None = None

    def take(self, path: Path | None) -> bool:
        """Lets go of the last file and locks this one. False, and none is held, when another window has it.

        Where no lock can be written, as on a read-only disk, there is none, and that is no obstacle.
        """
        if path is not None and path == self.path:
            return True
        self.release()
        if path is None:
            return True
        lock = QLockFile(str(path.with_name(f".{path.name}.lock")))
        lock.setStaleLockTime(0)  # only the death of its owner makes a lock stale
        if not lock.tryLock(0) and lock.error() == QLockFile.LockError.LockFailedError:
            return False
        self._lock, self.path = lock, path
        return True

    def release(self) -> None:
        if self._lock is not None:
            self._lock.unlock()
        self._lock = self.path = None
