"""Keys that a field would keep to itself although they mean something to the whole window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

# The document undoes words and numbers; Ctrl+K would delete to the end of the line on Linux.
LEFT_TO_WINDOW = (
    QKeySequence.StandardKey.Undo,
    QKeySequence.StandardKey.Redo,
    QKeySequence.StandardKey.DeleteEndOfLine,
)


class _Leave(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        if any(event.matches(key) for key in LEFT_TO_WINDOW):
            event.ignore()
            return True
        return False


def leave_keys(*fields: QWidget) -> None:
    """Undo, redo and the palette's key work while these fields have the keyboard."""
    leave = _Leave(fields[0])
    for field in fields:
        field.installEventFilter(leave)
