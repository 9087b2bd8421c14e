"""Tooltips of the gallery's buttons name the keys that are in force, whatever the person has chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from studio.ui.actions import ActionTable
from studio.ui.widgets.tool import shown

if TYPE_CHECKING:
    from studio.ui.gallery.gallery_view import GalleryView

RATINGS = tuple(f"gallery.rate_{stars}" for stars in range(6))


class KeyHints(QObject):
    """Keeps the second line of tooltips true as keys change."""

    def __init__(self, view: GalleryView, table: ActionTable) -> None:
        super().__init__(view)
        self._table = table
        info = view.info
        self._does: dict[QWidget, tuple[str, ...]] = {
            **{button: (action,) for button, action in view.viewer.does.items()},
            view.about: ("gallery.about",),
            view.search: ("gallery.search",),
            info.stars: RATINGS,
            info.favourite: ("gallery.favour",),
            **{button: (f"gallery.label_{button.name}",) for button in info.labels},
        }
        self._titles = {widget: widget.toolTip() for widget in self._does}
        table.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Names the keys of now."""
        for widget, actions in self._does.items():
            keys = [next(iter(self._table.keys(action)), "") for action in actions if action in self._table]
            named = " ".join(shown(key) for key in keys if key)
            widget.setToolTip(f"{self._titles[widget]}\n{named}" if named else self._titles[widget])
