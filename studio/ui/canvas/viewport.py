"""A widget that shows something flat from anywhere: zoom, place, angle and mirroring, and what they make of points."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from studio.request.geometry import Rect, Size
from studio.ui.canvas.pointing import PointingWidget
from studio.ui.canvas.view import View

MARGIN = 24  # logical pixels around a fitted document


class Viewport(PointingWidget):
    """Holds the view and moves it; whoever derives from it draws what is seen.

    zoom_changed(float): 1.0 is 100 %. view_changed(): zoom, place, angle or size of the viewport is another.
    """

    zoom_changed = Signal(float)
    view_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = View()
        self._fitted = True

    @property
    @abstractmethod
    def paper(self) -> Size:
        """The size of what is shown, in its own pixels."""

    @abstractmethod
    def show_moved(self, before: View) -> None:
        """Repaints for another view than `before`."""

    @property
    def view(self) -> View:
        return self._view

    @property
    def zoom(self) -> float:
        """Device pixels per document pixel: 1.0 is 100 %."""
        return self._view.zoom

    def set_zoom(self, zoom: float, at: QPointF | None = None) -> None:
        """Zooms to 0.01..64. at: the place that stays where it is, in the widget's coordinates; None: the middle."""
        self._fitted = False
        self.set_view(self._view.zoomed(zoom, self.to_device(at or QPointF(self.rect().center()))))

    def zoom_in(self, at: QPointF | None = None) -> None:
        self.set_zoom(self._view.stop_above(), at)

    def zoom_out(self, at: QPointF | None = None) -> None:
        self.set_zoom(self._view.stop_below(), at)

    def zoom_by(self, factor: float, at: QPointF) -> None:
        self.set_zoom(self._view.zoom * factor, at)

    def fit(self) -> None:
        """Shows all of the document, and goes on doing so when the window or the document is resized."""
        self._fitted = True
        self.set_view(self._view.fitted(self.paper, round(MARGIN * self.devicePixelRatioF())))

    def actual_size(self) -> None:
        """One document pixel on one pixel of the screen."""
        self.set_zoom(1.0)

    def pan(self, dx: float, dy: float) -> None:
        """Moves the view by device pixels."""
        self._fitted = False
        self.set_view(self._view.moved(dx, dy).kept_near(self.paper))

    def look_at(self, point: QPointF) -> None:
        """Brings a point of the document into the middle."""
        self._fitted = False
        self.set_view(self._view.centred_on(point).kept_near(self.paper))

    def turn_to(self, angle: float, *, mirrored: bool | None = None) -> None:
        """Turns the view (not the picture) to an angle in degrees clockwise, and mirrors it."""
        mirrored = self._view.mirrored if mirrored is None else mirrored
        self.set_view(replace(self._view, angle=angle % 360, mirrored=mirrored))

    def turn_by(self, degrees: float, at: QPointF | None = None) -> None:
        """at: the place that stays where it is, in the widget's coordinates; None: the middle."""
        if degrees:
            self.set_view(self._view.turned(degrees, self.to_device(at or QPointF(self.rect().center()))))

    def pinched(self, anchor: QPointF, factor: float, degrees: float, at: QPointF) -> None:
        """Zooms and turns with a point of the document coming to lie at a place of the widget."""
        self._fitted = False
        place = self.to_device(at)
        view = self._view.zoomed(self.zoom * factor, place).turned(degrees, place)
        gap = place - view.to_screen(anchor)
        self.set_view(view.moved(gap.x(), gap.y()).kept_near(self.paper))

    def set_view(self, view: View) -> None:
        before, self._view = self._view, view
        if view == before:
            return
        self.show_moved(before)
        if view.zoom != before.zoom:
            self.zoom_changed.emit(view.zoom)
        self.view_changed.emit()

    def to_device(self, point: QPointF) -> QPointF:
        """A point of the widget in device pixels."""
        return point * self.devicePixelRatioF()

    def to_widget(self, point: QPointF) -> QPointF:
        """A point in device pixels on the widget."""
        return point / self.devicePixelRatioF()

    @property
    def seen(self) -> Rect:
        """The part of the document that is in view."""
        return self._view.visible(QRectF(0, 0, *self._view.viewport)).intersection(Rect.of(self.paper))

    def to_document(self, point: QPointF) -> QPointF:
        """A point of the widget on the document."""
        return self._view.to_document(self.to_device(point))

    def shown_rect(self, area: Rect) -> QRect:
        """Where a part of the document is on the widget, rounded outwards."""
        ratio = self.devicePixelRatioF()
        rect = self._view.screen_rect(area)
        widget = QRectF(rect.x() / ratio, rect.y() / ratio, rect.width() / ratio, rect.height() / ratio)
        # bilinear drawing reaches one pixel of the level further, which can be two of the screen
        return widget.toAlignedRect().adjusted(-2, -2, 2, 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._adapt()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._adapt()
        return super().event(event)

    def _adapt(self) -> None:
        """The viewport has another size: what was in the middle stays there."""
        ratio = self.devicePixelRatioF()
        size = Size(max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio)))
        middle = self._view.to_document(QPointF(self._view.viewport.width / 2, self._view.viewport.height / 2))
        view = replace(self._view, viewport=size)
        if self._fitted:
            self._view = view
            self.fit()
        else:
            self.set_view(view.centred_on(middle))
        self.update()
