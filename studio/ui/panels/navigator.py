"""The whole picture in small, with the part that the canvas shows."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from studio.ui.canvas.backdrop import draw_checks
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.view import LARGEST_ZOOM, SMALLEST_ZOOM
from studio.ui.theme import colours
from studio.ui.widgets.slider import Slider
from studio.ui.widgets.tool import GAP, PADDING, tool_button

HEIGHT = 150
LATER = 150  # milliseconds after the last change until the small picture is made anew
STEPS = 1000  # of the zoom slider


class NavigatorPanel(QWidget):
    """Drag in the picture to move the view; a slider zooms."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self._canvas = canvas
        self.map = _Map(canvas)
        self.zoom = Slider()
        self.zoom.setRange(0, STEPS)
        self.zoom.setAccessibleName(self.tr("Zoom"))
        self.zoom.setToolTip(self.tr("How large the canvas is shown"))
        self._percent = QLabel()
        self._percent.setFixedWidth(52)
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.zoom.valueChanged.connect(self._slid)
        canvas.zoom_changed.connect(self._show_zoom)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(tool_button("maximize", self.tr("Show all of the picture (3)"), canvas.fit, 16))
        row.addWidget(self.zoom, 1)
        row.addWidget(self._percent)
        column = QVBoxLayout(self)
        column.setContentsMargins(PADDING, 4, PADDING, GAP)
        column.setSpacing(GAP)
        column.addWidget(self.map, 1)
        column.addLayout(row)
        self._show_zoom(canvas.zoom)

    def _slid(self, position: int) -> None:
        self._canvas.set_zoom(SMALLEST_ZOOM * (LARGEST_ZOOM / SMALLEST_ZOOM) ** (position / STEPS))

    def _show_zoom(self, zoom: float) -> None:
        share = math.log(zoom / SMALLEST_ZOOM) / math.log(LARGEST_ZOOM / SMALLEST_ZOOM)
        self.zoom.blockSignals(True)
        self.zoom.setValue(round(STEPS * share))
        self.zoom.blockSignals(False)
        self._percent.setText(f"{zoom * 100:.0f} %" if zoom >= 0.1 else f"{zoom * 100:.1f} %")


class _Map(QWidget):
    """Made anew a moment after the last change, from the canvas' own smaller levels."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self._canvas = canvas
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LATER)
        self._later.timeout.connect(self.update)
        self.setMinimumHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(self.tr("Overview of the picture"))
        canvas.document.damaged.connect(self._later.start)
        canvas.view_changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        place = self._place()
        draw_checks(painter, place.toAlignedRect(), colours())
        factor = place.width() / self._canvas.document.size.width
        if not self._canvas.draw_small(painter, place.topLeft(), factor):
            self._later.start()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setClipRect(place.adjusted(-1, -1, 1, 1))
        frame = self._frame(place, factor)
        for colour, width in ((QColor(0, 0, 0, 120), 3.0), (QColor(colours().accent), 1.5)):
            painter.setPen(QPen(colour, width))
            painter.drawPolygon(frame)

    def _frame(self, place: QRectF, factor: float) -> QPolygonF:
        """What the canvas shows, on the map."""
        view = self._canvas.view
        width, height = view.viewport
        corners = (QPointF(0, 0), QPointF(width, 0), QPointF(width, height), QPointF(0, height))
        return QPolygonF([place.topLeft() + view.to_document(corner) * factor for corner in corners])

    def _place(self) -> QRectF:
        """Where the small picture is on the widget."""
        size = self._canvas.document.size
        factor = min(self.width() / size.width, self.height() / size.height)
        width, height = size.width * factor, size.height * factor
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._canvas.set_zoom(self._canvas.zoom * 1.25 ** (event.angleDelta().y() / 120))
        event.accept()

    def _go(self, at: QPointF) -> None:
        place = self._place()
        self._canvas.look_at((at - place.topLeft()) * (self._canvas.document.size.width / place.width()))
