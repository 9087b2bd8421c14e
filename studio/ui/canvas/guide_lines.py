"""The guides as lines over the canvas, and the one that is just being pulled out of a ruler."""

from __future__ import annotations

from PySide6.QtGui import QPainter

from studio.document.document import Document
from studio.document.guides import Guide
from studio.request.geometry import Rect
from studio.ui.canvas.ahead import draw_ahead
from studio.ui.canvas.scene import draw_guides
from studio.ui.canvas.view import View
from studio.ui.theme import colours


class GuideLines:
    """visible: whether they are drawn. dragged: not in the document yet, or shown where it is moved to.

    frame: another extent of the canvas, as long as it is only thought of.
    """

    def __init__(self, document: Document) -> None:
        self.visible = True
        self.dragged: Guide | None = None
        self.frame: Rect | None = None
        self._document = document

    def draw(self, painter: QPainter, view: View) -> None:
        if self.visible:
            dragged = () if self.dragged is None else (self.dragged,)
            draw_guides(painter, view, (*self._document.guides, *dragged))
        if self.frame is not None:
            draw_ahead(painter, view, (self.frame,), colours())
