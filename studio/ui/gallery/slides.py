"""The slideshow: which picture comes next, and when."""

from __future__ import annotations

import random
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from studio.ui.gallery.model import PictureModel


class Slides(QObject):
    """next(int): the row that is to be shown now."""

    next = Signal(int)

    def __init__(self, model: PictureModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model
        self._row: Callable[[], int] = lambda: 0
        self._shuffled = False
        self._left: set[int] = set()  # ids that have not been shown in this round
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._turn)
        self.set_pace(4)

    @property
    def going(self) -> bool:
        return self._timer.isActive()

    def set_pace(self, seconds: float, shuffled: bool = False) -> None:
        """How long a picture stays, and whether they come in any order, each once before any comes again."""
        self._timer.setInterval(round(seconds * 1000))
        if shuffled != self._shuffled:
            self._shuffled, self._left = shuffled, set()

    def start(self, row: Callable[[], int]) -> None:
        """row: tells which is shown."""
        self._row, self._left = row, set()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def wait(self) -> None:
        """The picture that is shown now stays as long as any."""
        if self.going:
            self._timer.start()

    def _turn(self) -> None:
        count, row = self._model.rowCount(), self._row()
        if count > 1:
            self.next.emit(self._other(row) if self._shuffled else (row + 1) % count)

    def _other(self, row: int) -> int:
        ids = [int(each) for each in self._model.found.ids]
        self._left &= set(ids)
        shown = {ids[row]} if 0 <= row < len(ids) else set[int]()
        self._left -= shown
        if not self._left:
            self._left = set(ids) - shown
        chosen = random.choice(sorted(self._left))
        self._left.discard(chosen)
        return self._model.row_of(chosen)
