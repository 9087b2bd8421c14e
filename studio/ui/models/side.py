"""The bar at the left: kinds, families, tags, what is odd, and the folders that are looked through."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QStyledItemDelegate, QStyleOptionViewItem, QTreeWidget, QTreeWidgetItem

from studio.library.trees import Tree
from studio.ui.icons import icon
from studio.ui.models.cards import ICONS
from studio.ui.models.wanted import Place, Shelf
from studio.ui.theme import colours, font

WIDTH = 220
ROW, HEAD = 28, 32  # pixels
_ROLE = Qt.ItemDataRole.UserRole
_COUNT = _ROLE + 1
_ICONS = {
    Place.MODELS: "box",
    Place.ALL: "layers",
    Place.UNUSABLE: "triangle-alert",
    Place.DUPLICATES: "copy",
    Place.MISSING: "image-off",
}
_HEADS = {Place.FAMILY: "Families", Place.TAG: "Tags", Place.UNUSABLE: "To look at", Place.DUPLICATES: "To look at"}
_HEADS[Place.MISSING] = "To look at"
GET = "get"
Index = QModelIndex | QPersistentModelIndex


class _Row(QStyledItemDelegate):
    """An entry with its number, quiet, at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(
            super().sizeHint(option, index).width(), ROW if index.flags() & Qt.ItemFlag.ItemIsEnabled else HEAD
        )

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        count = index.data(_COUNT)
        if count:
            rect: QRect = option.rect.adjusted(0, 0, -8, 0)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
            painter.setFont(font(12))
            painter.setPen(QColor(colours().secondary))
            painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(count))  # pyright: ignore[reportUnknownArgumentType]


class SideBar(QTreeWidget):
    """chosen(Shelf). wanted_more: to the page where more can be had. folder_removed(Path): not to be looked through
    any more.
    """

    chosen = Signal(object)
    wanted_more = Signal()
    folder_removed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setHeaderHidden(True)
        self.setFixedWidth(WIDTH)
        self.setIndentation(0)
        self.setIconSize(QSize(16, 16))
        self.setRootIsDecorated(False)
        self.setItemDelegate(_Row(self))
        self.setAccessibleName("Kinds, families and tags")
        self._filling = False
        self.currentItemChanged.connect(self._changed)

    def fill(self, shelves: Sequence[Shelf], trees: Sequence[Tree], own: Path | None) -> None:
        """Shows what there is; what was chosen stays chosen if it is still there. own: the folder of the studio."""
        before = self.current()
        more = self.currentItem() is not None and before is None
        self._filling = True
        self.clear()
        self._add("Get more models", "download", GET)
        head = ""
        for shelf in shelves:
            if (title := _HEADS.get(shelf.place, "")) != head:
                head = title
                self._head(title or "All")
            name = ICONS.get(shelf.value, "box") if shelf.place is Place.KIND else _ICONS.get(shelf.place, "")
            self._add(shelf.title, name, shelf, f"{shelf.count:,}")
        self._head("Folders")
        for tree in trees:
            title = "Sfumato's own" if tree.root == own else tree.root.name or str(tree.root)
            item = self._add(f"{title} ({tree.title})" if tree.title else title, "folder", tree)
            item.setToolTip(0, str(tree.root))
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        self._filling = False
        if more:
            self.choose_more()
        else:
            self.choose(before)

    def current(self) -> Shelf | None:
        """The place that is chosen; None for the page where more can be had."""
        item = self.currentItem()
        data = item.data(0, _ROLE) if item is not None else None
        return data if isinstance(data, Shelf) else None

    def choose(self, shelf: Shelf | None) -> None:
        """Marks a place; the first one when it is not there any more."""
        items = [self.topLevelItem(row) for row in range(self.topLevelItemCount())]
        places = [item for item in items if item is not None and isinstance(item.data(0, _ROLE), Shelf)]
        same = [item for item in places if shelf is not None and _same(item.data(0, _ROLE), shelf)]
        self._filling = bool(same)
        if found := [*same, *places][:1]:
            self.setCurrentItem(found[0])
        self._filling = False

    def choose_more(self) -> None:
        """Marks the place where more can be had."""
        self._filling = True
        if (first := self.topLevelItem(0)) is not None:
            self.setCurrentItem(first)
        self._filling = False

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        item = self.itemAt(event.pos())
        tree = item.data(0, _ROLE) if item is not None else None
        if isinstance(tree, Tree):
            menu = QMenu(self)
            removed = menu.addAction("Do not look in this folder any more")
            removed.triggered.connect(lambda: self.folder_removed.emit(tree.root))
            menu.exec(event.globalPos())

    def _head(self, title: str) -> None:
        item = QTreeWidgetItem(self, [title])
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setForeground(0, QColor(colours().secondary))
        item.setFont(0, font(12, font().Weight.DemiBold))

    def _add(self, title: str, name: str, data: object, count: str = "") -> QTreeWidgetItem:
        item = QTreeWidgetItem(self, [title])
        item.setIcon(0, icon(name) if name else _nothing())
        item.setData(0, _ROLE, data)
        item.setData(0, _COUNT, count)
        return item

    def _changed(self, item: QTreeWidgetItem | None) -> None:
        if self._filling or item is None:
            return
        data = item.data(0, _ROLE)
        if data == GET:
            self.wanted_more.emit()
        elif isinstance(data, Shelf):
            self.chosen.emit(data)


def _nothing() -> QIcon:
    """Keeps the place of an icon."""
    empty = QPixmap(16, 16)
    empty.fill(Qt.GlobalColor.transparent)
    return QIcon(empty)


def _same(one: Shelf, other: Shelf) -> bool:
    return (one.place, one.value) == (other.place, other.value)
