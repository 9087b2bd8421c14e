"""All tools of a canvas, and which of them is in hand."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from studio.ui.canvas.kit import Kit
from studio.ui.canvas.pointing import PointingWidget
from studio.ui.canvas.tools.brushing import BrushTool, Eraser, MaskBrush
from studio.ui.canvas.tools.crop import Crop
from studio.ui.canvas.tools.filling import Fill, Gradient, Wand
from studio.ui.canvas.tools.freehand import Lasso, PolygonSelect
from studio.ui.canvas.tools.hand import Hand
from studio.ui.canvas.tools.move import Move
from studio.ui.canvas.tools.picker import Picker
from studio.ui.canvas.tools.select_brush import SelectBrush
from studio.ui.canvas.tools.selecting import EllipseSelect, RectangleSelect
from studio.ui.canvas.tools.tool import Surface, Tool
from studio.ui.canvas.tools.transform import Transform
from studio.ui.canvas.tools.zoom import Zoom


class ToolSet(QObject):
    """chosen(Tool): another tool was chosen. groups: the tools as they stand together, in order."""

    chosen = Signal(object)

    def __init__(self, surface: Surface, widget: PointingWidget, kit: Kit) -> None:
        """surface and widget are two sides of one canvas."""
        super().__init__(widget)
        self._widget = widget
        hand = Hand(surface)
        self.groups: tuple[tuple[Tool, ...], ...] = (
            (BrushTool(surface, kit), Eraser(surface, kit), MaskBrush(surface, kit)),
            (Fill(surface, kit), Gradient(surface, kit), Picker(surface, kit)),
            (
                RectangleSelect(surface, kit),
                EllipseSelect(surface, kit),
                Lasso(surface, kit),
                PolygonSelect(surface, kit),
                SelectBrush(surface, kit),
                Wand(surface, kit),
            ),
            (Move(surface), Transform(surface, kit), Crop(surface)),
            (hand, Zoom(surface)),
        )
        self._by_id = {tool.id: tool for group in self.groups for tool in group}
        widget.tool_changed.connect(self.chosen)
        widget.start_with(self._by_id["brush"], hand)

    @property
    def current(self) -> Tool:
        return self._widget.tool

    def __getitem__(self, id_: str) -> Tool:
        return self._by_id[id_]

    def choose(self, id_: str) -> None:
        """Takes a tool in hand, such as "brush" or "select_lasso"."""
        self._widget.set_tool(self._by_id[id_])
