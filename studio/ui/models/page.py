"""The Models workspace: all weights on this machine as a grid, what is known of each, and more to be had."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QMenu, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from studio.library.downloads.catalogue import Offer
from studio.library.downloads.hub import Hub
from studio.library.downloads.tokens import keep_token, token
from studio.library.entry import Entry
from studio.library.models import Looked, Models
from studio.library.recognition.recognise import PICKLED
from studio.library.recognition.verdict import size_text
from studio.ui.models.acts import Acts
from studio.ui.models.details import Details
from studio.ui.models.entry_model import EntryModel
from studio.ui.models.get_more import GetMore
from studio.ui.models.grid import EntryGrid
from studio.ui.models.pictures import PictureOf, Pictures
from studio.ui.models.side import SideBar
from studio.ui.models.transfer_list import TransferList
from studio.ui.models.transfers import State, Transfer, Transfers
from studio.ui.models.wanted import Place, Shelf, Sort, Wanted, chosen, shelves
from studio.ui.models.work import LibraryWork
from studio.ui.preferences import Preferences
from studio.ui.progress import joined
from studio.ui.widgets.choice import Choice
from studio.ui.widgets.notice import Notices
from studio.ui.widgets.tool import GAP, PADDING, label, tool_button

_TYPING = 120  # milliseconds after the last key before the list follows
_EMPTY = {
    Place.MISSING: ("Nothing is missing", ""),
    Place.DUPLICATES: ("Nothing is here twice", ""),
}


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What the page is given. picture_of: see `Pictures`. own: the folder of the studio's models. in_use: path of the
    model that paints now. offers: the catalogue. hub: makes a connection to the hub, with a token.
    """

    preferences: Preferences
    picture_of: PictureOf
    own: Path
    in_use: Callable[[], Path]
    offers: Sequence[Offer] = ()
    hub: Callable[[str], Hub] = Hub


