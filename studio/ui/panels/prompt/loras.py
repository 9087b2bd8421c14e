"""LoRA in the prompt panel: a row for each tag of the prompt and the negative prompt, the only truth about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from studio.document.document import Document
from studio.library.attached import fits
from studio.library.entry import Entry
from studio.prompts.loras import Chosen, added, changed, chosen_in, with_words, without
from studio.request.family import Ability
from studio.ui.models.wanted import family_title
from studio.ui.widgets.numbers import DecimalField, SliderField
from studio.ui.widgets.search_popup import Entry as Found
from studio.ui.widgets.search_popup import SearchPopup
from studio.ui.widgets.switch import Switch
from studio.ui.widgets.tool import GAP, Labelled, label, tool_button

USUAL, WIDEST = (-1.0, 2.0), 4.0
TRIGGERS = 6  # of a LoRA that are shown
WEIGHT_HELP = "How much of it: 1 as it was trained, 0 nothing, below 0 the opposite."


class Worded(Protocol):
    """Words in which tags stand: of the document, or of a part of it."""

    def texts(self) -> Mapping[str, str]:
        """By field, "prompt" and "negative", as far as the model reads them; empty when there are none now."""
        ...

    def put(self, doing: str, field: str, words: str) -> None:
        """Other words. Successive ones of the same `doing` are one step of undo."""
        ...


class OfRecipe:
    """The words for the whole picture."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def texts(self) -> Mapping[str, str]:
        recipe, negative = self._document.recipe, self._document.model.family.can(Ability.NEGATIVE_PROMPT)
        return {"prompt": recipe.prompt} | ({"negative": recipe.negative} if negative else {})

    def put(self, doing: str, field: str, words: str) -> None:
        self._document.change(doing, **{field: words})


@dataclass(frozen=True)
class _Named:
    """A tag. field: of the words, "prompt" or "negative". index: which one of those in it."""

    field: str
    index: int
    chosen: Chosen


class LoraRow(QWidget):
    """One LoRA. weighed(float), switched(bool), removed(), called(str): what the person did; called: a trigger word."""

    weighed = Signal(float)
    switched = Signal(bool)
    removed = Signal()
    called = Signal(str)

    def __init__(self, chosen: Chosen, problem: str, triggers: Sequence[str], where: str = "prompt") -> None:
        """where: in which words its tag stands."""
        super().__init__()
        self.switch = Switch(chosen.name)
        self.switch.setAccessibleName(f"{chosen.name} is on")
        self.switch.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.switch.setToolTip(f"{chosen.name}\nSwitches it off and on; its tag in the {where} says so, too.")
        self.remove = tool_button("x", f"Take out {chosen.name}", self.removed.emit, 16)
        field = DecimalField(-WIDEST, WIDEST, 0.05)
        field.setDecimals(2)
        self.weight = SliderField(field, USUAL, scale=20, step=0.05)
        self.weight.name(f"Weight of {chosen.name}", WEIGHT_HELP)
        head = QHBoxLayout()
        head.setSpacing(GAP)
        head.addWidget(self.switch, 1)
        head.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.weight)
        self.problem = label(problem, "danger")
        self.problem.setWordWrap(True)
        self.problem.setVisible(bool(problem))
        column.addWidget(self.problem)
        self.note = label("", "small")
        self.note.setWordWrap(True)
        self.note.hide()
        column.addWidget(self.note)
        self.words = [self._word(each) for each in triggers[:TRIGGERS]]
        for word in self.words:
            column.addWidget(word)
        self.switch.toggled.connect(self.switched)
        self.weight.edited.connect(self.weighed)
        self.show_chosen(chosen)

    def show_chosen(self, chosen: Chosen) -> None:
        """Another weight, on or off, of the same LoRA."""
        with QSignalBlocker(self.switch):
            self.switch.setChecked(chosen.on)
        self.switch.update()
        if self.weight.value != chosen.weight:
            self.weight.set_value(chosen.weight)
        self.weight.setEnabled(chosen.on)

    def show_note(self, note: str) -> None:
        """What is to be known of its effect, or ""."""
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def _word(self, word: str) -> QPushButton:
        button = QPushButton(f"+ {word}".replace("&", "&&"))
        button.setProperty("role", "text")
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        button.setToolTip(f"“{word}” calls up what it has learnt. Click to put it into the prompt.")
        button.clicked.connect(lambda _checked=False: self.called.emit(word))
        return button


def _note(each: _Named, last: _Named) -> str:
    """Why a row that looks as if it were on may have no effect. last: the tag of its name that counts."""
    if not each.chosen.on:
        return ""
    if each.chosen.by_chance:
        return "In a choice: the seed decides."
    return "" if each is last else "Named again below; that one counts."


