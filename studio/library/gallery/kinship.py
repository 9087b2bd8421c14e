"""What tells that pictures are related though none was drawn over another: the settings in their records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

_MEANINGLESS = frozenset(("format", "version", "throughput", "count", "origin"))  # for what a picture shows
_OTHER_NOISE = frozenset(("seed", "variation", "stop_at"))


class Kinship(NamedTuple):
    """own: of the settings that make the picture. origin: of those of the one it was branched or varied from, or "".

    kin: of the settings apart from the noise, which pictures that were made with another seed have in common.
    """

    own: str = ""
    origin: str = ""
    kin: str = ""


def kinship_of(record: Mapping[str, Any]) -> Kinship:
    """record: of a request, as `studio.request.record` writes it, or whatever a damaged file holds instead."""
    try:
        return Kinship(_name(record), _origin(record), _name(record, _OTHER_NOISE))
    except (TypeError, ValueError, RecursionError):
        return Kinship()


def _origin(record: Mapping[str, Any]) -> str:
    branch = record.get("branch")
    if isinstance(branch, dict):
        parent = cast("dict[str, Any]", branch).get("parent")
        return _name(cast("dict[str, Any]", parent)) if isinstance(parent, dict) else ""
    for name in ("variation", "stop_at"):
        if record.get(name):
            return _name(record, frozenset((name,)))
    return ""


def _name(record: Mapping[str, Any], but: frozenset[str] = frozenset()) -> str:
    """Of all that is in a record, but for what changes nothing and these."""
    kept = {name: value for name, value in record.items() if name not in _MEANINGLESS and name not in but}
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
