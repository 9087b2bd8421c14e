"""Brush presets as the strokes they make."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import (
    QListView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
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
        self._stamps = Stamps()
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setGridSize(CELL)
        self.setIconSize(PICTURE)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(CELL.height() * ROWS + 4)
        self.setAccessibleName(self.tr("Brushes"))
        self.setItemDelegate(_Cells(self))
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
        """Draws all strokes in the colours of the theme."""
        self.clear()
        for brush in self.brushes:
            item = QListWidgetItem(self._icon(brush), "")
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

    def _icon(self, brush: Brush) -> QIcon:
        ratio = self.devicePixelRatioF()
        size = Size(round(PICTURE.width() * ratio), round(PICTURE.height() * ratio))
        image: QImage = swatch(brush, size, colours().text, self._stamps)
        pixmap = QPixmap.fromImage(image)
        pixmap.setDevicePixelRatio(ratio)
        return QIcon(pixmap)


class _Cells(QStyledItemDelegate):
    """Strokes on the panel's own ground; the one in hand on a raised one with a gold edge."""

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
        icon = cast("QIcon", index.data(Qt.ItemDataRole.DecorationRole))
        place = QRect(QPoint(0, 0), PICTURE)
        place.moveCenter(rect.center())
        icon.paint(painter, place)
