"""Rulers along the edges of the canvas. Guides are pulled out of them, moved in them, and pushed back into them."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.document.change import Change
from studio.document.guides import Guide, add_guide, move_guide
from studio.ui.canvas.canvas import Canvas
from studio.ui.theme import colours, font

THICK = 20  # logical pixels
FEWEST = 56.0  # logical pixels between two numbers
REACH = 5.0  # logical pixels within which a guide is held


def step_for(scale: float) -> int:
    """Document pixels between two numbers: 1, 2 or 5 times a power of ten, at least `FEWEST` apart."""
    least = max(1.0, FEWEST / scale)
    power = 10 ** math.floor(math.log10(least))
    return next(round(power * factor) for factor in (1, 2, 5, 10) if power * factor >= least)


class Ruler(QWidget):
    """Along the top (upright guides are moved sideways in it, level ones pulled out of it) or along the left."""

    def __init__(self, canvas: Canvas, *, across: bool) -> None:
        """across: along the top, else along the left."""
        super().__init__()
        self._canvas = canvas
        self._across = across
        self._held: Guide | None = None
        self._pointer: float | None = None
        fixed, free = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored
        self.setSizePolicy(free if across else fixed, fixed if across else free)
        self.setMouseTracking(True)
        self.setAccessibleName("Ruler at the top" if across else "Ruler at the left")
        self.setToolTip("Drag from here to set a guide.\nDrag its mark to move it, off the canvas to remove it.")
        canvas.view_changed.connect(self.update)
        canvas.cursor_moved.connect(self._follow)
        canvas.document.changed.connect(self._on_changed)

    def sizeHint(self) -> QSize:
        return QSize(THICK, THICK)

    def _on_changed(self, change: Change) -> None:
        if change & (Change.GUIDES | Change.SIZE):
            self.update()

    # places

    def _scale(self) -> float:
        """Logical pixels of the widget per document pixel."""
        return self._canvas.view.scale / self._canvas.devicePixelRatioF()

    def _start(self) -> float:
        """Where the document begins, on the ruler."""
        view = self._canvas.view
        return (view.x if self._across else view.y) / self._canvas.devicePixelRatioF()

    def _along(self, place: QPointF | QPoint) -> float:
        return place.x() if self._across else place.y()

    def _document(self, along: float) -> float:
        return (along - self._start()) / self._scale()

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        roles = colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(roles.panel))
        if self._canvas.view.upright:  # a turned view has no places along its edges
            painter.setFont(font(9))
            painter.setPen(QColor(roles.secondary))
            self._draw_ticks(painter)
            self._draw_marks(painter)
        painter.end()

    def _draw_ticks(self, painter: QPainter) -> None:
        scale, start = self._scale(), self._start()
        step = step_for(scale)
        length = self.width() if self._across else self.height()
        parts = 10 if step * scale / 10 >= 5 and step % 10 == 0 else 5 if step % 5 == 0 else 2 if step % 2 == 0 else 1
        small = step / parts
        first = math.floor(self._document(0) / small)
        for number in range(first, math.ceil(self._document(length) / small) + 1):
            at = round(start + number * small * scale)
            if number % parts == 0:
                self._draw_number(painter, at, round(number * small))
            else:
                self._line(painter, at, 4 if number * 2 % parts else 6)

    def _draw_number(self, painter: QPainter, at: int, value: int) -> None:
        self._line(painter, at, THICK)
        if self._across:
            painter.drawText(QPoint(at + 3, 10), str(value))
            return
        painter.save()
        painter.translate(10, at + 3)
        painter.rotate(90)
        painter.drawText(QPoint(0, 8), str(value))
        painter.restore()

    def _line(self, painter: QPainter, at: int, length: int) -> None:
        if self._across:
            painter.drawLine(at, THICK - length, at, THICK)
        else:
            painter.drawLine(THICK - length, at, THICK, at)

    def _draw_marks(self, painter: QPainter) -> None:
        """Where the pointer is, and where guides can be held."""
        roles = colours()
        if self._pointer is not None:
            painter.setPen(QColor(roles.accent_text))
            self._line(painter, round(self._start() + self._pointer * self._scale()), THICK)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(roles.text))
        for guide in self._canvas.document.guides:
            if guide.upright is self._across:
                at = self._start() + guide.at * self._scale()
                points = [QPointF(at - 4, THICK - 7), QPointF(at + 4, THICK - 7), QPointF(at, THICK)]
                painter.drawPolygon(
                    QPolygonF(points if self._across else [QPointF(point.y(), point.x()) for point in points])
                )

    def _follow(self, point: QPointF | None) -> None:
        self._pointer = None if point is None else self._along(point)
        self.update()

    # guides

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._canvas.view.upright:
            self._held = self._mark_at(self._along(event.position()))
            self._canvas.guides.dragged = self._held or Guide(not self._across, 0)
            self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        dragged = self._canvas.guides.dragged
        if dragged is not None:
            self._canvas.guides.dragged = dragged._replace(at=round(self._place(event, dragged)))
            self._canvas.update()
        else:
            over = self._mark_at(self._along(event.position())) is not None
            shape = Qt.CursorShape.SizeHorCursor if self._across else Qt.CursorShape.SizeVerCursor
            self.setCursor(shape if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        dragged, self._canvas.guides.dragged = self._canvas.guides.dragged, None
        self._canvas.update()
        held, self._held = self._held, None
        if dragged is None:
            return
        document = self._canvas.document
        inside = 0 <= dragged.at <= (document.size.width if dragged.upright else document.size.height)
        if held is not None:
            move_guide(document, held, dragged.at if inside else None)
        elif inside and not self.rect().contains(event.position().toPoint()):
            add_guide(document, dragged)

    def _place(self, event: QMouseEvent, guide: Guide) -> float:
        point = self._canvas.to_document(QPointF(self._canvas.mapFromGlobal(event.globalPosition())))
        return point.x() if guide.upright else point.y()

    def _mark_at(self, along: float) -> Guide | None:
        for guide in self._canvas.document.guides:
            at = self._start() + guide.at * self._scale()
            if guide.upright is self._across and abs(at - along) <= REACH:
                return guide
        return None


class Corner(QWidget):
    """Between the two rulers."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(THICK, THICK)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(QRect(0, 0, THICK, THICK), QColor(colours().panel))
