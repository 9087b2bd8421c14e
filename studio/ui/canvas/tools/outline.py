"""The true outline of a brush, seen on light and on dark alike."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

SMALLEST_RING = 3.0  # device pixels across: below that a cross says more
_DARK = QColor(0, 0, 0, 150)
_LIGHT = QColor(255, 255, 255, 220)


def ring(centre: QPointF, diameter: float) -> QRectF:
    """What `draw_ring` covers, in device pixels."""
    reach = max(diameter, 12.0) / 2 + 3
    return QRectF(centre.x() - reach, centre.y() - reach, 2 * reach, 2 * reach)


def draw_ring(painter: QPainter, centre: QPointF, diameter: float) -> None:
    """A circle of a brush's size (device pixels), dark outside and light inside; a small cross for tiny ones."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if diameter < SMALLEST_RING:
        for colour, width in ((_DARK, 3.0), (_LIGHT, 1.0)):
            painter.setPen(QPen(colour, width))
            for dx, dy in ((5, 0), (0, 5)):
                painter.drawLine(centre - QPointF(dx, dy), centre - QPointF(dx, dy) * 0.4)
                painter.drawLine(centre + QPointF(dx, dy) * 0.4, centre + QPointF(dx, dy))
        return
    for colour, radius in ((_DARK, diameter / 2 + 0.5), (_LIGHT, diameter / 2 - 0.5)):
        painter.setPen(QPen(colour, 1.0))
        painter.drawEllipse(centre, radius, radius)
