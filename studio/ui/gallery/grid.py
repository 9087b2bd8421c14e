"""The grid of pictures: a QListView whose every geometry is arithmetic, so that it stays quick with 100,000 in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np
from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QDrag,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPixmap,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView

from studio.ui.gallery.layout import Layout, Whole
from studio.ui.gallery.model import PictureModel, mime_of
from studio.ui.gallery.painting import paint_cell, paint_empty, paint_header
from studio.ui.theme import colours

Index = QModelIndex | QPersistentModelIndex
SMALLEST, LARGEST = 80, 512  # pixels of a cell's side
HEADER = 40
MARGIN = 12
_LINE = 60  # pixels of one notch of the wheel, times three
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
_Action = QAbstractItemView.CursorAction

NO_GROUPS: Whole = np.zeros(1, np.int64)


class Grid(QListView):
    """resized(int): the person wants cells of this side. empty_text: what stands there when there is nothing.

    PySide may crash later, without a trace, when an override raises that Qt called while it was being built: what
    overrides read is therefore set as class attributes, and none of them raises.
    """

    resized = Signal(int)

    _layout = Layout(0, NO_GROUPS, 100, 100, 0)
    _first: Whole = NO_GROUPS
    _titles: Callable[[int], str] | None = None
    _pictures: PictureModel | None = None
    cell = 200
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
        self.setAccessibleName("Pictures")
        self._pictures = model
        self.setModel(model)

    def set_groups(self, first: Whole, title: Callable[[int], str] | None) -> None:
        """first: the first row of each group. title: the header of the group that a row begins, None for no headers."""
        self._first = first
        self._titles = title
        self.updateGeometries()
        self.viewport().update()

    @property
    def groups(self) -> Whole:
        """The first row of each group."""
        return self._first

    def set_cell(self, side: int) -> None:
        """Another size of cells; what is in the middle stays in view."""
        middle = self.row_in_the_middle()
        self.cell = max(SMALLEST, min(LARGEST, side))
        self.updateGeometries()
        if middle >= 0:
            cell = self._layout.cell(middle)
            self.verticalScrollBar().setValue(cell.y + cell.height // 2 - self.viewport().height() // 2)
        self.viewport().update()

    def row_in_the_middle(self) -> int:
        rows = self.shown_rows()
        return rows.start + len(rows) // 2 if len(rows) else -1

    def shown_rows(self) -> range:
        """Rows that can be seen now."""
        top = self.verticalScrollBar().value()
        return self._layout.visible(top, top + self.viewport().height())[0]

    @property
    def columns(self) -> int:
        return self._layout.columns

    # geometry, asked by Qt

    def _count(self) -> int:
        model = self._pictures
        return model.rowCount() if model is not None else 0

    def doItemsLayout(self) -> None:
        self.updateGeometries()
        self.viewport().update()

    def updateGeometries(self) -> None:
        header = HEADER if self._titles is not None else 0
        width = self.viewport().width()
        self._layout = Layout(self._count(), self._first, width, self.cell, header, MARGIN)
        bar = self.verticalScrollBar()
        most = max(0, self._layout.height + MARGIN - self.viewport().height())
        if bool(most) != bool(
            bar.maximum()
        ):  # the bar keeps its room but shows nothing when there is nothing to scroll
            bar.setStyleSheet("" if most else "QScrollBar::handle { background: transparent; }")
        bar.setRange(0, most)
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(_LINE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        top = next(iter(self.shown_rows()), -1)
        before = self._layout.columns
        self.updateGeometries()
        if top > 0 and before != self._layout.columns:  # the same pictures stay in view
            self.verticalScrollBar().setValue(self._layout.cell(top).y)
        self.viewport().update()

    def rowsInserted(self, parent: Index, start: int, end: int) -> None:
        super().rowsInserted(parent, start, end)
        self.updateGeometries()
        self.viewport().update()

    def visualRect(self, index: Index) -> QRect:
        row = index.row()
        return self._rect(row) if index.isValid() and 0 <= row < self._layout.count else QRect()

    def _rect(self, row: int) -> QRect:
        cell = self._layout.cell(row)
        return QRect(cell.x, cell.y - self.verticalScrollBar().value(), cell.width, cell.height)

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self._layout.row_at(point.x(), point.y() + self.verticalScrollBar().value())
        model = self._pictures
        return model.index(row, 0) if model is not None and 0 <= row < self._count() else QModelIndex()

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def horizontalOffset(self) -> int:
        return 0

    def isIndexHidden(self, index: Index) -> bool:
        return False

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().scroll(0, dy)

    def scrollTo(self, index: Index, hint: QListView.ScrollHint = QListView.ScrollHint.EnsureVisible) -> None:
        rect = self.visualRect(index)
        if rect.isNull():
            return
        bar = self.verticalScrollBar()
        if hint is QListView.ScrollHint.PositionAtCenter:
            bar.setValue(bar.value() + rect.center().y() - self.viewport().height() // 2)
        elif rect.top() < 0:
            group = self._layout.group_of(index.row())
            header = self._layout.header if index.row() < int(self._first[group]) + self._layout.columns else 0
            bar.setValue(bar.value() + rect.top() - header)
        elif rect.bottom() > self.viewport().height():
            bar.setValue(bar.value() + rect.bottom() + 1 - self.viewport().height())

    def moveCursor(self, action: _Action, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        count, row = self._layout.count, self.currentIndex().row()
        model = self._pictures
        if model is None or not count:
            return QModelIndex()
        if not 0 <= row < count:
            return model.index(0, 0)
        return model.index(max(0, min(count - 1, self._moved(action, row))), 0)

    def _moved(self, action: _Action, row: int) -> int:
        page = max(1, self.viewport().height() // self._layout.side)
        match action:
            case _Action.MoveLeft | _Action.MovePrevious:
                return row - 1
            case _Action.MoveRight | _Action.MoveNext:
                return row + 1
            case _Action.MoveUp:
                return self._layout.above(row)
            case _Action.MoveDown:
                return self._layout.below(row)
            case _Action.MovePageUp | _Action.MovePageDown:
                step = self._layout.above if action is _Action.MovePageUp else self._layout.below
                for _ in range(page):
                    row = step(row)
                return row
            case _Action.MoveHome:
                return 0
            case _:
                return self._layout.count - 1

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
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
        if event.key() in _MOVING or event.matches(QKeySequence.StandardKey.SelectAll):
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
