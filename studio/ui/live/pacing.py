"""When the next live picture is begun: at once while pictures are quick, else when the hand rests. No clock in here.

The numbers are those that krita-ai-diffusion has found to feel right.
"""

from __future__ import annotations

from collections import deque

QUICK = 1.5  # seconds a picture; slower ones wait for the hand to rest
PAUSE = 0.25  # seconds after the last change
LONGEST = 3.0  # seconds after the first change, then it is begun in any case
REMEMBERED = 10  # pictures
HALF = 0.5  # of a picture; what is further is let finish


class Pacing:
    """Seconds in, seconds out."""

    def __init__(self) -> None:
        self._took: deque[float] = deque(maxlen=REMEMBERED)

    def took(self, seconds: float) -> None:
        """A picture was finished after so many seconds."""
        self._took.append(seconds)

    @property
    def average(self) -> float:
        """Seconds a picture takes; 0 before the first one."""
        return sum(self._took) / len(self._took) if self._took else 0.0

    @property
    def quick(self) -> bool:
        return self.average <= QUICK

    def due(self, first: float, last: float) -> float:
        """The time to begin, when the first change that is not shown yet was then, and the last one then."""
        return first if self.quick else min(last + PAUSE, first + LONGEST)

    def replaces(self, fraction: float, given_up: int) -> bool:
        """Whether a newer picture is worth giving up the running one for.

        fraction: how far that is. given_up: running ones that were given up since the last finished picture. A slow
        one always is: its successor comes only when the hand rests. Of quick ones every second is let finish, so
        that something is seen while the brush moves without a rest.
        """
        return not self.quick or (fraction < HALF and given_up == 0)
