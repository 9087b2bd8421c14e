"""Fingers on a touch screen: one is a pointer like any other, two move, zoom and turn the view.

Qt's own recogniser of pinches is not used: it looks at each event twice, as the window's and as the widget's, and so
tells the square of what the fingers did.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QEvent, QLineF, QPointF
from PySide6.QtGui import QEventPoint, QInputDevice, QTouchEvent

from studio.ui.canvas.pointer import Pointer, source_of

TURN_FROM = 8.0  # degrees: fingers that only zoom shall not tilt the picture


class Touched(Protocol):
    """What lies under the fingers. Points are the widget's own, in logical pixels."""

    def devicePixelRatioF(self) -> float: ...

    def down(self, pointer: Pointer) -> None: ...

    def moved(self, pointer: Pointer) -> None: ...

    def up(self, pointer: Pointer) -> None: ...

    def give_up(self) -> None:
        """What the first finger began was no stroke: the second one came."""
        ...

    def to_document(self, point: QPointF) -> QPointF: ...

    def pinched(self, anchor: QPointF, factor: float, degrees: float, at: QPointF) -> None:
        """Two fingers went apart by a factor, and clockwise around; `anchor`, of the document, belongs at `at`."""
        ...


class Fingers:
    """Follows the touches of one widget."""

    def __init__(self, under: Touched) -> None:
        self._under = under
        self._pointing = False  # a single finger has the pointer
        self._pair: tuple[int, int] | None = None
        self._line = QLineF()  # between the two, as it was
        self._anchor = QPointF()  # what of the document was between them first: it stays there
        self._turned = 0.0  # degrees since the two are down

    def handle(self, event: QTouchEvent) -> bool:
        """False when it is not for us: fingers on a touchpad move the pointer and make gestures of their own."""
        if event.device().type() != QInputDevice.DeviceType.TouchScreen:
            return False
        down = [point for point in event.points() if point.state() != QEventPoint.State.Released]
        if event.type() == QEvent.Type.TouchCancel:
            self._give_up()
        elif len(down) > 1:
            self._give_up()
            self._two(down[0], down[1])
        elif event.type() == QEvent.Type.TouchBegin:
            self._pointing = True
            self._under.down(self._pointer(down[0], event))
        elif self._pointing and down:
            self._under.moved(self._pointer(down[0], event))
        elif self._pointing:
            self._pointing = False
            self._under.up(self._pointer(event.points()[0], event))
        if len(down) < 2:
            self._pair = None
        return True

    def _pointer(self, point: QEventPoint, event: QTouchEvent) -> Pointer:
        return Pointer(
            position=self._under.to_document(point.position()),
            screen=point.position() * self._under.devicePixelRatioF(),
            modifiers=event.modifiers(),
            seconds=event.timestamp() / 1000,
            source=source_of(event),
        )

    def _give_up(self) -> None:
        if self._pointing:
            self._pointing = False
            self._under.give_up()

    def _two(self, one: QEventPoint, other: QEventPoint) -> None:
        pair, line = (one.id(), other.id()), QLineF(one.position(), other.position())
        before, self._line = self._line, line
        if pair != self._pair:
            self._pair, self._turned = pair, 0.0
            self._anchor = self._under.to_document(line.center())
            return
        if not before.length() or not line.length():
            return
        degrees = (180 - before.angleTo(line)) % 360 - 180  # Qt's go the other way round
        free = abs(self._turned) >= TURN_FROM
        self._turned += degrees
        self._under.pinched(self._anchor, line.length() / before.length(), degrees if free else 0.0, line.center())
