"""Keeps the ants marching: one slow timer, and only while there is a selection to be seen."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import cast

from PySide6.QtCore import QObject, QRect, QTimer
from PySide6.QtGui import QPainter, QRegion
from PySide6.QtWidgets import QWidget

from studio.document.change import Change
from studio.document.document import Document
from studio.ui.canvas.ants import DASH, Ants
from studio.ui.canvas.view import View

STEP = 140  # milliseconds between two steps


class Marching(QObject):
    """The selection's edge on a canvas. still: they stand, for those who want no motion."""

    def __init__(self, document: Document, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._document = document
        self._canvas = canvas
        self._ants: Ants | None = None
        self._instead: Ants | None = None  # what the selection would be
        self._phase = 0
        self._shown = View()
        self._visible = True
        self._still = False
        self._timer = QTimer(self)
        self._timer.setInterval(STEP)
        self._timer.timeout.connect(self._walk)
        document.changed.connect(self._on_changed)

    @property
    def visible(self) -> bool:
        return self._visible

    def set_visible(self, visible: bool) -> None:
        """Hides the edge; what is selected stays selected."""
        self._visible = visible
        self._restart()

    def set_still(self, still: bool) -> None:
        self._still = still
        self._restart()

    def show_instead(self, ants: Ants | None) -> None:
        """Shows what the selection would become; None: what it is."""
        self._instead = ants
        self._restart()

    @property
    def _seen(self) -> Ants | None:
        return self._instead or self._ants

    def draw(self, painter: QPainter, shown: View) -> None:
        """The painter works in device pixels."""
        self._shown = shown
        if self._seen is not None and self._visible:
            self._seen.draw(painter, shown, self._phase)

    def _on_changed(self, change: Change) -> None:
        if change & (Change.SELECTION | Change.SIZE):
            selection = self._document.selection
            self._ants = None if selection is None else Ants(selection, self._document.size)
            self._restart()

    def _restart(self) -> None:
        self._canvas.update()
        if self._seen is not None and self._visible and not self._still:
            self._timer.start()
        else:
            self._timer.stop()

    def _walk(self) -> None:
        ants = self._seen
        if ants is None or not self._canvas.isVisible():
            return
        self._phase = (self._phase + 1) % (2 * DASH)
        size = self._shown.viewport
        region = ants.region(self._shown, QRect(0, 0, size.width, size.height))
        self._canvas.update(_logical(region, self._canvas.devicePixelRatioF()))


def _logical(region: QRegion, ratio: float) -> QRegion:
    """A region in device pixels as one of the widget, rounded outwards."""
    if ratio == 1:
        return region
    logical = QRegion()
    for rect in cast("Iterable[QRect]", region):
        left, top = math.floor(rect.left() / ratio), math.floor(rect.top() / ratio)
        right, bottom = math.ceil((rect.right() + 1) / ratio), math.ceil((rect.bottom() + 1) / ratio)
        logical += QRect(left, top, right - left, bottom - top)
    return logical
