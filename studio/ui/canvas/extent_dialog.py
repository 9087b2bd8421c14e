"""Asks for another size of the canvas, while the picture stays as it is."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QVBoxLayout, QWidget

from studio.document.document import Document
from studio.document.transforming import LARGEST, crop
from studio.request.geometry import Rect, Size
from studio.ui.theme import colours
from studio.ui.widgets.numbers import NumberField
from studio.ui.widgets.tool import GAP, PADDING, Labelled

CELL = 24
PLACES = 3  # in a row


class Anchor(QWidget):
    """Nine places of which one is chosen: where the picture stays. across, down: 0, 1 or 2."""

    def __init__(self) -> None:
        super().__init__()
        self.across, self.down = 1, 1
        self.setFixedSize(QSize(CELL * PLACES, CELL * PLACES))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
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
                painter.drawRoundedRect(QRectF(across * CELL + 1, down * CELL + 1, CELL - 2, CELL - 2), 4, 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at: QPointF = event.position()
        self.across, self.down = (min(PLACES - 1, max(0, int(part // CELL))) for part in (at.x(), at.y()))
        self.update()


class ExtentDialog(QDialog):
    """Width and height in pixels, and where the picture stays."""

    def __init__(self, parent: QWidget, size: Size) -> None:
        super().__init__(parent)
        self.setWindowTitle("Canvas size")
        self._size = size
        self.width_field = NumberField(1, LARGEST, "px")
        self.height_field = NumberField(1, LARGEST, "px")
        self.width_field.setValue(size.width)
        self.height_field.setValue(size.height)
        self.anchor = Anchor()
        sides = QHBoxLayout()
        sides.setSpacing(GAP)
        sides.addWidget(Labelled("Width", self.width_field, "W"))
        sides.addWidget(Labelled("Height", self.height_field, "H"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(PADDING, PADDING, PADDING, PADDING)
        column.setSpacing(PADDING)
        column.addLayout(sides)
        column.addWidget(Labelled("The picture stays at", self.anchor))
        column.addWidget(buttons)

    @property
    def area(self) -> Rect:
        """The new canvas on the old one."""
        width, height = self.width_field.value(), self.height_field.value()
        x = (self._size.width - width) * self.anchor.across // (PLACES - 1)
        y = (self._size.height - height) * self.anchor.down // (PLACES - 1)
        return Rect(x, y, width, height)

    @classmethod
    def ask(cls, parent: QWidget, document: Document) -> None:
        """Shows the dialog, and crops or extends the canvas when it is accepted."""
        dialog = cls(parent, document.size)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: crop(document, dialog.area, "Canvas size"))
        dialog.open()
