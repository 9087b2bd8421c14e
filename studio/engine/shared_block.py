"""Memory that two processes see, with a name only for as long as the second one needs to find it.

The side that attaches takes the name away, so that nothing can be left behind by whoever dies later; what dies
between making and attaching is swept up by `sweep`. The standard library's SharedMemory is not used: up to
Python 3.12 its resource tracker starts a further process on each side, and takes away, with a warning, memory
that the other side still needs.
"""

from __future__ import annotations

import mmap
import os
import secrets
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

PREFIX = "sfumato-"
MEMORY = Path("/dev/shm")  # files here are memory (Linux)
ALIGNMENT = 64  # bytes; a cache line


class SharedBlock:
    """Bytes shared by two processes. Whoever makes or attaches one closes it.

    On Linux a file in memory; where there is none, or it is too small (containers often have 64 MB), an ordinary
    temporary file, of which the system keeps the pages in memory, too; on Windows a named mapping.
    """

    def __init__(self, name: str, memory: mmap.mmap) -> None:
        self.name = name
        self.memory = memory

    @property
    def size(self) -> int:
        return len(self.memory)

    @classmethod
    def make(cls, size: int) -> SharedBlock:
        """A new block of zeros. Raises OSError when there is no room for it."""
        name = f"{PREFIX}{os.getpid()}-{secrets.token_hex(8)}"
        if sys.platform == "win32":
            return cls(name, mmap.mmap(-1, size, tagname=name))
        if MEMORY.is_dir():
            try:
                return _reserved(MEMORY / name, size)
            except OSError:
                pass  # too small or not ours: the temporary folder, then
        return _reserved(Path(tempfile.gettempdir()) / name, size)

    @classmethod
    def attach(cls, name: str, size: int) -> SharedBlock:
        """The block another process made. Its name is gone afterwards. Raises OSError when it is not there."""
        if sys.platform == "win32":
            return cls(name, mmap.mmap(-1, size, tagname=name))
        handle = os.open(name, os.O_RDWR)
        try:
            memory = mmap.mmap(handle, size)
        finally:
            os.close(handle)
        _take_away(name)
        return cls(name, memory)

    def close(self) -> None:
        """Arrays over the memory must be gone. The name is taken away if nobody has."""
        self.memory.close()
        _take_away(self.name)


def sweep(dead: int | None = None) -> None:
    """Takes away blocks whose maker (a process number, or any that no longer runs) ended before they were attached."""
    if sys.platform == "win32":
        return
    for folder in {MEMORY, Path(tempfile.gettempdir())}:
        for path in folder.glob(f"{PREFIX}*-*"):
            maker = path.name.removeprefix(PREFIX).partition("-")[0]
            if maker.isdecimal() and (int(maker) == dead if dead else not _alive(int(maker))):
                with suppress(OSError):  # somebody else's
                    path.unlink()


def aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def _reserved(path: Path, size: int) -> SharedBlock:
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        os.ftruncate(handle, size)
        if sys.platform == "linux":
            os.posix_fallocate(handle, 0, size)  # says "no space" now instead of killing us at the first write
        return SharedBlock(str(path), mmap.mmap(handle, size))
    except OSError:
        _take_away(str(path))
        raise
    finally:
        os.close(handle)


def _take_away(name: str) -> None:
    if sys.platform != "win32":  # there the system does it with the last handle
        Path(name).unlink(missing_ok=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
