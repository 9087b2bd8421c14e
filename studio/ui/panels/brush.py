"""The tool panel: what is in hand, how it is set, and the colours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from studio.request.errors import Trouble
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.tools.brushing import BrushTool
from studio.ui.canvas.tools.filling import Fill, Gradient, Wand
from studio.ui.canvas.tools.picker import take_palette
from studio.ui.canvas.tools.select_brush import SelectBrush
from studio.ui.canvas.tools.selecting import SelectTool
from studio.ui.canvas.tools.tool import Tool
from studio.ui.canvas.tools.transform import Transform
from studio.ui.panels.brush_colour import ColourPicker
from studio.ui.panels.brush_options import (
    BrushOptions,
    FillOptions,
    GradientOptions,
    SelectOptions,
    TransformOptions,
    WandOptions,
)
from studio.ui.panels.brush_presets import BrushPresets
from studio.ui.widgets.name_sheet import NameSheet
from studio.ui.widgets.scroll_column import ScrollColumn
from studio.ui.widgets.tool import GAP, label, tool_button


class BrushPanel(ScrollColumn):
    """Follows the tool in hand. trouble(Trouble): a brush could not be kept."""

    trouble = Signal(object)

    def __init__(self, canvas: Canvas, presets: Path, own: Path | None = None) -> None:
        """presets: the file of brushes that come with the studio. own: where the artist's own are written."""
        super().__init__()
        self._canvas = canvas
        kit = canvas.kit
        self.presets = BrushPresets(presets, own)
        self.presets.chosen.connect(kit.set_brush)
        self.presets.trouble.connect(self.trouble)
        self.colour = ColourPicker(kit)
        self.colour.palette_wanted.connect(lambda: take_palette(canvas.document, kit))
        self._title = label("", "heading")
        self._hint = label("", "secondary")
        self._hint.setWordWrap(True)
        self.brush = BrushOptions(kit)
        self._pages = QStackedWidget()
        self._kinds: list[tuple[type[Tool], Callable[[], QWidget]]] = [  # made when a tool is first taken in hand
            (BrushTool, self._with_presets),
            (SelectBrush, lambda: BrushOptions(kit)),
            (Fill, lambda: FillOptions(kit)),
            (Gradient, lambda: GradientOptions(kit)),
            (SelectTool, lambda: SelectOptions(kit)),
            (Wand, lambda: WandOptions(kit)),
            (Transform, lambda: TransformOptions(kit)),
            (Tool, QWidget),
        ]
        self._made: dict[type[Tool], QWidget] = {}
        self.column.addWidget(self._title)
        self.column.addWidget(self._pages)
        self.column.addWidget(self._hint)
        self.column.addWidget(self.colour)
        self.column.addStretch(1)
        canvas.tools.chosen.connect(self._show)
        kit.changed.connect(self._mark)
        self._show(canvas.tools.current)

    def show_colour(self, foreground: bool) -> None:
        """Brings the colour that was asked for to the eye."""
        self.colour.choose_background(not foreground)
        self.ensureWidgetVisible(self.colour)
        self.colour.hex.setFocus(Qt.FocusReason.OtherFocusReason)

    def _with_presets(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.presets)
        if self.presets.can_keep:
            row = QHBoxLayout()
            row.addWidget(label(self.tr("Keep this brush"), "secondary"), 1)
            row.addWidget(tool_button("plus", self.tr("Keep this brush under a name"), self._keep, 16))
            column.addLayout(row)
        column.addWidget(self.brush)
        return page

    def _show(self, tool: Tool) -> None:
        self._title.setText(tool.title)
        self._hint.setText(tool.hint)
        kind, make = next(each for each in self._kinds if isinstance(tool, each[0]))
        if kind not in self._made:
            self._made[kind] = make()
            self._pages.addWidget(self._made[kind])
        page = self._made[kind]
        self._pages.setCurrentWidget(page)
        self._pages.setFixedHeight(max(0, page.sizeHint().height()))
        self._mark()

    def _mark(self) -> None:
        self.presets.mark(self._canvas.kit.brush().name)

    def _keep(self) -> None:
        NameSheet(self, "Keep brush", f"My {self._canvas.kit.brush().name}").named.connect(self._keep_as)

    def _keep_as(self, name: str) -> None:
        self._attempt(lambda: self.keep(name))

    def keep(self, name: str) -> None:
        """Keeps the brush in hand among the artist's own. Raises Trouble if it cannot be written."""
        self._canvas.kit.change(name=name)
        self.presets.keep(self._canvas.kit.brush())

    def _attempt(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Trouble as trouble:
            self.trouble.emit(trouble)
