"""Hands for tests: mouse and pen on a canvas at 100 %, and what came of it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.document.document import Document
from studio.document.selecting import array_of
from studio.request.geometry import Rect
from studio.ui.canvas.canvas import Canvas

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


def at(canvas: Canvas, x: float, y: float) -> QPoint:
    """A point of the document on the widget, at 100 %."""
    return canvas.view.to_screen(QPointF(x, y)).toPoint()


def drag(canvas: Canvas, *points: tuple[int, int], modifiers=NONE) -> None:
    places = [at(canvas, x, y) for x, y in points]
    QTest.mousePress(canvas, LEFT, modifiers, places[0])
    for start, end in pairwise(places):
        for step in range(1, 9):
            QTest.mouseMove(canvas, start + (end - start) * step / 8)
    QTest.mouseRelease(canvas, LEFT, modifiers, places[-1])


def colour(document: Document, x: int, y: int) -> tuple[int, ...]:
    return tuple(document.picture(Rect(x, y, 1, 1)).array[0, 0].tolist())


def covered(document: Document) -> np.ndarray:
    assert document.selection is not None
    return array_of(document.selection, Rect.of(document.size))


def pen(canvas: Canvas, points, kind=QPointingDevice.PointerType.Pen) -> None:
    last = len(points) - 1
    for number, (x, y, pressure) in enumerate(points):
        what = (
            QEvent.Type.TabletPress if number == 0
            else QEvent.Type.TabletRelease if number == last
            else QEvent.Type.TabletMove
        )  # fmt: skip
        pen_event(canvas, what, x, y, pressure, kind)


def pen_event(
    canvas: Canvas, what, x: int, y: int, pressure: float, kind=QPointingDevice.PointerType.Pen, button=LEFT
) -> None:
    capabilities = QInputDevice.Capability.Position | QInputDevice.Capability.Pressure
    device = QPointingDevice("pen", 1, QInputDevice.DeviceType.Stylus, kind, capabilities, 1, 3)
    place = QPointF(at(canvas, x, y))
    event = QTabletEvent(
        what, device, place, QPointF(canvas.mapToGlobal(place.toPoint())), pressure, 0, 0, 0, 0, 0, NONE, button, button
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)
