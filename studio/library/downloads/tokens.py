"""The access token for gated repositories: in the system's keyring, never in a file of ours.

Without the `keyring` package it is kept for this run only.
"""

from __future__ import annotations

import importlib
import os
from contextlib import suppress
from typing import Any

_SERVICE, _NAME = "sfumato", "huggingface.co"
_now: dict[str, str] = {}


def token() -> str:
    """The person's token, from the environment (HF_TOKEN), this run or the keyring; "" when there is none."""
    if found := os.environ.get("HF_TOKEN", "").strip() or _now.get(_NAME, ""):
        return found
    ring = _keyring()
    with suppress(Exception):  # backends raise what they like; no token then
        return str(ring.get_password(_SERVICE, _NAME) or "") if ring is not None else ""
    return ""


def keep_token(value: str) -> bool:
    """Keeps a token, or forgets it if empty; True when it outlives this run."""
    _now[_NAME] = value.strip()
    ring = _keyring()
    if ring is None:
        return False
    try:
        if value.strip():
            ring.set_password(_SERVICE, _NAME, value.strip())
        else:
            ring.delete_password(_SERVICE, _NAME)
    except Exception:  # noqa: BLE001 - a locked or absent keyring, in the words of any backend
        return False
    return True


def _keyring() -> Any:
    try:
        return importlib.import_module("keyring")
    except ImportError:
        return None
