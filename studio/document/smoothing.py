"""A steady hand: the line is pulled along on a string that a shaky hand leads."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF

LONGEST = 80.0  # screen pixels of string at full smoothing


class Smoothing:
    """strength: 0..1. scale: device pixels per unit of the points, so that it feels alike at every zoom."""

    def __init__(self, strength: float, scale: float) -> None:
        self._string = LONGEST * strength**2 / max(scale, 1e-6)
        self._weight = 1 - 0.75 * strength
        self._at: QPointF | None = None
        self._hand = QPointF()

    def to(self, hand: QPointF) -> QPointF:
        """Where the brush is when the hand is there."""
        self._hand = hand
        if self._at is None or self._weight >= 1:
            self._at = hand
            return hand
        gap = hand - self._at
        length = math.hypot(gap.x(), gap.y())
        if length > self._string:
            pull = (length - self._string) / length * self._weight
            self._at = self._at + gap * pull
        return self._at

    def end(self) -> QPointF | None:
        """The last point: the line ends where the hand did."""
        return None if self._at is None or self._at == self._hand else self._hand
