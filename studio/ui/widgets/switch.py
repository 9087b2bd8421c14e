"""A switch: on or off at once, with its words beside it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from studio.ui.theme import colours

TRACK = QSize(30, 16)
GAP = 8


class Switch(QAbstractButton):
    """Text at the left, a sliding knob at the right end. Checkable; the keyboard works as on a checkbox."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        words = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(words + GAP + TRACK.width() + 8, 28)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        roles = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(roles.text if self.isEnabled() else roles.disabled))
        place = self.rect().adjusted(0, 0, -TRACK.width() - GAP, 0)
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, words)
        top = (self.height() - TRACK.height()) / 2
        track = QRectF(self.width() - TRACK.width() - 1.5, top, TRACK.width(), TRACK.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(roles.accent if self.isChecked() else roles.disabled))
        painter.drawRoundedRect(track, 8, 8)
        knob = track.right() - 14 if self.isChecked() else track.left() + 2
        painter.setBrush(QColor(roles.on_accent if self.isChecked() else roles.panel))
        painter.drawEllipse(QRectF(knob, top + 2, 12, 12))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(roles.text))
            painter.drawRoundedRect(track.adjusted(-1, -1, 1, 1), 9, 9)
