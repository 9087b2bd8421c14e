"""What people say about pictures (ratings, labels, tags, collections, the trash) and which folders they added.

It is kept in a journal: a file to which one line of JSON is added for each act, flushed to the disk before the index
learns of it. Why not in the index: that is rebuilt when it is damaged, and this cannot be. Why not in a file beside
each picture: foreign folders must not be written to, and a thousand pictures tagged at once would be a thousand files.
A half line at the end, left by a crash, is passed over; what was said can be read, copied and mended by hand.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

from studio.library.files import write_atomically

log = logging.getLogger(__name__)

Act = dict[str, Any]
_GROWN = 4_000_000  # bytes from which on the journal is written anew, without what no longer matters


class Journal:
    """The file. Callers hold the index's write lock, so that two processes never write at once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def identity(self) -> str:
        """A name that changes when the journal is written anew; "" when there is none yet."""
        try:
            with self.path.open("rb") as file:
                head = json.loads(file.readline(200))
        except (OSError, ValueError):
            return ""
        return str(cast("dict[str, Any]", head).get("journal", "")) if isinstance(head, dict) else ""

    def length(self) -> int:
        """Bytes; 0 when there is none yet."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def append(self, act: Act) -> int:
        """Adds one line and waits until it is on the disk; returns the length of the file. Raises OSError."""
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self.path, _line({"journal": secrets.token_hex(8)}))
        with self.path.open("r+b") as file:
            end = file.seek(0, os.SEEK_END)
            if end:
                file.seek(end - 1)
                if file.read(1) != b"\n":  # what a crash left
                    file.write(b"\n")
            file.write(_line(act))
            file.flush()
            os.fsync(file.fileno())
            return file.tell()

    def since(self, position: int) -> Iterator[tuple[Act, int]]:
        """The acts from a position on, each with the position after it. Lines that cannot be read are passed over."""
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            return
        with file:
            file.seek(position)
            for line in file:
                position += len(line)
                if not line.endswith(b"\n"):
                    return
                try:
                    act = json.loads(line)
                except (ValueError, RecursionError):
                    log.info("a line of the journal of marks is damaged and passed over")
                    continue
                if isinstance(act, dict):
                    yield cast("Act", act), position

    def grown(self) -> bool:
        """Whether it is time to write it anew."""
        return self.length() > _GROWN

    def rewrite(self, acts: Iterable[Act]) -> int:
        """Replaces the journal by these acts, atomically, under a new identity; returns its length."""
        data = b"".join(_line(act) for act in ({"journal": secrets.token_hex(8)}, *acts))
        write_atomically(self.path, data)
        return len(data)


def _line(act: Act) -> bytes:
    return json.dumps(act, separators=(",", ":")).encode("ascii") + b"\n"
