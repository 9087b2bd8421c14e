"""The jobs of the queue as a list: running, waiting, and those that failed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, assert_never

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QPixmap

from studio.engine.engine import Engine
from studio.engine.job import Job
from studio.request.events import Cancelled, Event, Failed, Finished, Loading, Made, Queued, Step
from studio.ui.images import thumbnail
from studio.ui.progress import joined, told
from studio.ui.series.series import Series

Index = QModelIndex | QPersistentModelIndex
SIDE = 96  # device pixels of a thumbnail
MOST_FAILED = 20
KIND = "application/x-sfumato-job"


@dataclass(eq=False)
class Row:
    """fraction: of the running job, or None. words: the second line.

    series: what the job is one of many of; then the row stands for all of them.
    """

    job: Job
    words: str = ""
    fraction: float | None = None
    failed: Failed | None = None
    thumb: QPixmap = field(default_factory=QPixmap)
    series: Series | None = None

    @property
    def title(self) -> str:
        if self.series is not None:
            return self.series.title
        if self.job.request.upscale is not None:
            return f"Upscale to {self.job.request.size}"
        return self.job.request.prompt.raw.strip() or "No prompt"


def facts(job: Job) -> str:
    """Size, steps and number of pictures; of a larger picture, what it comes from and what makes it."""
    request = job.request
    if request.upscale is not None and request.source is not None:
        return joined(f"from {request.source.size} px", request.model.name)
    pictures = f"{request.count} pictures" if request.count > 1 else ""
    return joined(pictures, f"{request.size} px", f"{request.steps} steps")


class QueueRows(QAbstractListModel):
    """Follows the engine. Waiting rows can be moved."""

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._rows: list[Row] = []
        self._series: list[Series] = []
        engine.queue_changed.connect(self.refresh)
        engine.happened.connect(self._happened)
        self.refresh()

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(self._rows)

    @property
    def failed(self) -> tuple[Row, ...]:
        return tuple(row for row in self._rows if row.failed is not None)

    def at(self, index: Index) -> Row | None:
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def refresh(self) -> None:
        """Takes over the order of the engine; failed jobs stay below, newest first."""
        self._series = [series for series in self._series if not series.ended]
        known = {row.job: row for row in self._rows if row.series is None}
        wanted: list[Row] = []
        for job in self._engine.jobs:
            series = next((each for each in self._series if each.has(job)), None)
            if series is None:
                wanted.append(known.get(job) or Row(job, facts(job)))
            elif not any(row.series is series for row in wanted):
                wanted.append(self._row_of(series, job))
        wanted += self.failed[:MOST_FAILED]
        if wanted != self._rows:
            self.beginResetModel()
            self._rows = wanted
            self.endResetModel()

    def gather(self, series: Series) -> None:
        """From now on the jobs of a series are one row."""
        self._series.append(series)
        series.changed.connect(self.refresh)
        self.refresh()

    def _row_of(self, series: Series, job: Job) -> Row:
        row = next((row for row in self._rows if row.series is series), None) or Row(job, series=series)
        row.job, row.words, row.fraction = job, series.words, series.fraction
        return row

    def forget(self, row: Row) -> None:
        """Takes a failed job off the list."""
        self._rows = [each for each in self._rows if each is not row]
        self.beginResetModel()
        self.endResetModel()

    def _happened(self, job: Job, event: Event) -> None:
        row = next((row for row in self._rows if row.job is job), None)
        if row is None:
            return
        self._tell(row, event)
        place = self.index(self._rows.index(row))
        self.dataChanged.emit(place, place)

    def _tell(self, row: Row, event: Event) -> None:
        match event:
            case Queued():
                row.words = facts(row.job) if row.series is None else row.series.words
            case Loading() | Step():
                progress = told(row.job, event, 0, short=True)
                row.words, row.fraction = progress.words, progress.fraction
                if row.series is not None:
                    row.words, row.fraction = row.series.words, row.series.fraction
                if isinstance(event, Step) and event.preview is not None:
                    row.thumb = thumbnail(event.preview, SIDE)
            case Made():
                row.thumb = thumbnail(event.picture.pixels, SIDE)
            case Failed() if row.series is None:
                row.failed, row.fraction, row.words = event, None, event.message
            case Finished() | Failed() | Cancelled():
                row.fraction = None
            case _:
                assert_never(event)

    # Qt

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.at(index)
        if row is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.title
            case Qt.ItemDataRole.UserRole:
                return row
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{row.title}, {row.words}"
            case Qt.ItemDataRole.ToolTipRole:
                remedy = f"\n{row.failed.remedy}" if row.failed is not None and row.failed.remedy else ""
                return f"{row.title[:400]}\n{row.words}{remedy}"
            case _:
                return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self.at(index)
        if row is None:
            return Qt.ItemFlag.ItemIsDropEnabled
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        waiting = row.failed is None and not row.job.running and row.series is None
        return flags | Qt.ItemFlag.ItemIsDragEnabled if waiting else flags

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [KIND]

    def mimeData(self, indexes: list[QModelIndex]) -> QMimeData:  # pyright: ignore[reportIncompatibleMethodOverride]
        data = QMimeData()
        data.setData(KIND, str(indexes[0].row()).encode())
        return data

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        if not data.hasFormat(KIND):
            return False
        source = int(bytes(data.data(KIND).data()).decode())
        target = row if row >= 0 else parent.row() if parent.isValid() else len(self._rows)
        self.move(source, target)
        return False  # the rows are moved by the engine, which tells us; Qt must not remove any

    def move(self, source: int, target: int) -> None:
        """Puts the waiting job of row `source` before the row `target`."""
        job = self._rows[source].job
        first = sum(1 for row in self._rows if row.job.running)
        position = target - (1 if target > source else 0) - first
        self._engine.move(job, max(0, position))
