"""A workspace whose widget is made when it is first looked at: the start does not wait for it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget


class LateWorkspace(QWidget):
    """make: builds the widget. widget: None until then."""

    def __init__(self, make: Callable[[], QWidget]) -> None:
        super().__init__()
        self._make = make
        self.widget: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def opened(self) -> None:
        """The workspace is shown."""
        if self.widget is None:
            self.widget = self._make()
            self._column.addWidget(self.widget)
        self.widget.setFocus(Qt.FocusReason.OtherFocusReason)
