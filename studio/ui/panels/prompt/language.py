"""The language of prompts in a field: colours, Ctrl+Up and Ctrl+Down on weights, names completed while typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QObject, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QListWidget, QWidget

from studio.prompts.grammar import parse
from studio.prompts.nudging import nudged
from studio.prompts.tree import (
    Alternating,
    And,
    Break,
    Choice,
    Comment,
    Node,
    Scheduled,
    Tag,
    Text,
    Weighted,
    Wildcard,
    everywhere,
)
from studio.ui.theme import colours
from studio.ui.widgets.text_area import TextField

STEP = 0.1  # of weight, a key
SHOWN = 10  # lines of the list that are seen at a time
MOST = 200
WIDTH, PADDING = 280, 12  # pixels
_NAMES = re.compile(r"<(?:(lora|embed|style):?)?([^<>:\n]*)$", re.IGNORECASE)
_WILDCARD = re.compile(r"(?<![\w_])__([\w\-./]*)$")
_parsed = lru_cache(maxsize=8)(parse)


@dataclass(frozen=True)
class Offer:
    """A name to complete. kind: "lora", "embed", "wildcard" or "style"."""

    kind: str
    name: str

    @property
    def title(self) -> str:
        """As it is shown."""
        return f"{self.name} (style)" if self.kind == "style" else self.name

    @property
    def written(self) -> str:
        """As it stands in a prompt; a style is chosen and leaves nothing there."""
        if self.kind == "style":
            return ""
        if self.kind == "wildcard":
            return f"__{self.name}__"
        return f"<lora:{self.name}:1>" if self.kind == "lora" else f"<embed:{self.name}>"


class Colouring(QSyntaxHighlighter):
    """What is not plain words stands out."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)

    def highlightBlock(self, text: str) -> None:
        start = self.currentBlock().position()
        end = start + len(text)
        open_at_end = 0
        for node in everywhere(_parsed(self.document().toPlainText())):
            open_at_end += node.start < end < node.end
            if node.end > start and node.start < end:
                for begun, ended, style in _marks(node):
                    first, last = max(begun, start), min(ended, end)
                    self.setFormat(first - start, max(0, last - first), style)
        self.setCurrentBlockState(open_at_end)  # when it changes, the lines that follow look different too


def _marks(node: Node) -> list[tuple[int, int, QTextCharFormat]]:
    """(start, end, how) of what of a node is not plain words; what is inside of it comes by itself."""
    roles = colours()
    match node:
        case Text():
            return []
        case Comment():
            return [(node.start, node.end, _style(roles.secondary, italic=True))]
        case Tag() | Wildcard():
            return [(node.start, node.end, _style(roles.success))]
        case Break() | And():
            return [(node.start, node.end, _style(roles.accent_text, bold=True))]
        case Weighted():
            behind = node.written[0] - 1 if node.written else node.end - 1
            sign = _style(roles.accent_text)
            return [(node.start, node.start + 1, sign), (max(behind, node.start + 1), node.end, sign)]
        case Scheduled() | Alternating() | Choice():
            return [(node.start, node.end, _style(roles.success))]


def _style(colour: str, *, bold: bool = False, italic: bool = False) -> QTextCharFormat:
    style = QTextCharFormat()
    style.setForeground(QColor(colour))
    if bold:
        style.setFontWeight(QFont.Weight.DemiBold)
    style.setFontItalic(italic)
    return style


class Names(QListWidget):
    """Names to choose from, over the window below the cursor. It never has the keyboard: the field passes keys on."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self.setObjectName("names")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Names that fit")
        self.hide()

    def show_names(self, names: Sequence[str], below: QRect) -> None:
        """below: the cursor, in the parent's coordinates."""
        self.clear()
        self.addItems(names)
        self.setCurrentRow(0)
        height = min(len(names), SHOWN) * self.sizeHintForRow(0) + PADDING
        room = self._window.rect()
        width = min(WIDTH, room.width())
        top = below.bottom() + 2
        if top + height > room.bottom():
            top = max(0, below.top() - height - 2)
        self.setGeometry(min(below.left(), room.right() - width), top, width, height)
        self.show()
        self.raise_()

    def step(self, by: int) -> None:
        self.setCurrentRow((self.currentRow() + by) % self.count())


class Language(QObject):
    """Gives a field the language. offers: names that can be completed, asked when a list opens.

    style_chosen(str): the name of a style was completed.
    """

    style_chosen = Signal(str)

    def __init__(self, field: TextField, offers: Callable[[], Sequence[Offer]]) -> None:
        super().__init__(field)
        self._field = field
        self._offers = offers
        self._shown: dict[str, Offer] = {}  # by title
        self.names: Names | None = None
        self.colouring = Colouring(field.document())
        field.chooses = self._key
        field.choosing = lambda: self.choosing
        field.edited.connect(self._typed)
        field.nudged.connect(self._nudge)
        field.left.connect(self._close)

    @property
    def choosing(self) -> bool:
        """A list of names is open."""
        return self.names is not None and self.names.isVisible()

    def _nudge(self, direction: int) -> None:
        cursor = self._field.textCursor()
        found = nudged(self._field.toPlainText(), cursor.selectionStart(), cursor.selectionEnd(), direction * STEP)
        if found is None:
            return
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(found.text)
        cursor.setPosition(found.start)
        cursor.setPosition(found.end, QTextCursor.MoveMode.KeepAnchor)
        self._field.setTextCursor(cursor)

    def _typed(self) -> None:
        """Opens the list of names when the cursor stands behind the beginning of one."""
        asked = self._asked() if self._field.hasFocus() else None
        if asked is None:
            return self._close()
        kinds, begun, _ = asked
        fitting = [each for each in self._offers() if each.kind in kinds and begun.lower() in each.name.lower()]
        if not fitting:
            return self._close()
        self._shown = {each.title: each for each in reversed(fitting)}
        if self.names is None:
            self.names = Names(self._field.window())
            self.names.itemClicked.connect(lambda item: self._complete(item.text()))  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType, reportUnknownLambdaType]
        place = self._field.cursorRect()
        place.moveTopLeft(self._field.viewport().mapTo(self._field.window(), place.topLeft()))
        return self.names.show_names(sorted(self._shown, key=str.lower)[:MOST], place)

    def _close(self) -> None:
        if self.names is not None:
            self.names.hide()

    def _key(self, key: int) -> bool:
        """Whether a key meant the list."""
        if self.names is None or not self.choosing:
            return False
        match key:
            case Qt.Key.Key_Up | Qt.Key.Key_Down:
                self.names.step(1 if key == Qt.Key.Key_Down else -1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Tab:
                self._complete(self.names.currentItem().text())
            case Qt.Key.Key_Escape:
                self._close()
            case _:
                return False
        return True

    def _asked(self) -> tuple[tuple[str, ...], str, int] | None:
        """(kinds, beginning of the name, place where it begins) at the cursor."""
        before = self._field.toPlainText()[: self._field.textCursor().position()]
        if found := _WILDCARD.search(before):
            return ("wildcard",), found[1], found.start()
        if found := _NAMES.search(before):
            kinds = (found[1].lower(),) if found[1] else ("lora", "embed", "style")
            return kinds, found[2], found.start()
        return None

    def _complete(self, title: str) -> None:
        asked, offer = self._asked(), self._shown.get(title)
        if asked is None or offer is None:
            return
        cursor = self._field.textCursor()
        cursor.setPosition(asked[2], QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(offer.written)
        self._field.setTextCursor(cursor)
        self._close()
        if offer.kind == "style":
            self.style_chosen.emit(offer.name)
