"""Strength as a number of steps: the slider stops only where the picture would change."""

from __future__ import annotations

import math
from typing import NamedTuple


class Run(NamedTuple):
    """Which part of the noise schedule is run: the last `run` of `total` steps."""

    run: int
    total: int

    @property
    def percent(self) -> int:
        return round(100 * self.run / self.total)

    def __str__(self) -> str:
        return f"{self.percent} % ({self.run} of {self.total})"


def run_of(strength: float, steps: int) -> Run:
    """The steps that a strength of 0..1 runs; as diffusers counts them (`int(steps * strength)`), at least one.

    >>> str(run_of(0.5, 20))
    '50 % (10 of 20)'
    """
    return Run(min(steps, max(1, math.floor(steps * strength + 1e-9))), steps)


def snapped(strength: float, steps: int) -> float:
    """The nearest strength that runs a whole number of steps, and the same number however it is rounded.

    >>> snapped(0.52, 10)
    0.5
    """
    return min(1.0, max(1, round(strength * steps)) / steps)


def stops(steps: int) -> tuple[float, ...]:
    """All strengths that differ in what they do, smallest first."""
    return tuple(step / steps for step in range(1, steps + 1))
