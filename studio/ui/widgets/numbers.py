"""Fields for numbers, their unit inside, and a slider beside them where that helps."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QLocale, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QHBoxLayout, QSpinBox, QWidget

from studio.ui.widgets.keys import leave_keys
from studio.ui.widgets.slider import Slider


def _dress(field: QAbstractSpinBox) -> None:
    field.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    field.setKeyboardTracking(False)
    field.setLocale(QLocale(QLocale.Language.C))
    field.setAccelerated(True)
    leave_keys(field, field.lineEdit())


def _place_edit(field: QAbstractSpinBox) -> None:
    # A style sheet that gives a spin box without buttons a border leaves its line edit no width (Qt 6.11).
    field.lineEdit().setGeometry(field.rect().adjusted(8, 1, -8, -1))


class NumberField(QSpinBox):
    """A whole number. Up and Down change it by a step; what is typed counts on Enter or when the field is left."""

    def __init__(self, low: int, high: int, unit: str = "", step: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _dress(self)
        self.setRange(low, high)
        self.setSuffix(f" {unit}" if unit else "")
        self.setSingleStep(step)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        _place_edit(self)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        _place_edit(self)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        _place_edit(self)


class DecimalField(QDoubleSpinBox):
    """A number with one decimal, else as `NumberField`."""

    def __init__(self, low: float, high: float, step: float = 0.5, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _dress(self)
        self.setDecimals(1)
        self.setRange(low, high)
        self.setSingleStep(step)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        _place_edit(self)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        _place_edit(self)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        _place_edit(self)


class SliderField(QWidget):
    """A slider for the usual range and a field for the exact value, which may lie beyond it.

    scale: slider positions per 1.0 of value.
    edited(float): the person changed it (never when `set_value` does).
    """

    edited = Signal(float)

    def __init__(
        self, field: NumberField | DecimalField, usual: tuple[float, float], scale: float = 1, step: float = 1
    ) -> None:
        super().__init__()
        self.field = field
        self.slider = Slider()
        self.slider.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # Tab leads to the field, whose arrows do the same
        self._scale = scale
        self.slider.setRange(round(usual[0] * scale), round(usual[1] * scale))
        self.slider.setSingleStep(max(1, round(step * scale)))
        self.slider.setPageStep(max(1, round(step * scale)))
        field.setFixedWidth(64)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.slider, 1)
        row.addWidget(field)
        self.setFocusProxy(field)
        self.slider.valueChanged.connect(self._slid)
        field.valueChanged.connect(self._typed)

    @property
    def value(self) -> float:
        return float(self.field.value())

    def set_value(self, value: float) -> None:
        """Shows a value without telling anyone."""
        with QSignalBlocker(self.field), QSignalBlocker(self.slider):
            self._put(value)
            self.slider.setValue(round(value * self._scale))

    def name(self, title: str, help_text: str) -> None:
        """Accessible name and tooltip of both parts."""
        for part in (self.field, self.slider):
            part.setAccessibleName(title)
            part.setAccessibleDescription(help_text)
            part.setToolTip(help_text)

    def _put(self, value: float) -> None:
        if isinstance(self.field, NumberField):
            self.field.setValue(round(value))
        else:
            self.field.setValue(value)

    def _slid(self, position: int) -> None:
        with QSignalBlocker(self.field):
            self._put(position / self._scale)
        self.edited.emit(self.value)

    def _typed(self) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(self.value * self._scale))
        self.edited.emit(self.value)
