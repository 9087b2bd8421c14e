"""The grid of pictures: how it is drawn, and what the hand and the keys do in it."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QDrag,
    QInputEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPixmap,
    QRegion,
    QWheelEvent,
)
from PySide6.QtWidgets import QListView

from studio.ui.gallery.arranged import HEADER, MARGIN, Arranged, Index
from studio.ui.gallery.model import PictureModel, mime_of
from studio.ui.gallery.painting import paint_cell, paint_empty, paint_header
from studio.ui.theme import colours
from studio.ui.widgets.scroll_bar import rest_when_idle

_MOST_CELLS = 3000  # repainted one by one; more at once repaint all
_DRAGGED = 96  # pixels of the picture under the pointer while it is dragged
_MOVING = frozenset(
    (
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
    )
)


class Grid(Arranged):
    """resized(int): the person wants cells of this side. empty_text: what stands there when there is nothing."""

    resized = Signal(int)

    _anchor = QPersistentModelIndex()
    empty_text = ""
    empty_hint = ""

    def __init__(self, model: PictureModel) -> None:
        super().__init__()
        self.setProperty("role", "page")
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setDragEnabled(True)
        self.setDragDropMode(QListView.DragDropMode.DragOnly)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rest_when_idle(self.verticalScrollBar())
        self.setAccessibleName("Pictures")
        self._pictures = model
        self.setModel(model)

    def selectionCommand(self, index: Index, event: QEvent | None = None) -> QItemSelectionModel.SelectionFlag:
        """Notes where a range begins that Shift will end: at what was chosen last without it."""
        if isinstance(event, QInputEvent):
            if not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._anchor = QPersistentModelIndex(index)
            elif not self._anchor.isValid():
                self._anchor = QPersistentModelIndex(self.currentIndex())
        return super().selectionCommand(index, event)

    def choose(self, row: int) -> None:
        """Selects one picture and brings it into view."""
        model = self._pictures
        if model is not None:
            index = model.index(row, 0)
            self.setCurrentIndex(index)
            self._anchor = QPersistentModelIndex(index)
            self.scrollTo(index, QListView.ScrollHint.EnsureVisible)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """What a frame touches; with Shift all from the picture chosen first to this one, in their order."""
        dragging = self.state() is QListView.State.DragSelectingState
        if command & QItemSelectionModel.SelectionFlag.Current and not dragging and self._anchor.isValid():
            ends = sorted((self._anchor.row(), self.currentIndex().row()))
            model = self._pictures
            if model is not None and ends[0] >= 0:
                between = QItemSelection(model.index(ends[0], 0), model.index(ends[1], 0))
                self.selectionModel().select(between, command)
            return
        area = rect.normalized()
        top = self.verticalScrollBar().value()
        selection = QItemSelection()
        model = self._pictures
        if model is not None:
            ranges = self._layout.inside(area.left(), area.top() + top, area.right(), area.bottom() + 1 + top)
            for rows in ranges:
                selection.select(model.index(rows.start, 0), model.index(rows.stop - 1, 0))
        self.selectionModel().select(selection, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        shown = self.shown_rows()
        region = QRegion()
        for first, last in _ranges(selection):
            start, end = max(first, shown.start), min(last, shown.stop - 1)
            if end - start > _MOST_CELLS:
                return QRegion(self.viewport().rect())
            for row in range(start, end + 1):
                region += self._rect(row)
        return region

    def selectAll(self) -> None:
        if self._count() and self._pictures is not None:
            whole = QItemSelection(self._pictures.index(0, 0), self._pictures.index(self._count() - 1, 0))
            self.selectionModel().select(whole, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def selected_rows(self) -> list[int]:
        """Rows that are selected, in order."""
        ranges = _ranges(self.selectionModel().selection())
        return sorted(row for first, last in ranges for row in range(first, last + 1))

    def selected_count(self) -> int:
        """How many pictures are selected."""
        return sum(last - first + 1 for first, last in _ranges(self.selectionModel().selection()))

    # drawing

    def dataChanged(self, first: Index, last: Index, roles: object = ()) -> None:
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        area = event.rect()
        painter.fillRect(area, colours().window)
        model = self._pictures
        if model is None or not self._count():
            paint_empty(painter, self.viewport().rect(), self.empty_text, self.empty_hint)
            return
        offset = self.verticalScrollBar().value()
        rows, groups = self._layout.visible(area.top() + offset, area.bottom() + 1 + offset)
        selection = self.selectionModel()
        current = self.currentIndex().row() if self.hasFocus() else -1
        for row in rows:
            rect = self._rect(row)
            if rect.intersects(area) and (item := model.item(row)) is not None:
                pixmap = model.thumbnail(item)
                chosen = selection.isSelected(model.index(row, 0))
                paint_cell(painter, rect, item, pixmap, chosen, row == current, model.known_bad(item))
        if self._titles is not None:
            for group in groups:
                top = int(self._layout.tops[group]) - offset
                width = self.viewport().width() - 2 * MARGIN
                paint_header(painter, QRect(MARGIN, top, width, HEADER), self._titles(int(self._first[group])))

    # the hand

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            notches = event.angleDelta().y() / 120
            if notches:
                self.resized.emit(round(self.cell * 1.15**notches))
            event.accept()
            return
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that move and select; letters are the gallery's, not a search by the first letter of names."""
        if event.key() in _MOVING and not self.selected_count() and self.currentIndex().row() in self.shown_rows():
            self.choose(self.currentIndex().row())  # the first key says that the hand is here
        elif event.key() in _MOVING or event.matches(QKeySequence.StandardKey.SelectAll):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def startDrag(self, actions: Qt.DropAction) -> None:
        model = self._pictures
        items = [item for row in self.selected_rows() if model is not None and (item := model.item(row)) is not None]
        if not items or model is None:
            return
        drag = QDrag(self)
        drag.setMimeData(mime_of(items))
        picture = model.thumbnail(items[0])
        if picture is not None:
            drag.setPixmap(_shrunk(picture))
        drag.exec(Qt.DropAction.CopyAction)


def _ranges(selection: QItemSelection) -> list[tuple[int, int]]:
    """First and last row of each part of a selection."""
    parts = cast("list[QItemSelectionRange]", selection)  # a list to Python, though its types do not say so
    return [(part.top(), part.bottom()) for part in parts]


def _shrunk(picture: QPixmap) -> QPixmap:
    return picture.scaled(
        _DRAGGED, _DRAGGED, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
