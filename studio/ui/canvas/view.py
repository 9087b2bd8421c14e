"""Where the document is on the screen: zoom, place, rotation and mirroring, as pure arithmetic in device pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTransform

from studio.request.geometry import Rect, Size

SMALLEST_ZOOM = 0.01
LARGEST_ZOOM = 64.0
KEEP = 64.0  # device pixels of a document that stay in view
SHARP_FROM = 4.0  # from this zoom on, pixels are shown as squares
# Qt steps through a scaled image in 1/65536ths of its pixels and cuts off the rest, so that what a pixel looks like
# depends on where painting began. With a step that is a whole number of these units it does not.
_UNIT = 65536
_ABOVE = 1e-5  # so that rounding in the inverse never falls below the whole number
STOPS = (
    *(0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.25, 0.33, 0.5, 0.67, 0.75, 1.0),
    *(1.25, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0),
)
_POINT = Size(1, 1)


def level_of(zoom: float) -> int:
    """The mip level to draw: the smallest that still has at least one of its pixels for each of the screen."""
    return 0 if zoom >= 1 else math.floor(math.log2(1 / zoom) + 1e-9)


def exact_scale(zoom: float) -> float:
    """The scale, next to `zoom`, at which a part painted alone equals the same part of a whole painting.

    From `SHARP_FROM` on Qt rounds in another way, for which there is no such scale: then all is to be painted.
    """
    if zoom >= SHARP_FROM:
        return zoom
    level = level_of(zoom)
    step = round(_UNIT / (zoom * 2**level))
    return 0.5**level if step == _UNIT else _UNIT / (step + _ABOVE) / 2**level


@dataclass(frozen=True, kw_only=True)
class View:
    """zoom: device pixels per document pixel. x, y: where the document's origin lies, in whole device pixels,
    before turning. angle: degrees clockwise and mirrored: about the middle of the viewport.
    viewport: in device pixels.
    """

    zoom: float = 1.0
    x: int = 0
    y: int = 0
    angle: float = 0.0
    mirrored: bool = False
    viewport: Size = _POINT

    @property
    def upright(self) -> bool:
        return not self.angle and not self.mirrored

    @property
    def scale(self) -> float:
        """What is drawn: the zoom within 1/16384."""
        return exact_scale(self.zoom)

    def turn(self) -> QTransform:
        """From the upright view to the screen, in device pixels."""
        middle_x, middle_y = self.viewport.width / 2, self.viewport.height / 2
        transform = QTransform()
        transform.translate(middle_x, middle_y)
        transform.rotate(self.angle)
        transform.scale(-1 if self.mirrored else 1, 1)
        transform.translate(-middle_x, -middle_y)
        return transform

    def transform(self) -> QTransform:
        """From document pixels to device pixels."""
        placed = QTransform.fromScale(self.scale, self.scale) * QTransform.fromTranslate(self.x, self.y)
        return placed if self.upright else placed * self.turn()

    def to_document(self, point: QPointF) -> QPointF:
        """A point of the screen (device pixels) on the document."""
        if self.upright:
            return QPointF((point.x() - self.x) / self.scale, (point.y() - self.y) / self.scale)
        return self.transform().inverted()[0].map(point)

    def to_screen(self, point: QPointF) -> QPointF:
        """A point of the document on the screen, in device pixels."""
        return self.transform().map(point)

    def screen_rect(self, rect: Rect) -> QRectF:
        """The upright rectangle of the screen around a rectangle of the document, in device pixels."""
        return self.transform().mapRect(QRectF(*rect))

    def visible(self, part: QRectF) -> Rect:
        """The whole document pixels that a part of the screen (device pixels) shows."""
        shown = self.transform().inverted()[0].mapRect(part).toAlignedRect()
        return Rect(shown.x(), shown.y(), shown.width(), shown.height())

    def zoomed(self, zoom: float, at: QPointF) -> View:
        """Another zoom, with the document under `at` (device pixels) staying there."""
        zoom = min(LARGEST_ZOOM, max(SMALLEST_ZOOM, zoom))
        still = self.to_document(at)
        upright = at if self.upright else self.turn().inverted()[0].map(at)
        scale = exact_scale(zoom)
        return replace(
            self, zoom=zoom, x=round(upright.x() - still.x() * scale), y=round(upright.y() - still.y() * scale)
        )

    def moved(self, dx: float, dy: float) -> View:
        """Panned by device pixels of the screen."""
        if not self.upright:
            shift = self.turn().inverted()[0]
            start, end = shift.map(QPointF(0, 0)), shift.map(QPointF(dx, dy))
            dx, dy = end.x() - start.x(), end.y() - start.y()
        return replace(self, x=self.x + round(dx), y=self.y + round(dy))

    def turned(self, degrees: float, at: QPointF) -> View:
        """Turned clockwise, with the document under `at` (device pixels) staying there."""
        still = self.to_document(at)
        view = replace(self, angle=(self.angle + degrees) % 360)
        gap = at - view.to_screen(still)
        return view.moved(gap.x(), gap.y())

    def kept_near(self, size: Size) -> View:
        """Moved back so that a document of this size cannot get lost beyond the edge."""
        shown = self.screen_rect(Rect.of(size))
        left, top = self.viewport.width - KEEP, self.viewport.height - KEEP
        dx = max(0.0, KEEP - shown.right()) + min(0.0, left - shown.left())
        dy = max(0.0, KEEP - shown.bottom()) + min(0.0, top - shown.top())
        return self.moved(dx, dy) if dx or dy else self

    def centred_on(self, point: QPointF) -> View:
        """With a point of the document in the middle of the viewport."""
        scale = self.scale
        return replace(
            self,
            x=round(self.viewport.width / 2 - point.x() * scale),
            y=round(self.viewport.height / 2 - point.y() * scale),
        )

    def fitted(self, size: Size, margin: int = 0) -> View:
        """All of a document of this size in view, at least `margin` device pixels around it, squares undistorted."""
        corners = QTransform().rotate(self.angle).mapRect(QRectF(0, 0, *size))
        wide = max(1.0, self.viewport.width - 2.0 * margin) / corners.width()
        high = max(1.0, self.viewport.height - 2.0 * margin) / corners.height()
        zoom = min(wide, high)
        if zoom > SHARP_FROM:
            zoom = float(math.floor(zoom))
        zoom = min(LARGEST_ZOOM, max(SMALLEST_ZOOM, zoom))
        return replace(self, zoom=zoom).centred_on(QPointF(size.width / 2, size.height / 2))

    def stop_above(self) -> float:
        """The next larger of the usual zooms."""
        return next((stop for stop in STOPS if stop > self.zoom * 1.001), LARGEST_ZOOM)

    def stop_below(self) -> float:
        """The next smaller of the usual zooms."""
        return next((stop for stop in reversed(STOPS) if stop < self.zoom * 0.999), SMALLEST_ZOOM)
