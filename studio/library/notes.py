"""What a person says about their weights: notes, tags, trigger words, defaults, what they are. Kept in one small file.

It belongs to the weights, not to their place: a file is known again by its print (length, beginning and end), so notes
follow it through moves and renames.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, cast

from studio.library.files import write_atomically
from studio.request.errors import Trouble

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Notes:
    """All empty by default. triggers: instead of those found. family, variant, prediction: instead of what was
    recognised. steps, guidance, size, sampler: instead of the family's defaults (size as "1024x768").
    """

    text: str = ""
    tags: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    licence: str = ""
    family: str = ""
    variant: str = ""
    prediction: str = ""
    steps: int | None = None
    guidance: float | None = None
    size: str = ""
    sampler: str = ""
    picture: str = ""  # a file to show instead of the newest result


NOTHING = Notes()
_KNOWN = {each.name: each for each in fields(Notes)}
_LISTS = ("tags", "triggers")
_NUMBERS: Mapping[str, tuple[type, ...]] = {"steps": (int,), "guidance": (int, float)}


class NoteBook:
    """The notes of one person, by print. Safe to share by threads."""

    def __init__(self, path: Path | None) -> None:
        """path: the file; None keeps nothing beyond this run."""
        self._path = path
        self._lock = threading.Lock()
        self._notes: dict[str, Notes] | None = None

    def of(self, print_: str) -> Notes:
        """What is said about weights of that print; nothing by default."""
        with self._lock:
            return self._all().get(print_, NOTHING)

    def tags(self) -> list[str]:
        """All tags in use, in order."""
        with self._lock:
            return sorted({tag for notes in self._all().values() for tag in notes.tags}, key=str.lower)

    def change(self, print_: str, **fields_: Any) -> Notes:
        """Says something else about weights. Raises Trouble when it cannot be written down; then nothing changes."""
        with self._lock:
            notes = dict(self._all())
            notes[print_] = replace(notes.get(print_, NOTHING), **fields_)
            kept = {key: each for key, each in notes.items() if each != NOTHING}
            self._write(kept)
            self._notes = kept
            return kept.get(print_, NOTHING)

    def _write(self, notes: dict[str, Notes]) -> None:
        if self._path is None:
            return
        table = {key: {k: v for k, v in asdict(each).items() if v not in ("", (), None)} for key, each in notes.items()}
        try:
            write_atomically(self._path, json.dumps(table, indent=1, ensure_ascii=False).encode())
        except OSError as error:
            raise Trouble(f"Your note could not be written down: {error.strerror or error}.") from error

    def _all(self) -> dict[str, Notes]:
        if self._notes is None:
            self._notes = self._load()
        return self._notes

    def _load(self) -> dict[str, Notes]:
        value: Any = {}
        try:
            value = json.loads(self._path.read_bytes()) if self._path is not None and self._path.exists() else {}
        except (OSError, ValueError, RecursionError) as error:
            log.warning("notes about models cannot be read: %r", error)
            self._set_aside()
            return {}
        table = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
        return {key: _notes(cast("dict[str, Any]", each)) for key, each in table.items() if isinstance(each, dict)}

    def _set_aside(self) -> None:
        """A file that cannot be read is kept under another name, not written over."""
        if self._path is not None and self._path.exists():
            number = 1
            while (copy := self._path.with_suffix(f".damaged-{number}.json")).exists():
                number += 1
            self._path.replace(copy)


def _notes(values: Mapping[str, Any]) -> Notes:
    """What can be used of what was read."""
    good: dict[str, Any] = {}
    for name, value in values.items():
        if name in _LISTS:
            good |= {name: tuple(str(each) for each in cast("list[Any]", value))} if isinstance(value, list) else {}
        elif name in _NUMBERS:
            good |= {name: value} if isinstance(value, _NUMBERS[name]) and not isinstance(value, bool) else {}
        elif name in _KNOWN and isinstance(value, str):
            good[name] = value
    return Notes(**good)
