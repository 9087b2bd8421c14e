"""What an edit would look at and what it could change, drawn over the canvas before anything is made."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from studio.request.geometry import Rect
from studio.ui.canvas.view import View
from studio.ui.palette import Colours

DASH = (6.0, 4.0)
UNDER = QColor(0, 0, 0, 150)  # so that the lines are seen on any picture


def draw_ahead(painter: QPainter, view: View, areas: tuple[Rect, ...], theme: Colours) -> None:
    """Frames the parts that passes look at; all in device pixels."""
    painter.save()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for area in areas:
        frame = view.transform().mapRect(QRectF(*area))
        for colour, dashed in ((UNDER, False), (QColor(theme.accent), True)):
            pen = QPen(colour, 1.5)
            if dashed:
                pen.setDashPattern(list(DASH))
            painter.setPen(pen)
            painter.drawRect(frame)
    painter.restore()
