"""The grid of weights: cards that fill the width, in a list that stays quick with thousands."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QListView

from studio.library.entry import Entry
from studio.ui.models.cards import GAP, PICTURE, TEXT, CardPainter
from studio.ui.models.entry_model import EntryModel
from studio.ui.models.pictures import Pictures
from studio.ui.theme import colours, font
from studio.ui.widgets.scroll_bar import rest_when_idle

CARD = 208  # pixels at least
_EMPTY_WIDTH = 420
Index = QModelIndex | QPersistentModelIndex


class EntryGrid(QListView):
    """chosen(Entry or None): the selection is another. opened(Entry): it was double-clicked, or Enter was pressed.

    empty: title and hint that stand there when there is nothing.
    """

    chosen = Signal(object)
    opened = Signal(object)

    empty: tuple[str, str] = ("", "")

    def __init__(self, model: EntryModel, pictures: Pictures) -> None:
        super().__init__()
        self._entries = model
        self.used: Entry | None = None
        self.setProperty("role", "page")
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Fixed)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QListView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setMouseTracking(True)
        self.setAccessibleName("Models")
        self.setItemDelegate(CardPainter(self._picture, self._is_used, self))
        self.setModel(model)
        self._pictures = pictures
        pictures.ready.connect(self.viewport().update)
        self.activated.connect(self._activated)
        rest_when_idle(self.verticalScrollBar())

    def select(self, entry: Entry | None) -> None:
        """Marks the weights at the same path, without moving the view."""
        row = self._entries.row_of(entry) if entry is not None else -1
        index = self._entries.index(row) if row >= 0 else QModelIndex()
        self.setAutoScroll(False)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.setAutoScroll(True)

    def stay_at(self, height: int) -> None:
        """Scrolls to where it was before the list was replaced."""
        self.doItemsLayout()
        self.verticalScrollBar().setValue(height)

    @property
    def current(self) -> Entry | None:
        """The weights that are selected, if any are."""
        return self._entries.entry(self.currentIndex())

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.chosen.emit(self._entries.entry(current))

    def resizeEvent(self, event: QResizeEvent) -> None:
        room = max(CARD, self.viewport().width() - GAP)
        columns = max(1, room // CARD)
        width = room // columns
        size = QSize(width, round((width - GAP) * PICTURE) + TEXT + GAP)
        if size != self.gridSize():
            self.setGridSize(size)
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def visualRect(self, index: Index) -> QRect:
        return QRect(super().visualRect(index).topLeft(), self.gridSize())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._entries.rowCount() or not self.empty[0]:
            return
        painter = QPainter(self.viewport())
        place = self.viewport().rect()
        middle = QRect(0, 0, min(_EMPTY_WIDTH, place.width() - 32), 96)
        middle.moveCenter(place.center())
        painter.setPen(QColor(colours().text))
        painter.setFont(font(16, font().Weight.DemiBold))
        painter.drawText(middle, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, self.empty[0])
        painter.setPen(QColor(colours().secondary))
        painter.setFont(font())
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(middle.adjusted(0, 32, 0, 0), flags, self.empty[1])

    def _activated(self, index: QModelIndex) -> None:
        entry = self._entries.entry(index)
        if entry is not None:
            self.opened.emit(entry)

    def _picture(self, entry: Entry) -> QPixmap | None:
        return self._pictures.get(entry)

    def _is_used(self, entry: Entry) -> bool:
        return self.used is not None and entry.path == self.used.path
