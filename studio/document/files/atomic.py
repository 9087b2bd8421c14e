"""Writing a file so that there is always either the old one or the whole new one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from studio.request.errors import Trouble


@contextmanager
def replacing(path: Path) -> Generator[IO[bytes]]:
    """A binary file to write to, that takes the place of `path` when all went well. Links are followed.

    Raises Trouble when the disk is full, or the folder cannot be written to; the old file is untouched then.
    """
    path = path.resolve()
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem[:40]}-", suffix=".part")
    except OSError as error:
        raise _trouble(path, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _keep_mode(path, name)
        os.replace(name, path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _trouble(path, error) from error
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def _trouble(path: Path, error: OSError) -> Trouble:
    why = error.strerror or "it failed"
    return Trouble(
        f"“{path.name}” could not be written: {why[:1].lower()}{why[1:]}.",
        "Free some space, or choose another folder.",
        repr(error),
    )


def _keep_mode(path: Path, name: str) -> None:
    """A temporary file is private; the new one gets the rights of the old, or the usual ones."""
    if path.exists():
        os.chmod(name, path.stat().st_mode & 0o777)
    else:
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)


def _sync_folder(folder: Path) -> None:
    """So that the new name survives a power cut, where folders can be synchronised."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
