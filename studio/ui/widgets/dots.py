"""A row of colours of which one is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio.ui.theme import colours

STEP = 24
RADIUS = 8.0


class ColourDots(QWidget):
    """picked(str): #rrggbb. With the keyboard: left and right."""

    picked = Signal(str)

    def __init__(self, choice: Sequence[str]) -> None:
        super().__init__()
        self._choice = tuple(choice)
        self._shown = ""
        self.setFixedHeight(STEP)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Colour")
        self.setToolTip("Colour on the canvas")

    def show_colour(self, colour: str) -> None:
        self._shown = colour
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(STEP * len(self._choice), STEP)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = QColor(colours().accent_text if self.hasFocus() else colours().text)
        for number, colour in enumerate(self._choice):
            middle = QPointF(STEP * (number + 0.5), STEP / 2)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            painter.drawEllipse(middle, RADIUS - 1, RADIUS - 1)
            if colour == self._shown:
                painter.setPen(QPen(ring, 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(middle, RADIUS + 2, RADIUS + 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = int(event.position().x()) // STEP
        if number < len(self._choice):
            self.picked.emit(self._choice[number])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if by is None:
            super().keyPressEvent(event)
        else:
            at = self._choice.index(self._shown) if self._shown in self._choice else -by
            self.picked.emit(self._choice[(at + by) % len(self._choice)])
