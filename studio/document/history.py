"""The stack on which everything can be undone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

Together = Callable[[], AbstractContextManager[None]]


class History(QUndoStack):
    """A QUndoStack that first lets a tool give up what it is in the middle of, and tells of a jump only once.

    give_up: asked before a step is taken; True: something unfinished was given up, and that was the step.
    moved: steps or the present place are others. (Unlike `indexChanged` not told when the stack is destroyed.)
    """

    moved = Signal()

    def __init__(self, together: Together, parent: QObject) -> None:
        """together: what is told inside is told once."""
        super().__init__(parent)
        self._together = together
        self.give_up: Callable[[], bool] = _nothing

    def push(self, command: QUndoCommand) -> None:
        with self._together():
            super().push(command)
        self.moved.emit()

    def endMacro(self) -> None:
        super().endMacro()
        self.moved.emit()

    def undo(self) -> None:
        if not self.give_up():
            with self._together():
                super().undo()
            self.moved.emit()

    def redo(self) -> None:
        if not self.give_up():
            with self._together():
                super().redo()
            self.moved.emit()

    def setIndex(self, index: int) -> None:
        """Jumps to a step of the history."""
        self.give_up()
        with self._together():
            super().setIndex(index)
        self.moved.emit()

    def clear(self) -> None:
        super().clear()
        self.moved.emit()


def _nothing() -> bool:
    return False
