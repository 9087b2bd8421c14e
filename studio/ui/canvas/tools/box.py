"""A box with handles: what the transform and the crop tool are held by."""

from __future__ import annotations

import math
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QTransform

GRIP = 9.0  # device pixels: side of a handle
REACH = 9.0  # how near the pointer must be
_LINE = QColor(255, 255, 255, 230)
_SHADE = QColor(0, 0, 0, 160)


class Grip(Enum):
    """What of a box is held. The value is its place in the box: 0 left or top, 1 right or bottom."""

    TOP_LEFT = (0.0, 0.0)
    TOP = (0.5, 0.0)
    TOP_RIGHT = (1.0, 0.0)
    RIGHT = (1.0, 0.5)
    BOTTOM_RIGHT = (1.0, 1.0)
    BOTTOM = (0.5, 1.0)
    BOTTOM_LEFT = (0.0, 1.0)
    LEFT = (0.0, 0.5)
    INSIDE = (0.5, 0.5)
    OUTSIDE = (-1.0, -1.0)

    @property
    def corner(self) -> bool:
        return all(part in (0.0, 1.0) for part in self.value)


HANDLES = tuple(grip for grip in Grip if grip not in (Grip.INSIDE, Grip.OUTSIDE))


def place_of(grip: Grip, box: QRectF) -> QPointF:
    """Where a handle is in a box."""
    across, down = grip.value
    return QPointF(box.x() + box.width() * across, box.y() + box.height() * down)


def opposite(grip: Grip) -> Grip:
    across, down = grip.value
    return Grip((1 - across, 1 - down))


def grip_at(point: QPointF, box: QRectF, to_screen: QTransform) -> Grip:
    """What a point of the screen holds of a box that is drawn through `to_screen`."""
    for grip in HANDLES:
        gap = to_screen.map(place_of(grip, box)) - point
        if max(abs(gap.x()), abs(gap.y())) <= REACH:
            return grip
    inside = to_screen.map(QPolygonF(box)).containsPoint(point, Qt.FillRule.OddEvenFill)
    return Grip.INSIDE if inside else Grip.OUTSIDE


def cursor_for(grip: Grip, to_screen: QTransform) -> Qt.CursorShape:
    """The arrow along which a handle moves, however the box is turned."""
    if grip is Grip.INSIDE:
        return Qt.CursorShape.SizeAllCursor
    if grip is Grip.OUTSIDE:
        return Qt.CursorShape.CrossCursor
    across, down = grip.value
    direction = to_screen.map(QPointF(across - 0.5, down - 0.5)) - to_screen.map(QPointF(0, 0))
    eighth = round(math.degrees(math.atan2(direction.y(), direction.x())) / 45) % 4
    return (
        Qt.CursorShape.SizeHorCursor,
        Qt.CursorShape.SizeFDiagCursor,
        Qt.CursorShape.SizeVerCursor,
        Qt.CursorShape.SizeBDiagCursor,
    )[eighth]


def draw_box(painter: QPainter, box: QRectF, to_screen: QTransform) -> None:
    """The outline and its handles, in device pixels."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    outline = to_screen.map(QPolygonF(box))
    for colour, width in ((_SHADE, 3.0), (_LINE, 1.0)):
        painter.setPen(QPen(colour, width))
        painter.drawPolygon(outline)
    painter.setPen(QPen(_SHADE, 1.0))
    painter.setBrush(QColor(255, 255, 255))
    for grip in HANDLES:
        at = to_screen.map(place_of(grip, box))
        painter.drawRect(QRectF(at.x() - GRIP / 2, at.y() - GRIP / 2, GRIP, GRIP))


def reach_of(box: QRectF, to_screen: QTransform) -> QRectF:
    """What `draw_box` covers."""
    return to_screen.map(QPolygonF(box)).boundingRect().adjusted(-GRIP, -GRIP, GRIP, GRIP)
