"""The gallery workspace: the gallery's own widget, made when it is first looked at."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget


class GalleryHolder(QWidget):
    """make: builds the gallery. widget: the gallery, None until then."""

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
