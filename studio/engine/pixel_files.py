"""The pictures that waiting requests need, as files named by their digest beside the queue."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterable
from pathlib import Path

import numpy as np

from studio.request.pixels import Pixels

log = logging.getLogger(__name__)


class PixelFiles:
    """Written once, read once at the next start, gone when no waiting job needs them.

    They are not forced to the disk platter (that could hold up the window for a tenth of a second): a power cut
    may damage the newest one. Reading compares the digest, so a damaged file counts as gone and is never used.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, pictures: Iterable[Pixels]) -> None:
        """Raises OSError."""
        for picture in pictures:
            path = self._path(picture.digest)
            if path.exists():
                continue
            self._folder.mkdir(parents=True, exist_ok=True)
            half = path.with_suffix(f".{os.getpid()}.part")
            try:
                with half.open("wb") as file:
                    np.save(file, picture.array, allow_pickle=False)
                os.replace(half, path)
            except OSError:
                half.unlink(missing_ok=True)
                raise

    def read(self, digest: str) -> Pixels | None:
        """None when it is gone or damaged."""
        try:
            picture = Pixels(np.load(self._path(digest), allow_pickle=False))
        except (OSError, ValueError, EOFError) as error:
            log.warning("a picture of the queue is gone: %s", error)
            return None
        return picture if picture.digest == digest else None

    def keep_only(self, digests: Collection[str]) -> None:
        """Deletes all others."""
        if not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            if path.stem not in digests:
                path.unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest}.npy"
