"""A field for a paragraph: as high as the person drags it, undone by the document and not by itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QPoint, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QCursor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from studio.ui.theme import colours
from studio.ui.widgets.keys import LEFT_TO_WINDOW

MONSTER = 2000  # letters of a word
NUDGES = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
AROUND = 16  # pixels of border, padding and margin above and below the words


class TextField(QPlainTextEdit):
    """Plain words. Tab goes on to the next control; undo keys are left to the window.

    edited(str): the person changed the words. older, newer: Alt+Up, Alt+Down. nudged(int): Ctrl+Up (1), Ctrl+Down (-1).
    left: the keyboard went elsewhere. chooses: asked of each key first; True when it was meant for a list that is open.
    choosing: whether one is.
    picture_given(QMimeData): a picture was pasted or dropped here, which is not words.
    """

    edited = Signal(str)
    older = Signal()
    newer = Signal()
    nudged = Signal(int)
    left = Signal()
    picture_given = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chooses: Callable[[int], bool] = lambda _key: False
        self.choosing: Callable[[], bool] = lambda: False
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self._wrap("")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.textChanged.connect(lambda: self.edited.emit(self.toPlainText()))

    def show_text(self, text: str) -> None:
        """Shows these words without telling anyone; the cursor stays where it can."""
        if text == self.toPlainText():
            return
        with QSignalBlocker(self):
            position = self.textCursor().position()
            at_end = self.textCursor().atEnd()
            self._wrap(text)
            self.setPlainText(text)
            cursor = self.textCursor()
            cursor.setPosition(min(position, len(text)))
            if at_end:
                cursor.movePosition(QTextCursor.MoveOperation.End)
            self.setTextCursor(cursor)
        self.viewport().update()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape and self.choosing():  # else it would stop the picture in the making
                event.accept()
                return True
            if self._not_ours(event):
                event.ignore()
                return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not event.modifiers() and self.chooses(event.key()):
            return None
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            if event.key() == Qt.Key.Key_Up:
                return self.older.emit()
            if event.key() == Qt.Key.Key_Down:
                return self.newer.emit()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.key() in NUDGES:
            return self.nudged.emit(NUDGES[Qt.Key(event.key())])
        if self._not_ours(event):
            return event.ignore()
        return super().keyPressEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002 - Qt calls it so
        return (next and self.chooses(Qt.Key.Key_Tab)) or super().focusNextPrevChild(next)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.left.emit()
        super().focusOutEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() or source.hasImage() or source.hasUrls()

    def insertFromMimeData(self, source: QMimeData) -> None:
        if source.hasImage() or any(url.isLocalFile() for url in source.urls()):
            self.picture_given.emit(source)
        elif source.hasText():
            text = source.text().replace("\0", "")
            self._wrap(self.toPlainText() + text)
            self.textCursor().insertText(text)
            self.ensureCursorVisible()

    def _wrap(self, text: str) -> None:
        """Between words; anywhere if there are monsters, which would take Qt seconds at every key."""
        longest = max(map(len, text.split()), default=0)
        modes = QTextOption.WrapMode
        self.setWordWrapMode(modes.WrapAnywhere if longest > MONSTER else modes.WrapAtWordBoundaryOrAnywhere)

    def _not_ours(self, event: QKeyEvent) -> bool:
        sending = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and bool(
            event.modifiers() & Qt.KeyboardModifier.ControlModifier
        )
        return sending or any(event.matches(key) for key in LEFT_TO_WINDOW)


class _Handle(QWidget):
    """The edge by which a text area is made higher or lower."""

    dragged = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(8)
        self.setCursor(QCursor(Qt.CursorShape.SizeVerCursor))
        self.setToolTip("Drag to make the field higher or lower")
        self._from: QPoint | None = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._from = event.globalPosition().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            now = event.globalPosition().toPoint()
            self.dragged.emit(now.y() - self._from.y())
            self._from = now

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._from = None

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        roles = colours()
        painter.setBrush(QColor(roles.secondary if self.underMouse() else roles.line))
        painter.drawRoundedRect((self.width() - 24) // 2, 4, 24, 2, 1, 1)


class TextArea(QWidget):
    """A `TextField` with an edge to drag, which grows with its words up to a point.

    resized(int): the person chose this height in pixels.
    """

    resized = Signal(int)

    def __init__(self, height: int, least: int, grows_to: int) -> None:
        super().__init__()
        self.field = TextField()
        self._least = least
        self._grows_to = grows_to
        self._height = height
        self._handle = _Handle()
        self._handle.dragged.connect(self._drag)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.field)
        column.addWidget(self._handle)
        self.setFocusProxy(self.field)
        self.field.document().documentLayout().documentSizeChanged.connect(self.fit)
        self.fit()

    def fit(self) -> None:
        """As high as was chosen, or higher if the words need it."""
        lines = self.field.document().documentLayout().documentSize().height()
        needed = round(lines * self.field.fontMetrics().lineSpacing()) + AROUND
        self.field.setFixedHeight(max(self._height, min(needed, self._grows_to)))

    def set_height(self, height: int) -> None:
        """The height the person chose."""
        self._height = self._grows_to = max(self._least, min(height, 600))
        self.fit()
        self.resized.emit(self._height)

    def _drag(self, by: int) -> None:
        self.set_height(self.field.height() + by)

    def sizeHint(self) -> QSize:
        return QSize(200, self.field.height() + 8)
