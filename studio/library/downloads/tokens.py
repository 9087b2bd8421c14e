"""The access token for gated repositories: in the system's keyring (Windows' Credential Manager, macOS' Keychain, the
Secret Service or KWallet of Linux desktops), never in a file of ours.

Where there is none, or it is only a plain file, the token is kept for this run.
"""

from __future__ import annotations

import importlib
import os
from contextlib import suppress
from typing import Any

_SERVICE, _NAME = "sfumato", "huggingface.co"
_SAFE = 1  # priority at least of keyring's backends that keep secrets as such; those that write plain files have less
_now: dict[str, str] = {}


def token() -> str:
    """The person's token, from the environment (HF_TOKEN), this run or the keyring; "" when there is none.

    May take as long as a person needs to unlock the keyring.
    """
    if found := os.environ.get("HF_TOKEN", "").strip() or _now.get(_NAME, ""):
        return found
    with suppress(Exception):  # backends raise what they like; no token then
        ring = _keyring()
        return str(ring.get_password(_SERVICE, _NAME) or "") if ring is not None else ""
    return ""


def keep_token(value: str) -> bool:
    """Keeps a token, or forgets it if empty; True when that outlives this run. May take as long as `token`."""
    _now[_NAME] = value.strip()
    try:
        ring = _keyring()
        if ring is None:
            return False
        if value.strip():
            ring.set_password(_SERVICE, _NAME, value.strip())
        else:
            ring.delete_password(_SERVICE, _NAME)
    except Exception:  # noqa: BLE001 - a locked or absent keyring, in the words of any backend
        return False
    return True


def _keyring() -> Any:
    """The system's, None when there is none in which a secret stays one."""
    try:
        ring = importlib.import_module("keyring").get_keyring()
    except ImportError:  # of an environment that was not set up by us
        return None
    return ring if ring.priority >= _SAFE else None
