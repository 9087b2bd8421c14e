"""How one cell, one header and an empty grid look. Pictures are the only colour; marks are small and quiet."""

from __future__ import annotations

import math
from functools import cache

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPixmap, QPolygonF

from studio.library.gallery.index.store import Item
from studio.ui import theme
from studio.ui.theme import colours, font

PAD = 6  # pixels around a picture in its cell
RADIUS = 4.0
RING = 2
BADGE = 14
LABELS = {
    "red": "#d85a4a",
    "yellow": "#d9b441",
    "green": "#62a862",
    "blue": "#5a8fd0",
    "purple": "#a06cc8",
}
_AWAY = 0.35  # opacity of a picture whose disk is not there now
_SHADE = QColor(0, 0, 0, 150)


def paint_cell(
    painter: QPainter, cell: QRect, item: Item, picture: QPixmap | None, chosen: bool, current: bool, bad: bool
) -> None:
    """picture: None while it has not come; bad: it cannot be drawn at all."""
    roles = colours()
    room = cell.adjusted(PAD, PAD, -PAD, -PAD)
    place = _fitted(item.width, item.height, room)
    painter.setOpacity(_AWAY if item.away else 1.0)
    if picture is not None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, place.width() != picture.width())
        painter.drawPixmap(place, picture)
    else:
        painter.fillRect(place, QColor(roles.panel))
    if bad or item.problem:
        _paint_broken(painter, place)
    painter.setOpacity(1.0)
    _paint_marks(painter, place, item)
    if chosen or current:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(roles.accent if chosen else roles.secondary), RING))
        half = RING / 2 + 1
        painter.drawRoundedRect(QRectF(place).adjusted(-half, -half, half, half), RADIUS, RADIUS)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def paint_header(painter: QPainter, rect: QRect, title: str) -> None:
    """A day over its pictures."""
    painter.setFont(font(13, QFont.Weight.DemiBold))
    painter.setPen(QColor(colours().text))
    place = rect.adjusted(PAD, 0, 0, -6)
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, title)


def paint_empty(painter: QPainter, rect: QRect, text: str, hint: str) -> None:
    """What stands where there are no pictures: one sentence, and what to do."""
    roles = colours()
    middle = rect.center()
    side = 40
    scale = painter.device().devicePixelRatio()
    painter.drawPixmap(
        middle.x() - side // 2, middle.y() - side - 24, theme.pixmap("images", roles.disabled, side, scale)
    )
    painter.setFont(font(15, QFont.Weight.DemiBold))
    painter.setPen(QColor(roles.text))
    flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
    width = min(440, rect.width() - 32)
    line = QRect(middle.x() - width // 2, middle.y() - 12, width, 24)
    painter.drawText(line, flags, text)
    painter.setFont(font())
    painter.setPen(QColor(roles.secondary))
    painter.drawText(line.translated(0, 28).adjusted(0, 0, 0, 60), flags, hint)


def paint_stars(painter: QPainter, left: float, middle: float, size: float, rating: int, colour: QColor) -> None:
    """`rating` filled stars beside one another. middle: their vertical centre."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    for number in range(rating):
        painter.drawPolygon(star(size).translated(left + number * size * 1.1, middle))


@cache
def star(size: float) -> QPolygonF:
    """A five-pointed star of this width, its left edge at 0 and its middle at height 0."""
    outer, inner = size / 2, size / 2 * 0.42
    points: list[QPointF] = []
    for corner in range(10):
        radius = inner if corner % 2 else outer
        angle = math.pi * corner / 5 - math.pi / 2
        points.append(QPointF(outer + radius * math.cos(angle), radius * math.sin(angle) + size * 0.04))
    return QPolygonF(points)


def _fitted(width: int, height: int, room: QRect) -> QRect:
    """The picture's place: as large as the room allows, at the bottom left of nothing: in its middle."""
    if width <= 0 or height <= 0:
        return room
    scale = min(room.width() / width, room.height() / height)
    wide, high = max(8, round(width * scale)), max(8, round(height * scale))
    return QRect(room.x() + (room.width() - wide) // 2, room.y() + (room.height() - high) // 2, wide, high)


def _paint_broken(painter: QPainter, place: QRect) -> None:
    side = min(32, place.width(), place.height())
    scale = painter.device().devicePixelRatio()
    picture = theme.pixmap("image-off", colours().secondary, side, scale)
    middle = place.center()
    painter.drawPixmap(middle.x() - side // 2, middle.y() - side // 2, picture)


def _paint_marks(painter: QPainter, place: QRect, item: Item) -> None:
    """Rating, favourite and label, on a shade in the lower left corner of the picture."""
    if not (item.rating or item.favourite or item.label):
        return
    size, gap = 9.0, 5.0
    width = gap
    width += item.rating * size * 1.1 + gap if item.rating else 0
    width += BADGE - 2 + gap if item.favourite else 0
    width += 8 + gap if item.label else 0
    shade = QRectF(place.left() + 4, place.bottom() - 4 - 16, min(width, place.width() - 8), 16)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_SHADE)
    painter.drawRoundedRect(shade, 8, 8)
    left = shade.left() + gap
    if item.rating:
        paint_stars(painter, left, shade.center().y(), size, item.rating, QColor("#f0f0f0"))
        left += item.rating * size * 1.1 + gap
    if item.favourite:
        scale = painter.device().devicePixelRatio()
        heart = theme.pixmap("heart", "#f0f0f0", BADGE - 2, scale)
        painter.drawPixmap(QPointF(left, shade.top() + 2), heart)
        left += BADGE - 2 + gap
    if item.label:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(LABELS.get(item.label, "#888888")))
        painter.drawEllipse(QPointF(left + 4, shade.center().y()), 4, 4)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
