"""A QListView whose every geometry is arithmetic, so that it stays quick with 100,000 pictures in it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from studio.ui.gallery.layout import Layout, Whole
from studio.ui.gallery.model import PictureModel

Index = QModelIndex | QPersistentModelIndex
SMALLEST, LARGEST = 80, 512  # pixels of a cell's side
HEADER = 40
MARGIN = 12
_LINE = 60  # pixels of one notch of the wheel, times three
_Action = QAbstractItemView.CursorAction

NO_GROUPS: Whole = np.zeros(1, np.int64)


class Arranged(QListView):
    """Cells in groups under headers. cell: the wished side of a cell.

    PySide may crash later, without a trace, when an override raises that Qt called while it was being built: what
    overrides read is therefore set as class attributes, and none of them raises.
    """

    _layout = Layout(0, NO_GROUPS, 100, 100, 0)
    _first: Whole = NO_GROUPS
    _titles: Callable[[int], str] | None = None
    _pictures: PictureModel | None = None
    cell = 200

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
        """The row in the middle of what is seen, -1 when nothing is."""
        rows = self.shown_rows()
        return rows.start + len(rows) // 2 if len(rows) else -1

    def shown_rows(self) -> range:
        """Rows that can be seen now."""
        top = self.verticalScrollBar().value()
        return self._layout.visible(top, top + self.viewport().height())[0]

    @property
    def columns(self) -> int:
        """Cells beside one another."""
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
