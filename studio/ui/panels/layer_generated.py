"""What a generated layer remembers: its candidates to choose from, its words to change, and to be made again."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from studio.document.change import Change
from studio.document.document import Document
from studio.document.generated import choose, flatten
from studio.document.layers import GeneratedLayer
from studio.ui.widgets.tool import PADDING, label, tool_button


class GeneratedOptions(QWidget):
    """Seen while a generated layer is the active one. again(GeneratedLayer, str): make it anew with these words."""

    again = Signal(object, str)

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._shown: GeneratedLayer | None = None
        self.previous = tool_button("chevron-left", "Previous candidate", lambda: self._go(-1), 16)
        self.next = tool_button("chevron-right", "Next candidate", lambda: self._go(1), 16)
        self.count = label("", "secondary")
        self.count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words = QLineEdit()
        self.words.setPlaceholderText("What should be here")
        self.words.setAccessibleName("Prompt of the generated layer")
        self.words.setToolTip("The words it was made from. Change them and make it again (Enter).")
        self.words.returnPressed.connect(self._again)
        self.make = tool_button(
            "refresh-cw",
            "Make again\nOther candidates for this layer, with these words and a fresh seed.",
            self._again,
            16,
        )
        self.flat = tool_button(
            "arrow-down-to-line",
            "Flatten\nA plain layer: what is seen stays, the other candidates are let go.",
            self._flatten,
            16,
        )
        self._lay_out()
        document.changed.connect(self._on_changed)
        self.show_layer()

    def show_layer(self) -> None:
        """Reflects the active layer, after undo too."""
        layer = self._document.active
        generated = layer if isinstance(layer, GeneratedLayer) else None
        other, self._shown = generated is not self._shown, generated
        self.setVisible(generated is not None)
        if generated is None:
            return
        several = len(generated.candidates) > 1
        for widget in (self.previous, self.count, self.next):
            widget.setVisible(several)
        self.count.setText(f"{generated.chosen + 1} of {len(generated.candidates)}")
        request = generated.request
        self.make.setEnabled(request is not None)
        if other or not self.words.isModified():
            self.words.setText("" if request is None else request.prompt.raw or request.prompt.text)
            self.words.setCursorPosition(0)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for widget in (self.previous, self.count, self.next):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.make)
        row.addWidget(self.flat)
        column = QVBoxLayout(self)
        column.setContentsMargins(PADDING, 0, PADDING, 0)
        column.setSpacing(4)
        column.addWidget(self.words)
        column.addLayout(row)

    def _on_changed(self, change: Change) -> None:
        if change & Change.LAYERS:
            self.show_layer()

    def _go(self, by: int) -> None:
        layer = self._shown
        if layer is not None and len(layer.candidates) > 1:
            choose(self._document, layer, (layer.chosen + by) % len(layer.candidates))

    def _again(self) -> None:
        if self._shown is not None and self._shown.request is not None:
            self.words.setModified(False)
            self.again.emit(self._shown, self.words.text())

    def _flatten(self) -> None:
        if self._shown is not None:
            flatten(self._document, self._shown)
