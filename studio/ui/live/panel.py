"""The live panel: the picture that follows the brush, and what can be done with it. Floats as a window of its own."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from studio.document.images import image_of
from studio.ui.images import draw_picture, draw_progress
from studio.ui.live.live import LiveMode
from studio.ui.theme import colours
from studio.ui.widgets.switch import Switch
from studio.ui.widgets.tool import PADDING, label, set_role, tool_button

EMPTY = "The picture follows what you paint and type."


class LiveView(QWidget):
    """The newest picture as large as it goes, with a thin line for the one in the making."""

    def __init__(self, live: LiveMode) -> None:
        super().__init__()
        self._live = live
        self._picture = QPixmap()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(136, 64)
        self.setAccessibleName("Live picture")
        live.shown.connect(self._show)
        live.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(280, 280)

    def _show(self) -> None:
        if self._live.pixels is not None:
            self._picture = QPixmap.fromImage(image_of(self._live.pixels))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        roles = colours()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if self._picture.isNull():
            painter.setPen(QColor(roles.secondary))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(12, 0, -12, 0), flags, EMPTY)
            return
        painter.setOpacity(1.0 if self._live.on else 0.5)
        place = draw_picture(painter, self._picture, rect.adjusted(0, 0, 0, -6), 6)
        painter.setOpacity(1.0)
        if self._live.on and self._live.fraction:
            bar = QRectF(place.x(), place.bottom() + 3, place.width(), 2)
            draw_progress(painter, bar, self._live.fraction, roles.pressed, roles.accent)


class LivePanel(QWidget):
    """switched(bool), over(bool): the switches. applied, thrown: the buttons."""

    switched = Signal(bool)
    over = Signal(bool)
    applied = Signal()
    thrown = Signal()

    def __init__(self, live: LiveMode) -> None:
        super().__init__()
        self._live = live
        self.view = LiveView(live)
        self.switch = Switch("")
        self.switch.setAccessibleName("Live")
        self.switch.setToolTip("Makes a new picture after every change, with the same seed.")
        self.words = label("")
        self.words.setWordWrap(True)
        self.over_canvas = tool_button(
            "picture-in-picture-2", "Show it over the canvas\nIt lies over what you paint, until you paint on."
        )
        self.over_canvas.setCheckable(True)
        self.dice = tool_button("dices", "New seed\nAnother picture of the same.", self.thrown.emit)
        self.apply = QPushButton("Put on canvas")
        self.apply.setToolTip("The picture becomes a layer and goes into the gallery. Can be undone.")
        self.apply.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.dice)
        row.addWidget(self.over_canvas)
        row.addWidget(self.apply, 1)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.words, 1)
        head.addWidget(self.switch)
        column = QVBoxLayout(self)
        column.setContentsMargins(PADDING, 4, PADDING, PADDING)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        column.addLayout(row)
        self.switch.clicked.connect(self.switched)
        self.over_canvas.clicked.connect(self.over)
        self.apply.clicked.connect(self.applied)
        live.changed.connect(self.refresh)
        live.shown.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        self.switch.setChecked(self._live.on)
        self.words.setText(self._live.words)
        set_role(self.words, "role", "danger" if self._live.problem else "secondary")
        self.apply.setEnabled(self._live.ready)
