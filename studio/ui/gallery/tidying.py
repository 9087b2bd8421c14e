"""What the gallery needs once at the start of the program, long before anybody looks at it: done behind the window."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from studio.library.gallery.gallery import Gallery
from studio.ui.background import Background
from studio.ui.gallery.work import move_to_trash

IDLE = 1500  # milliseconds after which the start is over


class Tidying(Background):
    """Ends removals that a crash interrupted, and catches up with what was said about pictures. done: it has."""

    def __init__(self, gallery: Gallery, parent: QObject | None = None) -> None:
        super().__init__("The gallery could not be put in order", parent)
        self._gallery = gallery
        self.done = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(IDLE)
        self._later.timeout.connect(self.begin)

    def start(self) -> None:
        """Begins when the window has settled."""
        self._later.start()

    def begin(self) -> None:
        """Begins now."""
        self.run(lambda: self._gallery.recover(move_to_trash), self._ended)

    def close(self) -> None:
        """Waits for what goes on, and begins nothing more."""
        self._later.stop()
        super().close()

    def _ended(self, _nothing: None) -> None:
        self.done = True
