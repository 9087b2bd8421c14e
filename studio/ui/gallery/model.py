"""All pictures that are shown, by number: what each is, is read a page at a time; thumbnails come when they come."""

from __future__ import annotations

import html
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, QUrl
from PySide6.QtGui import QPixmap

from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.search import Found
from studio.library.gallery.index.store import Item
from studio.ui.gallery.loader import ThumbnailLoader
from studio.ui.mime import empty_mime

Index = QModelIndex | QPersistentModelIndex
PAGE = 64  # pictures that are read at once
MOST_ITEMS = 4096
THUMBNAIL_BYTES = 96 * 1024 * 1024
MIME = "application/x-sfumato-pictures"  # ids of pictures of the gallery, as text with commas


class PictureModel(QAbstractListModel):
    """found: ids in order. Items and thumbnails are kept as long as there is room."""

    def __init__(self, gallery: Gallery, loader: ThumbnailLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._gallery = gallery
        self._loader = loader
        self.found = Found(np.empty(0, np.int64), np.empty(0, np.float64))
        self._items: OrderedDict[int, Item | None] = OrderedDict()  # by id; None: it has gone
        self._thumbnails: OrderedDict[bytes, QPixmap | None] = OrderedDict()
        self._bytes = 0
        loader.ready.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def show(self, found: Found) -> None:
        """Shows other pictures."""
        self.beginResetModel()
        self.found = found
        self._items.clear()
        self.endResetModel()

    def insert_first(self, found: Found) -> None:
        """The same pictures with new ones before them, which costs next to nothing."""
        new = len(found) - len(self.found)
        self.beginInsertRows(QModelIndex(), 0, new - 1)
        self.found = found
        self.endInsertRows()

    def forget_items(self) -> None:
        """What is known of the pictures may have changed; which they are has not."""
        self._items.clear()
        if self.rowCount():
            self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1))

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.found)

    def item(self, row: int) -> Item | None:
        """The picture of a row; None when it has gone since."""
        if not 0 <= row < len(self.found):
            return None
        identifier = int(self.found.ids[row])
        if identifier not in self._items:
            self._read(row // PAGE)
        self._items.move_to_end(identifier)
        return self._items[identifier]

    def items(self, rows: Sequence[int]) -> list[Item]:
        """The pictures of these rows that are still there; many are read at once, past what is kept here."""
        if len(rows) <= PAGE:
            return [item for row in rows if (item := self.item(row)) is not None]
        return self._gallery.store.items(self.found.ids[np.array(rows)].tolist())

    def row_of(self, identifier: int) -> int:
        """Where a picture is, -1 when it is not shown."""
        places = np.flatnonzero(self.found.ids == identifier)
        return int(places[0]) if len(places) else -1

    def thumbnail(self, item: Item) -> QPixmap | None:
        """The thumbnail if it is here; else it is asked for, and dataChanged tells when it has come."""
        if item.print in self._thumbnails:
            self._thumbnails.move_to_end(item.print)
            return self._thumbnails[item.print]
        self._loader.ask(item)
        return None

    def known_bad(self, item: Item) -> bool:
        """Whether it was tried to draw this picture, in vain."""
        return item.print in self._thumbnails and self._thumbnails[item.print] is None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        item = self.item(index.row()) if index.isValid() else None
        if item is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return item.name
            case Qt.ItemDataRole.UserRole:
                return item
            case Qt.ItemDataRole.ToolTipRole:
                return html.escape(f"{item.prompt[:300] or item.name}").replace("\n", "<br>")
            case Qt.ItemDataRole.AccessibleTextRole:
                return described(item)
            case _:
                return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        plain = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return plain | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else plain

    def mimeTypes(self) -> list[str]:
        return [MIME, "text/uri-list"]

    def mimeData(self, indexes: list[QModelIndex]) -> QMimeData:  # pyright: ignore[reportIncompatibleMethodOverride]
        items = [item for index in indexes if (item := self.item(index.row())) is not None]
        return mime_of(items)

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    def _read(self, number: int) -> None:
        """Reads what is not known yet of a page."""
        ids = [int(each) for each in self.found.ids[number * PAGE : (number + 1) * PAGE]]
        unknown = [each for each in ids if each not in self._items]
        there = {item.id: item for item in self._gallery.store.items(unknown)}
        self._items |= {each: there.get(each) for each in unknown}
        while len(self._items) > MOST_ITEMS:
            self._items.popitem(last=False)

    def _take(self) -> None:
        """Thumbnails have come: all at once, to be drawn at once."""
        for loaded in self._loader.take():
            pixmap = None if loaded.image.isNull() else QPixmap.fromImage(loaded.image)
            self._thumbnails[loaded.print] = pixmap
            self._bytes += weight(pixmap)
        while self._bytes > THUMBNAIL_BYTES and self._thumbnails:
            _, oldest = self._thumbnails.popitem(last=False)
            self._bytes -= weight(oldest)
        if self.rowCount():
            self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1), [Qt.ItemDataRole.DecorationRole])


def mime_of(items: list[Item]) -> QMimeData:
    """Pictures on their way to another program or another part of this one."""
    data = empty_mime()
    data.setUrls([QUrl.fromLocalFile(str(item.path)) for item in items])
    data.setData(MIME, ",".join(str(item.id) for item in items).encode())
    return data


def ids_of(data: QMimeData) -> list[int]:
    """Ids of pictures that are being dragged out of the gallery."""
    text = bytes(data.data(MIME).data()).decode("ascii", "replace")
    return [int(part) for part in text.split(",") if part.isdecimal()]


def described(item: Item) -> str:
    """A picture in words, for a screen reader."""
    on = datetime.fromtimestamp(item.created)
    made = f"{on.day} {on:%B %Y}"
    stars = f"{item.rating} stars" if item.rating else ""
    words = item.problem or item.prompt[:200] or item.name
    return ", ".join(part for part in (words, made, stars, "favourite" if item.favourite else "") if part)


def weight(pixmap: QPixmap | None) -> int:
    """Bytes that a thumbnail takes."""
    return 200 if pixmap is None else pixmap.width() * pixmap.height() * 4
