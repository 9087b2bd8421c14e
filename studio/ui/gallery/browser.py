"""What the grid shows now: a search, a place, a collection, or pictures like one; kept true as the gallery changes."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QObject, QTimer, Signal

from studio.library.gallery.gallery import Change, Gallery
from studio.library.gallery.index.search import Found, Place, Sort, Wanted
from studio.library.gallery.index.store import Item
from studio.ui.gallery.arranged import NO_GROUPS
from studio.ui.gallery.days import day_title, first_of_days, with_first
from studio.ui.gallery.grid import Grid
from studio.ui.gallery.layout import Whole
from studio.ui.gallery.model import PictureModel

SETTLE = 150  # milliseconds: many changes at once are looked at once
_MOST_KEPT = 5000  # selected pictures that are found again one by one after a change
_EMPTY = {
    Place.ALL: ("No pictures yet", "What you make is kept here, with all its settings."),
    Place.TODAY: ("Nothing today yet", ""),
    Place.FAVOURITES: ("No favourites", "Give a heart to pictures that you love."),
    Place.UNCOLLECTED: ("Everything is in a collection", ""),
    Place.TRASH: ("The trash is empty", ""),
    Place.UNREADABLE: ("Every file can be read", ""),
}


class Browser(QObject):
    """shown(): the grid shows other pictures, or the same after a change."""

    shown = Signal()

    def __init__(self, gallery: Gallery, model: PictureModel, grid: Grid) -> None:
        super().__init__(grid)
        self._gallery = gallery
        self._model = model
        self._grid = grid
        self.wanted = Wanted()
        self.like: Item | None = None
        self._stale = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(SETTLE)
        self._later.timeout.connect(self.refresh)

    def look(self, wanted: Wanted) -> None:
        """Shows other pictures, from the first on."""
        self.wanted = wanted
        self.like = None
        self._show(self._gallery.find(wanted))
        self._grid.scrollToTop()

    def look_like(self, item: Item) -> None:
        """Shows pictures that look like one, most alike first."""
        self._gallery.thumbnail(item)
        found = self._gallery.similar.to(item.print)
        self.like = item
        ids = np.array([identifier for identifier, _ in found], np.int64)
        self._show(Found(ids, np.zeros(len(ids))))
        self._grid.scrollToTop()

    def changed(self, change: Change) -> None:
        """The gallery has changed: shows it now, soon, or when it is looked at again."""
        if not self._looked_at:
            self._stale = True
        elif change.altered and not change.added and not change.everything and not self._sorted_by_marks:
            self._model.forget_items()
            self.shown.emit()
        elif len(change.added) == 1 and self._simple:
            self._insert()
        else:
            self._later.start()

    def woken(self) -> None:
        """The grid is looked at again."""
        if self._stale:
            self.refresh()

    def refresh(self) -> None:
        """Asks again; what was selected and seen stays so."""
        self._stale = False
        if self.like is not None:
            return
        row_before = self._grid.currentIndex().row()
        current, selected = self._id_at(row_before), self._selected()
        top = next(iter(self._grid.shown_rows()), -1)
        anchor, offset = self._id_at(top), self._offset(top)
        self._show(self._gallery.find(self.wanted))
        self._select(current, selected)
        if current in selected and self._model.row_of(current) < 0 and self._model.rowCount():
            self._grid.choose(min(row_before, self._model.rowCount() - 1))  # it is gone: on with the next
        row = self._model.row_of(anchor) if top > 0 else -1
        if row >= 0:
            bar = self._grid.verticalScrollBar()
            bar.setValue(bar.value() + self._grid.visualRect(self._model.index(row, 0)).top() - offset)

    @property
    def _looked_at(self) -> bool:
        """Whether the grid is seen, or the viewer that stands in its place and turns its pages."""
        pages = self._grid.parentWidget()
        return self._grid.isVisible() or (pages is not None and pages.isVisible())

    @property
    def _sorted_by_marks(self) -> bool:
        """Whether what is said about a picture decides that it is shown, or where."""
        wanted = self.wanted
        marked = wanted.place in (Place.FAVOURITES, Place.UNCOLLECTED) or wanted.sort in (Sort.RATING, Sort.NAME)
        return self.like is None and bool(wanted.query or wanted.collection or marked)

    @property
    def _simple(self) -> bool:
        """Whether a new picture can only be the first of what is shown."""
        wanted = self.wanted
        plain = not wanted.query and not wanted.collection and wanted.folder is None and self.like is None
        return plain and wanted.sort is Sort.NEWEST and wanted.place in (Place.ALL, Place.TODAY)

    def _insert(self) -> None:
        found = self._gallery.find(self.wanted)
        before = self._model.found
        if len(found) == len(before) + 1 and np.array_equal(found.ids[1:], before.ids):
            self._model.insert_first(found)
            self._set_groups(with_first(self._grid.groups, found.created))
            self.shown.emit()
        else:
            self._later.start()

    def _show(self, found: Found) -> None:
        self._model.show(found)
        self._group()
        title, hint = _EMPTY[self.wanted.place]
        if self.wanted.query:
            title, hint = "Nothing found", "  ".join(found.problems) or "Try fewer or other words."
        elif self.wanted.collection:
            title, hint = "An empty collection", "Drag pictures onto its name to put them in."
        self._grid.empty_text, self._grid.empty_hint = title, hint
        self.shown.emit()

    def _group(self) -> None:
        if self.wanted.sort in (Sort.NEWEST, Sort.OLDEST) and self.like is None:
            self._set_groups(first_of_days(self._model.found.created))
        else:
            self._grid.set_groups(NO_GROUPS, None)

    def _set_groups(self, first: Whole) -> None:
        created = self._model.found.created
        self._grid.set_groups(first, lambda row: day_title(float(created[row])))

    def _id_at(self, row: int) -> int:
        return int(self._model.found.ids[row]) if 0 <= row < len(self._model.found) else -1

    def _offset(self, row: int) -> int:
        return self._grid.visualRect(self._model.index(row, 0)).top() if row >= 0 else 0

    def _selected(self) -> list[int]:
        rows = self._grid.selected_rows()
        return [self._id_at(row) for row in rows] if len(rows) <= _MOST_KEPT else []

    def _select(self, current: int, selected: list[int]) -> None:
        chosen = QItemSelection()
        rows = np.flatnonzero(np.isin(self._model.found.ids, selected)) if selected else ()
        for row in rows:
            index = self._model.index(int(row), 0)
            chosen.select(index, index)
        selection = self._grid.selectionModel()
        selection.select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        row = self._model.row_of(current)
        if row >= 0:
            selection.setCurrentIndex(self._model.index(row, 0), QItemSelectionModel.SelectionFlag.NoUpdate)
