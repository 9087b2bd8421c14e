"""A picture in the making, shown over the document in its place and through its soft mask. It is never part of it."""

from __future__ import annotations

import numpy as np
from PIL import Image
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from studio.document.images import COLOUR, Array, over
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels

FINEST = 1024  # pixels: no preview is enlarged beyond this by the fine way; Qt does the rest
GAIN = 4  # the most it is enlarged by the fine way


class Preview:
    """Made once for each step; drawing it costs one call. rect: where it belongs, in document pixels."""

    def __init__(self, pixels: Pixels, rect: Rect, mask: Pixels | None = None) -> None:
        self.rect = rect
        self.exact = pixels.size == rect.size  # then it is shown as the document itself is
        size = _fine_size(pixels.size, rect.size)
        if mask is not None:
            size = _fine_size(mask.size, rect.size, size)
        self._image = _masked(_enlarged(pixels, size), None if mask is None else _enlarged(mask, size))

    @property
    def image(self) -> QImage:
        return self._image

    def draw(self, painter: QPainter, smooth: bool) -> None:
        """Draws it with a painter whose coordinates are document pixels."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth or not self.exact)
        painter.drawImage(QRectF(*self.rect), self._image)


def _fine_size(size: Size, place: Size, least: Size | None = None) -> Size:
    """Between the picture's own size and that of its place: as fine as is worth the time."""
    most = Size(min(place.width, FINEST), min(place.height, FINEST))
    width = max(size.width, min(most.width, size.width * GAIN))
    height = max(size.height, min(most.height, size.height * GAIN))
    if least is not None:
        width, height = max(width, least.width), max(height, least.height)
    return Size(width, height)


def _enlarged(pixels: Pixels, size: Size) -> Array:
    """Bicubic: what a small preview shows looks soft, not like diamonds."""
    if pixels.size == size:
        return pixels.array
    array = pixels.array[..., 0] if pixels.channels == 1 else pixels.array
    resized = np.asarray(Image.fromarray(array).resize(size, Image.Resampling.BICUBIC))
    return resized[..., None] if pixels.channels == 1 else resized


def _masked(picture: Array, mask: Array | None) -> QImage:
    """A COLOUR image of its own memory."""
    height, width = picture.shape[:2]
    straight = np.full((height, width, 4), 255, np.uint8)
    straight[..., : picture.shape[2]] = picture
    if mask is not None:
        covered = straight[..., 3].astype(np.uint16) * mask[..., 0]
        straight[..., 3] = (covered + 127) // 255
    return over(straight, QImage.Format.Format_RGBA8888).convertToFormat(COLOUR)
