"""The downloads at the foot of the workspace: how far each is, and what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio.library.recognition.verdict import size_text
from studio.ui.models.transfers import State, Transfer, Transfers
from studio.ui.progress import joined
from studio.ui.theme import colours
from studio.ui.widgets.tool import GAP, PADDING, label, tool_button

MOST = 4  # rows; what waits behind them is told as a number


class Bar(QWidget):
    """A thin line, filled from the left. share: 0..1."""

    def __init__(self) -> None:
        super().__init__()
        self.share = 0.0
        self.setFixedHeight(3)

    def sizeHint(self) -> QSize:
        return QSize(100, 3)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        whole = QRectF(self.rect())
        painter.setBrush(QColor(colours().raised))
        painter.drawRoundedRect(whole, 1.5, 1.5)
        painter.setBrush(QColor(colours().accent))
        whole.setWidth(whole.width() * min(1.0, max(0.0, self.share)))
        painter.drawRoundedRect(whole, 1.5, 1.5)


class TransferRow(QWidget):
    """One download."""

    def __init__(self, transfer: Transfer, transfers: Transfers) -> None:
        super().__init__()
        self.transfer = transfer
        self.title = label(transfer.title)
        self.facts = label("", "small")
        self.facts.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.bar = Bar()
        self.pause = tool_button("minus", "Pause", lambda: transfers.pause(transfer), 16)
        self.go_on = tool_button("play", "Go on", lambda: transfers.go_on(transfer), 16)
        self.give_up = tool_button("x", "Give it up", lambda: transfers.give_up(transfer), 16)
        head = QHBoxLayout()
        head.setSpacing(GAP)
        head.addWidget(self.title)
        head.addWidget(self.facts, 1)
        for button in (self.pause, self.go_on, self.give_up):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.bar)
        self.refresh()

    def refresh(self) -> None:
        """Shows how far it is now."""
        transfer = self.transfer
        self.facts.setText(transfer.problem or facts_of(transfer))
        self.facts.setToolTip(transfer.problem)
        role = "danger" if transfer.problem else "small"
        if self.facts.property("role") != role:
            self.facts.setProperty("role", role)
            self.facts.style().unpolish(self.facts)
            self.facts.style().polish(self.facts)
        self.bar.share = transfer.done / transfer.total if transfer.total else float(transfer.state is State.DONE)
        self.bar.update()
        self.pause.setVisible(transfer.state in (State.RUNNING, State.WAITING))
        self.go_on.setVisible(transfer.state in (State.PAUSED, State.FAILED))
        self.give_up.setToolTip("Take it off the list" if transfer.state is State.DONE else "Give it up")
        self.setAccessibleName(f"{transfer.title}: {self.facts.text()}")


class TransferList(QFrame):
    """All downloads; not there when there are none."""

    def __init__(self, transfers: Transfers) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._transfers = transfers
        self.rows: list[TransferRow] = []
        self._more: QLabel = label("", "small")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(PADDING, 8, PADDING, 10)
        self._column.setSpacing(6)
        self._column.addWidget(self._more)
        transfers.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Shows how far it is now."""
        wanted = sorted(self._transfers.all, key=lambda each: _ORDER[each.state])[:MOST]
        if [row.transfer for row in self.rows] != wanted:
            for row in self.rows:
                self._column.removeWidget(row)
                row.deleteLater()
            self.rows = [TransferRow(each, self._transfers) for each in wanted]
            for number, row in enumerate(self.rows):
                self._column.insertWidget(number, row)
        for row in self.rows:
            row.refresh()
        rest = len(self._transfers.all) - len(self.rows)
        self._more.setText(f"and {rest} more")
        self._more.setVisible(rest > 0)
        self.setVisible(bool(self._transfers.all))


_ORDER = {State.RUNNING: 0, State.FAILED: 1, State.WAITING: 2, State.PAUSED: 3, State.DONE: 4}


def facts_of(transfer: Transfer) -> str:
    """How far it is: "1.2 of 6.9 GB · 12 MB/s · 8 min left"."""
    if transfer.state is State.DONE:
        return f"is here, {size_text(transfer.done)}"
    far = f"{size_text(transfer.done)} of {size_text(transfer.total)}" if transfer.total else size_text(transfer.done)
    if transfer.state is not State.RUNNING:
        return joined(transfer.state.value, far)
    speed = f"{size_text(round(transfer.speed))}/s" if transfer.speed > 0 else ""
    left = (transfer.total - transfer.done) / transfer.speed if transfer.speed > 0 and transfer.total else 0
    return joined(far, speed, _time_left(left) if left else "")


def _time_left(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s left"
    return f"{round(seconds / 60)} min left" if seconds < 5400 else f"{seconds / 3600:.1f} h left"
