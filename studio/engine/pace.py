"""How long a job will still take, from the steps it has taken."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from studio.request.events import Step
from studio.request.request import GenerationRequest

REMEMBERED = 8  # newest steps; their median shrugs off one that was held up


class Pace:
    """One clock for all jobs of a worker: it learns from one how long the next takes to decode.

    clock: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._steps: deque[float] = deque(maxlen=REMEMBERED)
        self._last: float | None = None
        self._tails: dict[tuple[str, int], float] = {}  # seconds from last step to picture, by model and area
        self._kind = ("", 0)

    def begin(self, request: GenerationRequest) -> None:
        self._steps.clear()
        self._last = None
        self._kind = (request.model.name, request.size.area)

    def made(self) -> None:
        """A picture is finished; what comes next is the first step of another."""
        if self._last is not None:
            self._tails[self._kind] = self._clock() - self._last
        self._last = None

    def left(self, step: Step) -> float | None:
        """Seconds until the whole job is finished; None before its second step."""
        now = self._clock()
        if self._last is not None:
            self._steps.append(now - self._last)
        self._last = now
        if not self._steps:
            return None
        pictures_after = step.pictures - step.picture - 1
        steps_left = step.total - step.done + pictures_after * step.total
        usual = sorted(self._steps)[len(self._steps) // 2]
        return steps_left * usual + (pictures_after + 1) * self._tails.get(self._kind, 0.0)
