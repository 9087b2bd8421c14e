"""The panel at the right: one file of weights, everything that is known of it and can be said and done."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.library.entry import Entry
from studio.library.recognition.recognise import PICKLED
from studio.library.recognition.verdict import needed, size_text
from studio.ui.models.fields import DefaultsFields, NotesField, identity_fields, list_field, words_field
from studio.ui.models.wanted import family_title
from studio.ui.theme import colours, pixmap
from studio.ui.widgets.scroll_column import ScrollColumn
from studio.ui.widgets.tool import GAP, clear_layout, label, line, tool_button

WIDTH = 320
_FORMATS = {"safetensors": "safetensors", "gguf": "GGUF", "pickle": "pickle", "diffusers": "diffusers folder"}
_LONG, _SIGN = re.compile(r"\S{24,}"), re.compile(r"[._/|-](?=.)|.{24}(?=.)")
_SHOWN = 26  # letters of a fact before it is cut


class Details(ScrollColumn):
    """used(Entry): make pictures with it. deed(str, Entry): "convert", "move", "remove", "forget" or "picture".
    part_wanted(Part): bring this. noted(Entry, str, object): a field of its notes, and the value.
    """

    used = Signal(object)
    deed = Signal(str, object)
    part_wanted = Signal(object)
    noted = Signal(object, str, object)

    def __init__(self, tags: Callable[[], Sequence[str]]) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self._tags = tags
        self._notes: NotesField | None = None
        self.entry: Entry | None = None
        self._in_use = False
        self._showing = False  # leaving a field writes it down, which makes the page show everything anew
        self._body = QWidget()
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(12)
        self._inside = column
        self.column.addWidget(self._body)
        self.column.addStretch(1)

    def flush(self) -> None:
        """Writes down what was typed and not left yet."""
        focus = QApplication.focusWidget()
        if focus is not None and self._body.isAncestorOf(focus):
            focus.clearFocus()
        if self._notes is not None:
            self._notes.flush()

    def show_entry(self, entry: Entry | None, in_use: bool = False) -> None:
        """Shows weights; what is shown already and has only other notes stays as it is, with the cursor in it."""
        if self._showing:
            return
        before, was_used = self.entry, self._in_use
        if before is not None and entry is not None and _alike(before, entry) and was_used == in_use:
            self.entry = entry
            return
        self._showing = True
        self.flush()
        self._build(entry, in_use)
        self._showing = False

    def _build(self, entry: Entry | None, in_use: bool) -> None:
        self.entry, self._notes, self._in_use = entry, None, in_use
        clear_layout(self._body)
        if entry is None:
            self._add(
                _words("Choose something to see what it is, where it lies and what it does by itself.", "secondary")
            )
            return
        self._head(entry, in_use)
        if entry.reason or entry.doubt:
            self._add(self._problem(entry))
        if entry.found.about:
            self._add(_words(entry.found.about))
        self._said(entry)
        self._add(line())
        self._add(_facts(entry))
        self._add(line())
        self._deeds(entry)

    def _add(self, widget: QWidget) -> None:
        self._inside.addWidget(widget)

    def _head(self, entry: Entry, in_use: bool) -> None:
        title = _words(entry.title, "heading")
        self._add(title)
        found = entry.found
        names = [found.flavour, family_title(found.family), entry.kind_title, *found.traits]
        self._add(_Chips([name for name in dict.fromkeys(names) if name]))
        if entry.model is not None:
            use = QPushButton("In use" if in_use else "Use this model")
            use.setProperty("role", "main")
            use.setEnabled(not in_use)
            use.clicked.connect(lambda: self.used.emit(entry))
            self._add(use)

    def _problem(self, entry: Entry) -> QWidget:
        """Why it cannot be used or what is in doubt, in plain words, and what can be done."""
        box = QFrame()
        box.setProperty("role", "sheet")
        column = QVBoxLayout(box)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        mark = QLabel()
        mark.setPixmap(pixmap("triangle-alert", colours().accent_text, 16, self.devicePixelRatioF()))
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(_words(entry.reason or entry.doubt), 1)
        column.addLayout(row)
        for part in entry.lacking:
            if part.repository:
                words = f"Get {part.title.removeprefix('the ').partition(' (')[0]}"
                self._button(column, words, lambda p=part: self.part_wanted.emit(p), needed(part))
        if entry.missing:
            self._button(column, "Take it off the list", lambda: self.deed.emit("forget", entry))
        if entry.path.suffix.lower() in PICKLED and not entry.missing:
            column.addWidget(
                _words("Its numbers can be read without running anything in it, and written as safetensors.", "small")
            )
            self._button(column, "Convert it", lambda: self.deed.emit("convert", entry))
        if entry.found.looked_for:
            column.addWidget(_words("Looked for: " + "; ".join(entry.found.looked_for) + ".", "small"))
        return box

    def _button(self, column: QVBoxLayout, text: str, run: Callable[[], object], tip: str = "") -> None:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setAccessibleName(f"{text} {tip}".strip())
        button.clicked.connect(lambda _checked=False: run())
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def _said(self, entry: Entry) -> None:
        """What the person says, or may say, about it."""

        def say(name: str, value: object) -> None:
            self.noted.emit(entry, name, value)

        if not entry.embedded:
            for field in identity_fields(entry, say):
                self._add(field)
        if entry.kind in ("lora", "embedding", "checkpoint", "diffusion"):
            triggers = list_field("Trigger words", "triggers", entry.triggers, say, "none known")
            copy = tool_button("copy", "Copy the trigger words", lambda: _copy(", ".join(entry.triggers)), 16)
            copy.setEnabled(bool(entry.triggers))
            self._add(_beside(triggers, copy))
        if entry.model is not None:
            self._add(DefaultsFields(entry, say))
        self._add(list_field("Tags", "tags", entry.notes.tags, say, "such as portrait, ink", self._tags()))
        self._notes = NotesField(entry.notes.text, say)
        self._add(self._notes)
        self._add(
            words_field("Licence", "licence", entry.licence, lambda text: say("licence", text.strip()), "unknown")
        )

    def _deeds(self, entry: Entry) -> None:
        folder = entry.path if entry.path.is_dir() else entry.path.parent
        row = QHBoxLayout()
        row.setSpacing(GAP)
        deeds: list[tuple[str, str, Callable[[], object]]] = [
            ("folder-open", "Show the folder", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))),
            ("image-plus", "Choose a picture for it", lambda: self.deed.emit("picture", entry)),
        ]
        if not entry.embedded and not entry.missing:
            deeds += [
                ("move", "Move it to another folder", lambda: self.deed.emit("move", entry)),
                ("trash-2", "Put it into the trash", lambda: self.deed.emit("remove", entry)),
            ]
        for name, title, run in deeds:
            row.addWidget(tool_button(name, title, run))
        row.addStretch(1)
        holder = QWidget()
        holder.setLayout(row)
        row.setContentsMargins(0, 0, 0, 0)
        self._add(holder)


class _Chips(QWidget):
    """Short words in as many rows as they need."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        room, row = 0, QHBoxLayout()
        for word in words:
            chip = label(word, "chip")
            chip.ensurePolished()
            width = chip.sizeHint().width() + 4
            if room + width > WIDTH - 28 and room:
                row.addStretch(1)
                column.addLayout(row)
                room, row = 0, QHBoxLayout()
            row.setSpacing(4)
            row.addWidget(chip)
            room += width
        row.addStretch(1)
        column.addLayout(row)


