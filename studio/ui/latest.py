"""Work behind the window of which only the newest counts: previews and estimates that follow a slider."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from studio.request.errors import Trouble

log = logging.getLogger(__name__)
Work = Callable[[], object]


class _Presence:
    """Whether the object that tells is still there: it may be deleted with its window while work goes on."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.there = True

    def end(self, _gone: QObject | None = None) -> None:
        with self.lock:
            self.there = False


class Latest(QObject):
    """done(object): what the newest work came to. What was asked for before, and not begun, is left out.

    failed(Trouble): it could not be done. The thread ends as soon as there is nothing left to do.
    """

    done = Signal(object)
    failed = Signal(object)
    _ended = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._guard = threading.Lock()
        self._next: tuple[int, Work] | None = None
        self._thread: threading.Thread | None = None
        self._number = 0
        self._presence = _Presence()
        self._ended.connect(self._tell)
        self.destroyed.connect(self._presence.end)

    def ask(self, work: Work) -> None:
        """Does `work` in a thread as soon as the one before is through."""
        self._number += 1
        with self._guard:
            self._next = self._number, work
            idle = self._thread is None
            if idle:
                self._thread = threading.Thread(target=self._run, name="latest", daemon=True)
                self._thread.start()

    def drop(self) -> None:
        """Nothing that was asked for is wanted any more."""
        self._number += 1
        with self._guard:
            self._next = None

    def close(self) -> None:
        """Returns when nothing is done any more."""
        self.drop()
        thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._guard:
                if self._next is None:
                    self._thread = None
                    return
                (number, work), self._next = self._next, None
            try:
                result = work()
            except Trouble as trouble:
                result = trouble
            except Exception as error:
                log.exception("work behind the window")
                result = Trouble("That could not be worked out.", "See the log.", repr(error))
            with self._presence.lock:
                if self._presence.there:
                    self._ended.emit(number, result)

    def _tell(self, number: int, result: object) -> None:
        """In the window's thread."""
        if number != self._number:
            return
        if isinstance(result, Trouble):
            self.failed.emit(result)
        else:
            self.done.emit(result)
