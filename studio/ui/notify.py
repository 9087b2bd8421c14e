"""Telling a person who is not looking: screen readers, and a message of the desktop while the window is hidden."""

from __future__ import annotations

import logging

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

log = logging.getLogger(__name__)


class Notifier:
    """Never fails: where the desktop has no tray, only screen readers are told."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._tray: QSystemTrayIcon | None = None

    def announce(self, sentence: str) -> None:
        """Said by screen readers."""
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._window, sentence))

    def tell(self, title: str, sentence: str) -> bool:
        """Announces it, and shows it on the desktop if the window cannot be seen. True if the desktop was told."""
        self.announce(f"{title}. {sentence}")
        if self._seen or not QSystemTrayIcon.isSystemTrayAvailable():
            return False
        if self._tray is None:
            self._tray = QSystemTrayIcon(self._window.windowIcon(), self._window)
            self._tray.activated.connect(self._come_back)
            self._tray.messageClicked.connect(self._come_back)
        self._tray.show()
        self._tray.showMessage(title, sentence)
        return True

    def seen(self) -> None:
        """The person is back: nothing more in the tray."""
        if self._tray is not None:
            self._tray.hide()

    @property
    def _seen(self) -> bool:
        return self._window.isVisible() and not self._window.isMinimized() and self._window.isActiveWindow()

    def _come_back(self) -> None:
        self._window.showNormal()
        self._window.raise_()
        self._window.activateWindow()
        self.seen()
