"""A drawing of the window, without a screen."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEventLoop, QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from studio.request.geometry import Size

ROUNDS = 8  # of layout, painting and what they ask for


def grab(window: QWidget, size: Size) -> QImage:
    """The window as it looks at that size in logical pixels, drawn at the scale of its screen."""
    window.resize(QSize(*size))
    window.show()
    for _ in range(ROUNDS):
        QCoreApplication.sendPostedEvents()
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    return window.grab().toImage()
