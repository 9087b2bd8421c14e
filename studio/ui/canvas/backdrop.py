"""What shows through where the document is transparent, and the lines between its pixels."""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPixmap

from studio.request.geometry import Rect
from studio.ui.canvas.view import View
from studio.ui.palette import Colours

CHECK = 12  # device pixels
DARK_CHECKS = ("#383838", "#424242")
LIGHT_CHECKS = ("#ffffff", "#e6e6e6")
MIDDLE_CHECKS = ("#626262", "#727272")  # on which light and dark strokes are seen alike, however small
GRID = QColor(128, 128, 128, 90)


@lru_cache(maxsize=8)
def _checks(one: str, other: str, side: int) -> QBrush:
    pixmap = QPixmap(2 * side, 2 * side)
    pixmap.fill(QColor(one))
    painter = QPainter(pixmap)
    painter.fillRect(0, 0, side, side, QColor(other))
    painter.fillRect(side, side, side, side, QColor(other))
    painter.end()
    return QBrush(pixmap)


def draw_checks(painter: QPainter, paper: QRect, theme: Colours, side: int = CHECK, *, small: bool = False) -> None:
    """Fills the canvas with a checkerboard that hangs on its corner. paper, side: in the painter's pixels.

    small: what lies on it is tiny, and has to be told from it.
    """
    painter.setBrushOrigin(QPoint(paper.x() % (2 * side), paper.y() % (2 * side)))
    dark = MIDDLE_CHECKS if small else DARK_CHECKS
    painter.fillRect(paper, _checks(*(dark if theme.dark else LIGHT_CHECKS), side))


def draw_grid(painter: QPainter, view: View, need: Rect) -> None:
    """Lines between document pixels, one device pixel wide. need: the part of the document to draw."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    # offsets from the corner are rounded, not places, so that the grid moves with the document as a whole
    columns = [math.floor(column * view.scale + 0.5) for column in range(need.x, need.right + 1)]
    rows = [math.floor(row * view.scale + 0.5) for row in range(need.y, need.bottom + 1)]
    left, top, width, height = columns[0], rows[0], columns[-1] - columns[0], rows[-1] - rows[0]
    lines = [QRect(view.x + column, view.y + top, 1, height) for column in columns[1:-1]]
    lines += [QRect(view.x + left, view.y + row, width, 1) for row in rows[1:-1]]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(GRID)
    painter.drawRects(lines)
