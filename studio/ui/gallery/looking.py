"""Between the grid and the viewer: a picture large, several together, one after the other, over the whole screen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget

from studio.library.gallery.index.store import Item
from studio.ui.gallery.full_screen import set_full_screen
from studio.ui.gallery.grid import Grid
from studio.ui.gallery.modes import Mode
from studio.ui.gallery.viewer import Viewer


class Looking(QObject):
    """turned(): the grid is shown now, or the viewer."""

    turned = Signal()

    def __init__(self, pages: QStackedWidget, grid: Grid, viewer: Viewer) -> None:
        super().__init__(pages)
        self._pages = pages
        self._grid = grid
        self._viewer = viewer

    @property
    def viewing(self) -> bool:
        """Whether the viewer is shown, here or over the whole screen."""
        return self._pages.currentWidget() is self._viewer or self._viewer.isFullScreen()

    def at(self, page: Grid | Viewer) -> None:
        """Shows the grid or the viewer, and gives it the keyboard."""
        self._pages.setCurrentWidget(page)
        page.setFocus()
        self.turned.emit()

    def open(self) -> None:
        """Shows the current picture large, or else the first one."""
        row = max(0, self._grid.currentIndex().row())
        model = self._grid.model()
        if row < model.rowCount():
            self._viewer.show_row(row)
            self.at(self._viewer)

    def close(self) -> None:
        """Back to the grid, at the picture that was seen last."""
        set_full_screen(self._viewer, self._pages, False)
        if self._viewer.sliding:
            self._viewer.toggle_slideshow()
        self.at(self._grid)
        row = self._viewer.row
        if self._viewer.mode is Mode.SINGLE and 0 <= row < self._grid.model().rowCount():
            self._grid.choose(row)

    def toggle(self) -> None:
        """From the grid to the viewer or back."""
        if self.viewing:
            self.close()
        else:
            self.open()

    def compare(self, items: Sequence[Item], mode: Mode = Mode.SIDE_BY_SIDE) -> None:
        """Shows two or more pictures together in the viewer."""
        if len(items) > 1:
            self._viewer.compare(items, mode)
            self.at(self._viewer)

    def slideshow(self) -> None:
        """Begins with the current picture, or ends."""
        if not self.viewing or self._viewer.mode is not Mode.SINGLE:
            self.open()
        self._viewer.toggle_slideshow()
        self.turned.emit()

    def full_screen(self) -> None:
        """The viewer over the whole screen, or back in its place."""
        if not self.viewing:
            self.open()
        set_full_screen(self._viewer, self._pages, not self._viewer.isFullScreen())
