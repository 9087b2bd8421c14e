"""Choosing a colour: a square of light and saturation, a strip of hues, numbers, and the colours used lately."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QRegularExpressionValidator,
)
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from studio.ui.canvas.kit import MOST_RECENT, Kit
from studio.ui.theme import colours
from studio.ui.widgets.numbers import NumberField
from studio.ui.widgets.tool import GAP, Labelled, tool_button

SQUARE = 148  # logical pixels high
STRIP = 16
CHIP = 18
SWATCH = 20


class ShadeSquare(QWidget):
    """Saturation to the right, light upwards, at one hue. picked(float, float): saturation and value, 0..1."""

    picked = Signal(float, float)

    def __init__(self) -> None:
        super().__init__()
        self._hue, self._saturation, self._value = 0.0, 0.0, 0.0
        self.setFixedHeight(SQUARE)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("Saturation and light"))
        self.setToolTip(self.tr("Saturation and light\nArrow keys change them by a hundredth."))

    def show_colour(self, hue: float, saturation: float, value: float) -> None:
        self._hue, self._saturation, self._value = hue, saturation, value
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        box = QRectF(self.rect())
        across = QLinearGradient(box.topLeft(), box.topRight())
        across.setColorAt(0, QColor("white"))
        across.setColorAt(1, QColor.fromHsvF(self._hue, 1, 1))
        down = QLinearGradient(box.topLeft(), box.bottomLeft())
        down.setColorAt(0, QColor(0, 0, 0, 0))
        down.setColorAt(1, QColor(0, 0, 0, 255))
        for gradient in (across, down):
            painter.setBrush(gradient)
            painter.drawRoundedRect(box, 4, 4)
        at = QPointF(self._saturation * box.width(), (1 - self._value) * box.height())
        _draw_mark(painter, at, 6)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours().accent_text), 1))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pick(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pick(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {
            Qt.Key.Key_Left: (-0.01, 0.0),
            Qt.Key.Key_Right: (0.01, 0.0),
            Qt.Key.Key_Up: (0.0, 0.01),
            Qt.Key.Key_Down: (0.0, -0.01),
        }.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.picked.emit(_share(self._saturation + step[0]), _share(self._value + step[1]))

    def _pick(self, at: QPointF) -> None:
        self.picked.emit(_share(at.x() / self.width()), _share(1 - at.y() / self.height()))


class HueStrip(QWidget):
    """All hues from left to right. picked(float): 0..1."""

    picked = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._hue = 0.0
        self.setFixedHeight(STRIP)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("Hue"))
        self.setToolTip(self.tr("Hue"))

    def show_hue(self, hue: float) -> None:
        self._hue = hue
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        box = QRectF(self.rect()).adjusted(0, 3, 0, -3)
        rainbow = QLinearGradient(box.topLeft(), box.topRight())
        for sixth in range(7):
            rainbow.setColorAt(sixth / 6, QColor.fromHsvF(min(sixth / 6, 0.9999), 1, 1))
        painter.setBrush(rainbow)
        painter.drawRoundedRect(box, 4, 4)
        _draw_mark(painter, QPointF(6 + self._hue * (box.width() - 12), self.height() / 2), 6)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pick(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pick(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1 / 360, Qt.Key.Key_Right: 1 / 360}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.picked.emit(_share(self._hue + step))

    def _pick(self, at: QPointF) -> None:
        self.picked.emit(_share((at.x() - 6) / (self.width() - 12)))


class Chips(QWidget):
    """A row of colours, as many as fit. picked(str): #rrggbb."""

    picked = Signal(str)

    def __init__(self, kit: Kit, held: Callable[[], tuple[str, ...]], name: str) -> None:
        """held: asked for the colours whenever the kit has changed."""
        super().__init__()
        self._held = held
        self.setFixedHeight(CHIP)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(name)
        self.setToolTip(name)
        kit.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        held = self._held()
        for number in range(min(MOST_RECENT, self.width() // (CHIP + 2))):
            painter.setBrush(QColor(held[number] if number < len(held) else colours().raised))
            painter.drawRoundedRect(QRectF(number * (CHIP + 2), 0, CHIP, CHIP), 3, 3)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        held, number = self._held(), int(event.position().x()) // (CHIP + 2)
        if number < len(held):
            self.picked.emit(held[number])


class ColourPair(QWidget):
    """Foreground over background. wanted(bool): one was clicked; True for the foreground."""

    wanted = Signal(bool)

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        self.setFixedSize(32, 32)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("Colours"))
        self.setToolTip(self.tr("Foreground and background colour\nX swaps them, D makes them black and white."))
        kit.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, rect in ((self._kit.background, self._back()), (self._kit.foreground, self._front())):
            painter.setPen(QColor(colours().panel))
            painter.setBrush(QColor(colours().secondary))
            painter.drawRoundedRect(rect, 4, 4)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 3, 3)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        front = self._front().contains(event.position().toPoint())
        if front or self._back().contains(event.position().toPoint()):
            self.wanted.emit(front)

    @staticmethod
    def _front() -> QRect:
        return QRect(1, 1, SWATCH, SWATCH)

    @staticmethod
    def _back() -> QRect:
        return QRect(11, 11, SWATCH, SWATCH)


