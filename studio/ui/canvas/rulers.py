"""Rulers along the edges of the canvas. Guides are pulled out of them, moved in them, and pushed back into them."""

from __future__ import annotations

import math
from typing import NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.document.change import Change
from studio.document.guides import Guide, add_guide, move_guide
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.view import View
from studio.ui.theme import colours, font

THICK = 20  # logical pixels
FEWEST = 56.0  # logical pixels between two numbers
REACH = 5.0  # logical pixels within which a guide is held
TINY = 1e-6


def step_for(scale: float) -> int:
    """Document pixels between two numbers: 1, 2 or 5 times a power of ten, at least `FEWEST` apart."""
    least = max(1.0, FEWEST / scale)
    power = 10 ** math.floor(math.log10(least))
    return next(round(power * factor) for factor in (1, 2, 5, 10) if power * factor >= least)


class Scale(NamedTuple):
    """How the edge of a view measures the document. sideways: from its left, else from its top.

    first: what is at the beginning of the edge; per_pixel: how much that grows with each logical pixel along it.
    """

    sideways: bool
    first: float
    per_pixel: float

    @classmethod
    def along(cls, view: View, ratio: float, *, across: bool) -> Scale:
        """Of the upper edge of a view (across) or its left one, whichever way it is turned or mirrored.

        The edge measures that side of the document which it is nearer to; at 45° the upper one the width. A number
        stands where a guide at that place would meet the edge. ratio: device pixels per logical one.
        """
        back, _ = view.transform().inverted()
        start = back.map(QPointF(0, 0))
        step = back.map(QPointF(ratio, 0) if across else QPointF(0, ratio)) - start
        gap = abs(step.x()) - abs(step.y())
        sideways = gap > -TINY * abs(step.x()) if across else gap > TINY * abs(step.x())
        return cls(sideways, start.x(), step.x()) if sideways else cls(sideways, start.y(), step.y())

    def value(self, along: float) -> float:
        """The place in the document at some logical pixels along the edge."""
        return self.first + along * self.per_pixel

    def place(self, value: float) -> float:
        return (value - self.first) / self.per_pixel


class Ruler(QWidget):
    """Along the top (upright guides are moved sideways in it, level ones pulled out of it) or along the left.

    In a view that is turned or mirrored it measures what lies along it then, see `Scale`.
    """

    def __init__(self, canvas: Canvas, *, across: bool) -> None:
        """across: along the top, else along the left."""
        super().__init__()
        self._canvas = canvas
        self._across = across
        self._held: Guide | None = None
        self._pointer: QPointF | None = None  # on the document
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

    @property
    def scale(self) -> Scale:
        return Scale.along(self._canvas.view, self._canvas.devicePixelRatioF(), across=self._across)

    def _along(self, place: QPointF) -> float:
        return place.x() if self._across else place.y()

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        roles = colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(roles.panel))
        scale = self.scale
        painter.setFont(font(9))
        painter.setPen(QColor(roles.secondary))
        self._draw_ticks(painter, scale)
        self._draw_marks(painter, scale)
        painter.end()

    def _draw_ticks(self, painter: QPainter, scale: Scale) -> None:
        pixels = abs(1 / scale.per_pixel)  # logical, for each of the document
        step = step_for(pixels)
        length = self.width() if self._across else self.height()
        parts = 10 if step * pixels / 10 >= 5 and step % 10 == 0 else 5 if step % 5 == 0 else 2 if step % 2 == 0 else 1
        small = step / parts
        ends = scale.value(0) / small, scale.value(length) / small
        for number in range(math.floor(min(ends)) - parts, math.ceil(max(ends)) + parts + 1):
            at = round(scale.place(number * small))
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

    def _draw_marks(self, painter: QPainter, scale: Scale) -> None:
        """Where the pointer is, and where guides can be held."""
        roles = colours()
        if self._pointer is not None:
            painter.setPen(QColor(roles.accent_text))
            at = scale.place(self._pointer.x() if scale.sideways else self._pointer.y())
            self._line(painter, round(at), THICK)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(roles.text))
        for guide in self._canvas.document.guides:
            if guide.upright is scale.sideways:
                at = scale.place(guide.at)
                points = [QPointF(at - 4, THICK - 7), QPointF(at + 4, THICK - 7), QPointF(at, THICK)]
                painter.drawPolygon(
                    QPolygonF(points if self._across else [QPointF(point.y(), point.x()) for point in points])
                )

    def _follow(self, point: QPointF | None) -> None:
        self._pointer = point
        self.update()

    # guides

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = self._mark_at(self._along(event.position()))
            self._canvas.guides.dragged = self._held or Guide(not self.scale.sideways, 0)
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
        scale = self.scale
        for guide in self._canvas.document.guides:
            if guide.upright is scale.sideways and abs(scale.place(guide.at) - along) <= REACH:
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
