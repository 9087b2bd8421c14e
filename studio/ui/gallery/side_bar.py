"""The bar at the left: places, collections in one another, folders of other programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QContextMenuEvent, QDragEnterEvent, QDragMoveEvent, QDropEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
)

from studio.library.gallery.collections import Collection
from studio.library.gallery.index.search import Place
from studio.ui.gallery.model import MIME, ids_of
from studio.ui.icons import icon
from studio.ui.theme import colours, font

WIDTH = 220
_ICONS = {
    Place.ALL: ("All pictures", "images"),
    Place.TODAY: ("Today", "sun"),
    Place.FAVOURITES: ("Favourites", "heart"),
    Place.UNCOLLECTED: ("Without collection", "circle-dashed"),
    Place.TRASH: ("Trash", "trash-2"),
    Place.UNREADABLE: ("Unreadable", "image-off"),
}
Index = QModelIndex | QPersistentModelIndex
Offer = tuple[str, str, Callable[[], object]]
_ROLE = Qt.ItemDataRole.UserRole
_COUNT = _ROLE + 1


class _Row(QStyledItemDelegate):
    """An entry with its number of pictures, quiet, at the right."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        count = index.data(_COUNT)
        if count:
            rect: QRect = option.rect.adjusted(0, 0, -8, 0)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
            painter.setFont(font(12))
            painter.setPen(QColor(colours().secondary))
            painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{count:,}")  # pyright: ignore[reportUnknownArgumentType]


@dataclass(frozen=True)
class Chosen:
    """One of them is set."""

    place: Place = Place.ALL
    collection: Collection | None = None
    folder: Path | None = None


