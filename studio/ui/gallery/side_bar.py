"""The bar at the left: places, collections in one another, folders of other programs."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QMimeData, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QBrush,
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from studio.library.gallery.collections import Collection
from studio.library.gallery.index.search import Place
from studio.ui.gallery.model import MIME, ids_of
from studio.ui.icons import icon
from studio.ui.theme import colours, font
from studio.ui.widgets.tool import label, tool_button

WIDTH = 220
ROW, HEAD = 28, 44  # heights
_COLLECTION = "application/x-sfumato-collection"  # the id of one that is dragged
COLLECTIONS, FOLDERS = "Collections", "Folders"
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

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(10, HEAD if isinstance(index.data(_ROLE), str) else ROW)

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
    requeried(Collection): another search for a smart one. folder_added(), folder_removed(Path),
    emptied(): of the trash.
    """

    chosen = Signal(object)
    made = Signal(str)
    put_in = Signal(str, object)
    thrown = Signal(object)
    changed = Signal(object)
    requeried = Signal(object)
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
        self.setDragEnabled(True)
        self.setDropIndicatorShown(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setAccessibleName("Places and collections")
        self._structure: object = None  # what was shown last, but for the numbers
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
        structure = (tuple(collections), tuple(folders), bool(counts.get(Place.UNREADABLE)))
        if structure != self._structure:
            self._structure = structure
            self._build(bool(counts.get(Place.UNREADABLE)), collections, folders)
        self.show_counts({Chosen(place): count for place, count in counts.items()})
        self.show_counts({Chosen(collection=each): members.get(each.id, 0) for each in collections if not each.smart})

    def show_counts(self, counts: Mapping[Chosen, int]) -> None:
        """The number of pictures at the entries that are named."""
        self._filling = True
        for item in self._all():
            count = counts.get(item.data(0, _ROLE))
            if count is not None and item.data(0, _COUNT) != count:
                item.setData(0, _COUNT, count)
                words = f"{item.text(0)}, {count:,} pictures" if count else item.text(0)
                item.setData(0, Qt.ItemDataRole.AccessibleTextRole, words)
        self._filling = False

    def show_missing(self, missing: Container[Path]) -> None:
        """Folders that are not there now are faint, and say so; the others no longer."""
        for item in self._all():
            folder = item.data(0, _ROLE).folder if isinstance(item.data(0, _ROLE), Chosen) else None
            if folder is not None:
                gone = folder in missing
                item.setForeground(0, QColor(colours().secondary) if gone else QBrush())
                words = f"{folder}\nIt is not there now: its pictures come back with it."
                item.setToolTip(0, words if gone else str(folder))

    def _build(self, unreadable: bool, collections: Sequence[Collection], folders: Sequence[Path]) -> None:
        before = self.current()
        closed = {item.data(0, _ROLE) for item in self._all() if not item.isExpanded() and item.childCount()}
        self._filling = True
        self.clear()
        for place, (title, name) in _ICONS.items():
            if place is not Place.UNREADABLE or unreadable:
                self._add(None, title, name, Chosen(place))
        self._head(COLLECTIONS, "Make a collection", lambda: self.made.emit(""))
        self._fill_collections(collections)
        self._head(FOLDERS, "Add a folder of pictures: nothing in it is changed", self.folder_added.emit)
        for folder in folders:
            item = self._add(None, folder.name or str(folder), "folder-open", Chosen(folder=folder))
            item.setToolTip(0, str(folder))
        for item in self._all():
            item.setExpanded(item.data(0, _ROLE) not in closed)
        self._filling = False
        self.choose(before)

    def current(self) -> Chosen:
        """The entry that is chosen."""
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

    def _fill_collections(self, collections: Sequence[Collection]) -> None:
        items: dict[str, QTreeWidgetItem] = {}
        waiting = list(collections)
        while waiting:  # parents first, whatever the order
            ready = [each for each in waiting if not each.parent or each.parent in items]
            for each in ready or waiting:
                name = "sparkles" if each.smart else "folder"
                parent = items.get(each.parent)
                item = self._add(parent, each.name, name, Chosen(collection=each))
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsDragEnabled)
                item.setToolTip(0, each.query if each.smart else "")
                items[each.id] = item
            waiting = [each for each in waiting if each.id not in items]

    def _head(self, title: str, help_: str, add: Callable[[], object]) -> None:
        item = QTreeWidgetItem(self)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, title)
        item.setData(0, _ROLE, title)
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(4, 10, 4, 0)
        row.addWidget(label(title, "secondary"), 1)
        row.addWidget(tool_button("plus", help_, add, 16))
        self.setItemWidget(item, 0, box)

    def _add(self, parent: QTreeWidgetItem | None, title: str, name: str, chosen: Chosen) -> QTreeWidgetItem:
        item = QTreeWidgetItem([title])
        item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsDragEnabled)
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

    # dropping pictures, and collections, on a collection; collections' own menu

    def mimeData(self, items: Sequence[QTreeWidgetItem]) -> QMimeData:
        data = QMimeData()
        for item in items:
            chosen = item.data(0, _ROLE)
            if isinstance(chosen, Chosen) and chosen.collection is not None:
                data.setData(_COLLECTION, chosen.collection.id.encode())
        return data

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(MIME) or event.mimeData().hasFormat(_COLLECTION):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self._takes(event.mimeData(), event.position().toPoint()):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        point = event.position().toPoint()
        if not self._takes(event.mimeData(), point):
            return
        target = self._target(point)
        event.acceptProposedAction()
        if event.mimeData().hasFormat(_COLLECTION):
            self._nest(bytes(event.mimeData().data(_COLLECTION).data()).decode("ascii", "replace"), target)
        elif target is not None and target.collection is not None:
            self.put_in.emit(target.collection.id, ids_of(event.mimeData()))
        else:
            self.thrown.emit(ids_of(event.mimeData()))

    def _takes(self, data: QMimeData, point: QPoint) -> bool:
        """A collection goes into a plain one, or to the top on the heading; pictures into one, or into the trash."""
        target = self._target(point)
        if not data.hasFormat(_COLLECTION):
            return target is not None
        item = self.itemAt(point)
        heading = item is not None and item.data(0, _ROLE) == COLLECTIONS
        return heading or (target is not None and target.collection is not None)

    def _nest(self, identifier: str, target: Chosen | None) -> None:
        """Puts a collection into another, or to the top."""
        parent = target.collection.id if target is not None and target.collection is not None else ""
        for item in self._all():
            chosen = item.data(0, _ROLE)
            moved = chosen.collection if isinstance(chosen, Chosen) else None
            if moved is not None and moved.id == identifier and parent not in (moved.id, moved.parent):
                self.changed.emit(replace(moved, parent=parent))

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
        for title, name, run in _offers(self, item.data(0, _ROLE) if item is not None else None):
            action = QAction(icon(name), title, menu)
            action.triggered.connect(_calling(run))
            menu.addAction(action)
        menu.exec(event.globalPos())


def _offers(bar: SideBar, data: object) -> list[Offer]:
    """What can be done with an entry: title, icon, deed."""
    if data == FOLDERS or (isinstance(data, Chosen) and data.folder is not None):
        offers: list[Offer] = [("Add a folder …", "folder-plus", bar.folder_added.emit)]
        if isinstance(data, Chosen):
            folder = data.folder
            offers.append(("Forget this folder", "x", lambda: bar.folder_removed.emit(folder)))
        return offers
    if isinstance(data, Chosen) and data.place is Place.TRASH:
        return [("Empty the trash", "trash-2", bar.emptied.emit)]
    if isinstance(data, Chosen) and data.collection is not None:
        collection = data.collection
        inside: Offer = ("New collection inside", "folder-plus", lambda: bar.made.emit(collection.id))
        search: Offer = ("Change its search …", "search", lambda: bar.requeried.emit(collection))
        return [
            ("Rename", "pencil", bar.rename_current),
            search if collection.smart else inside,
            ("Remove the collection", "x", lambda: bar.removed.emit(collection)),
        ]
    return [("New collection", "folder-plus", lambda: bar.made.emit(""))]


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
