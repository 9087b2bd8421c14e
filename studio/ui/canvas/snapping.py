"""What is dragged on the canvas stops at guides, at the edges of the canvas and at its middle, when it comes near."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF

from studio.document.document import Document
from studio.ui.canvas.view import View

REACH = 7.0  # device pixels


class Snapping:
    """on: whether it does. view: asked for the zoom, since nearness is meant on the screen."""

    def __init__(self, document: Document, view: Callable[[], View]) -> None:
        self.on = True
        self._document = document
        self._view = view

    def point(self, point: QPointF, *, free: bool = False) -> QPointF:
        """A point of the document, moved to the lines that are near. free: for now it shall not be."""
        if not self.on or free:
            return point
        return point + QPointF(self._gap((point.x(),), upright=True), self._gap((point.y(),), upright=False))

    def box(self, box: QRectF, *, free: bool = False) -> QPointF:
        """By how much a box on the document has to move so that an edge or its middle lies on a line that is near."""
        if not self.on or free:
            return QPointF(0, 0)
        across = (box.left(), box.right(), box.center().x())
        down = (box.top(), box.bottom(), box.center().y())
        return QPointF(self._gap(across, upright=True), self._gap(down, upright=False))

    def _gap(self, places: Sequence[float], *, upright: bool) -> float:
        reach = REACH / self._view().scale
        gaps = [line - place for line in self._lines(upright) for place in places]
        best = min(gaps, key=abs, default=0.0)
        return best if abs(best) <= reach else 0.0

    def _lines(self, upright: bool) -> list[float]:
        size = self._document.size
        side = size.width if upright else size.height
        return [0.0, float(side), side / 2, *(guide.at for guide in self._document.guides if guide.upright is upright)]
