"""The queue: what runs, what waits, what failed; in the order in which it is served."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio.engine.engine import Engine
from studio.ui.icons import icon
from studio.ui.images import draw_picture, draw_progress
from studio.ui.panels.queue_rows import QueueRows, Row
from studio.ui.theme import colours, font, pixmap
from studio.ui.widgets.tool import tool_button

Index = QModelIndex | QPersistentModelIndex
HEIGHT = 56
THUMB = 40
CROSS = 16


def cross_of(rect: QRect) -> QRect:
    """Where a row's button is."""
    return QRect(rect.right() - CROSS - 10, rect.y() + (rect.height() - CROSS) // 2, CROSS, CROSS)


class _Cell(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(row, Row):
            return
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType]
        state = option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        roles = colours()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        on = bool(state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver))
        if on:
            painter.setBrush(QColor(roles.raised))
            painter.drawRoundedRect(rect.adjusted(4, 1, -4, -1), 6, 6)
        _draw_thumb(painter, QRect(rect.x() + 12, rect.y() + (HEIGHT - THUMB) // 2, THUMB, THUMB), row)
        words = rect.adjusted(12 + THUMB + 10, 0, -34, 0)
        _draw_words(painter, words, row)
        ratio = painter.device().devicePixelRatio()
        picture, colour = ("rotate-ccw", roles.text) if row.failed is not None else ("x", roles.secondary)
        if on or row.failed is not None:
            painter.drawPixmap(cross_of(rect), pixmap(picture, colour, CROSS, ratio))
        painter.restore()


def _draw_thumb(painter: QPainter, rect: QRect, row: Row) -> None:
    roles = colours()
    painter.setBrush(QColor(roles.window))
    painter.drawRoundedRect(rect, 4, 4)
    ratio = painter.device().devicePixelRatio()
    if row.failed is not None:
        painter.drawPixmap(rect.adjusted(10, 10, -10, -10), pixmap("circle-alert", roles.danger, 20, ratio))
    elif row.thumb.isNull():
        painter.drawPixmap(rect.adjusted(12, 12, -12, -12), pixmap("image", roles.disabled, 16, ratio))
    else:
        draw_picture(painter, row.thumb, QRectF(rect), 4)


def _draw_words(painter: QPainter, rect: QRect, row: Row) -> None:
    roles = colours()
    upper = QRect(rect.x(), rect.y() + 9, rect.width(), 18)
    lower = QRect(rect.x(), rect.y() + 28, rect.width(), 18)
    painter.setFont(font(weight=QFont.Weight.Medium if row.job.running else QFont.Weight.Normal))
    painter.setPen(QColor(roles.text))
    title = painter.fontMetrics().elidedText(row.title.replace("\n", " "), Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter, title)
    painter.setFont(font(12))
    painter.setPen(QColor(roles.danger if row.failed is not None else roles.secondary))
    painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter, whole_parts(row.words, painter.fontMetrics(), rect.width()))
    if row.fraction is not None:
        bar = QRectF(rect.x(), rect.bottom() - 5, rect.width(), 2)
        draw_progress(painter, bar, row.fraction, roles.pressed, roles.accent)


def whole_parts(words: str, metrics: QFontMetrics, width: int) -> str:
    """As many of the parts as there is room for: "20 s…" for 20 steps would read as seconds."""
    while " · " in words and metrics.horizontalAdvance(words) > width:
        words = words.rpartition(" · ")[0]
    return metrics.elidedText(words, Qt.TextElideMode.ElideRight, width)


class QueueList(QListView):
    """crossed(Row): its button was clicked."""

    crossed = Signal(object)

    def __init__(self, rows: QueueRows) -> None:
        super().__init__()
        self._rows = rows
        self.setModel(rows)
        self.setItemDelegate(_Cell(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QListView.SelectionMode.SingleSelection)
        self.setDragDropMode(QListView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Queue")
        self.setAccessibleDescription("Delete cancels a job, Alt+Up and Alt+Down move one that waits.")
        self.setToolTip("What is to be made, in this order\nDrag a job to move it; Delete cancels it.")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._under(event.position().toPoint())
        if row is not None and event.button() is Qt.MouseButton.LeftButton:
            self.crossed.emit(row)
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        row = self._rows.at(index)
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if row is not None and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Return):
            self.crossed.emit(row)
        elif row is not None and alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            up = event.key() == Qt.Key.Key_Up
            self._rows.move(index.row(), index.row() - 1 if up else index.row() + 2)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
            moving = alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down)
            if moving or event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Return):
                event.accept()  # these mean this list while it has the keyboard, not the canvas
                return True
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            over = self._under(event.position().toPoint()) is not None
            shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)
        return super().viewportEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._rows.rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(QColor(colours().secondary))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, "Nothing waits.")

    def _under(self, point: QPoint) -> Row | None:
        """The row whose button is there."""
        index = self.indexAt(point)
        if index.isValid() and cross_of(self.visualRect(index)).adjusted(-6, -6, 6, 6).contains(point):
            return self._rows.at(index)
        return None


class QueuePanel(QWidget):
    """retried(Job): try a failed job again."""

    retried = Signal(object)

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine
        self.rows = QueueRows(engine, self)
        self.list = QueueList(self.rows)
        self.clear = tool_button(
            "list-x",
            "Clear the queue\nCancels all that wait and forgets what failed; the running picture goes on.",
            self.clear_all,
            16,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list, 1)
        self.list.crossed.connect(self._crossed)
        self.rows.modelReset.connect(self._refresh)
        self._refresh()

    def sizeHint(self) -> QSize:
        return QSize(280, 180)

    def clear_all(self) -> None:
        """Cancels all that wait and takes failed jobs off the list."""
        for row in reversed(self.rows.rows):
            if row.failed is not None:
                self.rows.forget(row)
            elif row.series is not None:
                row.series.cancel()
            elif not row.job.running:
                self._engine.cancel(row.job)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        row = self.rows.at(self.list.indexAt(self.list.viewport().mapFrom(self, event.pos())))
        if row is not None:
            self.menu_for(row).popup(event.globalPos())

    def menu_for(self, row: Row) -> QMenu:
        """What can be done with a job."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if row.failed is not None:
            menu.addAction(icon("rotate-ccw"), "Try again", lambda: self._crossed(row))
            menu.addAction(icon("x"), "Take off the list", lambda: self.rows.forget(row))
            return menu
        if not row.job.running and row.series is None:
            menu.addAction(icon("arrow-up"), "Make it next", lambda: self._engine.move(row.job, 0))
        menu.addAction(icon("x"), "Cancel", lambda: self._crossed(row))
        return menu

    def _crossed(self, row: Row) -> None:
        if row.series is not None:
            row.series.cancel()
        elif row.failed is None:
            self._engine.cancel(row.job)
        else:
            self.rows.forget(row)
            self.retried.emit(row.job)

    def _refresh(self) -> None:
        self.clear.setVisible(bool(self.rows.failed) or len(self.rows.rows) > 1)
