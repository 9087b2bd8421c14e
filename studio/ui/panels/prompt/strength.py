"""How much of the picture on the canvas may change."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.document.document import Document
from studio.document.editing.strength import run_of
from studio.ui.widgets.slider import Slider
from studio.ui.widgets.tool import Labelled

HELP = (
    "How much of the picture on the canvas may change (denoising strength).\n"
    "Low keeps it nearly as it is, 100 % starts from nothing. It stops where the number of steps changes."
)


class StrengthPart(QWidget):
    """A slider with one stop for each number of steps: between two stops the picture would be the same."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._steps = 1
        self.slider = Slider()
        self.slider.setAccessibleName("Strength")
        self.slider.setAccessibleDescription(HELP)
        self.slider.setToolTip(HELP)
        self.row = Labelled("Strength", self.slider, "R")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.row)
        self.slider.valueChanged.connect(self._slid)

    def show_document(self) -> None:
        recipe, model = self._document.recipe, self._document.model
        self._steps = recipe.steps or model.defaults.steps
        run = run_of(recipe.strength, self._steps)
        with QSignalBlocker(self.slider):
            self.slider.setRange(1, self._steps)
            self.slider.setPageStep(max(1, self._steps // 10))
            self.slider.setValue(run.run)
        self.slider.update()
        self.row.note.setText(str(run))

    def _slid(self, step: int) -> None:
        self._document.change(strength=step / self._steps)
