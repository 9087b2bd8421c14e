"""The uppermost line: menus, the three workspaces in the middle, the way to everything at the right."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QGridLayout, QHBoxLayout, QMenuBar, QWidget

from studio.ui.theme import colours, font, pixmap

HEIGHT = 44
DWELL = 400  # milliseconds until a workspace opens under what is dragged


class _Segment(QAbstractButton):
    """dwelt(): something that is dragged has stayed over it for a moment."""

    dwelt = Signal()

    def __init__(self, title: str, keys: str) -> None:
        super().__init__()
        self.setText(title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(f"{title} ({keys})")
        self.setAccessibleName(f"{title} workspace")
        self.setFixedSize(QSize(84, 26))
        self.setAcceptDrops(True)
        self._dwelling = QTimer(self)
        self._dwelling.setSingleShot(True)
        self._dwelling.setInterval(DWELL)
        self._dwelling.timeout.connect(self.dwelt)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        event.accept()
        self._dwelling.start()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._dwelling.stop()

    def dropEvent(self, event: QDropEvent) -> None:
        self._dwelling.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        roles = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isChecked()
        painter.setPen(QColor(roles.accent_text) if self.hasFocus() else Qt.PenStyle.NoPen)
        if on or self.underMouse():
            painter.setBrush(QColor(roles.pressed if on and roles.dark else roles.panel))
        if on or self.underMouse() or self.hasFocus():
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 5, 5)
        painter.setFont(font(weight=QFont.Weight.Medium if on else QFont.Weight.Normal))
        painter.setPen(QColor(roles.text if on else roles.secondary))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class Workspaces(QWidget):
    """One of several pages. chosen(int)."""

    chosen = Signal(int)

    def __init__(self, titles: Sequence[tuple[str, str]]) -> None:
        """titles: name and keys of each."""
        super().__init__()
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        for index, (title, keys) in enumerate(titles):
            segment = _Segment(title, keys)
            self._group.addButton(segment, index)
            segment.dwelt.connect(partial(self.chosen.emit, index))
            row.addWidget(segment)
        self._group.idClicked.connect(self.chosen)

    def show_page(self, index: int) -> None:
        self._group.button(index).setChecked(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours().raised))
        painter.drawRoundedRect(self.rect(), 7, 7)


class SearchButton(QAbstractButton):
    """Looks like a field; opens the command palette."""

    def __init__(self, words: str, keys: str) -> None:
        super().__init__()
        self._keys = keys
        self.setText(words)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(words)
        self.setToolTip(f"Everything that can be done ({keys})")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(QSize(232, 28))

    def paintEvent(self, event: QPaintEvent) -> None:
        roles = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(roles.accent_text) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(roles.hover if self.underMouse() else roles.raised))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 6, 6)
        glass = pixmap("search", roles.secondary, 16, self.devicePixelRatioF())
        painter.drawPixmap(10, (self.height() - 16) // 2, glass)
        painter.setPen(QColor(roles.secondary))
        painter.drawText(self.rect().adjusted(34, 0, -10, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.setFont(font(12))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(self.rect().adjusted(34, 0, -10, 0), flags, self._keys)


class TopBar(QWidget):
    """The workspaces stay in the middle of the window whatever stands beside them."""

    def __init__(self, menus: QMenuBar, workspaces: Workspaces, search: SearchButton) -> None:
        super().__init__()
        self.setFixedHeight(HEIGHT)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setSpacing(8)
        grid.addWidget(menus, 0, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(workspaces, 0, 1, Qt.AlignmentFlag.AlignCenter)
        grid.addWidget(search, 0, 2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours().window))
