"""How large a new canvas is, and what paper it has."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.document.layers import Layer, PaintLayer
from studio.document.placing import paper
from studio.document.transforming import LARGEST
from studio.request.geometry import Size
from studio.ui.documents.filing import Filing
from studio.ui.widgets.choice import Choice
from studio.ui.widgets.numbers import NumberField
from studio.ui.widgets.popover import Popover
from studio.ui.widgets.tool import GAP, Labelled, tool_button

LEAST = 64  # pixels
PAPERS = {"Transparent": "", "White": "#ffffff", "Grey": "#808080", "Black": "#000000"}


class NewSheet(Popover):
    """Width and height in pixels, and the paper."""

    def __init__(self, over: QWidget, filing: Filing) -> None:
        super().__init__(over, "New document", "Create")
        self.width_field = NumberField(LEAST, LARGEST, "px")
        self.height_field = NumberField(LEAST, LARGEST, "px")
        self.width_field.setValue(filing.document.size.width)
        self.height_field.setValue(filing.document.size.height)
        self.paper = Choice()
        for name, colour in PAPERS.items():
            self.paper.addItem(name, colour)
        sides = QHBoxLayout()
        sides.setSpacing(GAP)
        sides.addWidget(Labelled("Width", self.width_field, "W"))
        swap = tool_button("arrow-left-right", "Swap width and height", self._swap, 16)
        sides.addWidget(swap, 0, Qt.AlignmentFlag.AlignBottom)
        sides.addWidget(Labelled("Height", self.height_field, "H"))
        self.body.addLayout(sides)
        self.body.addWidget(Labelled("Paper", self.paper, "P"))
        self.applied.connect(lambda: filing.new(self.chosen, self.layers))
        self.open(self.width_field)
        self.width_field.selectAll()

    @property
    def chosen(self) -> Size:
        return Size(self.width_field.value(), self.height_field.value())

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The paper, if there is one, and a layer to paint on."""
        colour = self.paper.currentData()
        return (paper(self.chosen, colour), PaintLayer(name="Layer 1")) if colour else ()

    def _swap(self) -> None:
        width, height = self.chosen
        self.width_field.setValue(height)
        self.height_field.setValue(width)
