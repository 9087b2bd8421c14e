"""Keeps what undo needs within a budget of memory: the oldest steps go to a file and come back when they are undone."""

from __future__ import annotations

import tempfile
import threading
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, Protocol, TypeVar
from weakref import finalize, ref

import numpy as np
from PySide6.QtGui import QImage

from studio.document.images import blank, view, writable
from studio.document.tiles import TILE_SIZE, Key, Versions
from studio.request.pixels import Pixels

T = TypeVar("T")
BUDGET = 1 << 30  # bytes of tiles and pictures that only undo needs


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


@dataclass(frozen=True)
class Place:
    """Where pixels are in the vault's file. shape: height, width, channels."""

    offset: int
    length: int
    shape: tuple[int, ...]


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
        return {key: self._tile(place) for key, place in slip.result().places.items()}

    def run(self, act: Callable[[], T]) -> Future[T]:
        """Does something in the vault's thread, after what was asked for before."""
        return self._pool.submit(act)

    def write_pixels(self, pixels: Pixels) -> Place:
        """To be called in the vault's thread."""
        return Place(*self._append(pixels.array.tobytes()), pixels.array.shape)

    def read_pixels(self, place: Place) -> Pixels:
        data = np.frombuffer(self._read(place.offset, place.length), np.uint8)
        return Pixels(data.reshape(place.shape).copy())

    def close(self) -> None:
        self._pool.shutdown()
        if self._file is not None:
            self._file.close()

    def _write(self, versions: Versions) -> Slip:
        places: dict[Key, tuple[int, int, QImage.Format] | None] = {}
        for key, tile in versions.items():
            places[key] = None if tile is None else (*self._append(view(tile).tobytes()), tile.format())
        return Slip(places)

    def _tile(self, place: tuple[int, int, QImage.Format] | None) -> QImage | None:
        if place is None:
            return None
        offset, length, layout = place
        tile = blank(TILE_SIZE, layout)
        shown = writable(tile)
        shown[...] = np.frombuffer(self._read(offset, length), np.uint8).reshape(shown.shape)
        return tile

    def _append(self, raw: bytes) -> tuple[int, int]:
        """Offset and length in the file."""
        data = zlib.compress(raw, 1)
        with self._guard:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="sfumato-undo-")  # noqa: SIM115  # lives as long as we do
                finalize(self, self._file.close)
            offset = self._file.seek(0, 2)
            self._file.write(data)
        return offset, len(data)

    def _read(self, offset: int, length: int) -> bytes:
        with self._guard:
            if self._file is None:
                raise ValueError("nothing was laid aside")
            self._file.seek(offset)
            data = self._file.read(length)
        return zlib.decompress(data)
