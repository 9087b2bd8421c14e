"""A column that scrolls; its content keeps its width when the scroll bar comes and goes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from studio.ui.widgets.tool import PADDING


class ScrollColumn(QScrollArea):
    """column: the layout to fill."""

    def __init__(self, padding: int = PADDING, role: str = "panel") -> None:
        super().__init__()
        self._padding = padding
        inside = QWidget()
        inside.setProperty("role", role)
        self.column = QVBoxLayout(inside)
        self.column.setContentsMargins(padding, 4, padding, padding)
        self.column.setSpacing(12)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inside)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        taken = self.width() - self.viewport().width()
        self.column.setContentsMargins(self._padding, 4, max(2, self._padding - taken), self._padding)
