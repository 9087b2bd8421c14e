"""Unsaved work, kept on disk as it happens: one transaction for each step, off the window's thread.

A journal is one SQLite file in the folder of journals, with a lock beside it while its document is open. A journal
without a living owner is what a crash left behind. Tiles are written only when they are others than the last time;
they are told apart by identity, since a tile is never painted on once it is in a layer.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import uuid
import zlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtGui import QImage

from studio.document.change import Change
from studio.document.document import Document
from studio.document.files.extra import held_by, model_named
from studio.document.files.snapshot import Snapshot
from studio.document.files.tree import is_area, layer_of, planes_in, recipe_in, size_of, state_of
from studio.document.guides import guides_of
from studio.document.images import AREA, COLOUR, blank, view, writable
from studio.document.layers import GeneratedLayer, walk
from studio.document.tiles import TILE_SIZE, Key, Tiles
from studio.request.errors import BadInput, Trouble
from studio.request.family import Model
from studio.request.pixels import Pixels

log = logging.getLogger(__name__)

ENDING = ".journal"
SELECTION = "selection"
FORMAT = 1
_TABLES = """
create table if not exists state (id integer primary key check (id = 1), format integer, path text, value text);
create table if not exists tiles (layer text, x integer, y integer, data blob, primary key (layer, x, y));
create table if not exists pixels (digest text primary key, height integer, width integer, channels integer, data blob);
"""
Rows = Iterable[tuple[str, int, int, bytes]]


class Journal(QObject):
    """Follows a document until `close`. trouble(Trouble): unsaved work cannot be kept; told once."""

    trouble = Signal(object)

    def __init__(self, document: Document, folder: Path) -> None:
        super().__init__(document)
        folder.mkdir(parents=True, exist_ok=True)
        self._document = document
        self.path = folder / f"{uuid.uuid4().hex}{ENDING}"
        self._lock = _lock_of(self.path)
        self._lock.tryLock(0)
        self._writer = _Writer(self.path)
        self._pool = ThreadPoolExecutor(1, "journal")
        self._guard = threading.Lock()
        self._next: tuple[Snapshot, str] | None = None
        self._told = False
        self._open = True
        document.changed.connect(self._on_changed)

    def wait(self) -> None:
        """Until everything that happened is on disk."""
        self._pool.submit(lambda: None).result()

    def after(self, act: Callable[[], object]) -> None:
        """Does something, in the journal's thread, when everything that happened is on disk."""
        self._pool.submit(act)

    def saved(self) -> None:
        """The document is in a file of its own now: what the journal holds is not needed until the next change."""
        self._pool.submit(self._writer.clear)

    def close(self, *, keep: bool = False) -> None:
        """Ends the journal; keep: it is to be offered again at the next start."""
        if not self._open:
            return
        self._open = False
        self._document.changed.disconnect(self._on_changed)
        self._pool.submit(self._writer.close)
        self._pool.shutdown()
        self._lock.unlock()
        if not keep:
            forget(self.path)

    def _on_changed(self, change: Change) -> None:
        snapshot = Snapshot.of(self._document), str(self._document.path or "")
        with self._guard:
            idle, self._next = self._next is None, snapshot
        if idle:
            self._pool.submit(self._write)

    def _write(self) -> None:
        """In the journal's thread. The newest state; steps that came while the last was written are one."""
        with self._guard:
            snapshot, self._next = self._next, None
        if snapshot is None:
            return
        try:
            self._writer.write(*snapshot)
        except (sqlite3.Error, OSError) as error:
            log.info("the journal %s cannot be written: %s", self.path, error)
            if not self._told:
                self._told = True
                remedy = "Save your work, and free some space."
                self.trouble.emit(Trouble("Unsaved work cannot be kept safe at the moment.", remedy, str(error)))


