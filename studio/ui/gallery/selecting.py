"""What of the gallery is selected: the pictures, the one among them, and what that allows."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal

from studio.library.gallery.index.store import Item
from studio.ui.gallery.frame import GalleryFrame
from studio.ui.gallery.looking import Looking
from studio.ui.gallery.model import PictureModel
from studio.ui.gallery.modes import Mode
from studio.ui.gallery.search_bar import Facets
from studio.ui.gallery.standing import Standing
from studio.ui.gallery.viewer import Viewer


class Selecting(GalleryFrame):
    """stood(): another `standing`, so other acts are possible."""

    stood = Signal()

    def __init__(self, model: PictureModel, viewer: Viewer, facets: Facets, cell: int) -> None:
        super().__init__(model, viewer, facets, cell)
        self.model = model
        self.looking = Looking(self.pages, self.grid, self.viewer)
        self.standing = Standing()

    @property
    def viewing(self) -> bool:
        """Whether the viewer is shown."""
        return self.looking.viewing

    @property
    def selected(self) -> list[Item]:
        """The selected pictures in order; in the viewer the one that is shown."""
        return self.model.items(self.selected_rows)

    @property
    def selected_rows(self) -> list[int]:
        """Rows of `selected`."""
        return [self.viewer.row] if self._alone else self.grid.selected_rows()

    @property
    def current(self) -> Item | None:
        """The one picture that is selected."""
        if not self._alone and self.grid.selected_count() != 1:
            return None
        return self.model.item(self.selected_rows[0])

    def with_current(self, deed: Callable[[Item], object]) -> None:
        """Does something with the one selected picture, if there is one."""
        item = self.current
        if item is not None:
            deed(item)

    def stand(self, trash: bool, alike: bool, *, same: bool = False) -> None:
        """Finds out what is selected, as far as it decides what can be done. same: if one is, it is the one it was."""
        count = 1 if self._alone else self.grid.selected_count()
        if same and count == self.standing.count:
            source = self.standing.source
        else:
            current = self.current if count == 1 else None
            source = current.source if current is not None else ""
        now = Standing(count, source, trash, self.viewing, alike, self.model.rowCount() > 0)
        if now != self.standing:
            self.standing = now
            self.stood.emit()

    @property
    def _alone(self) -> bool:
        return self.viewing and self.viewer.mode is Mode.SINGLE
