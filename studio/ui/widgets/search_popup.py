"""A field to search in and what was found, over the window: the command palette, earlier prompts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio.ui.fuzzy import match
from studio.ui.theme import colours, font

Index = QModelIndex | QPersistentModelIndex
ROW = 32
ROWS = 11


@dataclass(frozen=True)
class Entry:
    """title: searched. detail: at its right, quiet. keys: at the far right. value: what is chosen with it."""

    title: str
    value: Any
    detail: str = ""
    keys: str = ""
    enabled: bool = True
    places: tuple[int, ...] = field(default=(), compare=False)


class Entries(QAbstractListModel):
    """What is shown now."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.entries: tuple[Entry, ...] = ()

    def show(self, entries: Sequence[Entry]) -> None:
        self.beginResetModel()
        self.entries = tuple(entries)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entries[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return entry.title
            case Qt.ItemDataRole.UserRole:
                return entry
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(part for part in (entry.title, entry.detail, entry.keys) if part)
            case _:
                return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        # one that cannot be chosen can still be gone to, to see that it is there
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled


class _Row(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: Entry = index.data(Qt.ItemDataRole.UserRole)
        roles = colours()
        rect: QRect = option.rect.adjusted(6, 0, -6, 0)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(roles.pressed))
            painter.drawRoundedRect(rect, 6, 6)
        inner = rect.adjusted(10, 0, -10, 0)
        right = _keys(painter, inner, entry.keys)
        room = inner.width() - right
        width = _title(painter, inner, entry, room)
        if entry.detail and room - width > 40:
            painter.setFont(font())
            painter.setPen(QColor(roles.secondary if entry.enabled else roles.disabled))
            rest = inner.adjusted(width + 12, 0, -right, 0)
            words = painter.fontMetrics().elidedText(entry.detail, Qt.TextElideMode.ElideRight, rest.width())
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()


def _keys(painter: QPainter, rect: QRect, keys: str) -> int:
    """Draws the shortcut at the right end; returns the room it took."""
    if not keys:
        return 0
    painter.setFont(font(12))
    painter.setPen(QColor(colours().secondary))
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, keys)
    return painter.fontMetrics().horizontalAdvance(keys) + 16


def _title(painter: QPainter, rect: QRect, entry: Entry, room: int) -> int:
    """Draws the title with the letters that matched in a heavier weight; returns its width."""
    roles = colours()
    painter.setPen(QColor(roles.text if entry.enabled else roles.disabled))
    title = entry.title.replace("\n", " ")
    words = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, room - 8)
    layout = QTextLayout(words, font())
    heavy = QTextCharFormat()
    heavy.setFontWeight(600)
    ranges: list[QTextLayout.FormatRange] = []
    for place in entry.places:
        if place < len(words):
            span = QTextLayout.FormatRange()
            span.start, span.length, span.format = place, 1, heavy  # pyright: ignore[reportAttributeAccessIssue]
            ranges.append(span)
    layout.setFormats(ranges)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(room)
    layout.endLayout()
    layout.draw(painter, QPointF(rect.x(), rect.y() + (rect.height() - line.height()) / 2))
    return round(line.naturalTextWidth())


class SearchPopup(QFrame):
    """Opens over its window; Up and Down go through, Enter chooses, Escape or a click elsewhere closes.

    chosen(value): of the entry that was chosen. closed: it is gone, chosen or not.
    """

    chosen = Signal(object)
    closed = Signal()

    def __init__(self, window: QWidget, hint: str, nothing: str, entries: Callable[[], Sequence[Entry]]) -> None:
        """hint: in the empty field. nothing: a sentence when nothing is found. entries: asked when it opens."""
        super().__init__(window)
        self._ask = entries
        self._all: tuple[Entry, ...] = ()
        self._before: QWidget | None = None
        self.setProperty("role", "popup")
        self.field = QLineEdit()
        self.field.setPlaceholderText(hint)
        self.field.setAccessibleName(hint)
        self.field.setProperty("role", "search")
        self.field.setFont(font(15))
        self.list = QListView()
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(_Row(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.list.setStyleSheet("background: transparent;")
        self.model = Entries(self)
        self.list.setModel(self.model)
        self.nothing = QLabel(nothing)
        self.nothing.setProperty("role", "secondary")
        self.nothing.setContentsMargins(16, 8, 16, 12)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(7, 7, 7, 6)
        head.addWidget(self.field)
        column.addLayout(head)
        column.addWidget(self.list)
        column.addWidget(self.nothing)
        column.addSpacing(5)
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.list.clicked.connect(self._choose)
        self.list.entered.connect(self.list.setCurrentIndex)
        self.hide()

    def open(self, width: int = 560, at: QPoint | None = None) -> None:
        """Opens with an empty field. at: its upper left corner in the window; None: the upper middle."""
        window = self.window()
        self._before = window.focusWidget()
        self._all = tuple(self._ask())
        self.setFixedWidth(min(width, window.width() - 32))
        corner = at or QPoint((window.width() - self.width()) // 2, 52)
        self.move(max(8, min(corner.x(), window.width() - self.width() - 8)), max(8, corner.y()))
        self.field.clear()
        self._search("")
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)
        QApplication.instance().installEventFilter(self)  # pyright: ignore[reportOptionalMemberAccess]

    def close_popup(self) -> None:
        if self.isHidden():
            return
        QApplication.instance().removeEventFilter(self)  # pyright: ignore[reportOptionalMemberAccess]
        self.hide()
        if self._before is not None:
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self._before = None
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self.field and kind is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        if watched is self.field and kind is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.accept()  # while it is open, no key means anything but to it
            return True
        outside = isinstance(watched, QWidget) and watched is not self and not self.isAncestorOf(watched)
        if kind is QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent) and outside:
            self.close_popup()
        return False

    def _key(self, event: QKeyEvent) -> bool:
        match event.key():
            case Qt.Key.Key_Escape:
                self.close_popup()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                    self._choose(self.list.currentIndex())
            case Qt.Key.Key_Down | Qt.Key.Key_Tab:
                self._go(1)
            case Qt.Key.Key_Up | Qt.Key.Key_Backtab:
                self._go(-1)
            case Qt.Key.Key_PageDown:
                self._go(ROWS - 1)
            case Qt.Key.Key_PageUp:
                self._go(1 - ROWS)
            case _:
                return False
        return True

    def _go(self, by: int) -> None:
        rows = self.model.rowCount()
        if rows:
            row = self.list.currentIndex().row() + by
            row = row % rows if abs(by) == 1 else max(0, min(row, rows - 1))
            self.list.setCurrentIndex(self.model.index(row))

    def _search(self, query: str) -> None:
        if query.strip():
            found = [(hit, entry) for entry in self._all if (hit := match(query, entry.title)) is not None]
            found.sort(key=lambda pair: (not pair[1].enabled, -pair[0].score))
            entries = [Entry(*_parts(entry), places=hit.places) for hit, entry in found]
        else:
            entries = list(self._all)
        self.model.show(entries)
        self.list.setVisible(bool(entries))
        self.nothing.setVisible(not entries)
        self.list.setFixedHeight(ROW * min(len(entries), ROWS))
        if entries:
            self.list.setCurrentIndex(self.model.index(0))
        self.adjustSize()

    def _choose(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        entry = self.model.entries[index.row()]
        if entry.enabled:
            self.close_popup()
            self.chosen.emit(entry.value)


def _parts(entry: Entry) -> tuple[str, Any, str, str, bool]:
    return entry.title, entry.value, entry.detail, entry.keys, entry.enabled