class SideBar(QTreeWidget):
    """chosen(Chosen). made(str): a new collection inside the one of this id, "" at the top.

    put_in(str, list): pictures were dropped on a collection. changed(Collection), removed(Collection),
    folder_added(), folder_removed(Path), emptied(): of the trash.
    """

    chosen = Signal(object)
    made = Signal(str)
    put_in = Signal(str, object)
    thrown = Signal(object)
    changed = Signal(object)
    removed = Signal(object)
    folder_added = Signal()
    folder_removed = Signal(object)
    emptied = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setHeaderHidden(True)
        self.setFixedWidth(WIDTH)
        self.setIndentation(14)
        self.setIconSize(QSize(16, 16))
        self.setRootIsDecorated(False)
        self.setItemDelegate(_Row(self))
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setAccessibleName("Places and collections")
        self._counts: dict[str, QTreeWidgetItem] = {}
        self._filling = False
        self.currentItemChanged.connect(self._current_changed)
        self.itemChanged.connect(self._item_changed)

    def fill(
        self,
        counts: dict[Place, int],
        collections: Sequence[Collection],
        members: dict[str, int],
        folders: Sequence[Path],
    ) -> None:
        """Shows what there is; what was chosen stays chosen if it is still there."""
        before = self.current()
        closed = {item.data(0, _ROLE) for item in self._all() if not item.isExpanded() and item.childCount()}
        self._filling = True
        self.clear()
        for place, (title, name) in _ICONS.items():
            if place is Place.UNREADABLE and not counts.get(place):
                continue
            self._add(None, title, name, Chosen(place), counts.get(place, 0))
        self._head("Collections", "Make a collection")
        self._fill_collections(collections, members)
        self._head("Folders", "Add a folder of pictures")
        for folder in folders:
            item = self._add(None, folder.name or str(folder), "folder-open", Chosen(folder=folder))
            item.setToolTip(0, str(folder))
        for item in self._all():
            item.setExpanded(item.data(0, _ROLE) not in closed)
        self._filling = False
        self.choose(before)

    def current(self) -> Chosen:
        item = self.currentItem()
        data = item.data(0, _ROLE) if item is not None else None
        return data if isinstance(data, Chosen) else Chosen()

    def choose(self, wanted: Chosen) -> None:
        """Marks an entry; the one of all pictures when it is not there."""
        found = next((item for item in self._all() if _same(item.data(0, _ROLE), wanted)), self.topLevelItem(0))
        self._filling = True
        if found is not None:
            self.setCurrentItem(found)
        self._filling = False
        if not _same(self.current(), wanted):
            self.chosen.emit(self.current())

    def rename_current(self) -> None:
        """Lets the person type another name for the chosen collection."""
        item = self.currentItem()
        if item is not None and self.current().collection is not None:
            self.editItem(item)

    def _fill_collections(self, collections: Sequence[Collection], members: dict[str, int]) -> None:
        items: dict[str, QTreeWidgetItem] = {}
        waiting = list(collections)
        while waiting:  # parents first, whatever the order
            ready = [each for each in waiting if not each.parent or each.parent in items]
            for each in ready or waiting:
                name = "sparkles" if each.smart else "folder"
                parent = items.get(each.parent)
                item = self._add(parent, each.name, name, Chosen(collection=each), members.get(each.id, 0))
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                item.setToolTip(0, each.query if each.smart else "")
                items[each.id] = item
            waiting = [each for each in waiting if each.id not in items]

    def _head(self, title: str, help_: str) -> None:
        item = QTreeWidgetItem(self, [title])
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        item.setForeground(0, self.palette().placeholderText())
        item.setSizeHint(0, QSize(10, 40))
        item.setToolTip(0, f"{help_}: right click here")
        item.setData(0, _ROLE, title)

    def _add(
        self, parent: QTreeWidgetItem | None, title: str, name: str, chosen: Chosen, count: int = 0
    ) -> QTreeWidgetItem:
        item = QTreeWidgetItem([title])
        item.setData(0, _COUNT, count)
        if count:
            item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{title}, {count:,} pictures")
        item.setIcon(0, icon(name))
        item.setData(0, _ROLE, chosen)
        if parent is None:
            self.addTopLevelItem(item)
        else:
            parent.addChild(item)
        return item

    def _all(self) -> list[QTreeWidgetItem]:
        found: list[QTreeWidgetItem] = []
        row = [item for index in range(self.topLevelItemCount()) if (item := self.topLevelItem(index)) is not None]
        while row:
            item = row.pop(0)
            found.append(item)
            row[:0] = [child for index in range(item.childCount()) if (child := item.child(index)) is not None]
        return found

    def _current_changed(self, item: QTreeWidgetItem | None) -> None:
        if not self._filling and item is not None and isinstance(item.data(0, _ROLE), Chosen):
            self.chosen.emit(self.current())

    def _item_changed(self, item: QTreeWidgetItem) -> None:
        data = item.data(0, _ROLE)
        if self._filling or not isinstance(data, Chosen) or data.collection is None:
            return
        old = data.collection
        name = item.text(0).strip()
        if name and name != old.name:
            self.changed.emit(Collection(old.id, name, old.parent, old.query))

    # dropping pictures on a collection, and collections' own menu

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(MIME):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self._target(event.position().toPoint()) is None:
            event.ignore()
        else:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        target = self._target(event.position().toPoint())
        if target is None:
            return
        ids = ids_of(event.mimeData())
        if target.collection is not None:
            self.put_in.emit(target.collection.id, ids)
        else:
            self.thrown.emit(ids)
        event.acceptProposedAction()

    def _target(self, point: QPoint) -> Chosen | None:
        """The plain collection, or the trash, under the pointer."""
        item = self.itemAt(point)
        data = item.data(0, _ROLE) if item is not None else None
        if not isinstance(data, Chosen):
            return None
        plain = data.collection is not None and not data.collection.smart
        return data if plain or data.place is Place.TRASH else None

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        item = self.itemAt(event.pos())
        menu = QMenu(self)
        for title, name, run in self._offers(item.data(0, _ROLE) if item is not None else None):
            action = QAction(icon(name), title, menu)
            action.triggered.connect(_calling(run))
            menu.addAction(action)
        menu.exec(event.globalPos())

    def _offers(self, data: object) -> list[Offer]:
        """What can be done with an entry: title, icon, deed."""
        if data == "Folders" or (isinstance(data, Chosen) and data.folder is not None):
            offers: list[Offer] = [("Add a folder …", "folder-plus", self.folder_added.emit)]
            if isinstance(data, Chosen):
                folder = data.folder
                offers.append(("Forget this folder", "x", lambda: self.folder_removed.emit(folder)))
            return offers
        if isinstance(data, Chosen) and data.place is Place.TRASH:
            return [("Empty the trash", "trash-2", self.emptied.emit)]
        if isinstance(data, Chosen) and data.collection is not None:
            collection = data.collection
            return [
                ("Rename", "pencil", self.rename_current),
                ("New collection inside", "folder-plus", lambda: self.made.emit(collection.id)),
                ("Remove the collection", "x", lambda: self.removed.emit(collection)),
            ]
        return [("New collection", "folder-plus", lambda: self.made.emit(""))]


def _calling(run: Callable[[], object]) -> Callable[[], None]:
    def call() -> None:
        run()

    return call


def _same(one: object, other: Chosen) -> bool:
    """Whether both mean the same entry, though its name or query may have changed."""
    if not isinstance(one, Chosen):
        return False
    if one.collection is not None and other.collection is not None:
        return one.collection.id == other.collection.id
    return (one.place, one.collection, one.folder) == (other.place, other.collection, other.folder)
