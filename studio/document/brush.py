"""Brushes as values, and the stamps they are made of."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter, QRadialGradient

from studio.document.blend import Blend
from studio.document.images import AREA, blank
from studio.request.geometry import Size

LARGEST = 2000.0  # pixels
CACHE = 32 << 20  # bytes of stamps kept
# a smooth fall from 1 to 0: 1 - (3t² - 2t³)
_FALL = tuple((t / 8, 1 - (3 * (t / 8) ** 2 - 2 * (t / 8) ** 3)) for t in range(9))


@dataclass(frozen=True, kw_only=True)
class Brush:
    """size: diameter in pixels at full pressure, 1..2000. hardness: 0..1, how much of the radius is solid.

    opacity: 0..1, of a whole stroke. flow: 0..1, of one dab. spacing: between dabs, in diameters.
    pressure_*: what the pen's pressure changes. smoothing: 0..1, how far the line lags behind a shaky hand.
    blend: how the stroke meets what is on its layer.
    """

    name: str = "Round"
    icon: str = "brush"
    size: float = 24.0
    hardness: float = 0.8
    opacity: float = 1.0
    flow: float = 1.0
    spacing: float = 0.08
    pressure_size: bool = True
    pressure_opacity: bool = False
    pressure_flow: bool = False
    smoothing: float = 0.2
    blend: Blend = Blend.NORMAL

    def diameter(self, pressure: float) -> float:
        """In pixels at a pressure of 0..1."""
        return max(1.0, self.size * (max(0.05, pressure) if self.pressure_size else 1.0))


class Stamps:
    """Dabs as AREA images, drawn once for each diameter and kept while there is room."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[float, float], QImage] = OrderedDict()
        self._bytes = 0

    def get(self, diameter: float, hardness: float) -> QImage:
        """A square image with the dab in its middle. The diameter is rounded to what the eye can tell apart."""
        key = (_rounded(diameter), round(hardness, 3))
        stamp = self._kept.get(key)
        if stamp is None:
            stamp = _drawn(*key)
            self._kept[key] = stamp
            self._bytes += stamp.sizeInBytes()
            while self._bytes > CACHE and len(self._kept) > 1:
                self._bytes -= self._kept.popitem(last=False)[1].sizeInBytes()
        else:
            self._kept.move_to_end(key)
        return stamp


def _rounded(diameter: float) -> float:
    step = 0.25 if diameter < 16 else 1.0 if diameter < 64 else float(2 ** (math.floor(math.log2(diameter)) - 5))
    return max(1.0, round(diameter / step) * step)


def _drawn(diameter: float, hardness: float) -> QImage:
    side = math.ceil(diameter) + 2
    stamp = blank(Size(side, side), AREA)
    centre = QPointF(side / 2, side / 2)
    # the edge is never steeper than one pixel, so that hard brushes are not jagged
    outer = diameter / 2 + 0.5
    inner = min(hardness * diameter / 2, outer - 1) if diameter > 1 else 0.0
    gradient = QRadialGradient(centre, outer)
    start = max(0.0, inner / outer)
    gradient.setColorAt(0, QColor(0, 0, 0, 255))
    for place, height in _FALL:
        gradient.setColorAt(start + (1 - start) * place, QColor.fromRgbF(0, 0, 0, height))
    painter = QPainter(stamp)
    painter.fillRect(stamp.rect(), gradient)
    painter.end()
    return stamp
