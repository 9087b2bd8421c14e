"""Gives back the memory of what was looked at long ago while the hand rests: in a stroke one would feel it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from studio.request.geometry import Rect
from studio.ui.canvas.flat import Flat

REST = 300  # milliseconds without painting
URGENT = 2  # times as much as is worth keeping: then it does not wait until painting pauses


class Spare(QObject):
    """For one canvas. seen: what of the document is in view; all of that is kept. busy: whether a tool is at work."""

    def __init__(self, flat: Flat, seen: Callable[[], Rect], busy: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._flat = flat
        self._seen = seen
        self._busy = busy
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self._give_back)

    def painted(self) -> None:
        """Something was painted: looks whether there is anything to give back, later."""
        seen = self._seen()
        if self._flat.swollen(seen) and not (self._rest.isActive() and self._flat.swollen(seen, URGENT)):
            self._rest.start()

    def _give_back(self) -> None:
        if self._busy():
            self._rest.start()
        elif self._flat.swollen(self._seen()):
            self._flat.let_go(self._seen())
