"""Finds pictures that look like one another."""

from __future__ import annotations

import threading
from collections.abc import Sequence

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
        self._last = 0  # number of the newest that is known

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

    def prepare(self) -> None:
        """Reads the descriptors now, so that the first question need not wait for it."""
        with self._lock:
            self._load()

    def _load(self) -> None:
        """Reads the descriptors that have come since the last time, or all when some are gone."""
        version = self._thumbnails.version()
        if version == self._version:
            return
        self._version = version
        new = self._thumbnails.looks(self._last)
        if len(self._prints) + len(new) != self._thumbnails.count_looks():  # some were replaced or dropped
            self._prints, self._looks = [], np.empty((0, BYTES), np.uint8)
            new = self._thumbnails.looks()
        if new:
            numbers, prints, looks = zip(*new, strict=True)
            self._last = numbers[-1]
            self._prints += prints
            self._looks = np.concatenate((self._looks, _stacked(looks)))


def _stacked(looks: Sequence[bytes]) -> npt.NDArray[np.uint8]:
    """One row each; what has another length, of another version, is like nothing."""
    joined = b"".join(looks)
    if len(joined) != BYTES * len(looks):
        joined = b"".join(look if len(look) == BYTES else bytes(BYTES) for look in looks)
    return np.frombuffer(joined, np.uint8).reshape(-1, BYTES)
