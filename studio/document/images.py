"""Between frozen `Pixels`, Qt's images and numpy: all conversions of pixel layout are here.

Two layouts are used inside the document. COLOUR is premultiplied ARGB32 (in memory B, G, R, A on every machine Qt
runs on with us), AREA is 8-bit coverage. Painting and erasing work alike on both.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QBuffer, QByteArray, QRect, QSize
from PySide6.QtGui import QImage, QImageReader, QPainter

from studio.request.errors import Trouble
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels

Array = npt.NDArray[np.uint8]
Bits = bytes | bytearray | memoryview
COLOUR = QImage.Format.Format_ARGB32_Premultiplied
AREA = QImage.Format.Format_Alpha8
SOURCE = QPainter.CompositionMode.CompositionMode_Source
UNIT = 1 << 16  # pixels that Qt works on in one piece, in the thread that asks


def qrect(rect: Rect) -> QRect:
    return QRect(rect.x, rect.y, rect.width, rect.height)


def rect_of(rect: QRect) -> Rect:
    return Rect(rect.x(), rect.y(), rect.width(), rect.height())


def blank(size: Size, layout: QImage.Format = COLOUR) -> QImage:
    """A transparent image. Raises Trouble when there is no memory for it."""
    image = QImage(QSize(*size), layout)
    if image.isNull():
        raise Trouble(f"There is not enough memory for a picture of {size} pixels.", "Use a smaller one.")
    if size.area > UNIT:
        np.asarray(_Held(image, image.bits()))[...] = 0  # numpy lets go of Python's lock meanwhile
    else:
        image.fill(0)
    return image


class _Held:
    """Memory of an image for numpy, which keeps the image alive as long as any array looks at it."""

    def __init__(self, image: QImage, bits: Bits) -> None:
        self.image = image
        self.__array_interface__ = np.frombuffer(bits, np.uint8).__array_interface__


def view(image: QImage) -> Array:
    """The bytes of an image as a read-only array that shares its memory: height × width × 4, or height × width."""
    return _shaped(image, image.constBits())


def writable(image: QImage) -> Array:
    """The same to write into. The image must not be shared: it would be copied and the array would show the copy."""
    return _shaped(image, image.bits())


def _shaped(image: QImage, bits: Bits) -> Array:
    rows = np.asarray(_Held(image, bits)).reshape(image.height(), image.bytesPerLine())
    if image.depth() == 8:
        return rows[:, : image.width()]
    return rows.reshape(image.height(), -1, 4)[:, : image.width()]


def over(array: Array, layout: QImage.Format) -> QImage:
    """An image that lies over the array's memory; rows must be packed and a multiple of four bytes wide."""
    height, width = array.shape[:2]
    return QImage(array.data, width, height, array.strides[0], layout)


def image_of(pixels: Pixels) -> QImage:
    """A picture in the document's colour layout; a mask (one channel) as coverage."""
    layouts = {
        1: QImage.Format.Format_Alpha8,
        3: QImage.Format.Format_RGB888,
        4: QImage.Format.Format_RGBA8888,
    }
    image = over(pixels.array, layouts[pixels.channels])
    if pixels.channels > 1:
        return converted(image, COLOUR)
    copy = blank(pixels.size, AREA)
    writable(copy)[...] = pixels.array[..., 0]
    return copy


def pixels_of(image: QImage) -> Pixels:
    """Frozen sRGB pixels: three channels if the image is opaque everywhere, else four with straight alpha."""
    if image.format() == AREA:
        return Pixels(view(image)[..., None].copy())
    plain = straight(image)
    if (plain[..., 3] == 255).all():
        return Pixels(np.ascontiguousarray(plain[..., :3]))
    return Pixels(plain)


def straight(image: QImage) -> Array:
    """A COLOUR image with straight alpha: red, green, blue, alpha; height × width × 4. Strip by strip: `converted`."""
    pixels = np.empty((image.height(), image.width(), 4), np.uint8)
    rows = max(1, UNIT // image.width())
    source = view(image)
    for top in range(0, image.height(), rows):
        strip = over(source[top : top + rows], image.format())
        pixels[top : top + rows] = view(strip.convertToFormat(QImage.Format.Format_RGBA8888))
    return pixels


def converted(image: QImage, layout: QImage.Format) -> QImage:
    """An image of any format in another of 8 or 32 bits. For any thread. Raises Trouble when there is no memory.

    Strip by strip: Qt converts more than `UNIT` pixels in a pool of its own and waits for it with Python's lock in
    its hand, and the window with it (60 ms for a band of a large picture on a busy machine).
    """
    if image.format() == layout:
        return image
    made = blank(Size(image.width(), image.height()), layout)
    pixels, rows = writable(made), max(1, UNIT // image.width())
    for top in range(0, image.height(), rows):
        strip = image.copy(0, top, image.width(), min(rows, image.height() - top))
        pixels[top : top + strip.height()] = view(strip.convertToFormat(layout))
    return made


def scaled(image: QImage, size: Size) -> QImage:
    """The whole image at another size, smooth; the image itself when it has that size."""
    if (image.width(), image.height()) == size:
        return image
    return resampled(image, size)


def resampled(image: QImage, size: Size) -> QImage:
    """Halved until it is near, then interpolated: no aliasing however small it gets."""
    while image.width() >= 2 * size.width and image.height() >= 2 * size.height:
        image = _smooth(image, Size(-(-image.width() // 2), -(-image.height() // 2)))
    return _smooth(image, size)


def _smooth(image: QImage, size: Size) -> QImage:
    target = blank(size, image.format())
    painter = QPainter(target)
    painter.setCompositionMode(SOURCE)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(target.rect(), image)
    painter.end()
    return target


_SIGNS = ((0, b"\xff\xd8", b"JPEG"), (0, b"\x89PNG\r\n\x1a\n", b"PNG"), (8, b"WEBP", b"WEBP"))


def decoded(data: bytes) -> QImage:
    """A JPEG, PNG or WebP decoded; a null image if it is none of them or damaged. For any thread.

    WORKAROUND: without a format Qt asks all its plugins, and the one for SVG connects a signal, waiting for Qt's lock
    while it holds Python's. The window's thread, disconnecting a signal, waits the other way round, both for ever.
    """
    for place, sign, kind in _SIGNS:
        if data[place : place + len(sign)] == sign:
            buffer = QBuffer()
            buffer.setData(data)
            return QImageReader(buffer, QByteArray(kind)).read()
    return QImage()
