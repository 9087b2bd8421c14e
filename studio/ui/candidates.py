"""The pictures made in this session, newest request first, and the one in the making."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QUrl,
    Signal,
)
from PySide6.QtGui import QPixmap, QUndoCommand, QUndoStack

from studio.document.editing.run import EditRun
from studio.document.images import image_of
from studio.document.layers import GeneratedLayer
from studio.engine.job import Job
from studio.request.events import Made, Picture, Step
from studio.request.pixels import Pixels
from studio.ui.images import thumbnail
from studio.ui.mime import empty_mime
from studio.ui.places import Place

Index = QModelIndex | QPersistentModelIndex
SIDE = 256  # device pixels of a thumbnail
MOST_BYTES = 256 << 20  # of pictures held; the oldest go, the gallery has them


@dataclass(eq=False)
class Candidate:
    """A picture of a job, finished or in the making.

    place: where on the canvas it belongs. picture: None while it is made. path: where the gallery keeps it.
    preview, fraction: while it is made. edit: the edit of the canvas that it is the result of, or None.
    origin: digest of the picture that was made, of which an edit's is only a layer.
    recalled: of the gallery: the edit of several passes that made all of it, which is no layer then.
    layer: the generated layer that it was made anew for, or None. kept: it is on the canvas as a layer already.
    """

    job: Job
    index: int
    place: Place
    picture: Picture | None = None
    path: Path | None = None
    preview: Pixels | None = None
    fraction: float = 0.0
    edit: EditRun | None = None
    recalled: EditRun | None = None
    origin: str = ""
    layer: GeneratedLayer | None = None
    kept: bool = False
    thumb: QPixmap = field(default_factory=QPixmap)

    @property
    def pixels(self) -> Pixels | None:
        return self.picture.pixels if self.picture is not None else self.preview

    @property
    def passes(self) -> EditRun | None:
        """The edit that made it, before its first pass."""
        return self.edit or self.recalled

    @property
    def words(self) -> str:
        """For screen readers and tooltips."""
        request = self.picture.request if self.picture is not None else self.job.request
        state = "" if self.picture is not None else f", {round(100 * self.fraction)} % done"
        return f"Picture {self.index + 1} of {self.job.request.count}{state}: {request.prompt.raw or 'no prompt'}"


class Candidates(QAbstractListModel):
    """changed(Candidate): a picture was finished, or its preview is another. discarded(Candidate): it left the list."""

    changed = Signal(object)
    discarded = Signal(object)

    def __init__(self, undo_stack: QUndoStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._undo_stack = undo_stack
        self._items: list[Candidate] = []

    # what it is told

    def step(self, job: Job, place: Place, event: Step) -> Candidate:
        """The picture in the making has come further."""
        item = self._making(job, event.picture, place)
        item.fraction = event.done / max(1, event.total)
        if event.preview is not None:
            item.preview = event.preview
            item.thumb = thumbnail(event.preview, SIDE)
        self._say(item)
        return item

    def made(
        self,
        job: Job,
        place: Place,
        event: Made,
        *,
        edit: EditRun | None = None,
        layer: GeneratedLayer | None = None,
        origin: str = "",
    ) -> Candidate:
        """A picture is finished. edit, layer, origin: as of a `Candidate`."""
        item = self._making(job, event.index, place)
        item.edit, item.layer, item.origin = edit, layer, origin
        item.picture, item.path, item.preview, item.fraction = event.picture, event.path, None, 1.0
        item.thumb = thumbnail(event.picture.pixels, SIDE)
        self._say(item)
        self._forget_old()
        return item

    def ended(self, job: Job) -> None:
        """What is still unfinished of this job will not come."""
        for item in [each for each in self._items if each.job is job and each.picture is None]:
            self.take(item)

    # what it is asked

    @property
    def items(self) -> tuple[Candidate, ...]:
        return tuple(self._items)

    def of(self, job: Job) -> tuple[Candidate, ...]:
        return tuple(item for item in self._items if item.job is job)

    def at(self, index: Index) -> Candidate | None:
        return self._items[index.row()] if index.isValid() and index.row() < len(self._items) else None

    def place(self, item: Candidate) -> QModelIndex:
        return self.index(self._items.index(item)) if item in self._items else QModelIndex()

    # what the person does

    def discard(self, items: list[Candidate]) -> None:
        """Takes finished pictures off the list, as one step of undo; the gallery keeps them."""
        finished = [item for item in items if item.picture is not None and item in self._items]
        if finished:
            self._undo_stack.push(_Discard(self, finished))

    def take(self, item: Candidate) -> int:
        """Removes an item; returns its row."""
        row = self._items.index(item)
        self.beginRemoveRows(QModelIndex(), row, row)
        self._items.remove(item)
        self.endRemoveRows()
        self.discarded.emit(item)
        return row

    def put(self, item: Candidate, row: int) -> None:
        row = min(row, len(self._items))
        self.beginInsertRows(QModelIndex(), row, row)
        self._items.insert(row, item)
        self.endInsertRows()

    # Qt

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        item = self.at(index)
        if item is None:
            return None
        match role:
            case Qt.ItemDataRole.UserRole:
                return item
            case Qt.ItemDataRole.ToolTipRole:
                seed = f"\nSeed {item.picture.request.seed}" if item.picture is not None else ""
                return f"{item.words[:400]}{seed}"
            case Qt.ItemDataRole.AccessibleTextRole:
                return item.words
            case _:
                return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        item = self.at(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if item is not None and item.picture is not None else flags

    def mimeData(self, indexes: list[QModelIndex]) -> QMimeData:  # pyright: ignore[reportIncompatibleMethodOverride]
        items = [item for item in map(self.at, indexes) if item is not None and item.picture is not None]
        return mime_of(items)

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    def _making(self, job: Job, index: int, place: Place) -> Candidate:
        for item in self._items:
            if item.job is job and item.index == index:
                item.place = place  # a later pass is seen in another part of the canvas
                return item
        item = Candidate(job, index, place)
        before = sum(1 for each in self._items if each.job is job)
        first = next((row for row, each in enumerate(self._items) if each.job is job), 0)
        self.put(item, first + before)
        return item

    def _say(self, item: Candidate) -> None:
        place = self.place(item)
        self.dataChanged.emit(place, place)
        self.changed.emit(item)

    def _forget_old(self) -> None:
        held = 0
        for item in list(self._items):
            held += item.picture.pixels.array.nbytes if item.picture is not None else 0
            if held > MOST_BYTES and item.path is not None:
                self.take(item)


def mime_of(items: list[Candidate]) -> QMimeData:
    """For dragging and copying: the files, and the picture itself when there is one."""
    data = empty_mime()
    data.setUrls([QUrl.fromLocalFile(str(item.path)) for item in items if item.path is not None])
    if len(items) == 1 and items[0].picture is not None:
        data.setImageData(image_of(items[0].picture.pixels))
    return data


class _Discard(QUndoCommand):
    def __init__(self, candidates: Candidates, items: list[Candidate]) -> None:
        super().__init__("Discard picture" if len(items) == 1 else f"Discard {len(items)} pictures")
        self._candidates = candidates
        self._items = items
        self._rows: list[int] = []

    def redo(self) -> None:
        self._rows = [self._candidates.take(item) for item in self._items]

    def undo(self) -> None:
        for item, row in reversed(list(zip(self._items, self._rows, strict=True))):
            self._candidates.put(item, row)
