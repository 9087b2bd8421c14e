"""A drawing of the window, without a screen."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEventLoop, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from studio.request.geometry import Size

ROUNDS = 32  # of layout, painting and what they ask for; the strokes of brushes are drawn one in each


def grab(window: QWidget, size: Size) -> QImage:
    """The window as it looks at that size in logical pixels, drawn at the scale of its screen."""
    window.setWindowState(Qt.WindowState.WindowNoState)  # one that fills the screen would keep its size
    window.resize(QSize(*size))
    window.show()
    for _ in range(ROUNDS):
        QCoreApplication.sendPostedEvents()
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    return window.grab().toImage()
