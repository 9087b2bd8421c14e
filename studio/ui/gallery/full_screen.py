"""The viewer over the whole screen, and back in its place."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget

from studio.ui.gallery.viewer import Viewer


def set_full_screen(viewer: Viewer, pages: QStackedWidget, on: bool) -> None:
    """As a window of its own, or one of the pages again."""
    if on == viewer.isFullScreen():
        return
    if on:
        pages.removeWidget(viewer)
        viewer.setParent(None, Qt.WindowType.Window)
        viewer.showFullScreen()
    else:
        viewer.setWindowState(Qt.WindowState.WindowNoState)
        pages.addWidget(viewer)
        pages.setCurrentWidget(viewer)
        viewer.window().activateWindow()  # some systems leave the keyboard with the window that is gone
    viewer.setFocus()
