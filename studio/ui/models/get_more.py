"""Where more weights can be had: well-known free ones, repositories on Hugging Face, any address. Nothing is brought
without being asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from studio.library.downloads.catalogue import Offer
from studio.library.downloads.fetch import Wish
from studio.library.downloads.hub import Hub, RemoteFile, Repository, diffusers_files
from studio.library.downloads.web import host_of
from studio.library.recognition.verdict import size_text
from studio.request.errors import BadInput
from studio.ui.models.wanted import family_title
from studio.ui.progress import joined
from studio.ui.widgets.scroll_column import ScrollColumn
from studio.ui.widgets.tool import GAP, SECTION, clear_layout, label, set_role, tool_button

WIDTH = 880
_MOST_FILES = 40


class OfferCard(QFrame):
    """One offer of the catalogue. wanted(Offer). button: says what can be done."""

    wanted = Signal(object)

    def __init__(self, offer: Offer, there: bool) -> None:
        super().__init__()
        self.offer = offer
        self.setProperty("role", "card")
        self.setAccessibleName(offer.title)
        head = QHBoxLayout()
        head.setSpacing(GAP)
        head.addWidget(label(offer.title, "heading"))
        if offer.family:
            head.addWidget(label(family_title(offer.family), "chip"))
        head.addStretch(1)
        page = tool_button("external-link", "Its page on the web", lambda: _open(offer.page), 16)
        head.addWidget(page)
        size = f" ({size_text(offer.size)})" if offer.size else ""
        self.button = QPushButton("Is here" if there else f"Get{size}")
        self.button.setEnabled(not there)
        self.button.setAccessibleName(f"{offer.title}: {self.button.text()}")
        self.button.clicked.connect(lambda: self.wanted.emit(offer))
        head.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(SECTION, 10, 12, 12)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(_words(offer.about))
        memory = f"runs well with {size_text(offer.memory)} of graphics memory" if offer.memory else ""
        gated = "licence to be accepted first" if offer.gated else ""
        column.addWidget(_words(joined(f"Licence: {offer.licence}", memory, gated), "small"))


class GetMore(ScrollColumn):
    """wished(str, list of Wish): bring these under this title. asked(Callable, Callable): do the first on a thread,
    then the second with what it gave. token_given(str). told(str): a sentence.
    """

    wished = Signal(str, object)
    asked = Signal(object, object)
    token_given = Signal(str)
    told = Signal(str)

    def __init__(self, offers: Sequence[Offer], hub: Callable[[], Hub], folder: Path) -> None:
        super().__init__(24, role="page")
        self._offers, self._hub, self._folder = tuple(offers), hub, folder
        self.cards: list[OfferCard] = []
        self.words = QLineEdit()
        self.words.setPlaceholderText("Name of a repository on Hugging Face, or an address of a file")
        self.words.setAccessibleName("Search Hugging Face, or give an address")
        self.words.returnPressed.connect(self.search)
        self.look = QPushButton("Search")
        self.look.clicked.connect(self.search)
        self.token = QLineEdit()
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self.token.setPlaceholderText("Access token, for repositories that ask for one")
        self.token.setAccessibleName("Access token of Hugging Face")
        self.token.editingFinished.connect(self._token_left)
        self.found = QWidget()
        self._build()

    def refresh(self, names: frozenset[str]) -> None:
        """names: of the files and folders that are here."""
        clear_layout(self._catalogue)
        self.cards = []
        for offer in self._offers:
            card = OfferCard(offer, _places(offer) <= names)
            card.wanted.connect(self.get)
            self.cards.append(card)
            self._catalogue_column.addWidget(card)

    def get(self, offer: Offer) -> None:
        """Asks the hub for the offer's files, then brings them, and what it does not run without."""
        every = {each.id: each for each in self._offers}
        wanted = [offer, *(every[id_] for id_ in offer.needs if id_ in every)]
        for each in wanted:
            self.asked.emit(partial(self._hub().files, each.repository), partial(self._bring_offer, each))

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
        self._show([_words("Asking Hugging Face …", "secondary")])
        if name:
            self.asked.emit(partial(self._hub().files, name), partial(self._show_files, name))
        else:
            self.asked.emit(partial(self._hub().search, text), self._show_repositories)

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
            _words(f"They go into {self._folder}. Nothing is brought without being asked for.", "secondary")
        )
        inner.addLayout(row)
        inner.addWidget(self.token)
        inner.addWidget(self.found)
        inner.addWidget(label("Well-known and free to use", "heading"))
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
        self._show(rows or [_words("Nothing of that name was found.", "secondary")])

    def _repository_row(self, each: Repository) -> QWidget:
        facts = joined(
            each.licence, f"{each.downloads:,} downloads a month", "asks for its licence first" if each.gated else ""
        )
        return _row(each.id, facts, "Files", partial(self._open_repository, each.id))

    def _open_repository(self, name: str) -> None:
        self.words.setText(name)
        self.search()

    def _show_files(self, name: str, files: list[RemoteFile]) -> None:
        folder = diffusers_files(files)
        rows: list[QWidget] = []
        if folder:
            size = size_text(sum(file.size for file in folder))
            rows.append(
                _row(f"{name}, complete", f"diffusers folder · {size}", "Get", partial(self._bring_folder, name, files))
            )
        weights = [file for file in files if file.is_weights and (not folder or "/" not in file.path)]
        rows += [
            _row(file.path, size_text(file.size), "Get", partial(self._bring_file, file))
            for file in weights[:_MOST_FILES]
        ]
        self._show(rows or [_words("There are no weights as safetensors or GGUF in it.", "secondary")])

    def _bring_offer(self, offer: Offer, files: list[RemoteFile]) -> None:
        if not offer.files:
            self._bring_folder(offer.repository, files, offer.title)
            return
        chosen = [file for file in files if file.path in offer.files]
        if len(chosen) < len(offer.files):
            self.told.emit(f"{offer.repository} does not have {offer.files[0]} any more. Look at its page.")
            return
        folder = self._folder / _shelf(offer) if _nameless(offer) else self._folder
        self.wished.emit(offer.title, [self._hub().wish(file, folder) for file in chosen])

    def _bring_file(self, file: RemoteFile) -> None:
        name = PurePosixPath(file.path)
        folder = self._folder / file.repository.split("/")[1] if name.stem.startswith(_NAMELESS) else self._folder
        self.wished.emit(name.name, [self._hub().wish(file, folder)])

    def _bring_folder(self, name: str, files: list[RemoteFile], title: str = "") -> None:
        try:
            wishes = self._hub().wishes_of_folder(name, files, self._folder)
        except BadInput as trouble:
            self.told.emit(str(trouble))
            return
        # the description of the folder comes last: until then it is no model
        wishes.sort(key=lambda wish: wish.target.name == "model_index.json")
        self.wished.emit(title or name, wishes)

    def _bring_address(self, url: str) -> None:
        try:
            host_of(url)
        except BadInput:
            set_role(self.words, "wrong", True)
            return
        set_role(self.words, "wrong", False)
        name = PurePosixPath(unquote(urlsplit(url).path)).name
        if not name.lower().endswith((".safetensors", ".sft", ".gguf")):
            self.told.emit("That is no address of a .safetensors or .gguf file.")
            return
        self.wished.emit(name, [Wish(url=url, target=self._folder / name)])

    def _token_left(self) -> None:
        if self.token.text():
            self.token_given.emit(self.token.text())
            self.token.clear()


