"""Another size of the picture."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout

from studio.document.transforming import LARGEST, Resampling, resize
from studio.request.errors import Trouble
from studio.request.geometry import Size
from studio.ui.canvas.canvas import Canvas
from studio.ui.widgets.choice import Choice
from studio.ui.widgets.numbers import NumberField
from studio.ui.widgets.popover import Popover
from studio.ui.widgets.switch import Switch
from studio.ui.widgets.tool import GAP, Labelled, label


class ResizeSheet(Popover):
    """Width and height in pixels, tied together unless told otherwise."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas, "Resize picture", "Resize")
        self._canvas = canvas
        size = canvas.document.size
        self._ratio = size.ratio
        self.width_field = NumberField(1, LARGEST, "px")
        self.height_field = NumberField(1, LARGEST, "px")
        self.tied = Switch("Keep the shape")
        self.tied.setChecked(True)
        self.how = Choice()
        self.how.addItem("Smooth (Lanczos)", Resampling.SMOOTH)
        self.how.addItem("Sharp pixels (nearest)", Resampling.SHARP)
        self.note = label("", "secondary")
        for field, side in ((self.width_field, size.width), (self.height_field, size.height)):
            field.setKeyboardTracking(True)
            field.setValue(side)
        self.width_field.valueChanged.connect(self._width_changed)
        self.height_field.valueChanged.connect(self._height_changed)
        sides = QHBoxLayout()
        sides.setSpacing(GAP)
        sides.addWidget(Labelled("Width", self.width_field, "W"))
        sides.addWidget(Labelled("Height", self.height_field, "H"))
        self.body.addLayout(sides)
        self.body.addWidget(self.tied)
        self.body.addWidget(Labelled("Resampling", self.how))
        self.body.addWidget(self.note)
        self.applied.connect(self._resize)
        self._tell()
        self.open(self.width_field)
        self.width_field.selectAll()

    def _resize(self) -> None:
        try:
            resize(self._canvas.document, self.chosen, self.how.currentData())
        except Trouble as trouble:
            self._canvas.refuse(trouble)

    @property
    def chosen(self) -> Size:
        return Size(self.width_field.value(), self.height_field.value())

    def _width_changed(self, width: int) -> None:
        if self.tied.isChecked():
            self._show(self.height_field, round(width / self._ratio))
        self._tell()

    def _height_changed(self, height: int) -> None:
        if self.tied.isChecked():
            self._show(self.width_field, round(height * self._ratio))
        self._tell()

    def _tell(self) -> None:
        """What it comes to, in the words one thinks in."""
        share, area = self.chosen.width / self._canvas.document.size.width, self.chosen.area
        much = f"{area / 1e6:.1f} megapixels" if area >= 1e5 else f"{area:,} pixels"
        self.note.setText(f"{100 * share:.0f} % as wide · {much}")

    @staticmethod
    def _show(field: NumberField, value: int) -> None:
        field.blockSignals(True)
        field.setValue(value)
        field.blockSignals(False)
