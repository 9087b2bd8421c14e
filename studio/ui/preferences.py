"""The settings of the running window: read anywhere in the interface, written to disk a moment after a change."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QByteArray, QObject, QTimer, Signal

from studio.settings.settings import Settings

log = logging.getLogger(__name__)

PAUSE = 500  # milliseconds: a drag of a splitter is written once


class Preferences(QObject):
    """changed(Settings): something is different now. trouble(str): a sentence when they cannot be written."""

    changed = Signal(object)
    trouble = Signal(str)

    def __init__(
        self, settings: Settings, save: Callable[[Settings], None] | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._saved = settings
        self._save = save
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(PAUSE)
        self._later.timeout.connect(self.flush)

    @property
    def now(self) -> Settings:
        return self._settings

    def change(self, **fields: Any) -> None:
        changed = replace(self._settings, **fields)
        if changed != self._settings:
            self._settings = changed
            self._later.start()
            self.changed.emit(changed)

    def flush(self) -> None:
        """Writes what is not written yet."""
        self._later.stop()
        if self._save is None or self._settings == self._saved:
            return
        try:
            self._save(self._settings)
            self._saved = self._settings
        except OSError as error:
            log.warning("settings not written: %r", error)
            self.trouble.emit(f"Your settings could not be saved: {error.strerror or error}.")

    def remember(self, place: str, value: str) -> None:
        """Keeps where a thing of the window was ("prompt.height": "120")."""
        self.change(window={**self._settings.window, place: value})

    def recall(self, place: str, default: str = "") -> str:
        return self._settings.window.get(place, default)

    def recall_number(self, place: str, default: int) -> int:
        value = self.recall(place)
        return int(value) if value.isdigit() and len(value) < 6 else default

    def remember_bytes(self, place: str, value: QByteArray) -> None:
        self.remember(place, bytes(value.toBase64().data()).decode("ascii"))

    def recall_bytes(self, place: str) -> QByteArray:
        """Empty when there is nothing, or nothing that Qt could have written."""
        return QByteArray.fromBase64(self.recall(place).encode())
