"""Finds pictures that look like one another."""

from __future__ import annotations

import threading
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np

from studio.library.gallery.index.look import BYTES, Looks, distances
from studio.library.gallery.index.schema import SHOWN
from studio.library.gallery.index.store import Store
from studio.library.gallery.index.thumbnails import Thumbnails, stacked

_PRINT = 16  # bytes


@dataclass(frozen=True)
class _Part:
    """Looks that are compared at once, (BYTES, n). prints: of their files, one after the other."""

    prints: bytes = b""
    looks: Looks = field(default_factory=lambda: np.empty((BYTES, 0), np.uint8))

    def print_of(self, place: int) -> bytes:
        return self.prints[place * _PRINT : (place + 1) * _PRINT]


class Similar:
    """Keeps the descriptors of all pictures in memory (88 bytes each) from the first question on.

    They come in large packs, written when there was time, and the latest one by one.
    """

    def __init__(self, store: Store, thumbnails: Thumbnails) -> None:
        self._store = store
        self._thumbnails = thumbnails
        self._lock = threading.Lock()
        self._version = self._revision = -1
        self._forget()

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
            parts = [part for part in (*self._packs, self._latest) if part.prints]
        if not parts:
            return []
        apart = np.concatenate([distances(look, part.looks) for part in parts])
        count = min(most, len(apart))
        nearest = np.argpartition(apart, count - 1)[:count]
        nearest = nearest[np.argsort(apart[nearest], kind="stable")]
        ends = list(accumulate(part.looks.shape[1] for part in parts))
        found: list[tuple[bytes, float]] = []
        for place in nearest.tolist():
            number = bisect_right(ends, place)
            begin = ends[number - 1] if number else 0
            found.append((parts[number].print_of(place - begin), float(apart[place])))
        return self._shown(found)

    def _shown(self, found: list[tuple[bytes, float]]) -> list[tuple[int, float]]:
        """Ids of the pictures of these prints, which are several where a file was copied."""
        places = ",".join("?" * len(found))
        with self._store.database.read() as connection:
            rows = connection.execute(
                f"SELECT print, id FROM picture WHERE print IN ({places}) AND +state = {SHOWN} ORDER BY +id",
                [fingerprint for fingerprint, _ in found],
            ).fetchall()
        ids: dict[bytes, list[int]] = {}
        for fingerprint, identifier in rows:
            ids.setdefault(bytes(fingerprint), []).append(int(identifier))
        return [(each, distance) for fingerprint, distance in found for each in ids.get(fingerprint, ())]

    def prepare(self) -> None:
        """Puts together what can be and reads it now, so that the first question need not wait for it."""
        self._thumbnails.pack()
        with self._lock:
            self._load()

    def _forget(self) -> None:
        self._packs: list[_Part] = []
        self._latest = _Part()
        self._packed = self._last = 0  # numbers of the newest that is in a pack, and of the newest that is known

    def _load(self) -> None:
        """Reads the descriptors that have come since the last time, or all when some are gone."""
        version = self._thumbnails.version()
        if version == self._version:
            return
        self._version = version
        revision = self._thumbnails.revision()
        if revision != self._revision:
            self._revision = revision
            self._forget()
        for last, prints, looks in self._thumbnails.packs(self._packed):
            self._packs.append(_Part(prints, np.frombuffer(looks, np.uint8).reshape(BYTES, -1)))
            self._packed = self._last = last
            self._latest = _Part()
        new = self._thumbnails.looks(self._last)
        if new:
            self._last = new[-1][0]
            prints = self._latest.prints + b"".join(row[1] for row in new)
            self._latest = _Part(prints, np.concatenate((self._latest.looks, stacked(new)), axis=1))
