"""Selecting by painting: a soft brush adds to the selection, or takes away from it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from studio.document.brush import Stamps
from studio.document.compositing import tinted
from studio.document.images import AREA
from studio.document.layers import MaskLayer
from studio.document.selecting import within
from studio.document.smoothing import Smoothing
from studio.document.stroke import Ink, Stroke
from studio.document.tiles import Tiles, place
from studio.request.geometry import Rect
from studio.ui.canvas.kit import MASK, Kit
from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.tools.outline import draw_ring, ring
from studio.ui.canvas.tools.tool import Surface, Tool

TINT = "#3aa6dd"
OPACITY = 0.45


class SelectBrush(Tool):
    """Has the size of the mask brush. While a stroke goes on, what will be selected is tinted."""

    id = "select_brush"
    title = "Selection brush"
    hint = "Paint over what to select. Alt: take away. [ and ]: size."
    icon = "highlighter"
    key = "Shift+Q"

    def __init__(self, canvas: Surface, kit: Kit) -> None:
        super().__init__(canvas)
        self.kit = kit
        self._stamps = Stamps()
        self._stroke: Stroke | None = None
        self._smoothing = Smoothing(0.0, 1.0)
        self._erasing = False
        self._last: Pointer | None = None

    def enter(self) -> None:
        self.kit.take(MASK)

    def leave(self) -> None:
        self.cancel()
        self._last = None

    def press(self, pointer: Pointer) -> None:
        self._erasing = pointer.alt or pointer.eraser
        before = self.document.selection
        layer = MaskLayer(name=self.title, tiles=Tiles(AREA) if before is None else before.copy())
        brush = self.kit.brush(MASK)
        self._stroke = Stroke(layer, brush, Ink(erase=self._erasing), self._stamps)
        self._smoothing = Smoothing(brush.smoothing, self.canvas.view.zoom)
        self.move(pointer)

    def move(self, pointer: Pointer) -> None:
        self._last = pointer
        if self._stroke is not None:
            self._stroke.add(self._smoothing.to(pointer.position), pointer.pressure)
        self.canvas.refresh_outline()

    def release(self, pointer: Pointer) -> None:
        stroke, self._stroke = self._stroke, None
        if stroke is None:
            return
        rest = self._smoothing.end()
        if rest is not None:
            stroke.add(rest, pointer.pressure)
        stroke.finish()
        if stroke.versions():
            text = "Subtract from selection" if self._erasing else "Paint selection"
            self.document.select(within(stroke.layer.tiles, self.document.size), text)
        self.canvas.refresh_outline()

    def hover(self, pointer: Pointer | None) -> None:
        self._last = pointer
        self.canvas.refresh_outline()

    def cancel(self) -> bool:
        busy, self._stroke = self._stroke is not None, None
        self.canvas.refresh_outline()
        return busy

    def cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.BlankCursor

    def paint(self, painter: QPainter) -> None:
        if self._stroke is not None:
            self._paint_tint(painter, self._stroke.layer.tiles)
        if self._last is not None:
            draw_ring(painter, self._last.screen, self._diameter())

    def outline(self) -> QRectF:
        shown = QRectF() if self._last is None else ring(self._last.screen, self._diameter())
        if self._stroke is not None:
            shown |= self.canvas.view.screen_rect(self._stroke.layer.tiles.extent()).adjusted(-2, -2, 2, 2)
        return shown

    def _paint_tint(self, painter: QPainter, tiles: Tiles) -> None:
        view = self.canvas.view
        window = view.visible(QRectF(0, 0, *view.viewport)).intersection(Rect.of(self.document.size))
        painter.save()
        painter.setTransform(view.transform() * painter.transform())
        painter.setOpacity(OPACITY)
        for key, tile in tiles.items():
            home = place(key)
            part = home.intersection(window)
            if not part.empty:
                inside = QRect(part.x - home.x, part.y - home.y, part.width, part.height)
                painter.drawImage(QPoint(part.x, part.y), tinted(tile, TINT, inside))
        painter.restore()

    def _diameter(self) -> float:
        return self.kit.brush(MASK).size * self.canvas.view.scale
