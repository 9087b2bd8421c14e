"""How much of this machine's memory models were measured to take."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from studio.pipelines.memory import Need
from studio.pipelines.remembered import Remembered


class Needs:
    """A table on disk: model and device → bytes for each pixel of the canvas. file: None keeps nothing."""

    def __init__(self, file: Path | None) -> None:
        self._known = Remembered(file) if file is not None else None

    def applied(self, key: str, guess: Need) -> Need:
        """The need as it was measured, or as it is guessed from the shape of the network."""
        each = None if self._known is None else self._known.get(key)
        if not isinstance(each, int | float) or each <= 0:
            return guess
        return replace(guess, denoising=float(each), decoding=float(each), measured=True)

    def learn(self, key: str, need: Need) -> None:
        """Keeps what was measured; disks that cannot be written to are told to the log only."""
        if self._known is not None and need.measured:
            self._known.put(key, need.decoding)