class LoraPart(QWidget):
    """Those of the prompt. Not shown when there is nothing that fits the model and the prompt names none.

    words: None is those for the whole picture.
    """

    def __init__(self, document: Document, words: Worded | None = None) -> None:
        super().__init__()
        self._document = document
        self._words = words or OfRecipe(document)
        self._weights: tuple[Entry, ...] = ()
        self._shown: tuple[object, ...] = ()
        self._popup: SearchPopup | None = None
        self.rows: list[LoraRow] = []
        self.add = tool_button("plus", "Add a LoRA\nThose on this machine that fit the model.", self.pick, 16)
        self._box = QWidget()
        self._column = QVBoxLayout(self._box)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GAP)
        self.nothing = QLabel("Small files that add a style, a person or a thing to the model.")
        self.nothing.setProperty("role", "small")
        self.nothing.setWordWrap(True)
        self._column.addWidget(self.nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Labelled("LoRA", self._box, extras=(self.add,)))

    def show_weights(self, weights: Sequence[Entry]) -> None:
        """What is on this machine; other kinds than LoRA are passed over."""
        self._weights = tuple(each for each in weights if each.kind == "lora")
        self._shown = ()
        self.show_document()

    @property
    def fitting(self) -> tuple[Entry, ...]:
        """Those that can be used with the model of now."""
        family = self._document.model.family
        return tuple(each for each in self._weights if fits(each, family)) if family.can(Ability.LORA) else ()

    def show_document(self) -> None:
        """Reflects the prompts, after undo too."""
        found = self._named()
        shown = (self._document.model, *((each.field, each.chosen.name) for each in found))
        if shown != self._shown:
            self._shown = shown
            self._lay_out(found)
            fitting = self.fitting
            self.add.setEnabled(bool(fitting))
            self.setVisible(bool(fitting or found))
        last = {each.chosen.name.lower(): each for each in found if each.chosen.on and not each.chosen.by_chance}
        for row, each in zip(self.rows, found, strict=True):
            row.show_chosen(each.chosen)
            row.show_note(_note(each, last.get(each.chosen.name.lower(), each)))

    def _named(self) -> list[_Named]:
        """All tags: what the model does not read names none."""
        return [
            _Named(field, index, chosen)
            for field, text in self._words.texts().items()
            if "<" in text
            for index, chosen in enumerate(chosen_in(text))
        ]

    def _text(self, field: str) -> str:
        return self._words.texts().get(field, "")

    def pick(self) -> None:
        """Opens the list of those that fit and are not in the prompt yet."""
        if self._popup is None:
            self._popup = SearchPopup(self.window(), "Search LoRA", "There is no LoRA like that.", self._entries)
            self._popup.chosen.connect(self._add)
        self._popup.open(480, self.mapTo(self.window(), QPoint(0, 0)))

    def _entries(self) -> Sequence[Found]:
        used = {each.chosen.name.lower() for each in self._named()}
        free = [each for each in self.fitting if each.name.lower() not in used]
        return [Found(each.name, each.name, ", ".join(each.triggers[:3])) for each in free]

    def _add(self, name: str) -> None:
        self._put("Add LoRA", "prompt", added(self._text("prompt"), name))

    def _lay_out(self, found: Sequence[_Named]) -> None:
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [self._row(each) for each in found]
        for row in self.rows:
            self._column.addWidget(row)
        self.nothing.setVisible(not self.rows)

    def _row(self, each: _Named) -> LoraRow:
        named = [entry for entry in self._weights if entry.name.lower() == each.chosen.name.lower()]
        family = self._document.model.family
        best = next((entry for entry in named if fits(entry, family)), named[0] if named else None)
        where = "negative prompt" if each.field == "negative" else "prompt"
        row = LoraRow(each.chosen, self._problem(best), best.triggers if best is not None else (), where)
        row.weighed.connect(lambda weight: self._change(each, weight))  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType]
        row.switched.connect(lambda on: self._switch(each, on))  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType]
        row.removed.connect(lambda: self._put("Take out LoRA", each.field, without(self._text(each.field), each.index)))
        row.called.connect(lambda word: self._call(word))  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType]
        return row

    def _problem(self, entry: Entry | None) -> str:
        family = self._document.model.family
        if not family.can(Ability.LORA):
            return f"{family.title} takes no LoRA."
        if entry is None or entry.missing:
            return "It is not on this machine."
        return "" if fits(entry, family) else f"It is for {family_title(entry.found.family)}."

    def _change(self, each: _Named, weight: float) -> None:
        """Successive weights are one step of undo."""
        self._words.put("Weigh LoRA", each.field, changed(self._text(each.field), each.index, weight=weight))

    def _switch(self, each: _Named, on: bool) -> None:
        text = "Switch LoRA on" if on else "Switch LoRA off"
        self._put(text, each.field, changed(self._text(each.field), each.index, on=on))

    def _call(self, word: str) -> None:
        self._put("Put in trigger word", "prompt", with_words(self._text("prompt"), word))

    def _put(self, text: str, field: str, words: str) -> None:
        """A step of its own."""
        with self._document.step(text):
            self._words.put(text, field, words)
