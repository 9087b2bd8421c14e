"""What can be said about weights: words, lists of words and defaults, written down when a field is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QCompleter, QGridLayout, QLineEdit, QWidget

from studio.library.entry import Entry
from studio.library.offered import size_of
from studio.library.overrides import Choices, choices_for
from studio.request.errors import BadInput
from studio.request.sampling import Sampler
from studio.ui.models.wanted import family_title
from studio.ui.widgets.choice import Choice
from studio.ui.widgets.text_area import TextField
from studio.ui.widgets.tool import GAP, Labelled, set_role

Say = Callable[[str, object], object]
"""Writes down one thing: the name of a field of `Notes`, and its value."""
AUTOMATIC = "Automatic"
_NOTES_HIGH = 72
_PREDICTIONS = {"epsilon": "the noise", "v": "velocity (v-prediction)"}


def words_field(text: str, name: str, value: str, say: Callable[[str], object], hint: str = "") -> Labelled:
    """A line of words."""
    field = QLineEdit(value)
    field.setAccessibleName(text)
    field.setPlaceholderText(hint)
    field.setObjectName(name)
    field.setCursorPosition(0)
    field.editingFinished.connect(lambda: say(field.text()) if field.text() != value else None)
    return Labelled(text, field)


def list_field(text: str, name: str, value: Sequence[str], say: Say, hint: str, known: Sequence[str] = ()) -> Labelled:
    """Words with commas between them. known: offered while typing the first."""
    made = words_field(text, name, ", ".join(value), lambda typed: say(name, listed(typed)), hint)
    field = made.control
    if known and isinstance(field, QLineEdit):
        field.setCompleter(QCompleter(list(known), field))
    return made


def listed(text: str) -> tuple[str, ...]:
    """Words with commas between them, each once.

    >>> listed("portrait, ink,, ink ")
    ('portrait', 'ink')
    """
    return tuple(dict.fromkeys(word for part in text.split(",") if (word := " ".join(part.split()))))


class NotesField(Labelled):
    """A paragraph, written down when it is left or the panel shows something else."""

    def __init__(self, value: str, say: Say) -> None:
        self._field = TextField()
        self._field.setFixedHeight(_NOTES_HIGH)
        self._field.show_text(value)
        self._field.setPlaceholderText("Anything worth remembering")
        self._field.setAccessibleName("Notes")
        self._written = value
        self._say = say
        super().__init__("Notes", self._field)

    def flush(self) -> None:
        """Writes down what was typed."""
        text = self._field.toPlainText()
        if text != self._written:
            self._written = text
            self._say("text", text)


class DefaultsFields(QWidget):
    """Steps, guidance, size and sampler with which the model is used unless the recipe says otherwise."""

    def __init__(self, entry: Entry, say: Say) -> None:
        super().__init__()
        notes, model = entry.notes, entry.model
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GAP)
        if model is None:
            return
        now = model.defaults
        self._field(grid, 0, "Steps", "steps", notes.steps, f"{now.steps}", _whole, say)
        self._field(grid, 1, "Guidance", "guidance", notes.guidance, f"{now.guidance:g}", _number, say)
        self._field(grid, 2, "Size", "size", notes.size, f"{now.size.width} × {now.size.height}", _size, say)
        self._field(grid, 3, "Sampler", "sampler", notes.sampler, now.sampler.name, _sampler, say)

    def _field(
        self,
        grid: QGridLayout,
        place: int,
        text: str,
        name: str,
        value: object,
        automatic: str,
        parse: Callable[[str], object],
        say: Say,
    ) -> None:
        field = QLineEdit("" if value in (None, "") else str(value))
        field.setAccessibleName(text)
        field.setObjectName(name)
        field.setPlaceholderText(automatic)
        field.setToolTip(f"{text} unless you choose others. Empty: as its family has it.")

        def left() -> None:
            typed = field.text().strip()
            try:
                new = parse(typed) if typed else (None if name in ("steps", "guidance") else "")
            except (ValueError, BadInput):
                set_role(field, "wrong", True)
                return
            set_role(field, "wrong", False)
            if new != value:
                say(name, new)

        field.editingFinished.connect(left)
        grid.addWidget(Labelled(text, field), place // 2, place % 2)


def _whole(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 200:
        raise ValueError(text)
    return value


def _number(text: str) -> float:
    value = float(text.replace(",", "."))
    if not 0 <= value <= 50:
        raise ValueError(text)
    return value


def _size(text: str) -> str:
    size = size_of(text)
    if size is None or not 64 <= min(size) <= max(size) <= 8192:
        raise ValueError(text)
    return f"{size.width}x{size.height}"


def _sampler(text: str) -> str:
    return Sampler.named(text).name


def identity_fields(entry: Entry, say: Say) -> list[Labelled]:
    """What may be said instead of what was recognised; nothing where headers leave no doubt."""
    may: Choices = choices_for(entry.found)
    notes = entry.notes
    made: list[Labelled] = []
    if may.families:
        titles = {each: family_title(each) for each in may.families}
        made.append(_choice("Made for", "family", notes.family, titles, family_title(entry.found.family), say))
    if may.variants:
        made.append(
            _choice("Variant", "variant", notes.variant, {each: each for each in may.variants}, "as recognised", say)
        )
    if may.predictions:
        titles = {each: _PREDICTIONS[each] for each in may.predictions}
        made.append(_choice("Predicts", "prediction", notes.prediction, titles, "as recognised", say))
    return made


def _choice(text: str, name: str, value: str, titles: dict[str, str], found: str, say: Say) -> Labelled:
    box = Choice()
    box.setAccessibleName(text)
    box.setObjectName(name)
    box.addItem(f"{AUTOMATIC}: {found or 'unknown'}", "")
    for each, title in titles.items():
        box.addItem(title, each)
    box.setCurrentIndex(max(0, box.findData(value)))
    box.activated.connect(lambda: say(name, box.currentData()))
    return Labelled(text, box)