class _Writer:
    """Lives in the journal's thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._base: sqlite3.Connection | None = None
        self._known: dict[tuple[str, Key], QImage] = {}
        self._kept: set[str] = set()

    def write(self, snapshot: Snapshot, path: str) -> None:
        base = self._opened()
        now = _tiles_of(snapshot)
        changed = [(*key, tile) for key, tile in now.items() if self._known.get(key) is not tile]
        gone = [(layer, *key) for layer, key in self._known if (layer, key) not in now]
        pixels = {digest: found for digest, found in _pixels_of(snapshot).items() if digest not in self._kept}
        with base:  # one transaction
            base.executemany("delete from tiles where layer = ? and x = ? and y = ?", gone)
            base.executemany("replace into tiles values (?, ?, ?, ?)", _packed(changed))
            for digest, found in pixels.items():
                data = zlib.compress(found.array.tobytes(), 1)
                base.execute("replace into pixels values (?, ?, ?, ?, ?)", (digest, *found.array.shape, data))
            value = json.dumps(state_of(snapshot), ensure_ascii=False)
            base.execute("replace into state values (1, ?, ?, ?)", (FORMAT, path, value))
        self._known = now
        self._kept.update(pixels)

    def clear(self) -> None:
        """Marks that there is nothing unsaved; tiles stay, so that the next step is small."""
        if self._base is not None:
            with self._base:
                self._base.execute("delete from state")

    def close(self) -> None:
        if self._base is not None:
            self._base.close()
            self._base = None

    def _opened(self) -> sqlite3.Connection:
        if self._base is None:
            self._base = sqlite3.connect(self._path)
            self._base.execute("pragma journal_mode = wal")
            self._base.execute("pragma synchronous = normal")
            self._base.executescript(_TABLES)
        return self._base


def left_over(folder: Path) -> list[Path]:
    """Journals of documents whose program ended without closing them, the newest first."""
    found: list[Path] = []
    for path in folder.glob(f"*{ENDING}"):
        lock = _lock_of(path)
        if not lock.tryLock(0):
            continue  # another window works on it
        if _unsaved(path):
            found.append(path)
        lock.unlock()
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def recover(path: Path, model: Model, models: Sequence[Model] = ()) -> Document:
    """The document of a journal, as it was after its last complete step. Raises BadInput if nothing can be read.

    model: to go on with, unless the one that was used is among `models`.
    """
    try:
        with closing(sqlite3.connect(path)) as base:
            return _recovered(base, model, models)
    except (sqlite3.Error, KeyError, TypeError, ValueError, zlib.error) as error:
        raise BadInput("What was left of your unsaved work is damaged.", "", repr(error)) from error


def name_in(path: Path) -> str:
    """The name of the file that a journal belongs to, or ""."""
    try:
        with closing(sqlite3.connect(path)) as base:
            row: tuple[str] | None = base.execute("select path from state").fetchone()
    except sqlite3.Error:
        return ""
    return Path(row[0]).name if row is not None else ""


def forget(path: Path) -> None:
    """Deletes a journal."""
    for ending in ("", "-wal", "-shm", ".lock"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _recovered(base: sqlite3.Connection, model: Model, models: Sequence[Model]) -> Document:
    row: tuple[str, str] | None = base.execute("select path, value from state where format = ?", (FORMAT,)).fetchone()
    if row is None:
        raise BadInput("There is no unsaved work in this journal.")
    state: dict[str, Any] = json.loads(row[1])
    planes = {id_: Tiles(AREA if is_area(entry) else COLOUR) for id_, entry in planes_in(state["layers"]).items()}
    planes[SELECTION] = Tiles(AREA)
    rows: Rows = base.execute("select layer, x, y, data from tiles")
    for layer, x, y, data in rows:
        if layer in planes:
            planes[layer].put((x, y), _unpacked(data, planes[layer].layout))

    def pixels(digest: str) -> Pixels | None:
        found = base.execute("select height, width, channels, data from pixels where digest = ?", (digest,)).fetchone()
        return None if found is None else Pixels(_array(zlib.decompress(found[3])).reshape(found[:3]).copy())

    document = Document(model_named(state["model"], model, models), size_of(state))
    layers = tuple(layer_of(entry, lambda id_: planes[id_], pixels) for entry in state["layers"])
    selection = planes[SELECTION] if state["selected"] else None
    document.guides = guides_of(state.get("guides"))
    document.load(layers, state["active"], recipe_in(state), selection)
    document.path = Path(row[0]) if row[0] else None
    return document


def _unsaved(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path)) as base:
            return base.execute("select 1 from state").fetchone() is not None
    except sqlite3.Error:
        return False


def _lock_of(path: Path) -> QLockFile:
    lock = QLockFile(f"{path}.lock")
    lock.setStaleLockTime(0)  # only the death of its owner makes a lock stale
    return lock


def _tiles_of(snapshot: Snapshot) -> dict[tuple[str, Key], QImage]:
    found = {(layer.id, key): tile for layer in snapshot.planes for key, tile in layer.tiles.items()}
    if snapshot.selection is not None:
        found |= {(SELECTION, key): tile for key, tile in snapshot.selection.items()}
    return found


def _pixels_of(snapshot: Snapshot) -> dict[str, Pixels]:
    found: dict[str, Pixels] = {}
    for layer in walk(snapshot.layers):
        if isinstance(layer, GeneratedLayer):
            found |= held_by(layer)
    return found


def _packed(changed: Sequence[tuple[str, Key, QImage]]) -> Rows:
    return ((layer, *key, zlib.compress(view(tile).tobytes(), 1)) for layer, key, tile in changed)


def _unpacked(data: bytes, layout: QImage.Format) -> QImage:
    tile = blank(TILE_SIZE, layout)
    shown = writable(tile)
    shown[...] = _array(zlib.decompress(data)).reshape(shown.shape)
    return tile


def _array(data: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.frombuffer(data, np.uint8)