_NAMELESS = ("diffusion_pytorch_model", "pytorch_lora_weights", "model")


def _nameless(offer: Offer) -> bool:
    return any(PurePosixPath(path).stem.startswith(_NAMELESS) for path in offer.files)


def _shelf(offer: Offer) -> str:
    return offer.repository.split("/")[1]


def _places(offer: Offer) -> frozenset[str]:
    """Names of what would be here."""
    if not offer.files:
        return frozenset((offer.repository.replace("/", "--"),))
    if _nameless(offer):
        return frozenset((_shelf(offer),))
    return frozenset(PurePosixPath(path).stem for path in offer.files)


def _repository_in(text: str) -> str:
    """owner/name in what was typed, or ""."""
    path = urlsplit(text).path if "://" in text else text
    parts = [part for part in path.split("/") if part]
    return "/".join(parts[:2]) if len(parts) >= 2 and " " not in text and ("://" in text or len(parts) == 2) else ""


def _row(title: str, facts: str, text: str, run: Callable[[], object]) -> QFrame:
    frame = QFrame()
    frame.setProperty("role", "card")
    row = QHBoxLayout(frame)
    row.setContentsMargins(SECTION, 8, 12, 8)
    column = QVBoxLayout()
    column.setSpacing(2)
    column.addWidget(_words(title))
    column.addWidget(_words(facts, "small"))
    row.addLayout(column, 1)
    button = QPushButton(text)
    button.setAccessibleName(f"{text} {title}")
    button.clicked.connect(lambda _checked=False: run())
    row.addWidget(button)
    return frame


def _words(text: str, role: str = "") -> QLabel:
    made = label(text, role)
    made.setWordWrap(True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def _open(page: str) -> None:
    QDesktopServices.openUrl(QUrl(page))
