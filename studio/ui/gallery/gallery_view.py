"""The gallery workspace: everything ever made, found in an instant, opened again with all its settings."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication

from studio.library.gallery.gallery import Change, Gallery
from studio.library.gallery.index.search import Wanted
from studio.library.gallery.metadata import Metadata
from studio.request.errors import Trouble
from studio.ui.gallery.acts import Acts
from studio.ui.gallery.arranged import LARGEST, SMALLEST
from studio.ui.gallery.arriving import Arriving
from studio.ui.gallery.asking import Asking
from studio.ui.gallery.browser import Browser
from studio.ui.gallery.full_screen import set_full_screen
from studio.ui.gallery.full_size import FullSize, read_whole
from studio.ui.gallery.loader import ThumbnailLoader
from studio.ui.gallery.menu import build_menu
from studio.ui.gallery.model import PictureModel
from studio.ui.gallery.modes import Mode
from studio.ui.gallery.offers import offers_for
from studio.ui.gallery.panel import Panel
from studio.ui.gallery.places import Places
from studio.ui.gallery.saying import Saying
from studio.ui.gallery.scan_report import ScanReport
from studio.ui.gallery.selecting import Selecting
from studio.ui.gallery.side_bar import Chosen
from studio.ui.gallery.viewer import Viewer
from studio.ui.gallery.work import GalleryWork

_Mod = Qt.KeyboardModifier
_EVERYWHERE = frozenset((Qt.Key.Key_F5, Qt.Key.Key_F11))  # keys that mean nothing to any field or button


class GalleryView(Selecting):
    """recall_requested(Metadata, frozenset): take these settings over. asked_for(str, Item, Metadata): "remix", "vary"
    or "again". send_to_canvas(Path, str): as "layer", "source", "mask" or "reference". cell_chosen(int): to remember.
    keys_of: the key of an action by its id, as one sees it.

    Call `shut` before the program ends: there are threads.
    """

    recall_requested = Signal(object, object)
    asked_for = Signal(str, object, object)
    send_to_canvas = Signal(object, str)
    cell_chosen = Signal(int)

    def __init__(self, gallery: Gallery, cell: int = 200) -> None:
        self.loader = ThumbnailLoader(gallery)
        self.full_size = FullSize()
        model = PictureModel(gallery, self.loader)
        super().__init__(model, Viewer(model, self.full_size), gallery.search.facets, cell)
        for part in (self.loader, self.full_size, self.model):
            part.setParent(self)
        self._gallery = gallery
        self.keys_of: Callable[[str], str] = lambda _id: ""
        self.work = GalleryWork(gallery, self)
        self.acts = Acts(gallery, self.work, self)
        self.asking = Asking(gallery, self.acts, self)
        self.browser = Browser(gallery, self.model, self.grid)
        self.places = Places(self, gallery, self.browser, self.acts, self.asking, self.work)
        self.panel = Panel(
            self.info,
            gallery,
            self.acts,
            self.model,
            lambda: self.selected_rows,
            self.go_to,
        )
        self.arriving = Arriving(gallery, self.work, self.acts, self.places.add_folder, self)
        self.report = ScanReport(self.progress, gallery, self.work, self.loader)
        self.saying = Saying(self.notices)
        self.setAcceptDrops(True)
        self._connect()
        self.places.fill()
        self.browser.look(Wanted())
        QTimer.singleShot(0, self.work.start)

    def metadata(self) -> Metadata | None:
        """How the one selected picture was made; None when there is none or its file cannot be read."""
        item = self.current
        try:
            return self._gallery.metadata(item) if item is not None else None
        except Trouble:
            return None

    def favour(self) -> None:
        """Makes what is selected favourites; none, when all are."""
        items = self.selected
        self.acts.favour(items, not all(item.favourite for item in items))

    def begin_search(self) -> None:
        """Brings the keyboard to the search."""
        self.search.setFocus()
        self.search.selectAll()

    def close_viewer(self) -> None:
        """Back to the grid, at the picture that was shown."""
        set_full_screen(self.viewer, self.pages, False)
        self.looking.at(self.grid)
        if self.viewer.mode is Mode.SINGLE:
            self.go_to_row(self.viewer.row)

    def find_similar(self) -> None:
        """Shows pictures that look like the selected one."""
        item = self.current
        if item is not None:
            self.browser.look_like(item)
            self.show_alike(True)
            self.looking.at(self.grid)

    def leave_similar(self) -> None:
        """Back from pictures like one to what was shown before."""
        if self.browser.like is not None:
            self.places.look()

    def recall(self, names: frozenset[str]) -> None:
        """Asks that settings of the selected picture be taken over. names: out of `recalling.SETTINGS`."""
        metadata = self.metadata()
        if metadata is not None:
            self.recall_requested.emit(metadata, names)

    def ask(self, what: str) -> None:
        """Asks others for something with the selected picture, see `asked_for`."""
        item, metadata = self.current, self.metadata()
        if item is not None and metadata is not None:
            self.asked_for.emit(what, item, metadata)

    def send(self, way: str) -> None:
        """Sends the selected picture to the canvas, see `send_to_canvas`."""
        item = self.current
        if item is not None:
            self.send_to_canvas.emit(item.path, way)

    def copy_picture(self) -> None:
        """The selected picture to the clipboard."""
        item = self.current
        if item is not None:
            whole = self.full_size.get(item.path) or read_whole(item.path)
            self.acts.copy_picture(item, whole.image)

    def copy_settings(self) -> None:
        """The settings of the selected picture to the clipboard."""
        metadata = self.metadata()
        if metadata is not None:
            self.acts.copy_settings(metadata)

    def go_to(self, identifier: int) -> None:
        """Shows a picture, in the grid or the viewer, wherever it is."""
        if self.model.row_of(identifier) < 0:
            self.search.look_for("")
            self.side.choose(Chosen())
            self.places.look()
        self.go_to_row(self.model.row_of(identifier))

    def go_to_row(self, row: int) -> None:
        """Shows the picture of a row, in the grid or the viewer."""
        if not 0 <= row < self.model.rowCount():
            return
        self.grid.choose(row)
        if self.viewing:
            self.viewer.show_row(row)

    def toggle_info(self) -> None:
        """Shows the panel at the right, or hides it."""
        self.about.setChecked(not self.about.isChecked())

    def set_cell(self, side: int) -> None:
        """The size of the cells in pixels."""
        side = max(SMALLEST, min(LARGEST, side))
        self.grid.set_cell(side)
        self.size_slider.blockSignals(True)
        self.size_slider.setValue(side)
        self.size_slider.blockSignals(False)
        self.cell_chosen.emit(side)

    def shut(self) -> None:
        """Ends all threads; returns when they have ended."""
        self.work.close()
        self.loader.close()
        self.full_size.close()

    # inside

    def _connect(self) -> None:
        self.grid.selectionModel().selectionChanged.connect(self._selection_changed)
        self.grid.doubleClicked.connect(self.looking.open)
        self.grid.resized.connect(self.set_cell)
        self.size_slider.valueChanged.connect(self.set_cell)
        self.search.left.connect(self._left_search)
        self.about.toggled.connect(self._show_panel)
        self.viewer.closed.connect(self.looking.close)
        self.viewer.turned.connect(self.go_to_row)
        self.viewer.asked.connect(self.open_menu)
        self.viewer.full_screen.connect(partial(set_full_screen, self.viewer, self.pages))
        self.looking.turned.connect(self._turned)
        self.info.recalled.connect(self.recall)
        self.info.asked.connect(self.ask)
        self.info.copied.connect(self.copy_settings)
        self.acts.told.connect(self.saying.tell)
        self.acts.failed.connect(self.saying.fail)
        self.acts.exporting.busy.connect(self.saying.busy)
        self.work.changed.connect(self._changed)
        self.work.troubled.connect(self.saying.fail)
        self.browser.shown.connect(self._shown)

    def _turned(self) -> None:
        self.panel.show_soon()
        self._stand()

    def _selection_changed(self, *_parts: object) -> None:
        self.panel.show_soon()
        self._say_count()
        self._stand()

    def _stand(self, *, same: bool = False) -> None:
        self.stand(self.places.in_trash, self.browser.like is not None, same=same)

    def _left_search(self) -> None:
        self.grid.setFocus()
        if self.model.rowCount() and not self.grid.currentIndex().isValid():
            self.grid.choose(0)

    def _show_panel(self, on: bool) -> None:
        self.info.setVisible(on)
        self.panel.show_now()

    def _shown(self) -> None:
        if self.viewing:
            self.viewer.follow()
        self._say_count()
        self.panel.show_soon()
        self._stand(same=not self.viewing)

    def _say_count(self) -> None:
        count, chosen = self.model.rowCount(), self.grid.selected_count()
        self.empty.setEnabled(count > 0)
        words = f"{count:,} pictures" if count != 1 else "1 picture"
        if self.browser.like is not None:
            words = f"Pictures like {self.browser.like.name}, most alike first"
        self.count.setText(f"{words} · {chosen:,} selected" if chosen > 1 else words)

    def _changed(self, change: Change) -> None:
        self.browser.changed(change)
        self.places.fill_soon()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.browser.woken()

    def open_menu(self, place: QPoint) -> None:
        """The menu of what is selected, at a place of the screen."""
        plain = self._gallery.collections.all()
        offers = offers_for(self, self.selected, plain, self.places.collection, self.places.in_trash)
        if offers:
            build_menu(offers, self, self.keys_of).exec(place)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.arriving.wants(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.arriving.take(event.mimeData())
        event.acceptProposedAction()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.open_menu(event.globalPos())

    def event(self, event: QEvent) -> bool:
        """Plain keys are the grid's and the viewer's; elsewhere they are of what has the keyboard, as in any window."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            now = QApplication.focusWidget()
            plain = not event.modifiers() & (_Mod.ControlModifier | _Mod.AltModifier | _Mod.MetaModifier)
            if plain and event.key() not in _EVERYWHERE and now is not None and not self.pages.isAncestorOf(now):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.browser.like is not None:
            self.leave_similar()
        else:
            super().keyPressEvent(event)
