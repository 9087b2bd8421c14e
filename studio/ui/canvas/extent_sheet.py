"""Another size of the canvas, while the picture stays as it is."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.document.transforming import LARGEST, crop
from studio.request.geometry import Rect
from studio.ui.canvas.canvas import Canvas
from studio.ui.theme import colours
from studio.ui.widgets.numbers import NumberField
from studio.ui.widgets.popover import Popover
from studio.ui.widgets.tool import GAP, Labelled

CELL = 24
PLACES = 3  # in a row
_ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class Anchor(QWidget):
    """Nine places of which one is chosen: where the picture stays. across, down: 0, 1 or 2. Arrow keys, too."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.across, self.down = 1, 1
        self.setFixedSize(QSize(CELL * PLACES, CELL * PLACES))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Where the picture stays")
        self.setToolTip("Where the picture stays in the new canvas")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for down in range(PLACES):
            for across in range(PLACES):
                chosen = (across, down) == (self.across, self.down)
                painter.setBrush(QColor(colours().accent if chosen else colours().raised))
                cell = QRectF(across * CELL + 1, down * CELL + 1, CELL - 2, CELL - 2)
                painter.drawRoundedRect(cell, 4, 4)
                if chosen and self.hasFocus():
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.setPen(QColor(colours().text))
                    painter.drawRoundedRect(cell.adjusted(2, 2, -2, -2), 3, 3)
                    painter.setPen(Qt.PenStyle.NoPen)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at: QPointF = event.position()
        self._choose(int(at.x() // CELL), int(at.y() // CELL))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        across, down = _ARROWS.get(event.key(), (0, 0))
        if across or down:
            self._choose(self.across + across, self.down + down)
        else:
            super().keyPressEvent(event)

    def _choose(self, across: int, down: int) -> None:
        self.across, self.down = min(PLACES - 1, max(0, across)), min(PLACES - 1, max(0, down))
        self.update()
        self.changed.emit()


class ExtentSheet(Popover):
    """Width and height in pixels, and where the picture stays. The new edge is framed on the canvas meanwhile."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas, "Canvas size", "Apply")
        self._canvas = canvas
        self._document = canvas.document
        self.width_field = NumberField(1, LARGEST, "px")
        self.height_field = NumberField(1, LARGEST, "px")
        self.anchor = Anchor()
        for field, side in zip((self.width_field, self.height_field), self._document.size, strict=True):
            field.setKeyboardTracking(True)
            field.setValue(side)
            field.valueChanged.connect(self._show)
        self.anchor.changed.connect(self._show)
        sides = QHBoxLayout()
        sides.setSpacing(GAP)
        sides.addWidget(Labelled("Width", self.width_field, "W"))
        sides.addWidget(Labelled("Height", self.height_field, "H"))
        self.body.addLayout(sides)
        self.body.addWidget(Labelled("The picture stays at", self.anchor))
        self.applied.connect(lambda: crop(self._document, self.area, "Canvas size"))
        self.applied.connect(lambda: self._frame(None))
        self.discarded.connect(lambda: self._frame(None))
        self.open(self.width_field)
        self.width_field.selectAll()

    @property
    def area(self) -> Rect:
        """The new canvas on the old one."""
        size = self._document.size
        width, height = self.width_field.value(), self.height_field.value()
        x = (size.width - width) * self.anchor.across // (PLACES - 1)
        y = (size.height - height) * self.anchor.down // (PLACES - 1)
        return Rect(x, y, width, height)

    def _show(self) -> None:
        self._frame(self.area)

    def _frame(self, area: Rect | None) -> None:
        self._canvas.guides.frame = area
        self._canvas.update()
