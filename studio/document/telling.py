"""Who is told what is different: once for each edit, however many parts it has."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from PySide6.QtCore import QObject, Signal

from studio.document.change import NOTHING, Change
from studio.document.layers import NOWHERE
from studio.request.geometry import Rect


class Telling(QObject):
    """changed(Change): something is different, told once for each edit, undo or redo, after it is done.

    damaged(Rect): this part of the canvas looks different; also told in the middle of a stroke.
    about_to_read(): what floats over the canvas has to be laid down now. It comes at any time, also during a stroke.
    about_to_change(): so has a stroke: what it lies on will be turned, merged or filled.
    """

    changed = Signal(object)
    damaged = Signal(object)
    about_to_read = Signal()
    about_to_change = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._depth, self._pending = 0, NOTHING  # of edits in edits, and what is told when the outermost is done

    def touched(self, change: Change, area: Rect = NOWHERE) -> None:
        """Told by edits: this is different now. area: the part of the canvas that looks different."""
        if not area.empty:
            self.damaged.emit(area)
        self._pending |= change
        self._noted(change)
        self._tell()

    @contextmanager
    def together(self) -> Generator[None]:
        """What is touched inside is told once."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            self._tell()

    def _tell(self) -> None:
        if self._depth or not self._pending:
            return
        change, self._pending = self._pending, NOTHING
        self.changed.emit(change | self._also())

    def _noted(self, change: Change) -> None:
        """Something is different, and will be told."""

    def _also(self) -> Change:
        """What follows from all that was touched; asked once, before it is told."""
        return NOTHING
