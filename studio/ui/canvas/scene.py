"""The document as it is seen: paper, picture, a picture in the making, and the grid between large pixels."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import cast

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QRegion

from studio.document.guides import Guide
from studio.request.geometry import Rect
from studio.ui.canvas.backdrop import draw_checks, draw_grid
from studio.ui.canvas.flat import Flat
from studio.ui.canvas.preview import Preview
from studio.ui.canvas.view import SHARP_FROM, View, level_of
from studio.ui.palette import Colours

SLICE = 0.012  # seconds of composing between two looks at what the hand does
GRID_FROM = 8.0  # zoom
GUIDE = QColor("#3aa6dd")


def draw_scene(
    painter: QPainter, part: QRectF, view: View, flat: Flat, preview: Preview | None, theme: Colours
) -> bool:
    """Draws what a part of the screen shows, all in device pixels. False if there was too much to compose at once.

    The whole image of a level is drawn and the clip cuts it: a source rectangle would be rounded, and parts painted
    alone would differ from the whole.
    """
    level = min(flat.deepest, level_of(view.zoom))
    need = view.visible(part).grown(2 << level).intersection(Rect.of(flat.size))
    if need.empty:
        return True
    image, done = flat.level(level, need, SLICE)
    if not done and level < flat.deepest and flat.ready(level + 1, need):
        level += 1  # a little soft, until the finer one is composed
        image, _ = flat.level(level, need)
    painter.save()
    if not view.upright:
        painter.setTransform(view.turn() * painter.transform())
    paper = paper_of(view, flat)
    painter.setClipRect(paper, Qt.ClipOperation.IntersectClip)
    if not flat.opaque(need):
        draw_checks(painter, paper, theme)
    painter.save()
    painter.translate(view.x, view.y)
    painter.scale(view.scale, view.scale)
    smooth = view.zoom < SHARP_FROM
    painter.save()
    painter.scale(1 << level, 1 << level)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    painter.drawImage(0, 0, image)
    painter.restore()
    if preview is not None:
        preview.draw(painter, smooth)
    painter.restore()
    if view.zoom >= GRID_FROM:
        draw_grid(painter, view, need)
    painter.restore()
    return done


def draw_guides(painter: QPainter, view: View, guides: Iterable[Guide]) -> None:
    """Lines across the whole screen, one device pixel wide."""
    width, height = view.viewport
    reach = float(2 * max(width, height))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, not view.upright)
    painter.setPen(QPen(GUIDE, 0))
    if not view.upright:
        painter.setTransform(view.turn() * painter.transform())
    for guide in guides:
        at = (view.x if guide.upright else view.y) + round(guide.at * view.scale)
        painter.drawLine(QLineF(at, -reach, at, reach) if guide.upright else QLineF(-reach, at, reach, at))
    painter.restore()


def surround(part: QRect, view: View, flat: Flat, ratio: float) -> list[QRect]:
    """What is around the canvas in a part of the widget, as rectangles of the widget."""
    paper = paper_of(view, flat)
    if not view.upright or ratio != round(ratio):
        return [part]
    left, top = math.ceil(paper.left() / ratio), math.ceil(paper.top() / ratio)
    right, bottom = math.floor((paper.right() + 1) / ratio), math.floor((paper.bottom() + 1) / ratio)
    around = QRegion(part) - QRect(left, top, max(0, right - left), max(0, bottom - top))
    return list(cast("Iterable[QRect]", around))


def draw_overview(painter: QPainter, at: QPointF, scale: float, flat: Flat) -> bool:
    """Draws the whole picture in small. at, scale: in the painter's own coordinates. False if it is not complete."""
    level = min(flat.deepest, level_of(min(scale, 1.0)))
    image, done = flat.level(level, Rect.of(flat.size), SLICE)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setClipRect(QRectF(at.x(), at.y(), flat.size.width * scale, flat.size.height * scale))
    painter.translate(at)
    painter.scale(scale * 2**level, scale * 2**level)
    painter.drawImage(0, 0, image)
    painter.restore()
    return done


def paper_of(view: View, flat: Flat) -> QRect:
    """The canvas in device pixels of the upright view, as Qt rounds it when it draws the image."""
    return QRect(view.x, view.y, round(flat.size.width * view.scale), round(flat.size.height * view.scale))
