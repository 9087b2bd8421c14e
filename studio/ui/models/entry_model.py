"""The weights that are shown, as Qt's views ask for them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from studio.library.entry import Entry
from studio.library.recognition.verdict import size_text
from studio.ui.models.wanted import family_title
from studio.ui.progress import joined

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


class EntryModel(QAbstractListModel):
    """A list that is replaced as a whole; views keep what is selected by its path."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []

    def show(self, entries: Sequence[Entry]) -> None:
        """Shows these instead."""
        self.beginResetModel()
        self.entries = list(entries)
        self.endResetModel()

    def entry(self, index: Index) -> Entry | None:
        """The weights in a row, None where there is no such row."""
        row = index.row()
        return self.entries[row] if index.isValid() and 0 <= row < len(self.entries) else None

    def row_of(self, entry: Entry) -> int:
        """The row of the weights at the same path, -1 when they are not shown."""
        return next((row for row, each in enumerate(self.entries) if each.path == entry.path), -1)

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self.entry(index)
        if entry is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(filter(None, (entry.title, line_of(entry), entry.reason, str(entry.path))))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ". ".join(filter(None, (entry.title, line_of(entry), entry.reason)))
        return None


def line_of(entry: Entry) -> str:
    """What it is, in a line: "SDXL · LoRA · 144 MB"."""
    return joined(what_of(entry), size_text(entry.found.size))


def what_of(entry: Entry) -> str:
    """What it is, without its size."""
    found = entry.found
    kind = "" if entry.paints else entry.kind_title
    variant = "" if entry.kind == "lora" else found.variant
    return joined(found.flavour or family_title(found.family), kind, variant)