class ModelsPage(QWidget):
    """used(Model): make pictures with it from now on. Call `shut` before the program ends: there are threads."""

    used = Signal(object)

    def __init__(self, models: Models, work: LibraryWork, around: Surroundings) -> None:
        super().__init__()
        self._models, self._work, self._around = models, work, around
        self._wanted = Wanted()
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.model = EntryModel()
        self.pictures = Pictures(around.picture_of, self)
        self.grid = EntryGrid(self.model, self.pictures)
        self.side = SideBar()
        self.details = Details(models.book.tags)
        self.transfers = Transfers(self, token_for=lambda url: self.hub().token_for(url))
        self.downloads = TransferList(self.transfers)
        self.get_more = GetMore(around.offers, self.hub, around.own)
        self.pages = QStackedWidget()
        self.notices = Notices(self, self.pages)
        self.acts = Acts(self, models, work, self.transfers, around.preferences, around.own, self.notices)
        self.search = QLineEdit()
        self.sort = Choice()
        self.count = label("", "secondary")
        self._later = QTimer(self)
        self._build()
        self._connect()
        self.transfers.take_up(around.own)
        self.refresh()

    def hub(self) -> Hub:
        """With the person's token. Call it on a thread: the keyring may have to be unlocked first."""
        return self._around.hub(token())

    def showEvent(self, event: QShowEvent) -> None:
        """Newer pictures may have been made, another model chosen, and a disk put in that was out."""
        super().showEvent(event)
        if any(entry.missing for entry in self._models.entries()):
            self._work.look()
        self.pictures.forget()
        self._mark_used()

    def shut(self) -> None:
        """Ends all threads of the page; what was typed is written down."""
        self.details.flush()
        self.pictures.close()
        self.transfers.close()

    def refresh(self) -> None:
        """Shows what there is now; the place, the words and what is selected stay."""
        entries = self._models.entries()
        self.side.fill(shelves(entries), self._models.trees(), self._around.own)
        self.get_more.refresh(frozenset(entry.name for entry in entries if not entry.missing))
        self._list()
        self._mark_used()

    def show_place(self, shelf: Shelf) -> None:
        """Shows one line of the side bar."""
        self.pages.setCurrentIndex(0)
        self._wanted = replace(self._wanted, place=shelf.place, value=shelf.value)
        self._list()
        self.grid.scrollToTop()

    def show_offers(self) -> None:
        """Shows where more can be had."""
        self.pages.setCurrentIndex(1)
        self.side.choose_more()
        self.get_more.words.setFocus(Qt.FocusReason.OtherFocusReason)
        self._work.run(lambda: bool(token()), self.get_more.show_token)

    # inside

    def _build(self) -> None:
        inside = QWidget()
        sides = QHBoxLayout(inside)
        sides.setContentsMargins(0, 0, 0, 0)
        sides.setSpacing(0)
        sides.addWidget(self._browse(), 1)
        sides.addWidget(self.details)
        self.pages.addWidget(inside)
        self.pages.addWidget(self.get_more)
        bar = QFrame()
        bar.setProperty("role", "panel")
        edge = QVBoxLayout(bar)
        edge.setContentsMargins(6, 8, 0, 0)
        edge.addWidget(self.side)
        whole = QHBoxLayout()
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(bar)
        whole.addWidget(self.pages, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(1)
        outer.addLayout(whole, 1)
        outer.addWidget(self.downloads)

    def _browse(self) -> QWidget:
        """The grid, below what it is sought and sorted by."""
        browse = QWidget()
        browse.setProperty("role", "page")
        column = QVBoxLayout(browse)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._bar())
        column.addWidget(self.grid, 1)
        return browse

    def _bar(self) -> QHBoxLayout:
        self.search.setPlaceholderText("Search names, tags, notes, trigger words")
        self.search.setAccessibleName("Search models")
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(200)
        self.search.setMaximumWidth(420)
        for sort in Sort:
            self.sort.addItem(sort.value.capitalize(), sort)
        self.sort.setAccessibleName("Order")
        self.sort.setFixedWidth(140)
        self._later.setSingleShot(True)
        self._later.setInterval(_TYPING)
        add = QPushButton("Add …")
        menu = QMenu(add)
        menu.addAction("A folder, used in place …", self.acts.ask_folder)
        menu.addAction("Files, copied into Sfumato's own folder …", self.acts.ask_file)
        menu.addAction("From the web …", self.show_offers)
        add.setMenu(menu)
        self.again = tool_button("refresh-cw", "Look through the folders again", self._work.look, 16)
        row = QHBoxLayout()
        row.setContentsMargins(PADDING, 10, PADDING, 6)
        row.setSpacing(GAP)
        row.addWidget(self.search, 1)
        row.addWidget(self.sort)
        row.addWidget(self.count)
        row.addStretch(1)
        row.addWidget(add)
        row.addWidget(self.again)
        return row

    def _connect(self) -> None:
        self._later.timeout.connect(self._list)
        self.search.textChanged.connect(self._later.start)
        self.sort.activated.connect(self._list)
        self.side.chosen.connect(self.show_place)
        self.side.wanted_more.connect(self.show_offers)
        self.side.folder_removed.connect(self.acts.remove_folder)
        self.grid.chosen.connect(self._show_details)
        self.grid.opened.connect(self._use)
        self.details.used.connect(self._use)
        self.details.deed.connect(self.acts.do)
        self.details.noted.connect(self.acts.note)
        self.details.part_wanted.connect(lambda part: self.acts.bring_part(self.hub, part))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
        self.get_more.wished.connect(self.acts.bring)
        self.get_more.asked.connect(self._ask)
        self.get_more.token_given.connect(self._keep_token)
        self.get_more.told.connect(self._tell_error)
        self.transfers.arrived.connect(self._arrived)
        self._work.changed.connect(self.refresh)
        self._work.progressed.connect(self._show_progress)
        self._work.looked.connect(self._show_count)
        self._work.troubled.connect(self._tell_error)

    def _list(self) -> None:
        words, sort = self.search.text(), self.sort.currentData()
        self._wanted = replace(self._wanted, words=words, sort=sort or Sort.NAME)
        before, height = self.grid.current, self.grid.verticalScrollBar().value()
        self.model.show(chosen(self._models.entries(), self._wanted))
        nothing = ("Nothing of that name", "Search looks in names, tags, notes and trigger words.")
        plain = ("Nothing here yet", "Add a folder of models that you have, or get some from the web.")
        self.grid.empty = nothing if words else _EMPTY.get(self._wanted.place, plain)
        self.grid.select(before)
        self.grid.stay_at(height)
        if self.grid.current is None:
            self._show_details(None)
        self._show_count()

    def _show_details(self, entry: Entry | None) -> None:
        self.details.show_entry(entry, entry is not None and entry.path == self._around.in_use())

    def _show_count(self) -> None:
        entries = self.model.entries
        size = sum(entry.found.size for entry in entries if not entry.missing)
        free = shutil.disk_usage(self._around.own).free if self._around.own.is_dir() else 0
        self.count.setText(joined(f"{len(entries):,}", size_text(size) if size else ""))
        self.count.setToolTip(f"{size_text(free)} are free on the disk of Sfumato's own models." if free else "")

    def _show_progress(self, looked: Looked) -> None:
        self.count.setText(f"Looking through the folders: {looked.seen:,} files, {looked.new:,} new")

    def _mark_used(self) -> None:
        path = self._around.in_use()
        self.grid.used = next((entry for entry in self._models.entries() if entry.path == path), None)
        self.grid.viewport().update()
        current = self.grid.current
        if current is not None:
            self.details.show_entry(current, current.path == path)

    def _use(self, entry: Entry) -> None:
        if entry.model is not None:
            self.used.emit(entry.model)

    def _ask(self, work: Callable[[], object], done: Callable[[object], object]) -> None:
        self._work.run(work, done, self.get_more.asking_ended)

    def _keep_token(self, value: str) -> None:
        def kept(lasting: bool) -> None:
            self.get_more.show_token(bool(value))
            self.notices.tell(_said_of_token(value, lasting), "good" if lasting else "info")

        self._work.run(lambda: keep_token(value), kept)

    def _tell_error(self, sentence: str) -> None:
        self.notices.tell(sentence, "error")

    def _arrived(self, transfer: Transfer) -> None:
        for path in transfer.targets:
            if path.suffix.lower() in PICKLED:
                self.acts.ask_to_convert(path, path.with_suffix(".safetensors"))
        self._work.look()

    @property
    def busy(self) -> bool:
        """Whether something is being brought."""
        return any(each.state is State.RUNNING for each in self.transfers.all)

    # the hand

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and (entry := self.grid.current) is not None:
            if not entry.embedded and not entry.missing:
                self.acts.remove(entry)
            return
        super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.acts.add_files([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()


def _said_of_token(value: str, lasting: bool) -> str:
    if not value:
        return "Your access token is forgotten."
    if lasting:
        return "Your access token is kept in the keyring of this system."
    return (
        "Your access token is used until you close Sfumato: no keyring of this system would keep it, and it is not"
        " written to a plain file."
    )