class ColourPicker(QWidget):
    """Shows and sets the foreground colour of a kit, or, after `choose_background`, the background colour.

    palette_wanted(): the colours of the picture are to be taken.
    """

    palette_wanted = Signal()

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        self._hsv = (0.0, 0.0, 0.0)
        self._background = False
        self.square = ShadeSquare()
        self.strip = HueStrip()
        self.recent = Chips(kit, lambda: kit.recent, self.tr("Colours used lately"))
        self.palette_chips = Chips(kit, lambda: kit.palette, self.tr("Colours of the picture"))
        self.pair = ColourPair(kit)
        self.pair.wanted.connect(self._choose_side)
        self.hex = QLineEdit()
        self.hex.setAccessibleName(self.tr("Colour as hexadecimal number"))
        self.hex.setToolTip(self.tr("The colour as a web colour: #d9a441"))
        self.hex.setValidator(QRegularExpressionValidator("#?[0-9a-fA-F]{6}"))
        self.numbers = [NumberField(0, 255) for _ in range(3)]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.square)
        column.addWidget(self.strip)
        column.addLayout(self._fields())
        column.addWidget(self.recent)
        column.addLayout(self._from_picture())
        self.square.picked.connect(self._shade_picked)
        self.strip.picked.connect(self._hue_picked)
        self.recent.picked.connect(self._set)
        self.palette_chips.picked.connect(self._set)
        self.hex.editingFinished.connect(self._typed)
        for field in self.numbers:
            field.valueChanged.connect(self._numbers_changed)
        kit.changed.connect(self._show)
        self._show()

    @property
    def colour(self) -> str:
        """#rrggbb of what is being chosen."""
        return self._kit.background if self._background else self._kit.foreground

    def _choose_side(self, foreground: bool) -> None:
        self.choose_background(not foreground)

    def choose_background(self, background: bool) -> None:
        """Whether the background colour is chosen, instead of the foreground."""
        self._background = background
        self._show()

    def _fields(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        for name, field in zip((self.tr("Red"), self.tr("Green"), self.tr("Blue")), self.numbers, strict=True):
            field.setAccessibleName(name)
            field.setToolTip(name)
            row.addWidget(Labelled(name, field), 2)
        row.addWidget(Labelled(self.tr("Hex"), self.hex), 3)
        row.addWidget(self.pair, 0, Qt.AlignmentFlag.AlignBottom)
        return row

    def _from_picture(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.palette_chips, 1)
        title = self.tr("Take the colours of the picture\nOf what is seen, or of what is selected of it.")
        row.addWidget(tool_button("palette", title, self.palette_wanted.emit, 14))
        return row

    def _set(self, colour: str) -> None:
        if self._background:
            self._kit.set_background(colour)
        else:
            self._kit.set_foreground(colour)

    def _shade_picked(self, saturation: float, value: float) -> None:
        self._choose(self._hsv[0], saturation, value)

    def _hue_picked(self, hue: float) -> None:
        self._choose(hue, self._hsv[1], self._hsv[2])

    def _choose(self, hue: float, saturation: float, value: float) -> None:
        # kept apart from the colour: black and grey have no hue, but the person has chosen one
        self._hsv = (min(hue, 0.9999), saturation, value)
        self._set(QColor.fromHsvF(*self._hsv).name())
        self._show_hsv()

    def _typed(self) -> None:
        colour = QColor(f"#{self.hex.text().lstrip('#')}")
        if colour.isValid():
            self._set(colour.name())

    def _numbers_changed(self) -> None:
        self._set(QColor(*(field.value() for field in self.numbers)).name())

    def _show(self) -> None:
        colour = QColor(self.colour)
        if QColor.fromHsvF(*self._hsv).name() != colour.name():
            hue, saturation = colour.hsvHueF(), colour.hsvSaturationF()
            self._hsv = (self._hsv[0] if hue < 0 else min(hue, 0.9999), saturation, colour.valueF())
        self._show_hsv()
        for field, part in zip(self.numbers, (colour.red(), colour.green(), colour.blue()), strict=True):
            field.blockSignals(True)
            field.setValue(part)
            field.blockSignals(False)
        if not self.hex.hasFocus():
            self.hex.setText(colour.name())

    def _show_hsv(self) -> None:
        self.square.show_colour(*self._hsv)
        self.strip.show_hue(self._hsv[0])


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))


def _draw_mark(painter: QPainter, at: QPointF, radius: float) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((QColor(0, 0, 0, 140), 3.0), (QColor("white"), 1.5)):
        painter.setPen(QPen(colour, width))
        painter.drawEllipse(at, radius, radius)
    painter.setPen(Qt.PenStyle.NoPen)
