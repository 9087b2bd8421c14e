"""Collects garbage in the window's own thread only.

Python runs its collector in whichever thread allocates at the moment. If that is one that looks through folders, and
widgets are among the garbage, they are destroyed in the wrong thread, and the heap with them (seen as aborts).
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL = 500  # milliseconds between two looks at how much there is


class GarbageCollector(QObject):
    """Takes the place of the automatic one for as long as it lives, with its thresholds.

    What is there when it begins, the window above all, is not looked through any more: that took 25 ms at a time, in
    the middle of a stroke if it so happened.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collects the oldest generation that is due, as the automatic one would."""
        counts, limits = gc.get_count(), gc.get_threshold()
        due = [age for age, (count, limit) in enumerate(zip(counts, limits, strict=True)) if limit and count > limit]
        if due:
            gc.collect(due[-1])

    def close(self) -> None:
        """Gives the work back to the automatic one."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
