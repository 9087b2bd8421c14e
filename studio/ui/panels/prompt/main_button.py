"""The one button: it says what will happen, and why it cannot."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from studio.document.editing.modes import Mode
from studio.ui.icons import icon, pixmap
from studio.ui.theme import colours, font

SIDE = 16  # logical pixels of the icon


class _Main(QPushButton):
    """The words in the middle, the icon of what will happen before them, the keys small at the right."""

    def __init__(self) -> None:
        super().__init__()
        self.keys = self.picture = ""
        self.setProperty("role", "main")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        words = self.fontMetrics().horizontalAdvance(self.text())
        left = (self.width() - words) // 2
        painter = QPainter(self)
        roles = colours()
        colour = QColor(roles.on_accent if self.isEnabled() else roles.disabled)
        if self.picture and left > SIDE + 12:
            drawn = pixmap(self.picture, colour.name(), SIDE, self.devicePixelRatioF())
            painter.drawPixmap(left - SIDE - 8, (self.height() - SIDE) // 2, drawn)
        painter.setFont(font(11))
        keys = painter.fontMetrics().horizontalAdvance(self.keys)
        if not self.keys or left < keys + 20:
            return
        colour.setAlphaF(0.7)
        painter.setPen(colour)
        place = self.rect().adjusted(0, 0, -12, 0)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self.keys)


class _More(QPushButton):
    """The narrow part with the arrow."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "main")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Other things to make")
        self.setToolTip("Other things to make")
        self.setFixedWidth(30)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        roles = colours()
        painter = QPainter(self)
        arrow = pixmap(
            "chevron-down", roles.on_accent if self.isEnabled() else roles.disabled, 16, self.devicePixelRatioF()
        )
        painter.drawPixmap(QRect((self.width() - 16) // 2, (self.height() - 16) // 2, 16, 16), arrow)


class MainButton(QWidget):
    """pressed: do what it says. chosen(Mode): do that instead. first: put it first in the queue. stopped: cancel."""

    pressed = Signal()
    chosen = Signal(object)
    first = Signal()
    stopped = Signal()

    def __init__(self, keys: str = "") -> None:
        super().__init__()
        self.main = _Main()
        self.main.keys = keys
        self.more = _More()
        self.menu = QMenu(self)
        self._beside: dict[Mode, QAction] = {}
        self.stop = QPushButton()
        self.stop.setIcon(icon("stop"))
        self.stop.setIconSize(QSize(16, 16))
        self.stop.setFixedSize(QSize(36, 36))
        self.stop.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.stop.setAccessibleName("Cancel")
        self.stop.setToolTip("Cancel (Esc)\nStops at once; pictures that are done are kept.")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.main, 1)
        row.addWidget(self.more)
        row.addWidget(self.stop)
        self.main.clicked.connect(self.pressed)
        self.stop.clicked.connect(self.stopped)
        self.more.clicked.connect(self._open)
        self.show_state(Mode.GENERATE, (Mode.GENERATE,), 1, running=False, problem="", sentence="")

    def offer(self, mode: Mode, other: QAction) -> None:
        """Another way to do much the same stands below a mode in the menu, where that is possible."""
        self._beside[mode] = other

    def show_state(
        self, mode: Mode, possible: Sequence[Mode], count: int, *, running: bool, problem: str, sentence: str
    ) -> None:
        """problem: why nothing can be made, or "". sentence: what will happen, for the tooltip."""
        title = "Add to queue" if running else mode.title
        self.main.setText(f"{title} · {count}" if count > 1 else title)
        self.main.picture = mode.icon
        self.main.setAccessibleName(f"{title}, {count} pictures" if count > 1 else title)
        self.main.setAccessibleDescription(problem or sentence)
        keys = f" ({self.main.keys})" if self.main.keys else ""
        self.main.setToolTip(problem or f"{mode.title}{keys}\n{sentence}")
        self.main.setEnabled(not problem)
        self.more.setEnabled(not problem)
        self.stop.setVisible(running)
        self._fill(mode, possible, running)

    def _fill(self, mode: Mode, possible: Sequence[Mode], running: bool) -> None:
        self.menu.clear()
        for each in possible:
            action = self.menu.addAction(icon(each.icon), each.title)
            action.setToolTip(each.help)
            action.setStatusTip(each.help)
            action.setData(each)
            if each is mode:
                bold = action.font()
                bold.setWeight(font().Weight.DemiBold)
                action.setFont(bold)
            action.triggered.connect(lambda _checked=False, chosen=each: self.chosen.emit(chosen))
            if each in self._beside:
                self.menu.addAction(self._beside[each])
        self.menu.addSeparator()
        ahead = self.menu.addAction(icon("list-ordered"), "Make it next, before the others")
        ahead.setEnabled(running)
        ahead.triggered.connect(lambda _checked=False: self.first.emit())
        self.menu.setToolTipsVisible(True)

    def _open(self) -> None:
        self.menu.setMinimumWidth(self.main.width() + 32)
        self.menu.popup(self.mapToGlobal(QPoint(0, -self.menu.sizeHint().height() - 4)))
