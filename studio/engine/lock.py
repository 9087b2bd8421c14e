"""One folder, one running program. The system itself lets go of the lock when the program dies, however it dies."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


class FolderLock:
    """Held until released or until this process ends."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    @classmethod
    def take(cls, folder: Path) -> FolderLock | None:
        """None when another program (or another lock in this one) holds the folder.

        Makes the folder when it is missing. Raises OSError when that, writing into it or locking is impossible.
        """
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / "queue.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle)
        except OSError as error:
            os.close(handle)
            if error.errno in HELD:
                return None
            raise  # a file system that knows no locks
        return cls(handle)

    def release(self) -> None:
        os.close(self._handle)


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
