"""Brush presets as the strokes they make."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QListView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio.document.brush import Brush, Stamps
from studio.document.brushes import load_brushes, save_brushes, swatch
from studio.request.errors import Trouble
from studio.request.geometry import Size
from studio.ui.theme import colours

CELL = QSize(74, 44)
PICTURE = QSize(66, 32)
ROWS = 3


class BrushPresets(QListWidget):
    """Presets of the studio, then the artist's own. chosen(Brush): one was clicked. trouble(Trouble)."""

    chosen = Signal(object)
    trouble = Signal(object)

    def __init__(self, presets: Path, own: Path | None = None) -> None:
        """own: where the artist's brushes are written; None: they cannot be kept."""
        super().__init__()
        self._given = load_brushes(presets)
        self._own_file = own
        self._own = [] if own is None else list(load_brushes(own))
        self.strokes = Strokes(self)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setGridSize(CELL)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(CELL.height() * ROWS + 4)
        self.setAccessibleName(self.tr("Brushes"))
        self.setToolTip(self.tr("Brushes to paint with"))
        self.setItemDelegate(_Cells(self, self.strokes))
        self.itemClicked.connect(self._clicked)
        self.itemActivated.connect(self._clicked)
        self.refresh()

    @property
    def brushes(self) -> tuple[Brush, ...]:
        return (*self._given, *self._own)

    @property
    def can_keep(self) -> bool:
        return self._own_file is not None

    def keep(self, brush: Brush) -> None:
        """Adds a brush to the artist's own, or replaces the one of its name. Raises Trouble if it cannot."""
        self._write([other for other in self._own if other.name != brush.name] + [brush])

    def forget(self, brush: Brush) -> None:
        self._write([other for other in self._own if other != brush])

    def refresh(self) -> None:
        """Shows what there is now."""
        self.clear()
        for brush in self.brushes:
            item = QListWidgetItem()
            item.setToolTip(f"{brush.name}\n{round(brush.size)} px")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, brush.name)
            item.setData(Qt.ItemDataRole.UserRole, brush)
            self.addItem(item)

    def mark(self, name: str) -> None:
        """Shows which preset is in hand."""
        for row, brush in enumerate(self.brushes):
            if brush.name == name:
                self.setCurrentRow(row)
                return
        self.setCurrentRow(-1)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        item = self.itemAt(event.pos())
        brush = None if item is None else item.data(Qt.ItemDataRole.UserRole)
        if brush in self._own:
            menu = QMenu(self)
            menu.addAction(self.tr("Remove this brush"), lambda: self._attempt_forget(brush))
            menu.popup(event.globalPos() + QPoint(1, 1))

    def _attempt_forget(self, brush: Brush) -> None:
        try:
            self.forget(brush)
        except Trouble as trouble:
            self.trouble.emit(trouble)

    def _write(self, own: list[Brush]) -> None:
        if self._own_file is not None:
            save_brushes(self._own_file, own)
        self._own = own
        self.refresh()

    def _clicked(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))


class Strokes(QObject):
    """What brushes paint, drawn when it is first looked at: one after the other while the window has nothing to do.

    All of them together take 60 ms, which the start of the program would wait for.
    """

    def __init__(self, view: QListWidget) -> None:
        super().__init__(view)
        self._view = view
        self._stamps = Stamps()
        self._drawn: dict[tuple[Brush, str, float], QPixmap] = {}
        self._wanted: list[tuple[Brush, str, float]] = []
        self._idle = QTimer(self)
        self._idle.timeout.connect(self._draw_one)

    def of(self, brush: Brush) -> QPixmap | None:
        """In the colours of the theme and the scale of the screen; None until it is drawn, then the view is painted."""
        key = (brush, colours().text, self._view.devicePixelRatioF())
        if key not in self._drawn and key not in self._wanted:
            self._wanted.append(key)
            self._idle.start(0)
        return self._drawn.get(key)

    def _draw_one(self) -> None:
        brush, colour, ratio = key = self._wanted.pop(0)
        size = Size(round(PICTURE.width() * ratio), round(PICTURE.height() * ratio))
        pixmap = QPixmap.fromImage(swatch(brush, size, colour, self._stamps))
        pixmap.setDevicePixelRatio(ratio)
        self._drawn[key] = pixmap
        if not self._wanted:
            self._idle.stop()
            self._view.viewport().update()


class _Cells(QStyledItemDelegate):
    """Strokes on the panel's own ground; the one in hand on a raised one with a gold edge."""

    def __init__(self, view: QWidget, strokes: Strokes) -> None:
        super().__init__(view)
        self._strokes = strokes

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return CELL

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect = option.rect
        state = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colours().accent) if chosen else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours().raised if chosen else colours().window))
        painter.drawRoundedRect(QRectF(rect).adjusted(1.5, 1.5, -1.5, -1.5), 6, 6)
        stroke = self._strokes.of(index.data(Qt.ItemDataRole.UserRole))
        if stroke is not None:
            place = QRect(QPoint(0, 0), PICTURE)
            place.moveCenter(rect.center())
            painter.drawPixmap(place, stroke)
