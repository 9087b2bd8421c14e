"""How a file's path is written in the index: below the gallery without it, else absolute; bytes where it is no text."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

Key = str | bytes


def key_of(path: Path, root: Path) -> Key:
    """The path as it is stored. On systems whose names are bytes, those that are not UTF-8 are kept as bytes."""
    text, start = os.fspath(path), _beginning(root)
    return key_of_text(text[len(start) :].replace(os.sep, "/") if text.startswith(start) else text)


def path_of(key: Key, root: Path) -> Path:
    """Back from `key_of`."""
    return root / (os.fsdecode(key) if isinstance(key, bytes) else key)


@lru_cache(maxsize=16)
def _beginning(root: Path) -> str:
    return os.path.join(root, "")


def text_of(key: Key) -> str:
    """The key as text for JSON, where what is no UTF-8 becomes lone surrogates."""
    return os.fsdecode(key) if isinstance(key, bytes) else key


def key_of_text(text: str) -> Key:
    """Back from `text_of`."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(text)
    return text


def name_of(path: Path) -> str:
    """The file's name as valid text, for showing and searching."""
    return path.name.encode("utf-8", "replace").decode()
