"""How far a run is and how long it will still take, one line at a time."""

from __future__ import annotations

import time

_EVERY = 5.0  # seconds


class Progress:
    """Prints `title: done of total, seconds left`, at most every five seconds and at the end."""

    def __init__(self, title: str, total: int, done: int = 0) -> None:
        self._title, self._total = title, total
        self._first = done
        self._started = self._said = time.monotonic()
        if done < total:
            print(f"{title}: {done} of {total}", flush=True)

    def __call__(self, done: int, note: str = "") -> None:
        """`done` of the total are done."""
        now = time.monotonic()
        if done < self._total and now - self._said < _EVERY:
            return
        self._said = now
        pace = (now - self._started) / max(1, done - self._first)
        left = f", {pace * (self._total - done):.0f} s left" if done < self._total else f", {now - self._started:.0f} s"
        print(f"{self._title}: {done} of {self._total}{left}{'; ' + note if note else ''}", flush=True)
