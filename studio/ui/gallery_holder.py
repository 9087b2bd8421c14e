"""The gallery workspace: the gallery's own widget, made when it is first looked at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from studio.ui.widgets.tool import label


class GalleryHolder(QWidget):
    """make: builds the gallery; None shows where the pictures are instead."""

    def __init__(self, make: Callable[[], QWidget] | None, folder: Path) -> None:
        super().__init__()
        self._make = make
        self.folder = folder
        self.widget: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def opened(self) -> None:
        """The workspace is shown."""
        if self.widget is None:
            self.widget = self._make() if self._make is not None else self._where()
            self._column.addWidget(self.widget)
        self.widget.setFocus(Qt.FocusReason.OtherFocusReason)

    def _where(self) -> QWidget:
        widget = QWidget()
        widget.setProperty("role", "page")
        place = label(f"Your pictures are in {self.folder}", "secondary")
        place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        show = QPushButton("Show the folder")
        show.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.folder))))
        column = QVBoxLayout(widget)
        column.addStretch(1)
        column.addWidget(place, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(show, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        widget.setFocusProxy(show)
        return widget
