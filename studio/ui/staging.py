"""At the place of an edit: its pictures in a strip, and what can be done with the one that lies over the canvas."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from studio.ui.candidates import Candidate, Candidates
from studio.ui.canvas.canvas import Canvas
from studio.ui.icons import pixmap
from studio.ui.images import draw_picture, draw_progress
from studio.ui.proposal import Proposal
from studio.ui.theme import colours
from studio.ui.widgets.tool import label, tool_button

SIDE = 56  # pixels of a thumbnail
LEAST = 28  # of one in a long strip
WIDEST = 560  # of the strip
GAP = 4
MARGIN = 12  # between the picture, the bar and the edge of the canvas
BEFORE = Qt.Key.Key_Backslash  # held: the canvas as it was


class Strip(QWidget):
    """The pictures of one request as small ones in a row. chosen(Candidate): look at this one."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._items: tuple[Candidate, ...] = ()
        self._current: Candidate | None = None
        self._side = SIDE
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Pictures of this request")

    def show_items(self, items: tuple[Candidate, ...], current: Candidate | None) -> None:
        self._items, self._current = items, current
        room = (WIDEST - GAP * (len(items) - 1)) // max(1, len(items))
        self._side = max(LEAST, min(SIDE, room))
        self.setFixedSize(len(items) * (self._side + GAP) - GAP if items else 0, self._side)
        if current in items:
            self.setAccessibleDescription(f"{items.index(current) + 1} of {len(items)}")
        self.update()

    def place(self, index: int) -> QRect:
        """Where a picture of the strip is."""
        return QRect(index * (self._side + GAP), 0, self._side, self._side)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = event.position().toPoint().x() // (self._side + GAP)
        if 0 <= index < len(self._items):
            self.chosen.emit(self._items[index])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, item in enumerate(self._items):
            self._draw(painter, QRectF(self.place(index)), item)
        painter.end()

    def _draw(self, painter: QPainter, rect: QRectF, item: Candidate) -> None:
        roles = colours()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(roles.window))
        painter.drawRoundedRect(rect, 4, 4)
        draw_picture(painter, item.thumb, rect.adjusted(2, 2, -2, -2), 3)
        if item.picture is None:
            bar = QRectF(rect.x() + 6, rect.bottom() - 6, rect.width() - 12, 2)
            draw_progress(painter, bar, item.fraction, roles.pressed, roles.accent)
        if item.kept:
            badge = QRectF(rect.right() - 17, rect.y() + 3, 14, 14)
            painter.setBrush(QColor(roles.accent))
            painter.drawEllipse(badge)
            check = pixmap("check", roles.on_accent, 10, self.devicePixelRatioF())
            painter.drawPixmap(badge.adjusted(2, 2, -2, -2), check, QRectF(check.rect()))
        if item is self._current:
            painter.setPen(QPen(QColor(roles.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 4, 4)


class Staging(QFrame):
    """Which pictures there are, and what can be done. Lies over the canvas, right below what they would change."""

    applied = Signal()
    kept = Signal()
    discarded = Signal()

    def __init__(self, proposal: Proposal, candidates: Candidates, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._proposal = proposal
        self._candidates = candidates
        self._canvas = canvas
        self.setProperty("role", "popup")
        self.setAccessibleName("Finished picture")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.strip = Strip()
        self.previous = tool_button("chevron-left", "Previous picture (Left)", lambda: proposal.go(-1), 16)
        self.next = tool_button("chevron-right", "Next picture (Right)", lambda: proposal.go(1), 16)
        self.count = label("", "secondary")
        self.count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.apply = QPushButton("Put on canvas")
        self.apply.setToolTip("Put on canvas (Enter)\nThe picture becomes a layer. Can be undone.")
        self.apply.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.keep = tool_button(
            "layers-plus", "Keep as a hidden layer (Shift+Enter)\nFor several of them; then go on choosing.", None, 16
        )
        self.compare = tool_button("eye", "Before (hold \\)\nShows the canvas as it was while it is held.", None, 16)
        self.discard = tool_button("trash-2", "Discard\nIt stays in the gallery. Can be undone.", None, 16)
        self.close_button = tool_button("x", "Show the canvas (Esc)\nThe picture stays in the results.", None, 16)
        self._lay_out()
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """Shows what there is now."""
        item = self._proposal.item
        items = self._proposal.finished
        self.setVisible(self._proposal.ready)
        if item is None or item.picture is None:
            return
        several = len(items) > 1
        for widget in (self.previous, self.count, self.next, self.strip):
            widget.setVisible(several)
        self.strip.show_items(self._candidates.of(item.job) if several else (), item)
        if item in items:
            self.count.setText(f"{items.index(item) + 1} of {len(items)}")
            self.count.setMinimumWidth(self.count.fontMetrics().horizontalAdvance("16 of 16"))
        self.keep.setEnabled(not item.kept)
        self.place()

    def place(self) -> None:
        """Moves right below the picture, where that is seen; else to the nearest place inside the canvas."""
        item = self._proposal.item
        if item is None or not self.isVisibleTo(self._canvas):
            return
        self.adjustSize()
        size, canvas = self.size(), self._canvas.size()
        shown = self._canvas.shown_rect(self._proposal.area)
        self.move(_near(shown, size, canvas))
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """While a key is held the canvas is seen as it was."""
        if isinstance(event, QKeyEvent) and event.key() == BEFORE and self._proposal.item is not None:
            if not event.isAutoRepeat():
                self._proposal.compare(before=event.type() is QEvent.Type.KeyPress)
            return True
        if event.type() is QEvent.Type.FocusOut:
            self._proposal.compare(before=False)
        elif event.type() is QEvent.Type.Resize:
            self.place()
        return False

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for widget in (
            self.previous,
            self.count,
            self.next,
            self.apply,
            self.keep,
            self.compare,
            self.discard,
            self.close_button,
        ):
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(6)
        column.addWidget(self.strip, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(row)

    def _connect(self) -> None:
        proposal, candidates = self._proposal, self._candidates
        self.apply.clicked.connect(self.applied)
        self.keep.clicked.connect(self.kept)
        self.discard.clicked.connect(self.discarded)
        self.close_button.clicked.connect(proposal.dismiss)
        self.compare.pressed.connect(lambda: proposal.compare(before=True))
        self.compare.released.connect(lambda: proposal.compare(before=False))
        self.strip.chosen.connect(proposal.show)
        proposal.changed.connect(self.refresh)
        proposal.looked.connect(self.refresh)
        candidates.discarded.connect(self.refresh)
        candidates.rowsInserted.connect(self.refresh)
        candidates.changed.connect(self.refresh)
        self._canvas.view_changed.connect(self.place)
        self._canvas.installEventFilter(self)


def _near(shown: QRect, size: QSize, canvas: QSize) -> QPoint:
    """Below a part of the canvas if there is room, else above it, else at the lower end of what is seen of it."""
    x = shown.center().x() - size.width() // 2
    below, above = shown.bottom() + MARGIN, shown.top() - MARGIN - size.height()
    lowest = canvas.height() - size.height() - MARGIN
    y = below if below <= lowest else above if above >= MARGIN else lowest
    return QPoint(max(MARGIN, min(x, canvas.width() - size.width() - MARGIN)), max(MARGIN, min(y, lowest)))
