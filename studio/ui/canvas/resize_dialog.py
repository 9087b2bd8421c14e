"""Asks for another size of the picture."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QVBoxLayout, QWidget

from studio.document.document import Document
from studio.document.transforming import LARGEST, Resampling, resize
from studio.request.geometry import Size
from studio.ui.widgets.choice import Choice
from studio.ui.widgets.numbers import NumberField
from studio.ui.widgets.switch import Switch
from studio.ui.widgets.tool import GAP, PADDING, Labelled


class ResizeDialog(QDialog):
    """Width and height in pixels, tied together unless told otherwise."""

    def __init__(self, parent: QWidget, size: Size) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Resize picture"))
        self._ratio = size.ratio
        self.width_field = NumberField(1, LARGEST, "px")
        self.height_field = NumberField(1, LARGEST, "px")
        self.tied = Switch(self.tr("Keep the shape"))
        self.tied.setChecked(True)
        self.how = Choice()
        self.how.addItem(self.tr("Smooth (Lanczos)"), Resampling.SMOOTH)
        self.how.addItem(self.tr("Sharp pixels (nearest)"), Resampling.SHARP)
        self.width_field.setValue(size.width)
        self.height_field.setValue(size.height)
        self.width_field.valueChanged.connect(self._width_changed)
        self.height_field.valueChanged.connect(self._height_changed)
        sides = QHBoxLayout()
        sides.setSpacing(GAP)
        sides.addWidget(Labelled(self.tr("Width"), self.width_field))
        sides.addWidget(Labelled(self.tr("Height"), self.height_field))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(PADDING, PADDING, PADDING, PADDING)
        column.setSpacing(PADDING)
        column.addLayout(sides)
        column.addWidget(self.tied)
        column.addWidget(Labelled(self.tr("Resampling"), self.how))
        column.addWidget(buttons)

    @property
    def chosen(self) -> Size:
        return Size(self.width_field.value(), self.height_field.value())

    def _width_changed(self, width: int) -> None:
        if self.tied.isChecked():
            self._show(self.height_field, round(width / self._ratio))

    def _height_changed(self, height: int) -> None:
        if self.tied.isChecked():
            self._show(self.width_field, round(height * self._ratio))

    @staticmethod
    def _show(field: NumberField, value: int) -> None:
        field.blockSignals(True)
        field.setValue(value)
        field.blockSignals(False)

    @classmethod
    def ask(cls, parent: QWidget, document: Document) -> None:
        """Shows the dialog and resizes. Raises BadInput when the size cannot be had."""
        dialog = cls(parent, document.size)
        if dialog.exec():
            resize(document, dialog.chosen, dialog.how.currentData())
