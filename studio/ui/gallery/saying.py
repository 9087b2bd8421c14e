"""What the gallery says over its pictures: good news goes away by itself, trouble stays until it was read."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from studio.ui.widgets.notice import Notice, Notices, Remedy

LASTS = 8000  # milliseconds that good news stays; what it says can still be taken back by Ctrl+Z then


class Saying(QObject):
    """notices: where the bars stand."""

    def __init__(self, notices: Notices) -> None:
        super().__init__(notices)
        self._notices = notices
        self._good: Notice | None = None
        self._busy: Notice | None = None
        self._hushed = False  # the person has closed the bar of what goes on
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LASTS)
        self._later.timeout.connect(self._forget)

    def tell(self, sentence: str, undo: Callable[[], object] | None = None) -> None:
        """Good news, with a way to take it back; it stands in the place of earlier good news."""
        self._forget()
        self._good = self._notices.tell(sentence, "good", *([Remedy("Undo", undo)] if undo is not None else []))
        self._later.start()

    def fail(self, sentence: str, remedy: tuple[str, Callable[[], object]] | None = None) -> None:
        """What went wrong. remedy: title and act of a button."""
        self._notices.tell(sentence, "error", *([Remedy(*remedy)] if remedy is not None else []))

    def busy(self, sentence: str, stop: Callable[[], object] | None) -> None:
        """How far something is that takes long, in one bar; "" when it is over. stop: ends it."""
        if not sentence:
            if self._busy is not None:
                self._notices.withdraw(self._busy)
            self._busy, self._hushed = None, False
        elif self._busy is not None:
            self._busy.say(sentence)
        elif not self._hushed and stop is not None:
            self._busy = self._notices.tell(sentence, "info", Remedy("Stop", stop))
            self._busy.closed.connect(self._hush)

    def _hush(self, _notice: Notice) -> None:
        self._busy, self._hushed = None, True

    def _forget(self) -> None:
        if self._good is not None:
            self._notices.withdraw(self._good)
            self._good = None
