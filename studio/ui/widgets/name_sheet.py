"""Asks for a name, in a small sheet."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from studio.ui.widgets.popover import Popover
from studio.ui.widgets.tool import Labelled


class NameSheet(Popover):
    """named(str): it was given, without spaces around it; an empty one is none."""

    named = Signal(str)

    def __init__(self, over: QWidget, title: str, name: str, verb: str = "Keep") -> None:
        super().__init__(over, title, verb)
        self.field = QLineEdit(name)
        self.field.textChanged.connect(self._typed)
        self.body.addWidget(Labelled("Name", self.field))
        self.applied.connect(self._tell)
        self.open(self.field)
        self.field.selectAll()

    def _typed(self) -> None:
        self.apply_button.setEnabled(bool(self.field.text().strip()))

    def _tell(self) -> None:
        name = self.field.text().strip()
        if name:
            self.named.emit(name)
