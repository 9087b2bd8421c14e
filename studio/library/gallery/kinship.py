"""What tells that pictures are related though none was drawn over another: the settings in their records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from studio.request.control import REFERENCE as IP_ADAPTER
from studio.request.record import of_itself

_MEANINGLESS = frozenset(("format", "version", "throughput", "count"))  # for what a picture shows
_OTHER_NOISE = frozenset(("seed", "variation", "stop_at"))


CONTROL, REFERENCE, SHEET = "control", "reference", "sheet"
"""Kinds of links: it was followed, it was to be like it, it is on the sheet of a grid."""


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


def parent_in(record: Mapping[str, Any]) -> str:
    """The digest of the picture that it was painted over, or of the one that this came from; "" when there is none."""
    return _first_text(record, "origin", "source")


def followed_in(record: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Digests of the pictures that it was made by looking at, with `CONTROL` or `REFERENCE`."""
    controls = record.get("controls")
    found: dict[tuple[str, str], None] = {}
    for each in cast("list[Any]", controls) if isinstance(controls, list) else ():
        if isinstance(each, dict):
            control = cast("dict[str, Any]", each)
            digest = _first_text(control, "origin", "picture")
            found[digest, REFERENCE if control.get("kind") == IP_ADAPTER else CONTROL] = None
    return tuple(each for each in found if each[0])


def _first_text(record: Mapping[str, Any], *names: str) -> str:
    """What is told under the first of these names that tells anything, or ""."""
    return next((each for name in names if isinstance(each := record.get(name), str) and each), "")


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
    left_out = _MEANINGLESS | but
    kept = {name: value for name, value in of_itself(record).items() if name not in left_out}
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
