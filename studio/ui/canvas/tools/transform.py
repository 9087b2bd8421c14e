"""Transforming a layer, a group, or what is selected of them, with handles."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QTransform

from studio.document.transforming import Resampling
from studio.request.errors import Trouble
from studio.ui.canvas.kit import Kit
from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.tools.box import Grip, cursor_for, draw_box, grip_at, opposite, place_of, reach_of
from studio.ui.canvas.tools.lifted import Lifted
from studio.ui.canvas.tools.move import liftable
from studio.ui.canvas.tools.tool import Surface, Tool

STEP = 15.0  # degrees that Shift turns in
LEAST = 1e-3  # the smallest factor of scaling


class Transform(Tool):
    """Scales, turns and moves with handles. Return lays it down, Escape gives up."""

    id = "transform"
    title = "Transform"
    hint = (
        "Drag handles to scale (Shift: freely, Alt: from the middle), outside to turn. Return: apply. Escape: cancel."
    )
    icon = "scan"
    key = "Ctrl+T"

    def __init__(self, canvas: Surface, kit: Kit) -> None:
        super().__init__(canvas)
        self.kit = kit
        self._shown: Lifted | None = None
        self._grip = Grip.OUTSIDE
        self._start = QPointF()
        self._before = QTransform()
        self._held = False
        self._sharp = kit.sharp
        kit.changed.connect(self._options_changed)

    def enter(self) -> None:
        try:
            self._shown = Lifted(self.canvas, liftable(self.document.active), self._how)
        except Trouble as trouble:
            self.canvas.refuse(trouble)
            return
        if self._shown.box.isEmpty():
            self._shown.give_up()
            self._shown = None
        else:
            self._shown.show()
        self.canvas.refresh_outline()

    def _how(self) -> Resampling:
        return Resampling.SHARP if self.kit.sharp else Resampling.SMOOTH

    def _options_changed(self) -> None:
        if self._shown is not None and self.kit.sharp != self._sharp:
            self._sharp = self.kit.sharp
            self._shown.show()

    def leave(self) -> None:
        self.confirm()

    def settle(self) -> None:
        self.confirm()

    def confirm(self) -> bool:
        shown, self._shown = self._shown, None
        self._held = False
        self.canvas.refresh_outline()
        if shown is None:
            return False
        try:
            shown.end(f"Transform {shown.name}")
        except Trouble as trouble:
            self.canvas.refuse(trouble)
        return True

    def cancel(self) -> bool:
        shown, self._shown = self._shown, None
        self._held = False
        self.canvas.refresh_outline()
        if shown is None:
            return False
        shown.give_up()
        return True

    def nudge(self, dx: int, dy: int) -> bool:
        if self._shown is None or self._held:
            return False
        self._shown.transform = self._shown.transform * QTransform.fromTranslate(dx, dy)
        self.canvas.refresh_outline()
        return True

    def press(self, pointer: Pointer) -> None:
        if self._shown is None:
            self.enter()
        if self._shown is None:
            return
        self._grip = grip_at(pointer.screen, self._shown.box, self._shown.to_screen())
        self._start = pointer.position
        self._before = self._shown.transform
        self._held = True

    def move(self, pointer: Pointer) -> None:
        if self._shown is None or not self._held:
            return
        if self._grip is Grip.INSIDE:
            gap = pointer.position - self._start
            moved = (self._before * QTransform.fromTranslate(gap.x(), gap.y())).mapRect(self._shown.box)
            gap += self.canvas.snapping.box(moved, free=pointer.control)
            self._shown.transform = self._before * QTransform.fromTranslate(round(gap.x()), round(gap.y()))
        elif self._grip is Grip.OUTSIDE:
            self._shown.transform = self._before * self._turn(pointer)
        else:
            self._shown.transform = self._scale(pointer, self._shown.box) * self._before
        self.canvas.refresh_outline()

    def release(self, pointer: Pointer) -> None:
        self._held = False

    def hover(self, pointer: Pointer | None) -> None:
        if pointer is not None and self._shown is not None:
            self._grip = grip_at(pointer.screen, self._shown.box, self._shown.to_screen())
            self.canvas.refresh_cursor()

    def cursor(self) -> Qt.CursorShape:
        if self._shown is None:
            return Qt.CursorShape.ArrowCursor
        return cursor_for(self._grip, self._shown.to_screen())

    def paint(self, painter: QPainter) -> None:
        if self._shown is not None:
            self._shown.paint(painter)
            draw_box(painter, self._shown.box, self._shown.to_screen())

    def outline(self) -> QRectF:
        return QRectF() if self._shown is None else reach_of(self._shown.box, self._shown.to_screen())

    def _turn(self, pointer: Pointer) -> QTransform:
        """About the middle of the box, by what the pointer went around it."""
        box = self._shown.box if self._shown is not None else QRectF()
        middle = self._before.map(box.center())
        first, now = self._start - middle, pointer.position - middle
        angle = math.degrees(math.atan2(now.y(), now.x()) - math.atan2(first.y(), first.x()))
        if pointer.shift:
            angle = round(angle / STEP) * STEP
        turn = QTransform.fromTranslate(-middle.x(), -middle.y()) * QTransform().rotate(angle)
        return turn * QTransform.fromTranslate(middle.x(), middle.y())

    def _scale(self, pointer: Pointer, box: QRectF) -> QTransform:
        """In the box's own coordinates: about the opposite handle, or about the middle with Alt."""
        fixed = box.center() if pointer.alt else place_of(opposite(self._grip), box)
        handle = place_of(self._grip, box) - fixed
        back, _ = self._before.inverted()
        shift = back.map(pointer.position) - back.map(self._start)
        near = self.canvas.snapping.point(self._before.map(fixed + handle + shift), free=pointer.control)
        now = back.map(near) - fixed
        across = now.x() / handle.x() if handle.x() else 1.0
        down = now.y() / handle.y() if handle.y() else 1.0
        if self._grip.corner and not pointer.shift:
            across = down = across if abs(across - 1) > abs(down - 1) else down
        across, down = _not_zero(across), _not_zero(down)
        scale = QTransform.fromTranslate(-fixed.x(), -fixed.y()) * QTransform.fromScale(across, down)
        return scale * QTransform.fromTranslate(fixed.x(), fixed.y())


def _not_zero(factor: float) -> float:
    return factor if abs(factor) >= LEAST else math.copysign(LEAST, factor)
