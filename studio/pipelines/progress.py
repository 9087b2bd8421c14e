"""Where a job stands: seconds spent and seconds left, measured."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from studio.request.events import Timings

RECENT = 6  # calls of the network that the forecast rests on


@dataclass
class Clock:
    """Seconds spent in each stage of a job."""

    load: float = 0.0
    encode: float = 0.0
    denoise: float = 0.0
    decode: float = 0.0

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Adds the time while open to the stage of that name."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            setattr(self, name, getattr(self, name) + time.perf_counter() - begun)

    @property
    def timings(self) -> Timings:
        return Timings(load=self.load, encode=self.encode, denoise=self.denoise, decode=self.decode)


@dataclass
class Forecast:
    """Seconds left, from the last calls of the network and the last decoding.

    calls: of the network, still to do in the whole job. decodings: pictures still to decode.
    decoding: seconds for one, when known.
    """

    calls: int
    decodings: int
    decoding: float = 0.0
    _recent: deque[float] = field(default_factory=lambda: deque[float](maxlen=RECENT))
    _last: float | None = None

    def begin(self) -> None:
        """A picture's denoising starts now."""
        self._last = time.perf_counter()

    def call_done(self) -> None:
        now = time.perf_counter()
        if self._last is not None:
            self._recent.append(now - self._last)
        self._last = now
        self.calls = max(0, self.calls - 1)

    def picture_done(self, decoding: float) -> None:
        self.decodings = max(0, self.decodings - 1)
        self.decoding = decoding

    @property
    def seconds_left(self) -> float | None:
        """For the whole job; None before the second call."""
        if len(self._recent) < 2:
            return None
        return self.calls * sum(self._recent) / len(self._recent) + self.decodings * self.decoding
