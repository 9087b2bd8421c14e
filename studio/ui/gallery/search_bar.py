"""The field to search in, with suggestions for the word under the cursor, and filters by click."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QColor, QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QCompleter,
    QLineEdit,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from studio.library.gallery.index.query import FIELDS
from studio.library.gallery.index.search import Facet
from studio.ui.icons import icon
from studio.ui.theme import colours, font

PAUSE = 40  # milliseconds after a key: a quick typist causes one search, not five
MOST = 12  # suggestions
FEWEST = 3  # letters from which on known names are suggested
ROW = 28  # pixels
_TAKING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
_BETWEEN = "\t"  # a term and what is said about it
Index = QModelIndex | QPersistentModelIndex
_WORD = re.compile(r'(?:[^\s"]|"[^"]*"?)*$')  # the term that ends at the cursor
Facets = Callable[[str], list[Facet]]


class _Suggestion(QStyledItemDelegate):
    """A term at the left, what it means or how often it is at the right, quiet."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        roles = colours()
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        chosen = option.state & QStyle.StateFlag.State_Selected  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        painter.fillRect(rect, QColor(roles.pressed if chosen else roles.raised))  # pyright: ignore[reportUnknownArgumentType]
        term, _, detail = str(index.data()).partition(_BETWEEN)
        place: QRect = rect.adjusted(12, 0, -12, 0)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        painter.setFont(font())
        painter.setPen(QColor(roles.secondary))
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(place, flags | Qt.AlignmentFlag.AlignRight, detail)  # pyright: ignore[reportUnknownArgumentType]
        painter.setPen(QColor(roles.text))
        painter.drawText(place, flags, term)  # pyright: ignore[reportUnknownArgumentType]


