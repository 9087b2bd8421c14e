"""From events of mouse, pen, wheel, fingers and keys to what tools understand; and moving the view with any of them."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import cast

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPointingDevice,
    QTabletEvent,
    QTouchEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from studio.ui.canvas.fingers import Fingers
from studio.ui.canvas.pointer import Pointer, Source, source_of
from studio.ui.canvas.tools.tool import Tool

NOTCH = 120  # eighths of a degree: one click of a wheel
ZOOM_PER_NOTCH = 1.25
PAN_PER_NOTCH = 96  # logical pixels
FAR = 10  # document pixels that an arrow key moves by with Shift
_ARROWS: dict[int, QPointF] = {
    Qt.Key.Key_Left: QPointF(-1, 0),
    Qt.Key.Key_Right: QPointF(1, 0),
    Qt.Key.Key_Up: QPointF(0, -1),
    Qt.Key.Key_Down: QPointF(0, 1),
}


class PointingWidget(QWidget):
    """Hands the pointer to the tool in hand. Space, or the middle button, lends the hand while it is held.

    tool_changed(Tool): another tool was chosen. cursor_moved(QPointF | None): where the pointer is on the document.
    about_to_work(): a tool that does more than look is about to be pressed.
    """

    tool_changed = Signal(object)
    cursor_moved = Signal(object)
    about_to_work = Signal()
    _tool: Tool | None = None
    _hand: Tool | None = None
    _holder: Tool | None = None  # who has the pointer now, from press to release
    _held: tuple[Source, Qt.MouseButton] | None = None  # of what, and by which button
    _space = False

    def start_with(self, tool: Tool, hand: Tool) -> None:
        self._hand = hand
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TabletTracking)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self._fingers = Fingers(self)
        self.set_tool(tool)

    @property
    def tool(self) -> Tool:
        """The chosen tool."""
        return cast("Tool", self._tool)

    @property
    def working(self) -> bool:
        """True from press to release of the chosen tool."""
        return self._holder is not None and self._holder is not self._hand

    def set_tool(self, tool: Tool) -> None:
        if tool is self._tool:
            return
        if self._tool is not None:
            self._tool.leave()
        self._holder = self._held = None
        self._tool = tool
        tool.enter()
        self.refresh_cursor()
        self.tool_changed.emit(tool)

    @abstractmethod
    def pan(self, dx: float, dy: float) -> None: ...

    @abstractmethod
    def zoom_by(self, factor: float, at: QPointF) -> None: ...

    @abstractmethod
    def turn_by(self, degrees: float, at: QPointF | None = None) -> None: ...

    @abstractmethod
    def fit(self) -> None: ...

    @abstractmethod
    def to_document(self, point: QPointF) -> QPointF: ...

    def refresh_cursor(self) -> None:
        """Shows the cursor of the tool that has, or would get, the pointer."""
        tool = self._holder or (self._hand if self._space else self._tool)
        if tool is not None:
            self.setCursor(tool.cursor())

    # mouse and pen

    def _pointer(self, event: QMouseEvent | QTabletEvent) -> Pointer:
        position = event.position()
        pen = isinstance(event, QTabletEvent)
        return Pointer(
            position=self.to_document(position),
            screen=position * self.devicePixelRatioF(),
            pressure=event.pressure() if pen else 1.0,
            eraser=pen and event.pointerType() == QPointingDevice.PointerType.Eraser,
            button=event.button(),
            modifiers=event.modifiers(),
            seconds=event.timestamp() / 1000,
            source=source_of(event),
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.down(self._pointer(event))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self._space and self._tool is not None:
            pointer = self._pointer(event)
            self._holder, self._held = self._tool, (pointer.source, pointer.button)
            self._tool.double_press(pointer)
        else:
            self.down(self._pointer(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.moved(self._pointer(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.up(self._pointer(event))

    def tabletEvent(self, event: QTabletEvent) -> None:
        pointer = self._pointer(event)
        match event.type():
            case QEvent.Type.TabletPress:
                self.down(pointer)
            case QEvent.Type.TabletRelease:
                self.up(pointer)
            case _:
                self.moved(pointer)
        event.accept()

    def down(self, pointer: Pointer) -> None:
        by = (pointer.source, pointer.button)
        if self._holder is not None:
            if by != self._held:
                return
            self.up(pointer)  # its release went to something that opened over the canvas
        if pointer.button == Qt.MouseButton.MiddleButton or self._space:
            self._holder = self._hand
        elif pointer.button == Qt.MouseButton.LeftButton:
            if self._tool is not None and not self._tool.only_looks:
                self.about_to_work.emit()  # which may give the document another size, and the pointer another place
                pointer = replace(pointer, position=self.to_document(pointer.screen / self.devicePixelRatioF()))
            self._holder = self._tool
        if self._holder is not None:
            self._held = by
            self._holder.press(pointer)
            self.refresh_cursor()

    def moved(self, pointer: Pointer) -> None:
        if self._holder is not None:
            if self._held is None or pointer.source != self._held[0]:
                return  # the mouse that is pushed while the pen draws
            self._holder.move(pointer)
        elif self._tool is not None:
            self._tool.hover(pointer)
        self.cursor_moved.emit(pointer.position)

    def up(self, pointer: Pointer) -> None:
        if self._held != (pointer.source, pointer.button):
            return  # another button, or another device
        holder, self._holder, self._held = self._holder, None, None
        if holder is not None:
            holder.release(pointer)
            self.refresh_cursor()

    def enterEvent(self, event: QEnterEvent) -> None:
        self.refresh_cursor()

    def leaveEvent(self, event: QEvent) -> None:
        if self._tool is not None:
            self._tool.hover(None)
        self.cursor_moved.emit(None)

    # wheel and fingers

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A wheel scrolls; with Ctrl it zooms at the pointer, with Shift it scrolls sideways. A touchpad scrolls."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            notches = event.angleDelta().y() / NOTCH
            if notches:
                self.zoom_by(ZOOM_PER_NOTCH**notches, event.position())
        else:
            pixels = QPointF(event.pixelDelta())
            if pixels.isNull():
                pixels = QPointF(event.angleDelta()) * (PAN_PER_NOTCH / NOTCH)
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not pixels.x():
                pixels = QPointF(pixels.y(), 0)
            ratio = self.devicePixelRatioF()
            self.pan(pixels.x() * ratio, pixels.y() * ratio)
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent):
            return self._touchpad(event)
        if isinstance(event, QTouchEvent) and self._fingers.handle(event):
            event.accept()
            return True
        return super().event(event)

    def _touchpad(self, event: QNativeGestureEvent) -> bool:
        """Two fingers on a touchpad: apart zooms, around turns the view, tapped twice shows all of it."""
        match event.gestureType():
            case Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom_by(1 + event.value(), event.position())
            case Qt.NativeGestureType.RotateNativeGesture:
                self.turn_by(event.value(), event.position())
            case Qt.NativeGestureType.SmartZoomNativeGesture:
                self.fit()
            case _:
                return False
        return True

    def give_up(self) -> None:
        if self._holder is not None:
            self._holder.cancel()
            self._holder = self._held = None

    @abstractmethod
    def pinched(self, anchor: QPointF, factor: float, degrees: float, at: QPointF) -> None: ...

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        tool = self._tool
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._hold_space(True)
        elif tool is None or not (
            (event.key() == Qt.Key.Key_Escape and tool.cancel())
            or (event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and tool.confirm())
            or self._nudged(tool, event)
        ):
            super().keyPressEvent(event)

    def _nudged(self, tool: Tool, event: QKeyEvent) -> bool:
        """Arrows move by a pixel of the document, with Shift by ten: to where they point on the screen."""
        arrow = _ARROWS.get(event.key())
        if arrow is None:
            return False
        way = self.to_document(arrow) - self.to_document(QPointF(0, 0))
        step = FAR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        if abs(way.x()) >= abs(way.y()):
            return tool.nudge(step if way.x() > 0 else -step, 0)
        return tool.nudge(0, step if way.y() > 0 else -step)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._hold_space(False)
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._hold_space(False)
        super().focusOutEvent(event)

    def _hold_space(self, held: bool) -> None:
        self._space = held
        self.refresh_cursor()
