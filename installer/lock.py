"""A lock on an open file. The system frees it when the last process that has the file open ends, however it ends."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import msvcrt

    def try_lock(descriptor: int) -> bool:
        """Takes the lock if it is free."""
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def wait_for_lock(descriptor: int) -> None:
        """Takes the lock, however long it takes to become free."""
        while True:
            try:
                msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
            except OSError:  # after ten seconds of waiting
                continue
            return

else:
    import fcntl

    def try_lock(descriptor: int) -> bool:
        """Takes the lock if it is free."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def wait_for_lock(descriptor: int) -> None:
        """Takes the lock, however long it takes to become free."""
        fcntl.flock(descriptor, fcntl.LOCK_EX)