class SearchBar(QLineEdit):
    """searched(str): look for this. left(): the person is done here and goes on among the pictures."""

    searched = Signal(str)
    left = Signal()

    def __init__(self, facets: Facets) -> None:
        super().__init__()
        self._facets = facets
        self._counted: dict[str, list[Facet]] = {}  # known values, as long as the keyboard is here
        self.setPlaceholderText("Search words, or model:  tag:  rating:>=4  date:today …")
        self.setAccessibleName("Search pictures")
        self.setToolTip("All words must be there; -word must not; “two words” stand together.")
        self.setClearButtonEnabled(True)
        self.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(PAUSE)
        self._later.timeout.connect(self._tell)
        self._words = QStringListModel(self)
        self._completer = QCompleter(self._words, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setWidget(self)
        self._list = QListView()
        self._list.setUniformItemSizes(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._completer.setPopup(self._list)
        self._completer.setMaxVisibleItems(MOST)
        self._list.setItemDelegate(_Suggestion(self._list))
        self._completer.activated.connect(self._accept)
        self._told = ""
        self.textChanged.connect(self._later.start)
        self.textEdited.connect(self._suggest)

    def look_for(self, query: str) -> None:
        """Searches at once, as if it had been typed."""
        self.setText(query)
        self._tell()

    def toggle(self, term: str) -> None:
        """Adds a term to the search, or takes it out."""
        before = f" {self.text()} "
        wanted = f" {term} "
        after = before.replace(wanted, " ") if wanted in before else f"{before.rstrip()} {term}"
        self.look_for(" ".join(after.split(" ")).strip())

    def has(self, term: str) -> bool:
        """Whether the search has this term."""
        return f" {term} " in f" {self.text()} "

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._list.isVisible() and self._list.currentIndex().isValid() and event.key() in _TAKING:
            event.ignore()  # the list takes what is chosen in it
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self._tell()
            self.left.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.look_for("")
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _tell(self) -> None:
        self._later.stop()
        if self.text() != self._told:
            self._told = self.text()
            self.searched.emit(self._told)

    def _suggest(self) -> None:
        """Shows what the term under the cursor may become."""
        term = self._term()
        found = suggestions(term, self._count)
        self._words.setStringList(found)
        if not found:
            self._list.hide()
            return
        self._completer.setCompletionPrefix("")
        self._completer.complete()
        self._list.setCurrentIndex(QModelIndex())  # nothing is chosen until the person does

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._counted.clear()
        super().focusInEvent(event)

    def _count(self, name: str) -> list[Facet]:
        """Known values of a field, looked up once for all keys of a search."""
        if name not in self._counted:
            self._counted[name] = self._facets(name)
        return self._counted[name]

    def _accept(self, suggestion: str) -> None:
        chosen = suggestion.split(_BETWEEN)[0]
        text, place = self.text(), self.cursorPosition()
        start = place - len(self._term())
        ending = "" if chosen.endswith(":") else " "
        self.setText(text[:start] + chosen + ending + text[place:].lstrip())
        self.setCursorPosition(start + len(chosen + ending))
        if ending:
            self._tell()
        else:
            self._suggest()

    def _term(self) -> str:
        found = _WORD.search(self.text()[: self.cursorPosition()])
        return found[0] if found else ""


def suggestions(term: str, facets: Facets) -> list[str]:
    """What a term may become: fields and known names while no colon is typed, then the field's known values."""
    bare = term.removeprefix("-")
    minus = term[: len(term) - len(bare)]
    name, colon, value = bare.partition(":")
    if not colon:
        if len(bare) < 2:
            return []
        fields = [f"{each}:{_BETWEEN}{field.about}" for each, field in FIELDS.items() if each.startswith(bare.lower())]
        return [f"{minus}{each}" for each in (*fields, *_known(bare.lower(), facets))[:MOST]]
    field = FIELDS.get(name.lower())
    if field is None:
        return []
    typed = value.strip('"').lower()
    if field.values:
        fixed = [each for each in field.values if each[0].startswith(typed) and each[0] != typed]
        return [f"{minus}{name}:{each}{_BETWEEN}{about}" for each, about in fixed]
    if not field.column:
        return []
    found = [facet for facet in facets(name.lower()) if typed in facet.value.lower()]
    return [f"{minus}{term_of(name, facet.value)}{_BETWEEN}{facet.count:,}" for facet in found[:MOST]]


def _known(typed: str, facets: Facets) -> list[str]:
    """Models, LoRA and tags with a word that begins as typed, each with how many pictures have it."""
    if len(typed) < FEWEST or not typed.isalnum():
        return []
    begins = re.compile(rf"(?:^|[\W_]){re.escape(typed)}")
    return [
        f"{term_of(name, facet.value)}{_BETWEEN}{facet.count:,}"
        for name in ("tag", "model", "lora")
        for facet in facets(name)
        if begins.search(facet.value.lower())
    ]


def term_of(name: str, value: str) -> str:
    """The term that stands for a known value."""
    plain = value.replace('"', " ").strip()
    return f'{name}:"{plain}"' if " " in plain else f"{name}:{plain}"


class FilterMenu(QMenu):
    """Filters by click: each toggles its term in the search. Its content is made when it is opened."""

    def __init__(self, bar: SearchBar, facets: Facets) -> None:
        super().__init__("Filter")
        self._bar = bar
        self._facets = facets
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        rating = self.addMenu("Rating")
        for stars in range(5, 0, -1):
            self._offer(rating, f"{'★' * stars} or more" if stars < 5 else "★★★★★", f"rating:>={stars}")
        self._offer(rating, "Not rated", "-is:rated")
        for name, title in (("model", "Model"), ("kind", "Kind"), ("source", "Made with"), ("tag", "Tag")):
            self._facet(name, title)
        for name, title in (("lora", "LoRA"), ("sampler", "Sampler"), ("label", "Label"), ("format", "Format")):
            self._facet(name, title)
        shape = self.addMenu("Shape")
        for value in ("square", "wide", "tall"):
            self._offer(shape, value.capitalize(), f"is:{value}")
        when = self.addMenu("Date")
        for value, title in (("today", "Today"), ("yesterday", "Yesterday"), ("week", "Last seven days")):
            self._offer(when, title, f"date:{value}")
        self._offer(when, "This month", "date:month")
        self._offer(when, "This year", "date:year")
        self._offer(self, "Favourites", "is:favourite")
        self.addSeparator()
        clear = self.addAction("Clear the search")
        clear.setEnabled(bool(self._bar.text()))
        clear.triggered.connect(lambda _checked=False: self._bar.look_for(""))

    def _facet(self, name: str, title: str) -> None:
        facets = self._facets(name)[:24]
        if not facets:
            return
        menu = self.addMenu(title)
        for facet in facets:
            value = "".join(sign if sign.isprintable() else " " for sign in facet.value)
            words = value if len(value) <= 48 else f"{value[:47]}…"
            self._offer(menu, f"{words.replace('&', '&&')}   {facet.count:,}", term_of(name, facet.value))

    def _offer(self, menu: QMenu, title: str, term: str) -> None:
        action = QAction(title, menu)
        action.setCheckable(True)
        action.setChecked(self._bar.has(term))
        action.triggered.connect(lambda _checked=False: self._bar.toggle(term))
        menu.addAction(action)
