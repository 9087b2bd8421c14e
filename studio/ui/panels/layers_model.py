"""The layers of a document as a tree of rows, the uppermost first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QImage

from studio.document import layering
from studio.document.change import Change
from studio.document.document import Document
from studio.document.layers import Group, Layer, Plane, settled, walk
from studio.document.thumbnails import thumbnail
from studio.request.errors import Trouble

Index = QModelIndex | QPersistentModelIndex
KIND = "application/x-sfumato-layer"
_ROLES = Qt.ItemDataRole
NAMED = (_ROLES.DisplayRole, _ROLES.EditRole, _ROLES.AccessibleTextRole, _ROLES.ToolTipRole)
LAYER = Qt.ItemDataRole.UserRole
THUMB = Qt.ItemDataRole.UserRole + 1
SIDE = 72  # device pixels of a thumbnail
LATER = 200  # milliseconds after the last change until thumbnails are made anew
_NOWHERE = QModelIndex()


@dataclass(eq=False)
class _Node:
    layer: Layer
    number: int
    parent: _Node | None = None
    row: int = 0
    children: list[_Node] = field(default_factory=list["_Node"])


class LayersModel(QAbstractItemModel):
    """Follows the document; rows can be renamed and dragged. refused(Trouble): a layer cannot go there."""

    def __init__(self, document: Document, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._nodes: list[_Node] = []
        self._shape: Any = None
        self._thumbs: dict[str, tuple[object, QImage]] = {}
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LATER)
        self._later.timeout.connect(self._freshen)
        document.changed.connect(self._on_changed)
        self._build()

    # shape

    def index(self, row: int, column: int, parent: Index = _NOWHERE) -> QModelIndex:
        node = self._node(parent)
        if column != 0 or not 0 <= row < len(node.children):
            return QModelIndex()
        return self.createIndex(row, 0, node.children[row].number)

    def parent(self, child: Index = _NOWHERE) -> QModelIndex:  # pyright: ignore[reportIncompatibleMethodOverride]
        node = self._node(child).parent if child.isValid() else None
        return QModelIndex() if node is None or node.number == 0 else self.createIndex(node.row, 0, node.number)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return len(self._node(parent).children)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 1

    def layer(self, index: Index) -> Layer | None:
        return self._node(index).layer if index.isValid() else None

    def index_of(self, layer: Layer) -> QModelIndex:
        node = next((node for node in self._nodes[1:] if node.layer is layer), None)
        return QModelIndex() if node is None else self.createIndex(node.row, 0, node.number)

    def _node(self, index: Index) -> _Node:
        number = index.internalId() if index.isValid() else 0
        return self._nodes[number] if number < len(self._nodes) else self._nodes[0]

    # rows

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        layer = self.layer(index)
        if layer is None:
            return None
        if role in NAMED:
            return layer.name
        if role == LAYER:
            return layer
        return self._thumbs.get(layer.id, (None, None))[1] if role == THUMB else None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        layer = self.layer(index)
        if layer is None or role != Qt.ItemDataRole.EditRole or not str(value).strip():
            return False
        layering.change(self._document, layer, "Rename layer", name=str(value).strip())
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        flags |= Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsDragEnabled
        return flags | Qt.ItemFlag.ItemIsDropEnabled if isinstance(self.layer(index), Group) else flags

    # dragging

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [KIND]

    def mimeData(self, indexes: list[QModelIndex]) -> QMimeData:  # pyright: ignore[reportIncompatibleMethodOverride]
        layer = self.layer(indexes[0])
        data = QMimeData()
        data.setData(KIND, (layer.id if layer is not None else "").encode())
        return data

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        id_ = bytes(data.data(KIND).data()).decode()
        layer = next((found for found in walk(self._document.layers) if found.id == id_), None)
        group = self.layer(parent) if parent.isValid() else self._document.root
        if layer is None or not isinstance(group, Group):
            return False
        below = len(group.children) if row < 0 else len(group.children) - row
        try:
            layering.move(self._document, layer, group, below)
        except Trouble:
            return False
        return False  # it is moved already; True would make the view remove the row

    # following

    def _on_changed(self, change: Change) -> None:
        if change & Change.LAYERS:
            if _shape(self._document.root) != self._shape:
                self._build()
            else:
                self._tell_all()
        if change & (Change.LAYERS | Change.PIXELS | Change.MASK | Change.SIZE):
            self._later.start()

    def _build(self) -> None:
        self.beginResetModel()
        self._nodes = []
        self._add(self._document.root, None, 0)
        self._shape = _shape(self._document.root)
        self.endResetModel()
        self._later.start()

    def _add(self, layer: Layer, parent: _Node | None, row: int) -> _Node:
        node = _Node(layer, len(self._nodes), parent, row)
        self._nodes.append(node)
        if isinstance(layer, Group):
            for place, child in enumerate(reversed(layer.children)):
                node.children.append(self._add(child, node, place))
        return node

    def _tell_all(self) -> None:
        for node in self._nodes[1:]:
            index = self.createIndex(node.row, 0, node.number)
            self.dataChanged.emit(index, index)

    def _freshen(self) -> None:
        """Makes the thumbnails of layers whose tiles are others."""
        size, held = self._document.size, self._document.held
        kept: dict[str, tuple[object, QImage]] = {}
        for node in self._nodes[1:]:
            layer = node.layer if not held else settled(node.layer, held)  # in the hand, it still looks as it did
            state = _state(layer), size
            old = self._thumbs.get(layer.id)
            kept[layer.id] = old if old is not None and old[0] == state else (state, thumbnail(layer, size, SIDE))
        self._thumbs = kept
        self._tell_all()


def _shape(group: Group) -> object:
    return tuple((child.id, _shape(child) if isinstance(child, Group) else None) for child in group.children)


def _state(layer: Layer) -> object:
    """Equal as long as the content is: tiles are never painted on, only replaced."""
    if isinstance(layer, Plane):
        return layer.x, layer.y, {key: id(tile) for key, tile in layer.tiles.items()}
    if isinstance(layer, Group):
        return tuple((_state(child), child.visible, child.opacity, child.blend) for child in layer.children)
    return None
