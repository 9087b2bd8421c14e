"""The widget on which the document is seen and worked on.

It draws the flat composite at the nearest smaller scale, cut by what has to be repainted, then what lies over the
document: a picture in the making, and whatever the tool shows. All arithmetic is in device pixels, so that 100 %
is one document pixel on one pixel of the screen whatever the scaling of the desktop.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.document.change import Change
from studio.document.document import Document
from studio.document.layers import NOWHERE
from studio.request.errors import Trouble
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from studio.ui.canvas.ahead import draw_ahead
from studio.ui.canvas.clipboard import Clipboard
from studio.ui.canvas.control_overlay import ControlOverlays
from studio.ui.canvas.flat import Flat
from studio.ui.canvas.guide_lines import GuideLines
from studio.ui.canvas.kit import Kit
from studio.ui.canvas.marching import Marching
from studio.ui.canvas.preview import Preview
from studio.ui.canvas.scene import draw_overview, draw_scene, surround
from studio.ui.canvas.snapping import Snapping
from studio.ui.canvas.spare import Spare
from studio.ui.canvas.toolset import ToolSet
from studio.ui.canvas.view import SHARP_FROM, View
from studio.ui.canvas.viewport import Viewport
from studio.ui.theme import colours


class Canvas(Viewport):
    """Shows a document.

    trouble(Trouble): what the hand wanted cannot be done, and why.
    """

    trouble = Signal(object)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._flat = Flat(document)
        self._preview: Preview | None = None
        self._ahead: tuple[Rect, ...] = ()  # framed: what an edit would look at
        self._outlined = QRect()  # what the tool shows over the document, on the widget
        self._rest = QTimer(self, singleShot=True)  # goes on composing what a slice of time was too short for
        self._rest.timeout.connect(self.update)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setAccessibleName(self.tr("Canvas"))
        self.marching = Marching(document, self)
        self.snapping = Snapping(document, lambda: self._view)
        self.guides = GuideLines(document)
        self.overlays = ControlOverlays(document, self.update, self)
        self._spare = Spare(self._flat, lambda: self.seen, lambda: self.working, self)
        self.clipboard = Clipboard(document)
        self.kit = Kit(self)
        self.tools = ToolSet(self, self, self.kit)
        document.undo_stack.give_up = self._give_up
        document.about_to_read.connect(self._settle)
        document.about_to_change.connect(self._finish)
        document.changed.connect(self._on_changed)
        document.damaged.connect(self._on_damaged)

    @property
    def document(self) -> Document:
        return self._document

    @property
    def paper(self) -> Size:
        return self._document.size

    def repaint_area(self, area: Rect) -> None:
        """Paints a part of the document anew, as soon as there is time."""
        self._update_exactly(self.shown_rect(area))

    def _update_exactly(self, rect: QRect) -> None:
        if self._view.zoom >= SHARP_FROM or self._view.angle % 90:
            self.update()  # see exact_scale; what is turned is rounded by where painting begins, too
        else:
            self.update(rect)

    def refresh_outline(self) -> None:
        """Paints anew what the tool showed, and what it shows now."""
        before, self._outlined = self._outlined, self._outline()
        for rect in (before, self._outlined):
            if not rect.isEmpty():
                self._update_exactly(rect)

    def _outline(self) -> QRect:
        shown, ratio = self.tool.outline(), self.devicePixelRatioF()
        widget = QRectF(shown.x() / ratio, shown.y() / ratio, shown.width() / ratio, shown.height() / ratio)
        return QRect() if shown.isEmpty() else widget.toAlignedRect()

    def refuse(self, trouble: Trouble) -> None:
        self.trouble.emit(trouble)

    # the picture in the making

    def show_preview(self, pixels: Pixels, rect: Rect, mask: Pixels | None = None, *, finished: bool = False) -> None:
        """Draws a picture over the document in `rect`, through a soft mask, until the next one or `clear_preview`.

        pixels and mask of any size are scaled to the rectangle. The document is not touched.
        finished: it is looked at as it will be, so no tint of a mask or region shines through its soft edge.
        """
        before = self._preview
        self._flat.set_plain(rect if finished else NOWHERE)
        self._preview = Preview(pixels, rect, mask)
        self.repaint_area(rect)
        if before is None:
            self.overlays.step_aside(True)
        if before is not None and before.rect != rect:
            self.repaint_area(before.rect)

    def clear_preview(self) -> None:
        if self._preview is not None:
            before, self._preview = self._preview, None
            self._flat.set_plain(NOWHERE)
            self.repaint_area(before.rect)
            self.overlays.step_aside(False)

    def look_ahead(self, areas: tuple[Rect, ...]) -> None:
        """Frames parts of the document, until it is told otherwise."""
        before, self._ahead = self._ahead, areas
        if before != areas:
            self.update()

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        painter = QPainter(self)
        theme = colours()
        for rect in surround(event.rect(), self._view, self._flat, ratio):
            painter.fillRect(rect, theme.canvas)
        painter.scale(1 / ratio, 1 / ratio)
        clip = event.rect()
        part = QRectF(clip.x() * ratio, clip.y() * ratio, clip.width() * ratio, clip.height() * ratio)
        if not draw_scene(painter, part, self._view, self._flat, self._preview, theme):
            self._rest.start(0)
        self.overlays.draw(painter, self._view)
        self.guides.draw(painter, self._view)
        self.marching.draw(painter, self._view)
        draw_ahead(painter, self._view, self._ahead, theme)
        self.tool.paint(painter)
        painter.end()
        self._spare.painted()

    def draw_small(self, painter: QPainter, at: QPointF, scale: float) -> bool:
        """Draws the whole document for an overview. False if there was too much to compose: ask again."""
        return draw_overview(painter, at, scale, self._flat)

    # what happens

    def _give_up(self) -> bool:
        return self.tool.cancel()

    def _settle(self) -> None:
        self.tool.settle()

    def _finish(self) -> None:
        self.tool.finish()

    def show_moved(self, before: View) -> None:
        """Repaints for another view; when it was only moved, what stays visible is shifted on the screen."""
        ratio, view = self.devicePixelRatioF(), self._view
        dx, dy = view.x - before.x, view.y - before.y
        only_moved = view == replace(before, x=view.x, y=view.y) and view.upright and view.zoom < SHARP_FROM
        if only_moved and ratio == round(ratio) and not (dx % ratio or dy % ratio):
            shift = QPoint(round(dx / ratio), round(dy / ratio))
            self.scroll(shift.x(), shift.y())
            self.update(self._outlined.translated(shift))
            self.refresh_outline()
        else:
            self.update()

    def _on_changed(self, change: Change) -> None:
        if change & Change.GUIDES:
            self.update()
        if change & Change.SIZE and self._document.size != self._flat.size:
            self._flat.reset()
            if self._fitted:
                self.fit()
            self.view_changed.emit()
            self.update()

    def _on_damaged(self, area: Rect) -> None:
        self._flat.damage(area)
        self.repaint_area(area)
