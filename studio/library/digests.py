"""SHA-256 of files of weights, computed once and remembered for as long as the file does not change."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from pathlib import Path
from typing import Any, cast

from studio.library.files import write_atomically

log = logging.getLogger(__name__)


class Digests:
    """A table on disk: path, time of change and size of a file → its SHA-256 in hex. Safe to share by threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._known: dict[str, list[Any]] | None = None

    def known(self, file: Path) -> str:
        """The digest if it was computed before and the file is unchanged, else ""."""
        with self._lock:
            entry = self._table().get(str(file))
        try:
            return str(entry[1]) if entry is not None and entry[0] == _stamp(file) else ""
        except OSError:
            return ""

    def of(self, file: Path) -> str:
        """The digest, computed now if need be: about a second a gigabyte. Raises OSError."""
        if found := self.known(file):
            return found
        stamp = _stamp(file)
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        with self._lock:
            self._table()[str(file)] = [stamp, digest]
            try:
                write_atomically(self._path, json.dumps(self._table()).encode())
            except OSError as error:
                log.info("digests cannot be kept: %r", error)
        return digest

    def _table(self) -> dict[str, list[Any]]:
        if self._known is None:
            try:
                value = json.loads(self._path.read_bytes())
            except (OSError, ValueError):
                value = None
            table = cast("dict[str, list[Any]]", value) if isinstance(value, dict) else {}
            self._known = {key: entry for key, entry in table.items() if len(entry) == 2}
        return self._known


def _stamp(file: Path) -> list[int]:
    status = file.stat()
    return [status.st_mtime_ns, status.st_size]
