"""What every tool can be told, and what it may show over the document."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from studio.document.document import Document
from studio.request.errors import Trouble
from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.snapping import Snapping
from studio.ui.canvas.view import View


class Surface(Protocol):
    """What tools may ask of the canvas they work on."""

    @property
    def document(self) -> Document: ...

    @property
    def view(self) -> View: ...

    snapping: Snapping

    def pan(self, dx: float, dy: float) -> None:
        """Moves the view by device pixels."""
        ...

    def set_zoom(self, zoom: float, at: QPointF | None = None) -> None:
        """at: what stays in place, in the widget's own coordinates; None: the middle."""
        ...

    def to_widget(self, point: QPointF) -> QPointF:
        """A point in device pixels in the widget's own coordinates."""
        ...

    def refresh_cursor(self) -> None:
        """Asks the tool for its cursor again."""
        ...

    def refresh_outline(self) -> None:
        """Paints anew what the tool showed, and what it shows now."""
        ...

    def refuse(self, trouble: Trouble) -> None:
        """Tells the person why something cannot be done."""
        ...


class Tool:
    """A tool owns the pointer between `press` and `release`.

    id: as in actions ("brush"). title: as people call it. hint: one line for the status bar. icon: its picture.
    only_looks: it changes neither the document nor what is selected.
    """

    id = ""
    title = ""
    hint = ""
    icon = ""
    key = ""
    only_looks = False

    def __init__(self, canvas: Surface) -> None:
        self.canvas = canvas
        self.document = canvas.document

    def enter(self) -> None:
        """It was chosen."""

    def leave(self) -> None:
        """Another one was chosen. Whatever it was doing ends here."""

    def press(self, pointer: Pointer) -> None:
        """A button or the pen went down."""

    def move(self, pointer: Pointer) -> None:
        """Moved while down."""

    def release(self, pointer: Pointer) -> None:
        """Up again."""

    def hover(self, pointer: Pointer | None) -> None:
        """Moved while up; None: it left the canvas."""

    def double_press(self, pointer: Pointer) -> None:
        """Pressed twice on one place."""
        self.press(pointer)

    def cancel(self) -> bool:
        """Escape: gives up what is being done. True if there was something."""
        return False

    def confirm(self) -> bool:
        """Return: ends what is being done. True if there was something."""
        return False

    def nudge(self, dx: int, dy: int) -> bool:
        """An arrow key: moves what is in hand by document pixels. True if there was something."""
        return False

    def settle(self) -> None:
        """The document is about to be read: whatever it has taken out of it for a while must be laid down."""

    def finish(self) -> None:
        """What the tool works on is about to be changed by something else: whatever it is doing ends here."""
        self.settle()

    def cursor(self) -> Qt.CursorShape:
        """The pointer's shape over the canvas."""
        return Qt.CursorShape.CrossCursor

    def paint(self, painter: QPainter) -> None:
        """Draws over the document, in device pixels."""

    def outline(self) -> QRectF:
        """What `paint` covers now, in device pixels; an empty one for nothing. Repainted when it changes."""
        return QRectF()
