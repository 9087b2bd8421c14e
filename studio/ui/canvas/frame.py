"""The canvas with its rulers and scroll bars."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSignalBlocker, Qt
from PySide6.QtWidgets import QGridLayout, QScrollBar, QWidget

from studio.request.geometry import Rect
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.rulers import Corner, Ruler


class CanvasFrame(QWidget):
    """Scroll bars show as soon as a part of the document is out of view; rulers when they are wanted."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self.canvas = canvas
        self._rulers = (Corner(), Ruler(canvas, across=True), Ruler(canvas, across=False))
        self.across = self._bar(Qt.Orientation.Horizontal, "Scroll sideways")
        self.down = self._bar(Qt.Orientation.Vertical, "Scroll up and down")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        corner, top, left = self._rulers
        grid.addWidget(corner, 0, 0)
        grid.addWidget(top, 0, 1)
        grid.addWidget(left, 1, 0)
        grid.addWidget(canvas, 1, 1)
        grid.addWidget(self.down, 1, 2)
        grid.addWidget(self.across, 2, 1)
        self.show_rulers(False)
        self.across.valueChanged.connect(self._scrolled)
        self.down.valueChanged.connect(self._scrolled)
        canvas.view_changed.connect(self._follow)
        self._follow()

    @property
    def rulers_shown(self) -> bool:
        return not self._rulers[0].isHidden()

    def show_rulers(self, on: bool) -> None:
        for ruler in self._rulers:
            ruler.setVisible(on)

    @staticmethod
    def _bar(orientation: Qt.Orientation, name: str) -> QScrollBar:
        bar = QScrollBar(orientation)
        bar.setAccessibleName(name)
        keep = bar.sizePolicy()
        keep.setRetainSizeWhenHidden(True)  # the canvas keeps its size when they come and go
        bar.setSizePolicy(keep)
        return bar

    def _follow(self) -> None:
        """The bars as the view is: from the document's edges, or from where the view is beyond them."""
        view = self.canvas.view
        shown: QRectF = view.screen_rect(Rect.of(self.canvas.document.size))
        for bar, at, length, page in (
            (self.across, -shown.left(), shown.width(), view.viewport.width),
            (self.down, -shown.top(), shown.height(), view.viewport.height),
        ):
            place = round(at)
            with QSignalBlocker(bar):
                bar.setPageStep(page)
                bar.setSingleStep(max(1, page // 12))
                bar.setRange(min(0, place), max(round(length) - page, place, 0))
                bar.setValue(place)
            bar.setVisible(round(length) > page)

    def _scrolled(self) -> None:
        shown = self.canvas.view.screen_rect(Rect.of(self.canvas.document.size))
        self.canvas.pan(-shown.left() - self.across.value(), -shown.top() - self.down.value())
