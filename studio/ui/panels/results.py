"""Results: the pictures of this session as a grid that fills its width, the running one in the making."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QContextMenuEvent,
    QDrag,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QListView, QMenu, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from studio.document.ways_on import STRONG, SUBTLE
from studio.ui.candidates import Candidate, Candidates, mime_of
from studio.ui.icons import icon
from studio.ui.images import draw_picture, draw_progress
from studio.ui.theme import colours

Index = QModelIndex | QPersistentModelIndex
WANTED = 120  # pixels: width of a cell, about
GAP = 4
OURS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class _Cell(QStyledItemDelegate):
    def __init__(self, view: ResultsPanel) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self._view.gridSize()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item = index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(item, Candidate):
            return
        roles = colours()
        rect = QRectF(option.rect).adjusted(GAP, GAP, -GAP, -GAP)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType]
        state = option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(roles.window))
        painter.drawRoundedRect(rect, 6, 6)
        place = draw_picture(painter, item.thumb, rect, 6)
        if item.picture is None:
            bar = QRectF(rect.x() + 6, rect.bottom() - 7, rect.width() - 12, 2)
            draw_progress(painter, bar, item.fraction, roles.pressed, roles.accent)
        if state & QStyle.StateFlag.State_Selected:
            frame = rect if item.thumb.isNull() else place
            pen = QPen(QColor(roles.accent), 2)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame.adjusted(1, 1, -1, -1), 6, 6)
        painter.restore()


class ResultsPanel(QListView):
    """shown(Candidate): look at it. applied(Candidate): put it on the canvas. sourced(Candidate): start from it.

    varied(Candidate, float): make pictures like it, with so much other noise.
    discarded(list): the person does not want these; copied(Candidate): to the clipboard.
    """

    shown = Signal(object)
    applied = Signal(object)
    sourced = Signal(object)
    varied = Signal(object, float)
    discarded = Signal(object)
    copied = Signal(object)

    def __init__(self, candidates: Candidates) -> None:
        super().__init__()
        self._candidates = candidates
        self.setModel(candidates)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setDragEnabled(True)
        self.setItemDelegate(_Cell(self))
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportMargins(12 - GAP, 0, 0, 0)
        self.setAccessibleName("Results")
        self.setAccessibleDescription("The pictures of this session. Enter puts one on the canvas, Delete discards it.")
        self.setToolTip(
            "Pictures of this session, to look at by a click\nA double click or Enter puts one on the canvas, Delete "
            "discards it.\nDrag it out to another program."
        )
        self.setGridSize(QSize(WANTED, WANTED))
        self.doubleClicked.connect(self._activate)  # not `activated`: some desktops send that for a single click
        self.clicked.connect(self._current)

    def select(self, item: Candidate | None) -> None:
        """Marks what is shown on the canvas, telling no one."""
        model = self.selectionModel()
        model.blockSignals(True)
        if item is None:
            model.clearSelection()
        else:
            model.setCurrentIndex(self._candidates.place(item), QItemSelectionModel.SelectionFlag.ClearAndSelect)
        model.blockSignals(False)
        self.viewport().update()

    def chosen(self) -> list[Candidate]:
        """What is selected, in order."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        return [self._candidates.items[row] for row in rows]

    def sizeHint(self) -> QSize:
        return QSize(280, 300)

    def minimumSizeHint(self) -> QSize:
        return QSize(136, 100)

    def resizeEvent(self, event: QResizeEvent) -> None:
        bar = 0 if self.verticalScrollBar().isVisible() else self.verticalScrollBar().sizeHint().width()
        width = self.viewport().width() - bar - 1  # QListView keeps room for a bar that is not there
        columns = max(1, round(width / WANTED))
        self.setGridSize(QSize(width // columns, width // columns))
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self._candidates.at(self.currentIndex())
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if item is not None and not event.modifiers():
                self._activate(self.currentIndex())
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.discarded.emit(self.chosen())
            case Qt.Key.Key_C if item is not None and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
                self.copied.emit(item)
            case _:
                super().keyPressEvent(event)
                if self._candidates.at(self.currentIndex()) is not item:
                    self._current(self.currentIndex())

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in OURS:
            event.accept()  # Delete means this list while it has the keyboard, not the canvas
            return True
        return super().event(event)

    def startDrag(self, supportedActions: Qt.DropAction) -> None:
        items = [item for item in self.chosen() if item.picture is not None]
        if not items:
            return
        drag = QDrag(self)
        drag.setMimeData(mime_of(items))
        drag.setPixmap(items[0].thumb.scaledToHeight(96, Qt.TransformationMode.SmoothTransformation))
        drag.exec(Qt.DropAction.CopyAction)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        item = self._candidates.at(self.indexAt(event.pos()))
        if item is not None and item.picture is not None:
            self.menu_for(item).popup(event.globalPos())

    def menu_for(self, item: Candidate) -> QMenu:
        """What can be done with a finished picture."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        rows = (
            ("check", "Put on canvas", self.applied, item),
            ("image-plus", "Start from this picture", self.sourced, item),
            ("copy", "Copy", self.copied, item),
            ("trash-2", "Discard", self.discarded, [item]),
        )
        for picture, title, signal, value in rows:
            action: QAction = menu.addAction(icon(picture), title)
            action.triggered.connect(lambda _checked=False, signal=signal, value=value: signal.emit(value))  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType, reportUnknownMemberType]
        for title, strength in (("Subtle variations", SUBTLE), ("Strong variations", STRONG)):
            menu.addAction(icon("shuffle"), title, lambda strength=strength: self.varied.emit(item, strength))
        return menu

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._candidates.rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(QColor(colours().secondary))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect().adjusted(24, 0, -24, 0), flags, "Pictures appear here.")

    def _activate(self, index: QModelIndex) -> None:
        item = self._candidates.at(index)
        if item is not None and item.picture is not None:
            self.applied.emit(item)

    def _current(self, index: QModelIndex) -> None:
        item = self._candidates.at(index)
        if item is not None:
            self.shown.emit(item)
