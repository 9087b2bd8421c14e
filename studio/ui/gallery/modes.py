"""How the viewer shows pictures."""

from __future__ import annotations

from enum import Enum


class Mode(Enum):
    """One picture, or ways to compare several."""

    SINGLE = "single"
    SIDE_BY_SIDE = "side by side"
    SPLIT = "before and after"
    DIFFERENCE = "difference"
