"""Icons: line drawings in SVG, coloured from the palette of the moment and sharp at every scale."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from studio.library.resources import resource

STROKE = "1.8"  # of 24 units: 1.5 px when drawn at 20 px


@lru_cache(maxsize=512)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    source = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    source = source.replace("currentColor", colour).replace('stroke-width="2"', f'stroke-width="{STROKE}"')
    return QSvgRenderer(QByteArray(source.encode()))


@lru_cache(maxsize=1024)
def pixmap(name: str, colour: str, size: int, scale: float = 1.0) -> QPixmap:
    """The icon as `size` × `size` logical pixels, drawn for a screen of that scale. colour: #rrggbb."""
    pixels = max(1, round(size * scale))  # Qt asks for none at all where a button has no room yet
    drawn = QPixmap(pixels, pixels)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    _renderer(name, colour).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    drawn.setDevicePixelRatio(scale)
    return drawn


class _Engine(QIconEngine):
    """Asks for the colour when it is painted, so that a change of theme needs no new icons."""

    def __init__(self, name: str, colour: str) -> None:
        super().__init__()
        self._name = name
        self._colour = colour

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._colour)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        scale = painter.device().devicePixelRatio()
        side = min(rect.width(), rect.height())
        drawn = pixmap(self._name, self._colour_now(mode), side, scale)
        painter.drawPixmap(QPoint(rect.x() + (rect.width() - side) // 2, rect.y() + (rect.height() - side) // 2), drawn)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return pixmap(self._name, self._colour_now(mode), min(size.width(), size.height()))

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        return pixmap(self._name, self._colour_now(mode), min(size.width(), size.height()), scale)

    def _colour_now(self, mode: QIcon.Mode) -> str:
        group = QPalette.ColorGroup.Disabled if mode is QIcon.Mode.Disabled else QPalette.ColorGroup.Active
        if self._colour and group is QPalette.ColorGroup.Active:
            return self._colour
        colour: QColor = QGuiApplication.palette().color(group, QPalette.ColorRole.WindowText)
        return colour.name()


def icon(name: str, colour: str = "") -> QIcon:
    """The icon of that name in resources/icons, in the colour of text, or in `colour` (#rrggbb)."""
    return QIcon(_Engine(name, colour))
