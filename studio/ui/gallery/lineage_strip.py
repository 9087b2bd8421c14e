"""A small graph: what a picture was made from and by looking at, itself, and what became of it. A click goes there."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QToolTip, QWidget

from studio.library.gallery.index.store import Item
from studio.library.gallery.lineage import Lineage
from studio.ui import theme
from studio.ui.theme import colours

SIDE = 52
_ARROW = 20
_GAP = 6
_MOST_BELOW = 6


class LineageStrip(QWidget):
    """gone_to(int): the id of the picture that was clicked."""

    gone_to = Signal(int)

    def __init__(self, lineage: Lineage, item: Item, thumbnail: Callable[[Item], QPixmap | None], width: int) -> None:
        super().__init__()
        self._thumbnail = thumbnail
        self._own = item.id
        self._places: list[tuple[QRect, Item]] = []
        self._relations: dict[int, str] = {}
        self._arrows: list[tuple[int, int, str]] = []
        self.setMouseTracking(True)
        self.setAccessibleName(
            f"Made from {len(lineage.before)} pictures, edited into {len(lineage.after)},"
            f" made by looking at {len(lineage.followed)}, {len(lineage.alike)} others with the same settings"
        )
        self._arrange(lineage, item, width)

    def _arrange(self, lineage: Lineage, item: Item, width: int) -> None:
        """Ancestors in a line that ends with the picture itself; below it a row for each other relation."""
        step = SIDE + _ARROW
        room = max(1, width // step)
        left = 0
        for each in (*lineage.before[-(room - 1) :], item):
            if left:
                self._arrows.append((left - _ARROW, SIDE // 2, "arrow-right"))
            self._places.append((QRect(left, 0, SIDE, SIDE), each))
            self._relations[each.id] = "Made from it: "
            left += step
        self._relations[item.id] = ""
        top = SIDE + _GAP
        for items, mark, relation in (
            (lineage.followed, "eye", "Looked at to make it: "),
            (lineage.after, "arrow-right", "Made of it: "),
            (lineage.led, "spline", "Made by looking at it: "),
            (lineage.parts, "grid-3x3", "On this sheet: "),
            (lineage.sheets, "grid-3x3", "A sheet that it is on: "),
            (lineage.alike, "shuffle", "Same settings, other noise: "),
        ):
            top = self._add_rows(items, top, width, mark, relation)
        self.setFixedSize(QSize(width, top - _GAP))

    def _add_rows(self, items: Sequence[Item], top: int, width: int, mark: str, relation: str) -> int:
        """Small pictures from `top` on, the first of each row behind a mark; returns where the next may begin."""
        per_row = max(1, (width - _ARROW) // (SIDE + _GAP))
        shown = items[:_MOST_BELOW]
        for place, each in enumerate(shown):
            row, column = divmod(place, per_row)
            x, y = _ARROW + column * (SIDE + _GAP), top + row * (SIDE + _GAP)
            self._places.append((QRect(x, y, SIDE, SIDE), each))
            self._relations[each.id] = relation
            if column == 0:
                self._arrows.append((0, y + SIDE // 2, mark))
        return top - (-len(shown) // per_row) * (SIDE + _GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        roles = colours()
        painter = QPainter(self)
        scale = self.devicePixelRatioF()
        for x, y, mark in self._arrows:
            painter.drawPixmap(x + 2, y - 8, theme.pixmap(mark, roles.secondary, 16, scale))
        for rect, item in self._places:
            painter.fillRect(rect, QColor(roles.raised))
            picture = self._thumbnail(item)
            if picture is not None:
                size = picture.size().scaled(rect.size(), Qt.AspectRatioMode.KeepAspectRatio)
                place = QRect(rect.topLeft(), size)
                place.moveCenter(rect.center())
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
                painter.drawPixmap(place, picture)
            if item.id == self._own:
                painter.setPen(QPen(QColor(roles.accent), 2))
                painter.drawRect(rect.adjusted(1, 1, -1, -1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        item = self._at(event)
        if item is not None and item.id != self._own:
            self.gone_to.emit(item.id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        item = self._at(event)
        over = item is not None and item.id != self._own
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            found = next((item for rect, item in self._places if rect.contains(event.pos())), None)
            if found is not None:
                name = "".join(sign if sign.isprintable() else " " for sign in found.name)
                QToolTip.showText(event.globalPos(), html.escape(f"{self._relations[found.id]}{name}"), self)
            return True
        return super().event(event)

    def _at(self, event: QMouseEvent) -> Item | None:
        point = event.position().toPoint()
        return next((item for rect, item in self._places if rect.contains(point)), None)
