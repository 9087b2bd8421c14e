"""What a benchmark says: numbers with a unit, and a goal where there is one."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import TypedDict


class Figure(TypedDict):
    """goal: "<= 15" or None; met: whether it was reached, None without a goal."""

    value: float | int | bool | str
    unit: str
    goal: str | None
    met: bool | None


Figures = dict[str, Figure]


def at_most(value: float, goal: float, unit: str) -> Figure:
    return {"value": rounded(value), "unit": unit, "goal": f"<= {goal:g}", "met": value <= goal}


def at_least(value: float, goal: float, unit: str) -> Figure:
    return {"value": rounded(value), "unit": unit, "goal": f">= {goal:g}", "met": value >= goal}


def exactly(value: bool | int | str, goal: bool | int | str, unit: str = "") -> Figure:
    return {"value": value, "unit": unit, "goal": f"== {goal}", "met": value == goal}


def fact(value: float | str, unit: str = "") -> Figure:
    """Said for comparison only."""
    return {"value": value if isinstance(value, str) else rounded(value), "unit": unit, "goal": None, "met": None}


def percentile(values: Sequence[float], share: float) -> float:
    """share: 0..1. Of few values the nearest one that is really there."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def rounded(value: float) -> float:
    """Four significant digits."""
    return float(f"{value:.4g}")