def _alike(one: Entry, other: Entry) -> bool:
    """Whether two looks at weights show the same, but for what the person says."""
    same = (one.found, one.print, one.hashes, one.missing, one.lacking, one.title)
    return same == (other.found, other.print, other.hashes, other.missing, other.lacking, other.title)


def _facts(entry: Entry) -> QWidget:
    """What is known, as a table of names and values; long values are cut and whole in their tooltips."""
    found, hashes = entry.found, entry.hashes
    rows = (
        ("File", entry.path.name),
        ("Folder", str(entry.path.parent)),
        ("Size", size_text(found.size) if found.size else ""),
        ("Stored as", " ".join(filter(None, (found.precision, _FORMATS.get(found.format, ""))))),
        ("Noise", "down to zero signal" if found.zero_snr else ""),
        ("Trained from", found.base),
        ("Its hash", found.base_hash[:10]),
        ("Author", found.author),
        ("AutoV2", hashes.auto_v2 if hashes else ""),
        ("AutoV3", hashes.auto_v3 if hashes else ""),
        ("SHA-256", hashes.sha256 if hashes else ""),
    )
    table = QWidget()
    grid = QGridLayout(table)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    for number, (name, value) in enumerate((name, value) for name, value in rows if value):
        grid.addWidget(label(name, "small"), number, 0)
        grid.addWidget(_value(name, value), number, 1)
    return table


def _value(name: str, value: str) -> QLabel:
    shown = (
        value if len(value) <= _SHOWN else f"…{value[1 - _SHOWN :]}" if name == "Folder" else f"{value[: _SHOWN - 1]}…"
    )
    made = label(shown)
    made.setToolTip(value)
    made.setAccessibleName(f"{name}: {value}")
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def _words(text: str, role: str = "") -> QLabel:
    """In as many lines as they need; names of files and tensors, which have no spaces, may break at their signs."""
    made = label(_LONG.sub(lambda found: _SIGN.sub("\\g<0>\u200b", found[0]), text), role)
    made.setWordWrap(True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def _beside(field: QWidget, button: QWidget) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    row.addWidget(field, 1)
    row.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
    return holder


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
