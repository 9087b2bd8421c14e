"""SHA-256 of files of weights, computed once and remembered for as long as the file does not change.

AutoV2 is the first ten digits of that of the file, AutoV3 the first twelve of that of the bytes after a safetensors
header (as A1111 and Civitai name them).
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path

from studio.library.index import Hashes, Index, stamp_of

log = logging.getLogger(__name__)

_PIECE = 1 << 22  # bytes read at a time


class Digests:
    """Safe to share by threads."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def known(self, file: Path) -> str:
        """SHA-256 of the file if it was computed before and the file is unchanged, else ""."""
        hashes = self.hashes(file)
        return hashes.sha256 if hashes is not None else ""

    def hashes(self, file: Path) -> Hashes | None:
        """All that is known of an unchanged file."""
        try:
            entry = self._index.hash_of(file)
            return entry[1] if entry is not None and entry[0] == stamp_of(file) else None
        except (OSError, sqlite3.Error):
            return None

    def of(self, file: Path, stop: Callable[[], bool] = lambda: False) -> str:
        """SHA-256 of the file, computed now if need be: about a second a gigabyte; "" when stopped. Raises OSError."""
        if found := self.known(file):
            return found
        stamp = stamp_of(file)
        hashes = hash_file(file, stop)
        if hashes is None:
            return ""
        try:
            self._index.keep_hash(file, stamp, hashes)
        except sqlite3.Error as error:
            log.info("digests cannot be kept: %r", error)
        return hashes.sha256


def hash_file(file: Path, stop: Callable[[], bool] = lambda: False) -> Hashes | None:
    """Both hashes in one pass; None when stopped between two pieces. Raises OSError."""
    whole, body = hashlib.sha256(), hashlib.sha256()
    with file.open("rb") as stream:
        head = stream.read(8)
        whole.update(head)
        left = int.from_bytes(head, "little") if file.suffix.lower() in (".safetensors", ".sft") else 0
        header = stream.read(min(left, 100_000_000))
        whole.update(header)
        while piece := stream.read(_PIECE):
            if stop():
                return None
            whole.update(piece)
            body.update(piece)
    return Hashes(whole.hexdigest(), body.hexdigest() if left else "")
