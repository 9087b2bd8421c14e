"""PNG entries of a file as planes and pixels, in bounded memory whatever the file says."""

from __future__ import annotations

import os
import struct

import numpy as np
from PySide6.QtGui import QImage, QImageReader

from studio.document.files.png import SIGNATURE
from studio.document.images import COLOUR, converted, decoded, view
from studio.document.selecting import plane
from studio.document.tiles import Tiles
from studio.request.errors import BadInput
from studio.request.geometry import Size
from studio.request.pixels import Pixels

LARGEST_SIDE = 32768  # pixels
MOST_PIXELS = 1 << 30  # of all pictures of one file together, on any machine
SHARE = 0.4  # of this machine's memory that they may take
_MEGABYTES = 4096


def most_pixels() -> int:
    """How many pixels of four bytes one file may have on this machine."""
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows does not say
        return MOST_PIXELS
    return min(MOST_PIXELS, int(memory * SHARE / 4))


class Budget:
    """How many pixels may still be decoded. Shared by the threads that decode one file."""

    def __init__(self, pixels: int | None = None) -> None:
        self._left = most_pixels() if pixels is None else pixels

    @property
    def spent(self) -> bool:
        """Nothing more may be decoded: what waits for its turn need not even be read."""
        return self._left < 0

    def spend(self, size: Size, name: str) -> None:
        """Raises BadInput when it is too much."""
        self._left -= size.area
        if max(size) > LARGEST_SIDE or min(size) < 1 or self._left < 0:
            raise BadInput(f"The picture “{name}” in this file would have {size} pixels.", "It cannot be opened.")


def size_of(data: bytes, name: str) -> Size:
    """What a PNG says its size is. Raises BadInput if it is no PNG."""
    if len(data) < 33 or not data.startswith(SIGNATURE) or data[12:16] != b"IHDR":
        raise BadInput(f"“{name}” in this file is not a PNG picture.", "The file is damaged.")
    return Size(*struct.unpack(">II", data[16:24]))


def image_of_png(data: bytes, name: str, budget: Budget) -> QImage:
    """Decodes a PNG. Raises BadInput when it is too large or damaged."""
    budget.spend(size_of(data, name), name)
    if QImageReader.allocationLimit() < _MEGABYTES:
        QImageReader.setAllocationLimit(_MEGABYTES)  # Qt's own limit is 256 MB; the budget is ours
    image = decoded(data)
    if image.isNull():
        raise BadInput(f"The picture “{name}” in this file is damaged.", "It cannot be opened.")
    return image


def colour_plane(data: bytes, name: str, x: int, y: int, budget: Budget) -> Tiles:
    """A picture as a plane of colour with its corner at x, y."""
    return Tiles.of_image(converted(image_of_png(data, name, budget), COLOUR), x, y)


def coverage_plane(data: bytes, name: str, x: int, y: int, budget: Budget) -> Tiles:
    """A grey picture as a plane of coverage with its corner at x, y."""
    image = converted(image_of_png(data, name, budget), QImage.Format.Format_Grayscale8)
    return plane(view(image), x, y)


def pixels_of_png(data: bytes, name: str, budget: Budget) -> Pixels:
    """Frozen pixels with as many channels as the PNG has."""
    image = image_of_png(data, name, budget)
    if image.isGrayscale() and data[25] == 0:
        return Pixels(view(converted(image, QImage.Format.Format_Grayscale8))[..., None].copy())
    straight = view(converted(image, QImage.Format.Format_RGBA8888))
    return Pixels(straight.copy() if data[25] in (4, 6) else np.ascontiguousarray(straight[..., :3]))
