"""The quiet bar: one sentence, at most one or two things to do about it. Never in the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from studio.ui.icons import icon, pixmap
from studio.ui.theme import colours

Kind = Literal["info", "error", "good"]
MARGIN = 8
WIDEST = 720
MOST_KEPT = 60  # of those that only tell something; what can still be done about something always waits
MOST = 3  # bars at a time; older ones wait behind them until one is closed or they are asked for


@dataclass(frozen=True)
class Remedy:
    """A button in the bar."""

    title: str
    run: Callable[[], object]


class Notice(QFrame):
    """One sentence in place. Closed by its button, Escape while it has the keyboard, or an action in it."""

    closed = Signal(object)

    def __init__(self, sentence: str, kind: Kind = "info", *remedies: Remedy) -> None:
        super().__init__()
        self.sentence = sentence
        self.kind = kind
        self.setProperty("role", "popup")
        self.setAccessibleName(sentence)
        roles = colours()
        colour = {"info": roles.secondary, "error": roles.danger, "good": roles.success}[kind]
        picture = QLabel()
        name = {"info": "info", "error": "circle-alert", "good": "circle-check"}[kind]
        picture.setPixmap(pixmap(name, colour, 20, self.devicePixelRatioF()))
        self.label = QLabel(sentence)
        self.label.setTextFormat(Qt.TextFormat.PlainText)  # a stranger's words are never markup
        self.label.setWordWrap(True)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 6, 6)
        column.setSpacing(2)
        row, below = QHBoxLayout(), QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(picture)
        row.addWidget(self.label, 1)
        below.addStretch(1)
        column.addLayout(row)
        if len(remedies) > 1:  # beside the words they would leave them no room where the canvas is narrow
            column.addLayout(below)
        self.buttons: list[QPushButton] = []
        for remedy in remedies:
            button = QPushButton(remedy.title)
            button.setToolTip(f"{remedy.title}, and close this message")
            button.setProperty("role", "quiet" if self.buttons else "link")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(self.close_bar)
            button.clicked.connect(partial(_act, remedy))
            self.buttons.append(button)
            place = below if len(remedies) > 1 else row
            place.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._cross())

    def _cross(self) -> QToolButton:
        close = QToolButton()
        close.setIcon(icon("x"))
        close.setIconSize(QSize(16, 16))
        close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        close.setAccessibleName("Close this message")
        close.setToolTip("Close")
        close.clicked.connect(self.close_bar)
        return close

    def say(self, sentence: str) -> None:
        """Another sentence in the same bar, as what it tells of goes on."""
        self.sentence = sentence
        self.label.setText(sentence)
        self.setAccessibleName(sentence)

    def close_bar(self) -> None:
        self.closed.emit(self)


def _act(remedy: Remedy, _checked: bool = False) -> None:
    remedy.run()


class Notices(QWidget):
    """Where the bars stand, over an edge of a part of `parent`, newest last: nothing below them moves.

    Of more than `MOST` the newest are shown; a line above them says how many earlier ones wait, and turns to those.
    """

    def __init__(self, parent: QWidget, over: QWidget) -> None:
        super().__init__(parent)
        self._over = over
        self._low = False
        self._all: list[Notice] = []  # oldest first
        self._back = 0  # bars that were leafed past, counted from the newest
        self._earlier = QPushButton()
        self._earlier.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._earlier.clicked.connect(self._leaf)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addWidget(self._earlier, 0, Qt.AlignmentFlag.AlignHCenter)
        over.installEventFilter(self)
        self.hide()

    def stand_over(self, over: QWidget, *, low: bool = False) -> None:
        """From now on over this part, which is in `parent` or is to be. low: at its lower edge."""
        self._over.removeEventFilter(self)
        self._over, self._low = over, low
        over.installEventFilter(self)
        self._place()

    @property
    def shown(self) -> tuple[Notice, ...]:
        """The bars that can be seen, oldest first."""
        end = len(self._all) - self._back
        return tuple(self._all[max(0, end - MOST) : end])

    @property
    def waiting(self) -> int:
        """How many there are besides."""
        return len(self._all) - len(self.shown)

    def tell(self, sentence: str, kind: Kind = "info", *remedies: Remedy) -> Notice:
        """Shows a bar; the same sentence is not shown twice. What was told before is not lost: see `waiting`."""
        for old in [each for each in self._all if each.sentence == sentence]:
            self._remove(old)
        notice = Notice(sentence, kind, *remedies)
        notice.closed.connect(self.withdraw)
        self._all.append(notice)
        for old in [each for each in self._all if not each.buttons][:-MOST_KEPT]:
            self._remove(old)
        self._column.addWidget(notice)
        self._back = 0
        self._arrange()
        return notice

    def withdraw(self, notice: Notice) -> None:
        if notice in self._all:
            self._remove(notice)
            self._arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show) and watched is self._over:
            self._place()
        return False

    def _remove(self, notice: Notice) -> None:
        if self._all.index(notice) >= len(self._all) - self._back:
            self._back -= 1
        self._all.remove(notice)
        self._column.removeWidget(notice)
        notice.hide()
        notice.deleteLater()

    def _leaf(self) -> None:
        """Turns to the bars before those that are shown, and from the oldest back to the newest."""
        self._back = self._back + MOST if self._back + MOST < len(self._all) else 0
        self._arrange()

    def _arrange(self) -> None:
        if self._back >= len(self._all):
            self._back = 0
        shown = self.shown
        waiting = self.waiting
        if waiting:
            messages = "1 more message" if waiting == 1 else f"{waiting} more messages"
            self._earlier.setText(messages)
            self._earlier.setAccessibleName(f"Show {messages}")
            self._earlier.setToolTip("Show the messages that wait")
        self.setVisible(bool(shown))
        self._earlier.setVisible(bool(waiting))
        for notice in self._all:  # at once: the layout would only show them, and count them, later
            notice.setVisible(notice in shown)
        self._place()

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None or not parent.isAncestorOf(self._over):
            return
        width = min(WIDEST, self._over.width() - 2 * MARGIN)
        height = self._column.heightForWidth(width)
        down = self._over.height() - height - MARGIN if self._low else MARGIN
        corner = self._over.mapTo(parent, QPoint((self._over.width() - width) // 2, down))
        self.setGeometry(QRect(corner, QSize(width, height)))
        self.raise_()
