"""Where more weights can be had: well-known free ones, repositories on Hugging Face, any address. Nothing is brought
without being asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from studio.library.downloads.catalogue import Offer, wishes_for, with_needs
from studio.library.downloads.fetch import Wish
from studio.library.downloads.hub import HUB, Hub, RemoteFile, Repository, diffusers_files, wish_of
from studio.library.recognition.recognised import MODELS
from studio.library.recognition.verdict import size_text
from studio.request.errors import BadInput
from studio.ui.models.offer_card import OfferCard, found_row, page_button, wrapped
from studio.ui.progress import joined
from studio.ui.widgets.scroll_column import ScrollColumn
from studio.ui.widgets.tool import GAP, clear_layout, label, set_role, tool_button

WIDTH = 880
_MOST_FILES = 40
_SHELVES = (  # of the catalogue: heading, kinds
    ("Models", MODELS),
    ("Upscalers", ("upscaler",)),
    ("LoRA", ("lora", "embedding")),
    ("To follow a picture", ("controlnet", "control-lora", "t2i-adapter", "ip-adapter", "image-encoder")),
    ("What some models need besides", ("text-encoder", "vae")),
)
_CHECKED = "checked by Hugging Face's own checksums"


class GetMore(ScrollColumn):
    """wished(str, list of Wish): bring these under this title. asked(Callable, Callable): do the first on a thread,
    then the second with what it gave. token_given(str): "" to forget it. told(str): a sentence.
    """

    wished = Signal(str, object)
    asked = Signal(object, object)
    token_given = Signal(str)
    told = Signal(str)

    def __init__(self, offers: Sequence[Offer], hub: Callable[[], Hub], folder: Path) -> None:
        super().__init__(24, role="page")
        self._offers, self._hub, self._folder = tuple(offers), hub, folder
        self.cards: list[OfferCard] = []
        self._names: frozenset[str] = frozenset()
        self._shown: frozenset[str] | None = None  # names by which the cards were made
        self.words = QLineEdit()
        self.words.setPlaceholderText("Name of a repository on Hugging Face, or an address of a file")
        self.words.setAccessibleName("Search Hugging Face, or give an address")
        self.words.returnPressed.connect(self.search)
        self.look = QPushButton("Search")
        self.look.clicked.connect(self.search)
        self.token = QLineEdit()
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self.token.setAccessibleName("Access token of Hugging Face")
        self.token.editingFinished.connect(self._token_left)
        self.forget = tool_button("trash-2", "Forget the access token", lambda: self.token_given.emit(""), 16)
        self.show_token(False)
        self.found = QWidget()
        self._build()

    def show_token(self, there: bool) -> None:
        """Says whether a token is known."""
        known = "Your access token is known. Type another to replace it."
        self.token.setPlaceholderText(known if there else "Access token, for repositories that ask for one")
        self.forget.setVisible(there)

    def refresh(self, names: frozenset[str]) -> None:
        """names: of the files and folders that are here."""
        self._names = names
        if self.isVisible():
            self._fill()

    def showEvent(self, event: QShowEvent) -> None:
        """Cards are made when somebody looks at them."""
        super().showEvent(event)
        self._fill()

    def _fill(self) -> None:
        if self._names == self._shown:
            return
        self._shown = self._names
        clear_layout(self._catalogue)
        self.cards = []
        for heading, kinds in _SHELVES:
            offers = [offer for offer in self._offers if offer.kind in kinds]
            if offers:
                title = label(heading, "heading")
                title.setContentsMargins(0, GAP if self.cards else 0, 0, 0)
                self._catalogue_column.addWidget(title)
            for offer in offers:
                card = OfferCard(offer, offer.places <= self._names)
                card.wanted.connect(self.get)
                self.cards.append(card)
                self._catalogue_column.addWidget(card)

    def get(self, offer: Offer) -> None:
        """Brings the offer, and what it does not run without unless that is here."""
        for each in with_needs(offer, self._offers):
            if each is offer or not each.places <= self._names:
                self.asked.emit(partial(self._wishes, each), partial(self.wished.emit, each.title))

    def search(self) -> None:
        """What was typed is an address, a repository or words."""
        text = self.words.text().strip()
        if not text:
            return
        if "://" in text and "huggingface.co" not in text:
            self._bring_address(text)
            return
        name = _repository_in(text)
        self.look.setEnabled(False)
        self._show([wrapped("Asking Hugging Face …", "secondary")])
        if name:
            self.asked.emit(lambda: self._hub().files(name), partial(self._show_files, name))
        else:
            self.asked.emit(lambda: self._hub().search(text), self._show_repositories)

    def asking_ended(self) -> None:
        """An answer came, or none will."""
        self.look.setEnabled(True)

    def _build(self) -> None:
        self._catalogue = QWidget()
        self._catalogue_column = QVBoxLayout(self._catalogue)
        self._catalogue_column.setContentsMargins(0, 0, 0, 0)
        self._catalogue_column.setSpacing(GAP)
        found = QVBoxLayout(self.found)
        found.setContentsMargins(0, 0, 0, 0)
        found.setSpacing(GAP)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.words, 1)
        row.addWidget(self.look)
        middle = QWidget()
        middle.setMaximumWidth(WIDTH)
        inner = QVBoxLayout(middle)
        inner.setContentsMargins(0, 20, 0, 32)
        inner.setSpacing(12)
        inner.addWidget(label("Get more models", "title"))
        inner.addWidget(
            wrapped(f"They go into {self._folder}. Nothing is brought without being asked for.", "secondary")
        )
        inner.addLayout(row)
        key = QHBoxLayout()
        key.setSpacing(GAP)
        key.addWidget(self.token, 1)
        key.addWidget(self.forget)
        inner.addLayout(key)
        inner.addWidget(self.found)
        inner.addSpacing(GAP)
        inner.addWidget(label("Well-known and free to use", "title"))
        inner.addWidget(self._catalogue)
        inner.addStretch(1)
        holder = QHBoxLayout()
        holder.addStretch(1)
        holder.addWidget(middle, 100)
        holder.addStretch(1)
        self.column.addLayout(holder)
        self.found.hide()

    def _show(self, widgets: Sequence[QWidget]) -> None:
        clear_layout(self.found)
        layout = self.found.layout()
        for widget in widgets:
            if layout is not None:
                layout.addWidget(widget)
        self.found.setVisible(bool(widgets))

    def _show_repositories(self, repositories: list[Repository]) -> None:
        rows = [self._repository_row(each) for each in repositories]
        self._show(rows or [wrapped("Nothing of that name was found.", "secondary")])

    def _repository_row(self, each: Repository) -> QWidget:
        facts = joined(
            each.licence, f"{each.downloads:,} downloads a month", "asks for its licence first" if each.gated else ""
        )
        return found_row(each.id, facts, "Files", partial(self._open_repository, each.id), each.page)

    def _open_repository(self, name: str) -> None:
        self.words.setText(name)
        self.search()

    def _show_files(self, name: str, files: list[RemoteFile]) -> None:
        folder = diffusers_files(files)
        rows: list[QWidget] = []
        if folder:
            size = size_text(sum(file.size for file in folder))
            facts = joined("diffusers folder", size, _CHECKED)
            rows.append(found_row(f"{name}, complete", facts, "Get", partial(self._bring_folder, name, files)))
        rows += [
            found_row(file.path, _facts_of(file), "Get", partial(self._bring_file, file))
            for file in _weights(files, bool(folder))[:_MOST_FILES]
        ]
        self._show([_head(name), *(rows or [wrapped("There are no weights in it.", "secondary")])])

    def _wishes(self, offer: Offer) -> list[Wish]:
        return wishes_for(offer, self._hub(), self._folder)

    def _bring_file(self, file: RemoteFile) -> None:
        self.asked.emit(
            lambda: [self._hub().wish(file, self._folder)], partial(self.wished.emit, PurePosixPath(file.path).name)
        )

    def _bring_folder(self, name: str, files: list[RemoteFile]) -> None:
        self.asked.emit(
            lambda: self._hub().wishes_of_folder(name, files, self._folder), partial(self.wished.emit, name)
        )

    def _bring_address(self, url: str) -> None:
        try:
            wish = wish_of(url, self._folder)
        except BadInput as trouble:
            set_role(self.words, "wrong", True)
            self.told.emit(str(trouble))
            return
        set_role(self.words, "wrong", False)
        self.wished.emit(wish.target.name, [wish])

    def _token_left(self) -> None:
        if self.token.text():
            self.token_given.emit(self.token.text())
            self.token.clear()


def _weights(files: Sequence[RemoteFile], in_folder: bool) -> list[RemoteFile]:
    """Those that can be used by themselves; of two forms of one file only the one that is safe.

    in_folder: the repository is a diffusers folder, of which parts alone are of no use.
    """
    alone = [file for file in files if not (in_folder and "/" in file.path)]
    safe = [file for file in alone if file.is_weights]
    stems = {PurePosixPath(file.path).with_suffix("") for file in safe}
    pickled = [each for each in alone if each.is_pickled and PurePosixPath(each.path).with_suffix("") not in stems]
    return [*safe, *(() if in_folder else pickled)]


def _facts_of(file: RemoteFile) -> str:
    checked = (
        "checked by Hugging Face's own checksum" if file.sha256 else "without a checksum: only its form is checked"
    )
    return joined(size_text(file.size), "to be converted when it is here" if file.is_pickled else "", checked)


def _head(name: str) -> QWidget:
    """Whose files follow, and the page where its licence is and can be accepted."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 4, 0, 0)
    row.setSpacing(GAP)
    row.addWidget(label(name, "heading"))
    row.addWidget(page_button(f"{HUB}/{name}"))
    row.addStretch(1)
    return made


def _repository_in(text: str) -> str:
    """owner/name in what was typed, or ""."""
    path = urlsplit(text).path if "://" in text else text
    parts = [part for part in path.split("/") if part]
    return "/".join(parts[:2]) if len(parts) >= 2 and " " not in text and ("://" in text or len(parts) == 2) else ""
