"""The panel at the right: what a picture is, how it was made, what people said about it, and the way back to work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from studio.library.gallery.dialects.table import TITLES
from studio.library.gallery.index.store import Item
from studio.library.gallery.metadata import GRID, Metadata
from studio.ui.gallery.painting import LABELS
from studio.ui.gallery.rating import LabelButton, Stars
from studio.ui.gallery.recalling import SETTINGS
from studio.ui.widgets.scroll_column import ScrollColumn
from studio.ui.widgets.tool import clear_layout, label, line, tool_button

KINDS = {
    "txt2img": "From words",
    "img2img": "From a picture",
    "inpaint": "Filled in",
    "outpaint": "Expanded",
    "upscale": "Enlarged",
    "grid": "A grid of pictures",
}
_LONGEST = 4000  # characters of a prompt that are shown
_FOLDED, _FOLDED_LINES = 420, 12  # signs and lines of it that are shown at first
_SPARED = 120  # signs for which nothing is folded
WIDTH = 300


class InfoPanel(ScrollColumn):
    """rated(int), labelled(str), favoured(bool), tagged(str), untagged(str): for all that is selected.

    recalled(object): names of settings to take over, a frozenset out of SETTINGS.
    asked(str): "remix", "vary" or "again". copied(): all settings, to the clipboard.
    """

    rated = Signal(int)
    labelled = Signal(str)
    favoured = Signal(bool)
    tagged = Signal(str)
    untagged = Signal(str)
    recalled = Signal(object)
    asked = Signal(str)
    copied = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self.setAccessibleName("About the picture")
        self.column.addSpacing(4)
        self.title = label("", "heading")
        self.facts = label("", "secondary")
        self.file = label("", "small")
        for words in (self.title, self.facts, self.file):
            words.setWordWrap(True)
        self.file.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.column.addWidget(self.title)
        self.column.addWidget(self.facts)
        self.column.addWidget(self._marks())
        self.column.addWidget(self._tags())
        self._made = QFrame()
        rows = QVBoxLayout(self._made)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(12)
        self.column.addWidget(self._made)
        self.column.addWidget(self.file)
        self.column.addStretch(1)
        self.show_nothing(0)

    def show_nothing(self, count: int) -> None:
        """No picture is selected, of so many."""
        self.title.setText(f"{count:,} pictures" if count != 1 else "1 picture")
        self.facts.setText("Select one to see how it was made." if count else "")
        self.file.setText("")
        self._marked.setVisible(False)
        self._tagged.setVisible(False)
        clear_layout(self._made)

    def show_items(self, items: Sequence[Item], metadata: Metadata | None) -> None:
        """One picture with its metadata, or several with what they have in common."""
        self._marked.setVisible(True)
        self._tagged.setVisible(True)
        self._show_marks(items)
        clear_layout(self._made)
        if len(items) > 1:
            total = sum(item.bytes for item in items)
            self.title.setText(f"{len(items):,} pictures")
            self.facts.setText(f"{size_text(total)} in all")
            self.file.setText("")
            return
        [item] = items
        self.title.setText(f"{item.width} × {item.height} px" if item.width else "Unreadable")
        self.facts.setText(facts_of(item))
        self.file.setText(shown(str(item.path)))
        if item.problem:
            self._add(_words(item.problem, "danger"))
        elif metadata is not None:
            self._show_metadata(item, metadata)

    def add_lineage(self, strip: QWidget) -> None:
        """Where the picture came from and what became of it, below all else."""
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(label("Made from and into", "secondary"))
        column.addWidget(strip)
        self._add(box)

    def _show_marks(self, items: Sequence[Item]) -> None:
        first = items[0]
        same = all(item.rating == first.rating for item in items)
        self.stars.set_rating(first.rating if same else 0)
        for button in self.labels:
            button.setChecked(all(item.label == button.name for item in items))
        self.favourite.setChecked(all(item.favourite for item in items))
        common = [tag for tag in first.tags if all(tag in item.tags for item in items)]
        clear_layout(self._chips)
        for tag in common:
            chip = QPushButton(f"{shown(tag)}  ×")
            chip.setProperty("role", "quiet")
            chip.setToolTip("Take this tag away")
            chip.setAccessibleName(f"Take the tag {tag} away")
            chip.clicked.connect(lambda _checked=False, name=tag: self.untagged.emit(name))
            _layout(self._chips).addWidget(chip)
        self._chips.setVisible(bool(common))

    def _show_metadata(self, item: Item, metadata: Metadata) -> None:
        if metadata.prompt is not None:
            self._section("Prompt", metadata.prompt, ("prompt",))
        if metadata.negative:
            self._section("Negative prompt", metadata.negative, ("negative",))
        facts = parameters_of(item, metadata)
        if facts:
            self._add(self._table(facts))
        if metadata.source != "plain":
            self._add(self._ways(metadata))
        elif not item.problem and metadata.kind != GRID:
            self._add(_words("The file does not say how it was made.", "secondary"))

    def _section(self, title: str, text: str, names: tuple[str, ...]) -> None:
        box = QWidget()
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(0)
        head.addWidget(label(title, "secondary"), 1)
        head.addWidget(tool_button("copy", f"Copy the {title.lower()}", lambda: copy(text), 14))
        use = tool_button(
            "corner-down-left", f"Use this {title.lower()}", lambda: self.recalled.emit(frozenset(names)), 14
        )
        head.addWidget(use)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        words = _words(folded(text))
        column.addWidget(words)
        if words.text() != _plain(text[:_LONGEST]):
            column.addWidget(_unfolding(words, text[:_LONGEST]), 0, Qt.AlignmentFlag.AlignLeft)
        self._add(box)

    def _table(self, facts: list[tuple[str, str, tuple[str, ...]]]) -> QWidget:
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        for row, (title, value, names) in enumerate(facts):
            name, told = label(title, "secondary"), _words(value)
            for cell in (name, told):
                cell.setContentsMargins(0, 3, 0, 3)
            grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(told, row, 1, Qt.AlignmentFlag.AlignTop)
            if names:
                use = tool_button(
                    "corner-down-left",
                    f"Use this {title.lower()}",
                    lambda names=names: self.recalled.emit(frozenset(names)),
                    14,
                )
                grid.addWidget(use, row, 2, Qt.AlignmentFlag.AlignTop)
        return box

    def _ways(self, metadata: Metadata) -> QWidget:
        """The ways from here back to work."""
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(8)
        everything = QPushButton("Use all settings")
        everything.setToolTip("Puts the prompt and every setting into the prompt panel")
        everything.clicked.connect(lambda: self.recalled.emit(frozenset(SETTINGS)))
        remix = QPushButton("Remix")
        remix.setToolTip("All settings but the seed: another picture of the kind")
        remix.clicked.connect(lambda: self.asked.emit("remix"))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(everything, 1)
        row.addWidget(remix, 1)
        column.addLayout(row)
        row = QHBoxLayout()
        row.setSpacing(8)
        copy_all = QPushButton("Copy all")
        copy_all.setToolTip("Every setting as text, which other programs for diffusion models read, too")
        copy_all.clicked.connect(lambda _checked=False: self.copied.emit())
        row.addWidget(copy_all, 1)
        if metadata.own is not None:
            again = QPushButton("Make again")
            again.setToolTip("Makes it once more and says whether it came out the same, and if not, why")
            again.clicked.connect(lambda: self.asked.emit("again"))
            row.addWidget(again, 1)
        column.addLayout(row)
        return box

    def _add(self, widget: QWidget) -> None:
        layout = _layout(self._made)
        if layout.count():
            layout.addWidget(line())
        layout.addWidget(widget)

    def _marks(self) -> QWidget:
        self._marked = QWidget()
        self.stars = Stars()
        self.stars.rated.connect(self.rated)
        self.favourite = tool_button("heart", "Favourite", None, 18)
        self.favourite.setCheckable(True)
        self.favourite.clicked.connect(self.favoured)
        self.labels = [LabelButton(name) for name in LABELS]
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.addWidget(self.stars)
        top.addStretch(1)
        top.addWidget(self.favourite)
        dots = QHBoxLayout()
        dots.setContentsMargins(0, 0, 0, 0)
        dots.setSpacing(4)
        for button in self.labels:
            button.clicked.connect(
                lambda _checked=False, it=button: self.labelled.emit(it.name if it.isChecked() else "")
            )
            dots.addWidget(button)
        dots.addStretch(1)
        column = QVBoxLayout(self._marked)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(top)
        column.addLayout(dots)
        return self._marked

    def _tags(self) -> QWidget:
        self._tagged = QWidget()
        self.tag = QLineEdit()
        self.tag.setPlaceholderText("Add a tag")
        self.tag.setAccessibleName("Add a tag")
        self.tag.setMaxLength(100)
        self.tag.returnPressed.connect(self._tag_typed)
        self._chips = QWidget()
        chips = QVBoxLayout(self._chips)
        chips.setContentsMargins(0, 0, 0, 0)
        chips.setSpacing(2)
        column = QVBoxLayout(self._tagged)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._chips)
        column.addWidget(self.tag)
        return self._tagged

    def _tag_typed(self) -> None:
        name = self.tag.text().strip()
        self.tag.clear()
        if name:
            self.tagged.emit(name)


def facts_of(item: Item) -> str:
    """Date, format and bytes in two lines."""
    on = datetime.fromtimestamp(item.created)
    when = f"{on.day} {on:%B %Y, %H:%M}"
    away = "\nIts disk is not there now." if item.away else ""
    kind = " · ".join(part for part in (item.format, size_text(item.bytes)) if part)
    return f"{when}\n{kind}{away}"


def parameters_of(item: Item, metadata: Metadata) -> list[tuple[str, str, tuple[str, ...]]]:
    """Title, value and what can be taken over, of everything that is told."""
    guidance = None if metadata.guidance is None else f"{metadata.guidance:g}"
    strength = None if metadata.strength is None else f"{metadata.strength * 100:.0f} %"
    size = f"{item.width} × {item.height} px"
    loras = ", ".join(lora.name + ("" if lora.weight is None else f" {lora.weight:g}") for lora in metadata.loras)
    rows: list[tuple[str, str | None, tuple[str, ...]]] = [
        ("Model", metadata.model, ("model",)),
        ("LoRA", loras or None, ()),
        ("Size", size if metadata.source != "plain" else None, ("size",)),
        ("Seed", None if metadata.seed is None else str(metadata.seed), ("seed",)),
        ("Steps", None if metadata.steps is None else str(metadata.steps), ("steps",)),
        ("Sampler", metadata.sampler, ("sampler",)),
        ("Guidance", guidance, ("guidance",)),
        ("Strength", strength, ("strength",)),
        ("Kind", KINDS.get(metadata.kind), ()),
        ("Made with", TITLES.get(metadata.source) if metadata.source != "plain" else None, ()),
        ("Time", f"{metadata.own.seconds:.1f} s" if metadata.own and metadata.own.seconds else None, ()),
        *((key, value, ()) for key, value in metadata.others.items()),
    ]
    return [(title[:60], value[:300], names) for title, value, names in rows if value]


def size_text(count: int) -> str:
    """Bytes as people read them: "812 bytes", "1.4 MB"."""
    value = float(count)
    for unit in ("bytes", "KB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" or value >= 10 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def copy(text: str) -> None:
    """Text to the clipboard."""
    QGuiApplication.clipboard().setText(text)


def shown(text: str) -> str:
    """A name as one line that can be wrapped, without control characters."""
    return (
        "".join(sign if sign.isprintable() else " " for sign in text)
        .replace("/", "/\u200b")
        .replace("-", "-\u200b")
        .replace("_", "_\u200b")
    )


def folded(text: str) -> str:
    """A long text, or one of many lines, cut so that what stands below it is still in sight."""
    lines = text[:_LONGEST].split("\n")
    short = "\n".join(lines[:_FOLDED_LINES])
    if len(lines) <= _FOLDED_LINES and len(short) <= _FOLDED + _SPARED:
        return short
    beginning, _, _ = short[:_FOLDED].rpartition(" ")  # not within a word
    return f"{(beginning or short[:_FOLDED]).rstrip()} …"


def _unfolding(words: QLabel, text: str) -> QPushButton:
    """A button that shows all of a folded text, and folds it again."""
    button = QPushButton("Show all")
    button.setProperty("role", "text")
    button.setToolTip("Shows the whole text, or its beginning again")

    def turn(_checked: bool = False) -> None:
        whole = button.text() == "Show all"
        words.setText(_plain(text if whole else folded(text)))
        button.setText("Show less" if whole else "Show all")

    button.clicked.connect(turn)
    return button


def _plain(text: str) -> str:
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)


def _words(text: str, role: str = "") -> QLabel:
    """Text that can be selected; a stranger's text is never markup."""
    made = label(_plain(text), role)
    made.setWordWrap(True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def _layout(widget: QWidget) -> QVBoxLayout:
    layout = widget.layout()
    assert isinstance(layout, QVBoxLayout)
    return layout
