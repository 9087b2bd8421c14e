"""What the index keeps of one file, found out by opening it once."""

from __future__ import annotations

import contextlib
import hashlib
import os
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from studio.library.gallery.dialects.sheets import shown_on_sheet
from studio.library.gallery.formats.contents import Contents
from studio.library.gallery.formats.exif import CHANGED, TAKEN
from studio.library.gallery.formats.read import contents_of
from studio.library.gallery.index.schema import SHOWN, UNREADABLE
from studio.library.gallery.kinship import SHEET, Kinship, followed_in, kinship_of, parent_in
from studio.library.gallery.metadata import Metadata
from studio.library.gallery.record import needs
from studio.library.pictures import LARGEST_AREA
from studio.request.errors import BadInput

Entry = dict[str, Any]
_EDGE = 4096  # bytes at each end that tell a file again
LONGEST_TEXT = 200_000  # characters of a prompt that are indexed


def describe(path: Path) -> Entry:
    """Columns of `picture` for a file, without its path; `needs`: digests of pictures that its request holds; `links`.

    Never raises for what is in the file: `problem` says what is wrong.

    Raises FileNotFoundError when it is gone, and OSError when the disk is.
    """
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        entry: Entry = {
            "stamp": status.st_mtime_ns,
            "bytes": status.st_size,
            "print": fingerprint(file, status.st_size),
        }
        file.seek(0)
        try:
            contents = contents_of(file, path.name)
        except BadInput as error:
            return entry | {"created": status.st_mtime, "state": UNREADABLE, "problem": _clean(str(error))}
    from studio.library.gallery.dialects.table import metadata_of  # not before a picture is read: the start waits

    return entry | columns(contents, metadata_of(contents, path), status.st_mtime)


def fingerprint(file: BinaryIO, size: int) -> bytes:
    """16 bytes of length, beginning and end: cheap, and the same after a move to another folder."""
    file.seek(0)
    digest = hashlib.blake2b(str(size).encode(), digest_size=16)
    digest.update(file.read(_EDGE))
    if size > _EDGE:
        file.seek(max(_EDGE, size - _EDGE))
        digest.update(file.read(_EDGE))
    return digest.digest()


def columns(contents: Contents, found: Metadata, changed: float) -> Entry:
    """The columns that tell what the picture is and how it was made."""
    too_large = contents.size.area > LARGEST_AREA
    problem = contents.problem or ("It has too many pixels to open safely." if too_large else "")
    related = kinship_of(found.own.request) if found.own else Kinship()
    return {
        "state": UNREADABLE if problem else SHOWN,
        "format": contents.format,
        "width": contents.size.width,
        "height": contents.size.height,
        "created": found.created if found.created is not None else _taken(contents, changed),
        "source": found.source,
        "kind": found.kind,
        "prompt": _clean(found.prompt),
        "negative": _clean(found.negative),
        "model": _clean(found.model),
        "model_hash": _clean(found.model_hash),
        "loras": _clean(", ".join(lora.name for lora in found.loras)),
        "sampler": _clean(found.sampler),
        "steps": found.steps if found.steps is None or found.steps < 2**63 else None,
        "guidance": found.guidance,
        "seed": None if found.seed is None else str(found.seed),
        "strength": found.strength,
        "digest": _clean(found.own.digest) if found.own else "",
        "parent": _clean(parent_in(found.own.request)) if found.own else "",
        "recipe": related.own,
        "origin": related.origin,
        "kin": related.kin,
        "problem": problem,
        "needs": needs(found.own) if found.own else (),
        "links": tuple((_clean(digest), kind) for digest, kind in links_of(contents, found)),
    }


def links_of(contents: Contents, found: Metadata) -> tuple[tuple[str, str], ...]:
    """Digests of pictures that this one was made by looking at, or shows, each with the kind of the link."""
    return followed_in(found.own.request) if found.own else tuple((each, SHEET) for each in shown_on_sheet(contents))


def _taken(contents: Contents, changed: float) -> float:
    """When a camera or program says it was made, else when the file was changed."""
    for tag in (TAKEN, CHANGED):
        if text := contents.exif.text(tag):
            with contextlib.suppress(ValueError, OSError, OverflowError):
                return datetime.strptime(text, "%Y:%m:%d %H:%M:%S").timestamp()
    return changed


def _clean(text: str | None) -> str:
    """Valid text without NUL, which SQLite would end it at."""
    return (text or "")[:LONGEST_TEXT].replace("\0", " ").encode("utf-8", "replace").decode()
