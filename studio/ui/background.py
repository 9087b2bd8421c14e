"""Work behind the window: on threads that end with it, with results brought back to the window's own thread."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from studio.request.errors import CancelledError, Trouble

T = TypeVar("T")
log = logging.getLogger(__name__)


class Background(QObject):
    """troubled(str): a sentence. failed: its beginning when the disk or an index refuses something."""

    troubled = Signal(str)
    _done = Signal(object, object)

    def __init__(self, failed: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._failed = failed
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._done.connect(self._finish)

    def run(
        self, work: Callable[[], T], done: Callable[[T], object], ended: Callable[[], object] | None = None
    ) -> None:
        """Does `work` on a thread and then `done` with its result, here, unless it fails, which is told.

        ended: called after either.
        """

        def job() -> None:
            deed: Callable[[], object] | None = None
            try:
                result = work()
                deed = partial(done, result)
            except CancelledError:
                pass
            except Trouble as trouble:
                self.troubled.emit(str(trouble))
            except (OSError, sqlite3.Error) as error:
                log.warning("%s: %r", self._failed, error)
                self.troubled.emit(f"{self._failed}: {error}.")
            if not self._stop.is_set():
                self._done.emit(deed, ended)

        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=job, name="background work", daemon=True)
        self._threads.append(thread)
        thread.start()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def close(self) -> None:
        """Ends all work at the next file; returns when it has ended."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _finish(self, *deeds: Callable[[], object] | None) -> None:
        for deed in deeds:
            if deed is not None:
                deed()


def folders_below(roots: Iterable[Path], most: int) -> list[str]:
    """Folders that are there, and those in them, at most so many: systems tell of changes in each only, not below.

    Links may lead in circles: no folder is gone into twice.
    """
    found: dict[str, str] = {}  # by where it really is
    waiting = [folder for folder in roots if folder.is_dir()]
    while waiting and len(found) < most:
        folder = waiting.pop(0)
        if (real := os.path.realpath(folder)) in found:
            continue
        found[real] = str(folder)
        try:
            waiting += [each for each in folder.iterdir() if each.is_dir() and not each.name.startswith(".")]
        except OSError as error:
            log.info("%s cannot be watched: %r", folder, error)
    return list(found.values())
