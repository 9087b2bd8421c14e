"""A slim slider with a gold part for how far it is."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSlider, QStyle, QWidget

from studio.ui.theme import colours

KNOB = 14


class Slider(QSlider):
    """Horizontal. A click goes there at once; the wheel works only when it has the keyboard, so panels scroll."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(28)

    def sizeHint(self) -> QSize:
        return QSize(120, 28)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._follow(event)
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._follow(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _follow(self, event: QMouseEvent) -> None:
        span = self.width() - KNOB
        position = round(event.position().x() - KNOB / 2)
        self.setValue(QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), position, span))

    def paintEvent(self, event: QPaintEvent) -> None:
        roles = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = self.height() / 2
        span = self.width() - KNOB
        reach = max(1, self.maximum() - self.minimum())
        x = KNOB / 2 + span * (self.sliderPosition() - self.minimum()) / reach
        painter.setBrush(QColor(roles.pressed))
        painter.drawRoundedRect(QRectF(0, middle - 1.5, self.width(), 3), 1.5, 1.5)
        painter.setBrush(QColor(roles.accent if self.isEnabled() else roles.disabled))
        if self.sliderPosition() > self.minimum():
            painter.drawRoundedRect(QRectF(0, middle - 1.5, x, 3), 1.5, 1.5)
        painter.setBrush(QColor(roles.text if self.isEnabled() else roles.disabled))
        painter.drawEllipse(QPointF(x, middle), KNOB / 2 - 1, KNOB / 2 - 1)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(roles.accent_text))
            painter.drawEllipse(QPointF(x, middle), KNOB / 2 - 0.5, KNOB / 2 - 0.5)
