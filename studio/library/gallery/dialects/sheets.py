"""Sheets of grids: which pictures are on them, so that each is found from the other."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, cast

from studio.library.gallery.dialects.values import parse_object
from studio.library.gallery.formats.contents import Contents
from studio.library.gallery.metadata import GRID, Metadata

KEYWORD = "sfumato_sheet"
TITLE = "Description"


def sheet_text(digests: Iterable[str]) -> str:
    """What a sheet says under `KEYWORD`. digests: `Pixels.digest` of its pictures."""
    return json.dumps({"pictures": list(dict.fromkeys(digests))})


def shown_on_sheet(contents: Contents) -> tuple[str, ...]:
    """Digests of the pictures on a sheet; () for any other file."""
    pictures = parse_object(contents.texts.get(KEYWORD, "")).get("pictures")
    found = cast("list[Any]", pictures) if isinstance(pictures, list) else []
    return tuple(each for each in found if isinstance(each, str) and each)


def read_sheet(contents: Contents) -> Metadata | None:
    """What can be found of a sheet by words: the prompt that its pictures share."""
    if KEYWORD not in contents.texts:
        return None
    return Metadata(source="plain", prompt=contents.texts.get(TITLE), kind=GRID, raw=dict(contents.texts))
