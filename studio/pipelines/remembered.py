"""What was measured on this machine, remembered from one start to the next."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any, cast

log = logging.getLogger(__name__)

_MOST = 500  # entries


class Remembered:
    """A table on disk, name → what JSON can hold; the oldest entries go first. file: None remembers for this run only.

    Disks that cannot be written to and damaged files are told to the log only.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._known: dict[str, Any] = {} if file is None else _read(file)

    def get(self, key: str) -> Any:
        """What was put there last, or None."""
        return self._known.get(key)

    def names(self) -> tuple[str, ...]:
        """The oldest first."""
        return tuple(self._known)

    def put(self, key: str, value: Any) -> None:
        if self._known.get(key) == value:
            return
        self._known.pop(key, None)
        self._known[key] = value
        while len(self._known) > _MOST:
            del self._known[next(iter(self._known))]
        if self._file is not None:
            self._write(self._file)

    def _write(self, file: Path) -> None:
        new = file.with_suffix(".new")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(json.dumps(self._known, indent=1), encoding="utf-8")
            new.replace(file)
        except OSError as error:
            log.warning("what was measured could not be kept: %s", error)


def _read(file: Path) -> dict[str, Any]:
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        log.warning("%s is begun anew: %s", file.name, error)
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}
