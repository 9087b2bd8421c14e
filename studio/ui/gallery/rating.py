"""Stars and colour labels to click."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolButton, QWidget

from studio.ui.gallery.painting import LABELS, star
from studio.ui.theme import colours

HIGHEST = 5
_STAR, _PITCH, _HEIGHT = 16.0, 22, 28
_DOT = 7


class Stars(QWidget):
    """rated(int): 0..5 was chosen. A click on the last star that is set takes all away."""

    rated = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._rating = 0
        self._over = 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(QSize(HIGHEST * _PITCH + 4, _HEIGHT))
        self.setToolTip("Rate it; a click on the last star that is set takes all away")
        self.set_rating(0)

    @property
    def rating(self) -> int:
        """0..5."""
        return self._rating

    def set_rating(self, rating: int) -> None:
        """Shows a rating; nothing is emitted."""
        self._rating = rating
        self.setAccessibleName(f"Rating: {rating} of {HIGHEST} stars")
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._over = self._at(event.position().x())
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._over = 0
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            chosen = self._at(event.position().x())
            self.rated.emit(0 if chosen == self._rating else chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1}.get(
            Qt.Key(event.key())
        )
        if step is None:
            super().keyPressEvent(event)
        else:
            self.rated.emit(max(0, min(HIGHEST, self._rating + step)))

    def paintEvent(self, event: QPaintEvent) -> None:
        roles = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown = self._over or self._rating
        for number in range(HIGHEST):
            shape = star(_STAR).translated(2 + number * _PITCH, _HEIGHT / 2)
            filled = number < shown
            painter.setBrush(QColor(roles.accent if filled else roles.raised))
            painter.setPen(Qt.PenStyle.NoPen if filled else QPen(QColor(roles.disabled), 1))
            painter.drawPolygon(shape)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(roles.accent_text))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 6, 6)

    def _at(self, x: float) -> int:
        return max(1, min(HIGHEST, int((x - 2) // _PITCH) + 1))


class LabelButton(QToolButton):
    """A colour label that is on or off. name: "red", …"""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.setCheckable(True)
        self.setFixedSize(QSize(24, 24))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(f"Label: {name}")
        self.setAccessibleName(f"Label {name}")

    def paintEvent(self, event: QPaintEvent) -> None:
        roles = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QPointF(self.rect().center()) + QPointF(0.5, 0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(LABELS[self.name]))
        painter.setOpacity(1.0 if self.isChecked() or self.underMouse() else 0.55)
        painter.drawEllipse(middle, _DOT, _DOT)
        painter.setOpacity(1.0)
        if self.isChecked() or self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(roles.text if self.isChecked() else roles.accent_text), 1.5))
            painter.drawEllipse(middle, _DOT + 3, _DOT + 3)
