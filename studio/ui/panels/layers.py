"""The layers panel."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QMenu, QTreeView, QVBoxLayout, QWidget

from studio.document import layering
from studio.document.change import Change
from studio.document.document import Document
from studio.document.layers import ControlLayer, Group, Layer
from studio.request.errors import Trouble
from studio.ui.panels.layer_control import ControlOptions
from studio.ui.panels.layer_generated import GeneratedOptions
from studio.ui.panels.layers_model import LAYER, LayersModel
from studio.ui.panels.layers_options import LayerOptions
from studio.ui.panels.layers_rows import LayerRows
from studio.ui.widgets.tool import GAP, PADDING, tool_button

Act = Callable[[], object]
LEAST = 56  # logical pixels of the rows, however much is said of the active layer


class LayerTree(QTreeView):
    """The rows. menu_wanted(QPoint): on the screen."""

    menu_wanted = Signal(object)

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._folded: set[str] = set()
        self.rows = LayersModel(document, self)
        self.look = LayerRows(self)
        self.setModel(self.rows)
        self.setItemDelegate(self.look)
        self.setHeaderHidden(True)
        self.setIndentation(16)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setExpandsOnDoubleClick(False)
        self.setMinimumHeight(LEAST)
        self.setAccessibleName(self.tr("Layers"))
        self.setToolTip(self.tr("The layers, the topmost first\nDrag one to move it; a double click renames it."))
        self.rows.modelReset.connect(self._unfold)
        self.look.folder_clicked.connect(self._toggle)
        self.collapsed.connect(self._fold)
        self.expanded.connect(self._open)
        self.selectionModel().currentChanged.connect(self._chosen)
        document.changed.connect(self._on_changed)
        self._unfold()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    def mark(self) -> None:
        """Shows which layer is the active one."""
        index = self.rows.index_of(self._document.active)
        if index != self.currentIndex():
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.scrollTo(index)

    def _chosen(self, index: QModelIndex) -> None:
        layer = self.rows.layer(index)
        if layer is not None:
            self._document.set_active(layer)

    def _on_changed(self, change: Change) -> None:
        if change & Change.LAYERS:
            self.mark()

    def _unfold(self) -> None:
        self.expandAll()
        for row in range(self.rows.rowCount()):
            self._refold(self.rows.index(row, 0))
        self.mark()

    def _refold(self, index: QModelIndex) -> None:
        layer = self.rows.layer(index)
        if layer is not None and layer.id in self._folded:
            self.setExpanded(index, False)
        for row in range(self.rows.rowCount(index)):
            self._refold(self.rows.index(row, 0, index))

    def drawBranches(self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        """Nothing: groups show in their own row whether they are unfolded."""

    def _toggle(self, group: Group) -> None:
        index = self.rows.index_of(group)
        self.setExpanded(index, not self.isExpanded(index))

    def _fold(self, index: QModelIndex) -> None:
        layer = self.rows.layer(index)
        if layer is not None:
            self._folded.add(layer.id)

    def _open(self, index: QModelIndex) -> None:
        layer = self.rows.layer(index)
        if layer is not None:
            self._folded.discard(layer.id)


class LayersPanel(QWidget):
    """What the active layer is set to, the tree, and buttons. trouble(Trouble): something cannot be done, and why.

    control_wanted(): a control layer is to be added.
    """

    trouble = Signal(object)
    control_wanted = Signal()

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self.options = LayerOptions(document)
        self.generated = GeneratedOptions(document)
        self.control = ControlOptions(document)
        self.tree = LayerTree(document)
        self.tree.menu_wanted.connect(self._show_menu)
        self.tree.look.eye_clicked.connect(self._toggle_eye)
        self.tree.look.lock_clicked.connect(self._unlock)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, GAP)
        column.setSpacing(GAP)
        column.addWidget(self.options)
        column.addWidget(self.generated)
        column.addWidget(self.control)
        column.addWidget(self.tree, 1)
        column.addLayout(self._buttons())
        document.changed.connect(self._on_changed)

    def _on_changed(self, change: Change) -> None:
        if change & Change.LAYERS:
            self.options.setVisible(not isinstance(self._document.active, ControlLayer))  # which has its own

    def _buttons(self) -> QHBoxLayout:
        document = self._document
        acts: tuple[tuple[str, str, Act], ...] = (
            ("plus", self.tr("Add layer (Insert)"), lambda: layering.add_paint(document)),
            ("mask", self.tr("Add mask\nSays what to make anew."), lambda: layering.add_mask(document)),
            (
                "map-pin",
                self.tr("Add region\nAn area with a prompt of its own."),
                lambda: layering.add_region(document),
            ),
            ("spline", self.tr("Add control\nA picture that the next ones follow."), self.control_wanted.emit),
            ("folder-plus", self.tr("Group (Ctrl+G)"), lambda: layering.group_up(document, document.active)),
            ("copy-plus", self.tr("Duplicate"), lambda: layering.duplicate(document, document.active)),
            (
                "arrow-down-to-line",
                self.tr("Merge down (Ctrl+E)"),
                lambda: layering.merge_down(document, document.active),
            ),
            ("trash-2", self.tr("Remove"), lambda: layering.remove(document, document.active)),
        )
        row = QHBoxLayout()
        row.setContentsMargins(PADDING - 4, 0, PADDING - 4, 0)
        row.setSpacing(2)
        for icon, title, act in acts:
            if icon == "trash-2":
                row.addStretch(1)
            row.addWidget(tool_button(icon, title, self._attempting(act), 16))
        return row

    def _attempting(self, act: Act) -> Act:
        def run() -> None:
            try:
                act()
            except Trouble as trouble:
                self.trouble.emit(trouble)

        return run

    def _toggle_eye(self, layer: Layer) -> None:
        text = "Hide layer" if layer.visible else "Show layer"
        layering.change(self._document, layer, text, visible=not layer.visible)

    def _unlock(self, layer: Layer) -> None:
        layering.change(self._document, layer, "Unlock layer", locked=False)

    def _show_menu(self, at: QPoint) -> None:
        index = self.tree.indexAt(self.tree.viewport().mapFromGlobal(at))
        layer = index.data(LAYER)
        if layer is None:
            return
        self._menu(layer, index).popup(at)

    def _menu(self, layer: Layer, index: QModelIndex) -> QMenu:
        document = self._document
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def add(title: str, act: Act, *, enabled: bool = True) -> None:
            menu.addAction(title, self._attempting(act)).setEnabled(enabled)

        add(self.tr("Rename"), lambda: self.tree.edit(index))
        add(self.tr("Duplicate"), lambda: layering.duplicate(document, layer))
        locked = not layer.locked
        title = self.tr("Lock") if locked else self.tr("Unlock")
        add(title, lambda: layering.change(document, layer, f"{title} layer", locked=locked))
        menu.addSeparator()
        add(self.tr("Move up"), lambda: layering.shift(document, layer, 1))
        add(self.tr("Move down"), lambda: layering.shift(document, layer, -1))
        if isinstance(layer, Group):
            add(self.tr("Ungroup"), lambda: layering.ungroup(document, layer))
        else:
            add(self.tr("Group"), lambda: layering.group_up(document, layer))
        can = layering.can_merge_down(document, layer)
        add(self.tr("Merge down"), lambda: layering.merge_down(document, layer), enabled=can)
        menu.addSeparator()
        add(self.tr("Remove"), lambda: layering.remove(document, layer))
        return menu
