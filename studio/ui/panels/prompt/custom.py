"""The mode Custom: what the hole holds before, how much is looked at, whether edges fade."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.document.document import Document
from studio.document.editing.plan import Context, Fill
from studio.document.layers import MaskLayer, walk
from studio.ui.widgets.choice import Choice
from studio.ui.widgets.switch import Switch
from studio.ui.widgets.tool import GAP, Labelled, label, tool_button

FILLS = {
    Fill.KEEP: ("Nothing", "The model starts from what is there."),
    Fill.NEUTRAL: ("Neutral grey", "For something that has nothing to do with what is there."),
    Fill.BLUR: ("Blur", "Colours from around, spread smoothly."),
    Fill.BORDER: ("Border", "Continues what is at the edge, softly; for extending a picture."),
    Fill.REMOVE: ("Inpaint", "Continues what is around, without a model; for taking things away."),
}
_HELP = Qt.ItemDataRole.ToolTipRole
CONTEXTS = {
    Context.AUTOMATIC: ("Automatic", "As much of the surroundings as helps."),
    Context.SELECTION: ("Selection only", "The model sees nothing of what is around."),
    Context.WHOLE: ("Whole picture", "The model sees everything; a small selection gets few pixels."),
}


class CustomPart(QWidget):
    """Seen while the button says Custom. left(): back to what the button takes by itself."""

    left = Signal()

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self.fill = _choice("Fill", FILLS)
        self.context = _choice("Context", CONTEXTS)
        self.seamless = Switch("Seamless")
        self.seamless.setToolTip("Edges fade into what is around; else they are as hard as the selection's.")
        close = tool_button("x", "Back to automatic", self.left.emit, 14)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(label("Custom", "heading"), 1)
        head.addWidget(close)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(Labelled("Fill first with", self.fill), 1)
        row.addWidget(Labelled("Look at", self.context), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addLayout(row)
        column.addWidget(self.seamless)
        self.fill.activated.connect(self._set)
        self.context.activated.connect(self._set)
        self.seamless.clicked.connect(self._set)

    def show_document(self) -> None:
        """Reflects the document; masks whose bounds can be looked at are offered by name."""
        recipe = self._document.recipe
        with QSignalBlocker(self.context):
            while self.context.count() > len(CONTEXTS):
                self.context.removeItem(self.context.count() - 1)
            for layer in walk(self._document.layers):
                if isinstance(layer, MaskLayer):
                    self.context.addItem(layer.name or "Mask", layer.id)
        for choice, value in ((self.fill, recipe.fill), (self.context, recipe.context)):
            choice.setCurrentIndex(max(0, choice.findData(value)))
            choice.setToolTip(choice.itemData(choice.currentIndex(), _HELP) or "The bounds of this mask.")
        self.seamless.setChecked(recipe.seamless)

    def _set(self) -> None:
        recipe = self._document.recipe
        now: dict[str, Any] = {
            "fill": self.fill.currentData(),
            "context": self.context.currentData(),
            "seamless": self.seamless.isChecked(),
        }
        self._document.change(**{name: value for name, value in now.items() if value != getattr(recipe, name)})


def _choice(name: str, entries: dict[Fill, tuple[str, str]] | dict[Context, tuple[str, str]]) -> Choice:
    choice = Choice()
    choice.setAccessibleName(name)
    for index, (value, (title, help_)) in enumerate(entries.items()):
        choice.addItem(title, value.value)
        choice.setItemData(index, help_, _HELP)
    return choice
