"""Everything that was done, to jump back to and forth."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from studio.document.document import Document
from studio.document.history import History
from studio.ui.theme import colours

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
ROW = 28  # logical pixels


class HistoryModel(QAbstractListModel):
    """Row 0 is the beginning, row n what was there after n steps."""

    def __init__(self, stack: History, parent: QObject) -> None:
        super().__init__(parent)
        self._stack = stack
        self._texts: list[str] = []
        self._now = 0
        stack.moved.connect(self._follow)
        self._follow()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._texts) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._texts[row - 1] if row else self.tr("Beginning")
        if role == Qt.ItemDataRole.ForegroundRole and row > self._now:
            return QColor(colours().disabled)
        return None

    def _follow(self) -> None:
        """Only what is different is told: a drag of a slider changes the last row again and again."""
        texts = [self._stack.text(step) for step in range(self._stack.count())]
        same = next((row for row, (a, b) in enumerate(zip(texts, self._texts, strict=False)) if a != b), None)
        kept = min(len(texts), len(self._texts)) if same is None else same
        if kept < len(self._texts):
            self.beginRemoveRows(QModelIndex(), kept + 1, len(self._texts))
            self._texts = self._texts[:kept]
            self.endRemoveRows()
        if kept < len(texts):
            self.beginInsertRows(QModelIndex(), kept + 1, len(texts))
            self._texts = texts
            self.endInsertRows()
        self._now = self._stack.index()
        self.setProperty("now", self._now)
        self.dataChanged.emit(self.index(0), self.index(len(self._texts)))


class _Rows(QStyledItemDelegate):
    """Quiet rows; the present step on a raised ground."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect = option.rect
        now = index.row() == index.model().property("now")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if now:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours().pressed))
            painter.drawRoundedRect(rect.adjusted(6, 1, -6, -1), 6, 6)
        colour = index.data(Qt.ItemDataRole.ForegroundRole)
        painter.setPen(colour if isinstance(colour, QColor) else QColor(colours().text))
        text = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, rect.width() - 32)
        painter.drawText(rect.adjusted(16, 0, -16, 0), Qt.AlignmentFlag.AlignVCenter, text)


class HistoryPanel(QListView):
    """A click, or Return, goes to that step; what came after stays until something else is done."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stack = document.undo_stack
        self.setAccessibleName(self.tr("History"))
        self.setToolTip(self.tr("What was done, newest last\nA click goes back to a step, or forward again."))
        self.setUniformItemSizes(True)
        self.setItemDelegate(_Rows(self))
        self.setModel(HistoryModel(self._stack, self))
        self.clicked.connect(self._go)
        self.activated.connect(self._go)
        self._stack.moved.connect(self._mark)
        self._mark()

    def _go(self, index: QModelIndex) -> None:
        self._stack.setIndex(index.row())

    def _mark(self) -> None:
        now = self.model().index(self._stack.index(), 0)
        self.setCurrentIndex(now)
        self.scrollTo(now)
