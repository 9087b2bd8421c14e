"""Keeps what undo needs within a budget of memory: the oldest steps go to a file and come back when they are undone."""

from __future__ import annotations

import tempfile
import threading
import zlib
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, Protocol
from weakref import finalize, ref

import numpy as np
from PySide6.QtGui import QImage

from studio.document.images import blank, view, writable
from studio.document.tiles import TILE_SIZE, Key, Versions

BUDGET = 1 << 30  # bytes of tiles that only undo needs


class Spillable(Protocol):
    """An edit that can be laid aside."""

    @property
    def nbytes(self) -> int:
        """What it keeps in memory now."""
        ...

    def spill(self, vault: Vault) -> None: ...


@dataclass(frozen=True)
class Slip:
    """Where each tile is in the vault's file: offset, length and layout. None: there is no tile."""

    places: Mapping[Key, tuple[int, int, QImage.Format] | None]


class Vault:
    """For one document. The file has no name and is gone with the program, however it ends."""

    def __init__(self, budget: int = BUDGET) -> None:
        self.budget = budget
        self._edits: list[ref[Spillable]] = []  # in memory, the oldest first
        self._file: IO[bytes] | None = None
        self._guard = threading.Lock()
        self._pool = ThreadPoolExecutor(1, "undo")
        finalize(self, self._pool.shutdown, wait=False)

    def add(self, edit: Spillable) -> None:
        """An edit was made or has come back; others may have to leave for it."""
        self._edits = [other for other in self._edits if other() not in (None, edit)]
        self._edits.append(ref(edit))
        left = sum(found.nbytes for other in self._edits if (found := other()) is not None)
        while left > self.budget and len(self._edits) > 1:
            oldest = self._edits.pop(0)()
            if oldest is not None:
                left -= oldest.nbytes
                oldest.spill(self)

    def store(self, versions: Versions) -> Future[Slip]:
        """Writes tiles in another thread; they leave memory when that is done."""
        return self._pool.submit(self._write, versions)

    def fetch(self, slip: Future[Slip]) -> Versions:
        """Brings tiles back."""
        return {key: self._read(place) for key, place in slip.result().places.items()}

    def close(self) -> None:
        self._pool.shutdown()
        if self._file is not None:
            self._file.close()

    def _write(self, versions: Versions) -> Slip:
        places: dict[Key, tuple[int, int, QImage.Format] | None] = {}
        for key, tile in versions.items():
            places[key] = None if tile is None else self._append(tile)
        return Slip(places)

    def _append(self, tile: QImage) -> tuple[int, int, QImage.Format]:
        data = zlib.compress(view(tile).tobytes(), 1)
        with self._guard:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="sfumato-undo-")  # noqa: SIM115  # lives as long as we do
                finalize(self, self._file.close)
            offset = self._file.seek(0, 2)
            self._file.write(data)
        return offset, len(data), tile.format()

    def _read(self, place: tuple[int, int, QImage.Format] | None) -> QImage | None:
        if place is None or self._file is None:
            return None
        offset, length, layout = place
        with self._guard:
            self._file.seek(offset)
            data = self._file.read(length)
        tile = blank(TILE_SIZE, layout)
        shown = writable(tile)
        shown[...] = np.frombuffer(zlib.decompress(data), np.uint8).reshape(shown.shape)
        return tile
