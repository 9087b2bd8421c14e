"""What models were measured to take of this machine's memory, remembered from one start to the next."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from studio.pipelines.memory import Need

log = logging.getLogger(__name__)

_MOST = 500  # models that are remembered


class Needs:
    """A table on disk: model and device → bytes for each pixel of the canvas. file: None remembers nothing."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._known: dict[str, float] = {} if file is None else _read(file)

    def applied(self, key: str, guess: Need) -> Need:
        """The need as it was measured, or as it is guessed from the shape of the network."""
        each = self._known.get(key)
        return guess if each is None else replace(guess, denoising=each, decoding=each, measured=True)

    def learn(self, key: str, need: Need) -> None:
        """Keeps what was measured; disks that cannot be written to are told to the log only."""
        each = need.decoding
        if self._file is None or not need.measured or self._known.get(key) == each:
            return
        self._known.pop(key, None)
        self._known[key] = each
        while len(self._known) > _MOST:
            del self._known[next(iter(self._known))]
        new = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(json.dumps(self._known, indent=1), encoding="utf-8")
            new.replace(self._file)
        except OSError as error:
            log.warning("what was measured could not be kept: %s", error)


def _read(file: Path) -> dict[str, float]:
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        log.warning("%s is begun anew: %s", file.name, error)
        return {}
    if not isinstance(found, dict):
        return {}
    entries = cast("dict[str, Any]", found)
    return {key: float(each) for key, each in entries.items() if isinstance(each, int | float) and each > 0}
