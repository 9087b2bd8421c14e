"""How steps are laid out for networks trained by flow matching (arXiv 2210.02747): x = (1 - t) · x0 + t · ε.

Larger pictures need more noise to hide the same, so the middle of the way is moved to the noisy end: by a number of
the model's, or by one that follows from the picture's size (arXiv 2403.03206, section 5.3.2).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Shift = Callable[[Mapping[str, Any], int, int], float]
"""(scheduler configuration, tokens of the picture, steps): the logarithm of how far the middle moves."""


def linear_shift(schedule: Mapping[str, Any], tokens: int, steps: int) -> float:
    """On a line through the shifts for the smallest and the largest picture, as FLUX.1 has it."""
    fewest, most = schedule.get("base_image_seq_len", 256), schedule.get("max_image_seq_len", 4096)
    low, high = schedule.get("base_shift", 0.5), schedule.get("max_shift", 1.15)
    rise = (high - low) / (most - fewest)
    return tokens * rise + (low - rise * fewest)


@dataclass(frozen=True, kw_only=True)
class Flow:
    """patch: latents a side that make one token. shift: used where the schedule asks for a shift by size.

    spread: steps stand at 1, 1 - 1/n, ... 1/n; False leaves their places to the scheduler.
    """

    patch: int = 2
    shift: Shift = linear_shift
    spread: bool = True

    def places(self, steps: int) -> list[float] | None:
        """Noise levels before they are shifted."""
        return [1 - index / steps for index in range(steps)] if self.spread else None

    def moved(self, schedule: Mapping[str, Any], tokens: int, steps: int) -> float | None:
        """The shift by size, or None when the model has one for all sizes."""
        return self.shift(schedule, tokens, steps) if schedule.get("use_dynamic_shifting") else None

    def factor(self, schedule: Mapping[str, Any], tokens: int, steps: int) -> float:
        """The same as what noise levels are multiplied by, for samplers that want it so."""
        moved = self.moved(schedule, tokens, steps)
        if moved is not None:
            return math.exp(moved)
        return float(schedule.get("shift", schedule.get("flow_shift", 1.0)))

    def levels(self, schedule: Mapping[str, Any], tokens: int, steps: int) -> list[float]:
        """Noise levels after the shift, from 1 down."""
        factor = self.factor(schedule, tokens, steps)
        return [factor * place / (1 + (factor - 1) * place) for place in (1 - index / steps for index in range(steps))]
