"""Selecting by hand: lasso and polygon."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath, QPolygonF

from studio.ui.canvas.kit import Kit
from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.tools.selecting import CLICK, SelectTool
from studio.ui.canvas.tools.tool import Surface

FEWEST = 4  # points that a drag of the lasso has at least


class Lasso(SelectTool):
    """Whatever the hand draws around."""

    id = "select_lasso"
    title = "Lasso"
    hint = "Draw around what to select. Shift: add. Alt: subtract. Both: intersect."
    icon = "lasso"
    key = "L"

    def press(self, pointer: Pointer) -> None:
        super().press(pointer)
        self._path = QPainterPath(pointer.position)

    def move(self, pointer: Pointer) -> None:
        if self._start is not None:
            self._path.lineTo(pointer.position)
            self._show(self._path)

    def release(self, pointer: Pointer) -> None:
        if self._start is None:
            return
        if self._clicked(pointer) and self._path.elementCount() < FEWEST:
            self._deselect()
        else:
            self._path.closeSubpath()
            self._finish()


class PolygonSelect(SelectTool):
    """Corner after corner; a double click, Return or a click on the first corner closes it."""

    id = "select_polygon"
    title = "Polygon selection"
    hint = "Click corner after corner. Double click or Return: close. Escape: give up."
    icon = "pentagon"
    key = "Shift+L"

    def __init__(self, canvas: Surface, kit: Kit) -> None:
        super().__init__(canvas, kit)
        self._corners: list[QPointF] = []

    def press(self, pointer: Pointer) -> None:
        if not self._corners:
            super().press(pointer)
        elif self._near_first(pointer):
            self.confirm()
            return
        self._corners.append(pointer.position)
        self._follow(pointer.position)

    def double_press(self, pointer: Pointer) -> None:
        self.confirm()

    def move(self, pointer: Pointer) -> None:
        self._follow(pointer.position)

    def hover(self, pointer: Pointer | None) -> None:
        if pointer is not None and self._corners:
            self._follow(pointer.position)

    def confirm(self) -> bool:
        corners, self._corners = self._corners, []
        if not corners:
            return False
        self._path = QPainterPath()
        self._path.addPolygon(QPolygonF(corners))
        self._path.closeSubpath()
        if len(corners) > 2:
            self._finish()
        else:
            self._deselect()
        return True

    def cancel(self) -> bool:
        busy = bool(self._corners)
        self._corners = []
        return super().cancel() or busy

    def _follow(self, point: QPointF) -> None:
        path = QPainterPath()
        path.addPolygon(QPolygonF([*self._corners, point]))
        self._show(path)

    def _near_first(self, pointer: Pointer) -> bool:
        first = self.canvas.view.to_screen(self._corners[0])
        return len(self._corners) > 2 and (pointer.screen - first).manhattanLength() <= 2 * CLICK
