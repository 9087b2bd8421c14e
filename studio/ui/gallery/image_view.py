"""One picture to look at: any zoom, moved by the hand; several share a camera and move together."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from studio.ui.theme import colours, font

SMALLEST, LARGEST = 0.02, 32.0
_CHECK = 8  # pixels of a check under what is transparent
_CAPTION = 24
_NEAREST_FROM = 2.0  # zoom from which pixels are shown as squares


class Camera(QObject):
    """What the views look at. zoom: device-independent pixels per picture pixel, 0 fits the picture into the view.

    centre: of the view, as a share of the picture's width and height.
    """

    moved = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.zoom = 0.0
        self.centre = QPointF(0.5, 0.5)

    def fit(self) -> None:
        """The whole picture."""
        self.zoom = 0.0
        self.centre = QPointF(0.5, 0.5)
        self.moved.emit()

    def look(self, zoom: float, centre: QPointF) -> None:
        """zoom, centre: see the class; both are kept within their limits."""
        self.zoom = max(SMALLEST, min(LARGEST, zoom))
        self.centre = QPointF(max(0.0, min(1.0, centre.x())), max(0.0, min(1.0, centre.y())))
        self.moved.emit()


class ImageView(QWidget):
    """other: a second picture of which the part right of `divider` (0..1 of the view) is shown, or None."""

    def __init__(self, camera: Camera) -> None:
        super().__init__()
        self.camera = camera
        self.image = QImage()
        self.extent = QSize()
        self.other: QImage | None = None
        self.divider = 0.5
        self.words = ""
        self.caption = ""
        self._grip: QPointF | None = None
        self._on_divider = False
        self.setMinimumSize(80, 80)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        camera.moved.connect(self.update)

    def show_image(self, image: QImage, words: str = "", caption: str = "", extent: QSize | None = None) -> None:
        """words: what is said in place of a picture that is not there. extent: its size, where `image` is smaller."""
        self.image = image
        self.extent = extent or image.size()
        self.words = words
        self.caption = caption
        self.setAccessibleName(caption or "Picture")
        self.update()

    @property
    def scale(self) -> float:
        """Pixels of the view per pixel of the picture."""
        if self.camera.zoom > 0 or self.extent.isEmpty():
            return self.camera.zoom or 1.0
        room = QSizeF(self.size())
        fitting = min(room.width() / self.extent.width(), room.height() / self.extent.height())
        return min(fitting, self._largest_fit())

    def _largest_fit(self) -> float:
        """Small pictures are enlarged to fit, but not to mere colours."""
        return max(1.0, 512 / max(1, self.extent.width(), self.extent.height()) * 2)

    def place(self) -> QRectF:
        """Where the whole picture is in the view."""
        scale = self.scale
        size = QSizeF(self.extent) * scale
        middle = QPointF(self.width() / 2, self.height() / 2)
        centre = self.camera.centre
        corner = middle - QPointF(size.width() * centre.x(), size.height() * centre.y())
        if size.width() <= self.width():
            corner.setX((self.width() - size.width()) / 2)
        if size.height() <= self.height():
            corner.setY((self.height() - size.height()) / 2)
        return QRectF(corner, size)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Closer or farther, what is under `at` (a point of the view) stays where it is."""
        if self.image.isNull():
            return
        at = at or QPointF(self.width() / 2, self.height() / 2)
        before = self.place()
        zoom = max(SMALLEST, min(LARGEST, self.scale * factor))
        share = QPointF((at.x() - before.x()) / before.width(), (at.y() - before.y()) / before.height())
        size = QSizeF(self.extent) * zoom
        away = QPointF(self.width() / 2, self.height() / 2) - at
        self.camera.look(zoom, share + QPointF(away.x() / size.width(), away.y() / size.height()))

    def toggle_actual_size(self, at: QPointF | None = None) -> None:
        """Between the whole picture and its own pixels."""
        if self.camera.zoom > 0:
            self.camera.fit()
        else:
            self.zoom_by(1.0 / self.scale / self.devicePixelRatioF(), at)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by(1.25 ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.toggle_actual_size(event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._grip = event.position()
        self._on_divider = self.other is not None and abs(event.position().x() - self.divider * self.width()) < 12
        self.setCursor(Qt.CursorShape.SplitHCursor if self._on_divider else Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            return
        if self._on_divider:
            self.divider = max(0.0, min(1.0, event.position().x() / max(1, self.width())))
            self.update()
            return
        size = QSizeF(self.extent) * self.scale
        if self.camera.zoom > 0 and not size.isEmpty():
            by = event.position() - self._grip
            centre = self.camera.centre - QPointF(by.x() / size.width(), by.y() / size.height())
            self.camera.look(self.camera.zoom, centre)
        self._grip = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None
        self.unsetCursor()

    def paintEvent(self, event: QPaintEvent) -> None:
        roles = colours()
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(roles.canvas))
        if self.image.isNull():
            painter.setPen(QColor(roles.secondary))
            painter.setFont(font())
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(24, 24, -24, -24), flags, self.words)
        else:
            self._paint_picture(painter)
        if self.caption:
            self._paint_caption(painter)

    def _paint_picture(self, painter: QPainter) -> None:
        place = self.place()
        if self.image.hasAlphaChannel():
            painter.save()
            painter.setClipRect(place)
            paint_checks(painter, place)
            painter.restore()
        smooth = self.scale * self.devicePixelRatioF() < _NEAREST_FROM
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(place, self.image)
        if self.other is not None:
            at = self.divider * self.width()
            painter.save()
            painter.setClipRect(QRectF(at, 0, self.width() - at, self.height()))
            painter.drawImage(place, self.other)
            painter.restore()
            painter.fillRect(QRectF(at - 1, 0, 2, self.height()), QColor(colours().accent))

    def _paint_caption(self, painter: QPainter) -> None:
        painter.setFont(font(12))
        width = min(self.width() - 16, painter.fontMetrics().horizontalAdvance(self.caption) + 20)
        box = QRectF((self.width() - width) / 2, self.height() - _CAPTION - 8, width, _CAPTION)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 150))
        painter.drawRoundedRect(box, 6, 6)
        painter.setPen(QColor("#e6e6e6"))
        words = painter.fontMetrics().elidedText(self.caption, Qt.TextElideMode.ElideMiddle, int(width) - 12)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)


def paint_checks(painter: QPainter, place: QRectF) -> None:
    """Two greys under what is transparent."""
    painter.fillRect(place, QColor(80, 80, 80))
    dark = QColor(64, 64, 64)
    top, left = int(place.top()), int(place.left())
    for row in range(0, int(place.height()) + 1, _CHECK):
        for column in range(row // _CHECK % 2 * _CHECK, int(place.width()) + 1, 2 * _CHECK):
            painter.fillRect(left + column, top + row, _CHECK, _CHECK, dark)
