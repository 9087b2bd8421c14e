"""Finds pictures that look like one another."""

from __future__ import annotations

import threading

import numpy as np
import numpy.typing as npt

from studio.library.gallery.index.look import BYTES, Looks, distances
from studio.library.gallery.index.schema import SHOWN
from studio.library.gallery.index.store import Store
from studio.library.gallery.index.thumbnails import Thumbnails


class Similar:
    """Keeps the descriptors of all pictures in memory (88 bytes each) from the first question on."""

    def __init__(self, store: Store, thumbnails: Thumbnails) -> None:
        self._store = store
        self._thumbnails = thumbnails
        self._lock = threading.Lock()
        self._prints: list[bytes] = []
        self._looks: Looks = np.empty((0, BYTES), np.uint8)
        self._version = -1

    def to(self, fingerprint: bytes, most: int = 200) -> list[tuple[int, float]]:
        """Ids of shown pictures like the one of this print, most alike first, with their distance (0 same .. 1).

        The picture itself comes first. Empty when it has not been looked at yet.
        """
        look = self._thumbnails.look(fingerprint)
        return self.to_look(look, most) if look else []

    def to_look(self, look: bytes, most: int = 200) -> list[tuple[int, float]]:
        """The same for a descriptor."""
        with self._lock:
            self._load()
            prints, looks = self._prints, self._looks
        if not prints:
            return []
        apart = distances(look, looks)
        count = min(most, len(prints))
        nearest = np.argpartition(apart, count - 1)[:count]
        nearest = nearest[np.argsort(apart[nearest], kind="stable")]
        return self._shown([(prints[each], float(apart[each])) for each in nearest])

    def _shown(self, found: list[tuple[bytes, float]]) -> list[tuple[int, float]]:
        """Ids of the pictures of these prints, which are several where a file was copied."""
        with self._store.database.read() as connection:
            return [
                (int(row[0]), distance)
                for fingerprint, distance in found
                for row in connection.execute(
                    f"SELECT id FROM picture WHERE print = ? AND state = {SHOWN} ORDER BY id", (fingerprint,)
                )
            ]

    def _load(self) -> None:
        """Reads the descriptors when there may be others than last time."""
        version = self._thumbnails.version()
        if version == self._version:
            return
        rows = [row for row in self._thumbnails.looks() if len(row[1]) == BYTES]
        self._version = version
        self._prints = [bytes(row[0]) for row in rows]
        self._looks = _stacked([row[1] for row in rows])


def _stacked(looks: list[bytes]) -> npt.NDArray[np.uint8]:
    return np.frombuffer(b"".join(looks), np.uint8).reshape(-1, BYTES)
