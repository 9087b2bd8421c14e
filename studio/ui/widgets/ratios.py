"""Shapes of a picture to choose from: small drawings of their ratio."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QWidget

from studio.request.geometry import Size
from studio.ui.theme import colours, font

SIDE = 18  # pixels: the longer side of a drawing
NEAR = 0.02  # two ratios this close are the same for a person


@dataclass(frozen=True)
class Ratio:
    width: int
    height: int

    @property
    def name(self) -> str:
        return f"{self.width}:{self.height}"

    @property
    def value(self) -> float:
        return self.width / self.height

    @property
    def words(self) -> str:
        if self.width == self.height:
            return "Square"
        return "Landscape" if self.width > self.height else "Portrait"

    def fits(self, size: Size) -> bool:
        """Whether a picture of that size has about this ratio."""
        return abs(size.ratio / self.value - 1) < NEAR


RATIOS = (Ratio(9, 16), Ratio(2, 3), Ratio(3, 4), Ratio(1, 1), Ratio(4, 3), Ratio(3, 2), Ratio(16, 9))


class _Chip(QAbstractButton):
    def __init__(self, ratio: Ratio) -> None:
        super().__init__()
        self.ratio = ratio
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(f"{ratio.words} {ratio.width} to {ratio.height}")
        self.setText(ratio.name)
        self.setMinimumSize(QSize(30, 46))

    def paintEvent(self, event: QPaintEvent) -> None:
        roles = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        on = self.isChecked()
        ground = roles.pressed if on else roles.hover if self.underMouse() else roles.raised
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(self.rect(), 6, 6)
        if self.hasFocus():
            painter.setPen(QColor(roles.accent_text))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        value = self.ratio.value
        width, height = (SIDE, SIDE / value) if value >= 1 else (SIDE * value, SIDE)
        box = QRectF((self.width() - width) / 2, 5 + (SIDE - height) / 2, width, height)
        pen = painter.pen()
        pen.setStyle(Qt.PenStyle.SolidLine)
        pen.setColor(QColor(roles.accent_text if on else roles.secondary))
        pen.setWidthF(1.5)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 2, 2)
        painter.setFont(font(11))
        painter.setPen(QColor(roles.text if on else roles.secondary))
        painter.drawText(self.rect().adjusted(0, 26, 0, -3), Qt.AlignmentFlag.AlignCenter, self.ratio.name)


class RatioChips(QWidget):
    """All ratios in a row, portrait to landscape. chosen(Ratio): the person picked one. Arrow keys go along."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)  # a size by numbers may have none of these ratios
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.chips = tuple(_Chip(ratio) for ratio in RATIOS)
        for chip in self.chips:
            self._group.addButton(chip)
            row.addWidget(chip, 1)
            chip.clicked.connect(lambda _checked=False, ratio=chip.ratio: self.chosen.emit(ratio))

    def show_size(self, size: Size) -> None:
        """Marks the ratio that a size has, if any."""
        for chip in self.chips:
            chip.setChecked(chip.ratio.fits(size))

    def describe(self, sizes: dict[Ratio, Size]) -> None:
        """Tooltips with the size that each one gives."""
        for chip in self.chips:
            if chip.ratio in sizes:
                chip.setToolTip(f"{chip.ratio.words}, {sizes[chip.ratio]} px")
