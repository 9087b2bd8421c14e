"""The prompts that were used, to walk through and to search; kept on disk."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

log = logging.getLogger(__name__)

LONGEST = 500  # entries


@dataclass(frozen=True)
class Entry:
    """A prompt that was used, with its negative prompt."""

    prompt: str
    negative: str = ""


class PromptHistory:
    """Newest first. `older` and `newer` walk through it as Alt+Up and Alt+Down do; `add` ends the walk.

    problem: a sentence when the file was damaged (it is kept as a copy) or cannot be written, else "".
    What another running program added to the file meanwhile is taken over when this one adds something.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem = ""
        self._entries = self._load()
        self._at = -1  # -1: at what is being typed now
        self._draft = Entry("")

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All, newest first."""
        return tuple(self._entries)

    def add(self, prompt: str, negative: str = "") -> None:
        """Remembers a prompt that was used; one used before moves to the front."""
        self._at = -1
        entry = Entry(prompt, negative)
        if not prompt.strip() or self._entries[:1] == [entry]:
            return
        theirs = self._there()
        self._entries = list(dict.fromkeys([entry, *self._entries, *theirs]))[:LONGEST]
        self._save()

    def older(self, typed: Entry) -> Entry:
        """The entry before the one shown; at the end the last again. `typed` is what `newer` returns to."""
        if not self._entries:
            return typed
        if self._at == -1:
            self._draft = typed
            self._at = 1 if typed == self._entries[0] and len(self._entries) > 1 else 0
        else:
            self._at = min(self._at + 1, len(self._entries) - 1)
        return self._entries[self._at]

    def newer(self, typed: Entry) -> Entry:
        """The entry after the one shown; past the newest what had been typed."""
        if self._at == -1:
            return typed
        self._at -= 1
        return self._draft if self._at == -1 else self._entries[self._at]

    def search(self, words: str) -> tuple[Entry, ...]:
        """Entries that hold all the words, in any order and case."""
        wanted = words.casefold().split()
        return tuple(
            each
            for each in self._entries
            if all(word in f"{each.prompt}\n{each.negative}".casefold() for word in wanted)
        )

    def _load(self) -> list[Entry]:
        try:
            value = json.loads(self.path.read_bytes())
            if not isinstance(value, list):
                raise ValueError("not a list")
        except FileNotFoundError:
            return []
        except (OSError, ValueError, RecursionError) as error:
            self._set_aside(error)
            return []
        return _entries_of(cast("list[Any]", value))[:LONGEST]

    def _there(self) -> list[Entry]:
        """What the file holds now; nothing when that cannot be read: then it was told of, or it is written anew."""
        try:
            value = json.loads(self.path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return []
        return _entries_of(cast("list[Any]", value)) if isinstance(value, list) else []

    def _set_aside(self, error: Exception) -> None:
        number = 1
        while (copy := self.path.with_name(f"{self.path.stem}.damaged-{number}.json")).exists():
            number += 1
        try:
            copy.write_bytes(self.path.read_bytes())
            self.problem = f"The prompt history was damaged and starts anew; the old file is kept as {copy.name}."
        except OSError as second:
            self.problem = f"The prompt history cannot be read: {second.strerror or second}."
        log.warning("damaged prompt history: %r", error)

    def _save(self) -> None:
        data = json.dumps([asdict(entry) for entry in self._entries], indent=1).encode()
        try:
            _write(self.path, data)
            self.problem = ""
        except OSError as error:
            self.problem = f"The prompt history cannot be kept: {error.strerror or error}."
            log.warning("%s", self.problem)


def _entries_of(items: list[Any]) -> list[Entry]:
    """What can be understood of it."""
    found: list[Entry] = []
    for item in items:
        if isinstance(item, dict):
            entry = cast("dict[str, Any]", item)
            prompt, negative = entry.get("prompt"), entry.get("negative", "")
            if isinstance(prompt, str) and isinstance(negative, str):
                found.append(Entry(prompt, negative))
    return found


def _write(path: Path, data: bytes) -> None:
    """Atomically: a crash leaves the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".prompts-", delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            file.close()
            os.replace(file.name, path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
