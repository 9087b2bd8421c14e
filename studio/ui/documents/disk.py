"""Reading and writing documents off the window's thread, one after the other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from weakref import finalize

from PySide6.QtCore import QObject, Signal

from studio.document.document import Document
from studio.document.files.cache import BandCache
from studio.document.files.journal import recover
from studio.document.files.opening import open_document, write_snapshot
from studio.document.files.pictures import USUAL, Notes, PictureOptions
from studio.document.files.snapshot import Snapshot
from studio.request.errors import Trouble
from studio.request.family import Model
from studio.request.pixels import Pixels

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Writing:
    """A document as it is to be written.

    whole: nothing of the document is missing in the file, which becomes its own. export: that was not wanted.
    """

    snapshot: Snapshot
    path: Path
    whole: bool = True
    export: bool = False
    notes: Notes = field(default_factory=Notes)
    options: PictureOptions = USUAL


@dataclass(frozen=True)
class Reading:
    """A file to be opened. journal: it is unsaved work that a crash left. models: one of them was used in it."""

    path: Path
    model: Model
    models: tuple[Model, ...] = ()
    journal: bool = False


class Disk(QObject):
    """written(Writing) and read(Reading, Document) tell what is done, failed(Writing | Reading, Trouble) why not."""

    written = Signal(object)
    read = Signal(object, object)
    failed = Signal(object, object)

    def __init__(self, read_picture: Callable[[Path], Pixels], parent: QObject | None = None) -> None:
        """read_picture: what is no document, as pixels; raises Trouble."""
        super().__init__(parent)
        self._read_picture = read_picture
        self._cache = BandCache()
        self._pool = ThreadPoolExecutor(1, "documents")
        finalize(self, self._pool.shutdown, wait=False)

    def write(self, writing: Writing) -> None:
        """Begins to write, behind what was asked for before."""
        cache = self._cache
        what = writing.snapshot, writing.path, cache, writing.notes, writing.options
        future = self._pool.submit(write_snapshot, *what)
        future.add_done_callback(partial(self._wrote, writing))

    def open(self, reading: Reading) -> None:
        future = self._pool.submit(opened, reading, self._read_picture)
        future.add_done_callback(partial(self._opened, reading))

    def forget(self) -> None:
        """Another document is worked on: what was kept to save the last one quickly is let go."""
        self._cache = BandCache()

    def wait(self) -> None:
        """Until all that was asked for is on disk."""
        self._pool.submit(lambda: None).result()

    def close(self) -> None:
        """Finishes what was begun."""
        self._pool.shutdown()

    # in the thread of the disk

    def _wrote(self, writing: Writing, future: Future[None]) -> None:
        error = future.exception()
        if error is None:
            self.written.emit(writing)
        else:
            self.failed.emit(writing, _trouble(writing.path, error))

    def _opened(self, reading: Reading, future: Future[Document]) -> None:
        error = future.exception()
        if error is None:
            self.read.emit(reading, future.result())
        else:
            self.failed.emit(reading, _trouble(reading.path, error))


def opened(reading: Reading, read_picture: Callable[[Path], Pixels]) -> Document:
    """What is in a file, for `Document.become`. In any thread.

    It stays there: to move it, Qt would wait for its lock of signals and hold Python's. The window's thread,
    disconnecting a signal, waits the other way round, both for ever.
    """
    if reading.journal:
        return recover(reading.path, reading.model, reading.models)
    return open_document(reading.path, reading.model, read_picture, reading.models)


def _trouble(path: Path, error: BaseException) -> Trouble:
    if isinstance(error, Trouble):
        return error
    log.error("%s", path, exc_info=error)
    if isinstance(error, MemoryError):
        return Trouble(f"There is not enough memory for “{path.name}”.", "Close other programs.", repr(error))
    return Trouble(f"“{path.name}” met a defect of this program.", "Your work is safe; see the log.", repr(error))
