"""Cropping and extending the canvas with a frame."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from studio.document.editing.expand import extended
from studio.document.transforming import crop
from studio.request.errors import Trouble
from studio.request.geometry import Rect
from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.tools.box import Grip, cursor_for, draw_box, grip_at, place_of, reach_of
from studio.ui.canvas.tools.tool import Surface, Tool

SHADE = QColor(0, 0, 0, 150)
THIRDS = QColor(255, 255, 255, 90)


class Crop(Tool):
    """A frame on the canvas, that may reach beyond it. Return crops, Escape gives up.

    After extending, what is new is selected: the main button then says Expand.
    """

    id = "crop"
    title = "Crop and extend"
    hint = "Drag the frame, also beyond the canvas. Return: apply. Escape: cancel. Shift: keep the shape."
    icon = "crop"
    key = "C"

    def __init__(self, canvas: Surface) -> None:
        super().__init__(canvas)
        self._frame = QRectF()
        self._before = QRectF()
        self._grip = Grip.OUTSIDE
        self._start: QPointF | None = None

    def enter(self) -> None:
        self._frame = QRectF(0, 0, *self.document.size)
        self.canvas.refresh_outline()

    def leave(self) -> None:
        self._frame = QRectF()
        self._start = None
        self.canvas.refresh_outline()

    def confirm(self) -> bool:
        frame = self._frame.toRect()
        area = Rect(frame.x(), frame.y(), frame.width(), frame.height())
        canvas = Rect.of(self.document.size)
        if area == canvas or area.empty:
            return False
        try:
            (crop if canvas.contains(area) or canvas.intersection(area).empty else extended)(self.document, area)
        except Trouble as trouble:
            self.canvas.refuse(trouble)
        self.enter()
        return True

    def cancel(self) -> bool:
        changed = self._frame != QRectF(0, 0, *self.document.size)
        self._start = None
        self.enter()
        return changed

    def press(self, pointer: Pointer) -> None:
        self._grip = grip_at(pointer.screen, self._frame, self.canvas.view.transform())
        self._start = pointer.position
        self._before = QRectF(self._frame)

    def move(self, pointer: Pointer) -> None:
        if self._start is None:
            return
        gap = pointer.position - self._start
        snapping, free = self.canvas.snapping, pointer.control
        if self._grip is Grip.INSIDE:
            gap += snapping.box(self._before.translated(gap), free=free)
            self._frame = self._before.translated(round(gap.x()), round(gap.y()))
        elif self._grip is Grip.OUTSIDE:
            corners = (snapping.point(point, free=free) for point in (self._start, pointer.position))
            self._frame = _whole(QRectF(*corners).normalized())
        else:
            handle = place_of(self._grip, self._before)
            gap = snapping.point(handle + gap, free=free) - handle
            self._frame = self._stretched(gap.x(), gap.y(), keep=pointer.shift)
        self.canvas.refresh_outline()

    def release(self, pointer: Pointer) -> None:
        self._start = None
        if self._frame.isEmpty():
            self.enter()

    def hover(self, pointer: Pointer | None) -> None:
        if pointer is not None:
            self._grip = grip_at(pointer.screen, self._frame, self.canvas.view.transform())
            self.canvas.refresh_cursor()

    def cursor(self) -> Qt.CursorShape:
        return cursor_for(self._grip, self.canvas.view.transform())

    def paint(self, painter: QPainter) -> None:
        if self._frame.isEmpty():
            return
        to_screen = self.canvas.view.transform()
        around = QPainterPath()
        around.addRect(QRectF(0, 0, *self.canvas.view.viewport))
        inside = QPainterPath()
        inside.addRect(self._frame)
        painter.fillPath(around - to_screen.map(inside), SHADE)
        painter.setPen(QPen(THIRDS, 1.0))
        frame = self._frame
        for third in (1 / 3, 2 / 3):
            x, y = frame.x() + frame.width() * third, frame.y() + frame.height() * third
            painter.drawLine(to_screen.map(QPointF(x, frame.top())), to_screen.map(QPointF(x, frame.bottom())))
            painter.drawLine(to_screen.map(QPointF(frame.left(), y)), to_screen.map(QPointF(frame.right(), y)))
        draw_box(painter, frame, to_screen)

    def outline(self) -> QRectF:
        if self._frame.isEmpty():
            return QRectF()
        whole = QRectF(0, 0, *self.canvas.view.viewport)
        return whole | reach_of(self._frame, self.canvas.view.transform())

    def _stretched(self, dx: float, dy: float, *, keep: bool) -> QRectF:
        across, down = self._grip.value
        before = self._before
        left, right = before.left() + dx * (across == 0), before.right() + dx * (across == 1)
        top, bottom = before.top() + dy * (down == 0), before.bottom() + dy * (down == 1)
        if keep and self._grip.corner:
            height = (right - left) * self._before.height() / self._before.width()
            top, bottom = (bottom - height, bottom) if down == 0 else (top, top + height)
        return _whole(QRectF(QPointF(left, top), QPointF(right, bottom)).normalized())


def _whole(rect: QRectF) -> QRectF:
    left, top = round(rect.left()), round(rect.top())
    return QRectF(
        left, top, max(1, math.floor(rect.right() + 0.5) - left), max(1, math.floor(rect.bottom() + 0.5) - top)
    )
