"""The hand: drags the view."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.tools.tool import Tool


class Hand(Tool):
    """Moves the view, never the picture. Also what space and the middle button lend."""

    id = "hand"
    only_looks = True
    title = "Hand"
    hint = "Drag to move the view. Scroll with Ctrl to zoom."
    icon = "hand"
    key = "H"
    _last: QPointF | None = None

    def press(self, pointer: Pointer) -> None:
        self._last = pointer.screen
        self.canvas.refresh_cursor()

    def move(self, pointer: Pointer) -> None:
        if self._last is not None:
            self.canvas.pan(pointer.screen.x() - self._last.x(), pointer.screen.y() - self._last.y())
            self._last = pointer.screen

    def release(self, pointer: Pointer) -> None:
        self._last = None
        self.canvas.refresh_cursor()

    def cancel(self) -> bool:
        self._last = None
        return False

    def cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.OpenHandCursor if self._last is None else Qt.CursorShape.ClosedHandCursor
