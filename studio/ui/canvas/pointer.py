"""What a pen, a mouse or a finger does on the canvas, in one form for all tools."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPointerEvent

Source = tuple[int, int]
"""A device: what kind it is, and which of them."""


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """position: on the document, in its pixels. screen: on the viewport, in device pixels.

    pressure: 0..1; 1 for a mouse. eraser: the pen's other end. seconds: when, on a clock of its own.
    source: the device that it comes from.
    """

    position: QPointF
    screen: QPointF
    pressure: float = 1.0
    eraser: bool = False
    button: Qt.MouseButton = Qt.MouseButton.LeftButton
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    seconds: float = 0.0
    source: Source = (0, 0)

    @property
    def shift(self) -> bool:
        return bool(self.modifiers & Qt.KeyboardModifier.ShiftModifier)

    @property
    def alt(self) -> bool:
        return bool(self.modifiers & Qt.KeyboardModifier.AltModifier)

    @property
    def control(self) -> bool:
        return bool(self.modifiers & Qt.KeyboardModifier.ControlModifier)


def source_of(event: QPointerEvent) -> Source:
    return event.device().type().value, event.device().systemId()
