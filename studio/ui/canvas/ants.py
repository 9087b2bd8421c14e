"""The edge of the selection as marching ants."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF, QRegion

from studio.document.images import COLOUR, over, view
from studio.document.selecting import outlines
from studio.document.tiles import Tiles
from studio.request.geometry import Rect, Size
from studio.ui.canvas.view import View

Indices = npt.NDArray[np.intp]
DASH = 4  # device pixels
MOST_POINTS = 50_000  # beyond that a path takes longer than the picture; pixels are drawn instead
PIECE = 24  # points whose neighbourhood is repainted as one rectangle
MOST_PIECES = 160
LIGHT, DARK = QColor(255, 255, 255), QColor(0, 0, 0)


class Ants:
    """The contour of one selection on a canvas, made once and drawn at any view."""

    def __init__(self, selection: Tiles, canvas: Size) -> None:
        self._selection = selection
        self._canvas = canvas
        contours = outlines(selection, canvas)
        self._path: QPainterPath | None = None
        self._pieces: list[Rect] = []
        if sum(len(contour) for contour in contours) <= MOST_POINTS:
            self._path = QPainterPath()
            for contour in contours:
                self._path.addPolygon(QPolygonF([QPointF(x, y) for x, y in contour.tolist()]))
                self._path.closeSubpath()
                self._pieces += _pieces(np.concatenate((contour, contour[:1])))
        self._extent = selection.extent().intersection(Rect.of(canvas))

    def draw(self, painter: QPainter, shown: View, phase: int) -> None:
        """phase: 0..7, how far they have walked. The painter works in device pixels."""
        if self._path is None:
            self._draw_pixels(painter, shown, phase)
            return
        path = shown.transform().map(self._path)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(LIGHT, 0))
        painter.drawPath(path)
        dashes = QPen(DARK, 0, Qt.PenStyle.CustomDashLine)
        dashes.setDashPattern([DASH, DASH])
        dashes.setDashOffset(-phase)
        painter.setPen(dashes)
        painter.drawPath(path)

    def region(self, shown: View, window: QRect) -> QRegion:
        """What has to be repainted when they walk on, in device pixels; all in the window if it is too much."""
        if self._path is None or len(self._pieces) > MOST_PIECES:
            return QRegion(shown.screen_rect(self._extent).toAlignedRect().adjusted(-2, -2, 2, 2)) & window
        region = QRegion()
        for piece in self._pieces:
            region += shown.screen_rect(piece).toAlignedRect().adjusted(-2, -2, 2, 2) & window
        return region

    def _draw_pixels(self, painter: QPainter, shown: View, phase: int) -> None:
        """Edges at the resolution of the screen, for selections like noise."""
        clip = painter.clipBoundingRect() if painter.hasClipping() else QRectF(0, 0, *shown.viewport)
        window = (clip & shown.screen_rect(self._extent)).toAlignedRect()
        area = shown.visible(QRectF(window)).intersection(self._extent)
        if window.isEmpty() or area.empty or not shown.upright:
            return
        covered = view(self._selection.read(area)) >= 128
        columns = _samples(window.x(), window.width(), shown.x, shown.scale, area.x, area.width)
        rows = _samples(window.y(), window.height(), shown.y, shown.scale, area.y, area.height)
        painter.drawImage(window.topLeft(), striped(covered[np.ix_(rows, columns)], phase))


def striped(inside: npt.NDArray[np.bool_], phase: int) -> QImage:
    """The pixels of a mask that border on others, in stripes of light and dark."""
    edge = np.zeros(inside.shape, bool)
    edge[:, 1:] |= inside[:, 1:] != inside[:, :-1]
    edge[1:] |= inside[1:] != inside[:-1]
    rows, columns = np.nonzero(edge)
    pixels = np.zeros((*inside.shape, 4), np.uint8)
    light = ((rows + columns + phase) // DASH % 2).astype(np.uint8) * 255
    pixels[rows, columns, :3] = light[:, None]
    pixels[rows, columns, 3] = 255
    return over(pixels, COLOUR).copy()


def _samples(start: int, count: int, origin: int, scale: float, first: int, length: int) -> Indices:
    places = np.floor((np.arange(start, start + count) + 0.5 - origin) / scale).astype(int) - first
    return np.clip(places, 0, length - 1)


def _pieces(points: npt.NDArray[np.integer]) -> list[Rect]:
    """Rectangles around runs of a contour: those of a long straight edge are as thin as the edge."""
    found: list[Rect] = []
    step = 1 if len(points) <= 2 * PIECE else PIECE
    for start in range(0, len(points) - 1, step):
        run = points[start : start + step + 1]
        left, top = run.min(0).tolist()
        right, bottom = run.max(0).tolist()
        found.append(Rect(left, top, max(1, right - left), max(1, bottom - top)))
    return found
