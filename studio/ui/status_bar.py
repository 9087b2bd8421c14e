"""The lowest line: the machine and the view at the left, the work at the right, a gold line above for how far it is."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from studio.engine.status import EngineStatus, Phase
from studio.request.geometry import Size
from studio.ui.images import draw_progress
from studio.ui.progress import Progress, joined, size_of
from studio.ui.theme import colours
from studio.ui.widgets.tool import label

HEIGHT = 28
ZOOMS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


def memory_words(status: EngineStatus) -> str:
    """What is used of the device's memory, or ""."""
    if not status.memory_total:
        return ""
    return f"{size_of(status.memory_used)} of {size_of(status.memory_total)}"


def device_words(status: EngineStatus) -> str:
    """The device, or what the worker is about."""
    match status.phase:
        case Phase.STARTING:
            return "Getting ready …" if not status.device else status.device
        case Phase.STOPPED:
            return status.device or "Resting"
        case Phase.READY | Phase.BUSY:
            return status.device or "Ready"


class StatusBar(QWidget):
    """zoomed(float): a zoom was chosen. fitted: show all."""

    zoomed = Signal(float)
    fitted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._progress = Progress()
        self.setFixedHeight(HEIGHT)
        self.device = label("", "small")
        self.memory = label("", "small")
        self.memory.setToolTip("Memory of the device: in use, and in all")
        self.canvas_size = label("", "small")
        self.canvas_size.setToolTip("Size of the canvas")
        self.work = label("", "small")
        self.zoom = QPushButton("100 %")
        self.zoom.setProperty("role", "status")
        self.zoom.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.zoom.setAccessibleName("Zoom")
        self.zoom.setToolTip("Zoom")
        self.zoom.setFixedWidth(64)
        self.zoom.clicked.connect(self._choose_zoom)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 2, 12, 0)
        row.setSpacing(16)
        for widget in (self.device, self.memory):
            row.addWidget(widget)
        row.addWidget(self.zoom)
        row.addWidget(self.canvas_size)
        row.addStretch(1)
        row.addWidget(self.work)

    def sizeHint(self) -> QSize:
        return QSize(600, HEIGHT)

    def show_status(self, status: EngineStatus) -> None:
        self.device.setText(device_words(status))
        self.memory.setText(memory_words(status))
        self.memory.setVisible(bool(self.memory.text()))

    def show_zoom(self, zoom: float) -> None:
        percent = 100 * zoom
        self.zoom.setText(f"{percent:.1f} %" if percent < 10 else f"{percent:.0f} %")

    def show_size(self, size: Size) -> None:
        self.canvas_size.setText(f"{size} px")

    def show_progress(self, progress: Progress) -> None:
        self._progress = progress
        self.work.setText(progress.words)
        self.work.setAccessibleName(progress.words)
        self.update(0, 0, self.width(), 2)

    def show_view(self, visible: bool) -> None:
        """Zoom and size belong to the canvas only."""
        self.zoom.setVisible(visible)
        self.canvas_size.setVisible(visible)

    @property
    def words(self) -> str:
        """All that it says, for tests and screen readers."""
        return joined(
            self.device.text(), self.memory.text(), self.zoom.text(), self.canvas_size.text(), self.work.text()
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        roles = colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(roles.window))
        if self._progress.active:
            line = QRectF(0, 0, self.width(), 2)
            draw_progress(painter, line, self._progress.fraction or 0.0, roles.line, roles.accent)

    def _choose_zoom(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Fit", self.fitted.emit)
        menu.addSeparator()
        for zoom in ZOOMS:
            menu.addAction(f"{100 * zoom:.0f} %", lambda zoom=zoom: self.zoomed.emit(zoom))
        menu.popup(self.zoom.mapToGlobal(QPoint(0, -menu.sizeHint().height() - 4)))
