"""Pictures for widgets: from `Pixels` to what Qt draws, small and sharp."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPixmap

from studio.document.images import image_of
from studio.request.pixels import Pixels


def thumbnail(pixels: Pixels, side: int) -> QPixmap:
    """The picture in a square of `side` device pixels, smooth, its ratio kept; without a clear margin."""
    image: QImage = image_of(_trimmed(pixels))
    return QPixmap.fromImage(
        image.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    )


def _trimmed(pixels: Pixels) -> Pixels:
    if pixels.channels != 4:
        return pixels
    seen = pixels.array[..., 3] > 0
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    if not rows.size or seen.size == (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1):
        return pixels
    return Pixels(np.ascontiguousarray(pixels.array[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]))


def draw_picture(painter: QPainter, picture: QPixmap, rect: QRectF, radius: float = 4) -> QRectF:
    """Draws a picture into the middle of a rectangle with round corners; returns where it is."""
    if picture.isNull():
        return rect
    scale = min(rect.width() / picture.width(), rect.height() / picture.height())
    width, height = picture.width() * scale, picture.height() * scale
    place = QRectF(rect.center().x() - width / 2, rect.center().y() - height / 2, width, height)
    path = QPainterPath()
    path.addRoundedRect(place, radius, radius)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipPath(path)
    painter.drawPixmap(place, picture, QRectF(picture.rect()))
    painter.restore()
    return place


def draw_progress(painter: QPainter, rect: QRectF, fraction: float, ground: str, colour: str) -> None:
    """A thin line, filled from the left. fraction: 0..1."""
    painter.fillRect(rect, QColor(ground))
    painter.fillRect(
        QRectF(rect.x(), rect.y(), rect.width() * max(0.0, min(1.0, fraction)), rect.height()), QColor(colour)
    )
