"""Finished pictures as files: whole or not at all, under names that never collide, with all their settings."""

from __future__ import annotations

import os
import re
import secrets
import time
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from studio.library.files import TEMPORARY, sync_folder
from studio.library.gallery.formats.write import encode
from studio.library.gallery.infotext import write_infotext
from studio.library.gallery.record import write_own
from studio.request.errors import BadInput, Trouble
from studio.request.events import Picture

LONGEST_NAME = 48  # characters of the prompt in a file's name
KINDS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WebP", ".avif": "AVIF"}
NOBODY: Mapping[str, str] = {}


def write_picture(picture: Picture, path: Path, machine: Mapping[str, str] = NOBODY) -> Path:
    """Writes the picture with its settings to exactly this path, replacing what is there; returns it.

    The format follows from the suffix. Raises BadInput for a suffix that is not known, Trouble when it cannot write.
    """
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise BadInput(f"Pictures cannot be written as {path.suffix or 'files without a suffix'}.", "Use .png or .jpg.")
    data = encoded(picture, kind, time.time(), machine)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        place(data, path, path.parent)
    except OSError as error:
        raise cannot_write(path, error) from error
    return path


def write_into(folder: Path, picture: Picture, machine: Mapping[str, str] = NOBODY) -> Path:
    """Writes a PNG under a new name into a folder, which is made if need be. Raises Trouble when it cannot."""
    created = time.time()
    path = folder / file_name(picture, created)
    return write_picture(picture, path, machine)


def encoded(picture: Picture, kind: str, created: float, machine: Mapping[str, str]) -> bytes:
    """The file's bytes. created: seconds since 1970."""
    own = write_own(picture, created, machine)
    return encode(picture.pixels, kind, infotext=write_infotext(picture.request), own=own)


def place(data: bytes, path: Path, workshop: Path) -> None:
    """Writes to a temporary file in `workshop`, of the same file system, which then takes the name. Raises OSError."""
    part = workshop / f"{TEMPORARY}{secrets.token_hex(8)}.part"
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def free(path: Path) -> Path:
    """The path, or the first with a number that is not taken: "fox.png", "fox-2.png"."""
    number = 2
    found = path
    while found.exists():
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return found


def file_name(picture: Picture, created: float) -> str:
    """Time, first words of the prompt, and a random end that makes it the only one: "093012-a-red-fox-1f3a9c0d.png"."""
    now = datetime.fromtimestamp(created)
    words = slug(picture.request.prompt.raw or picture.request.prompt.text) or "picture"
    return f"{now:%H%M%S}-{words}-{secrets.token_hex(4)}.png"


def slug(text: str) -> str:
    """Words safe in a file's name on every system, at most LONGEST_NAME characters, cut between words.

    >>> slug("Ein Fuchs: schnell & schön, im Schnee")
    'ein-fuchs-schnell-schön-im-schnee'
    """
    words = re.findall(r"\w+", unicodedata.normalize("NFC", text[:400]).lower())
    kept = ""
    for word in words:
        longer = f"{kept}-{word[:24]}" if kept else word[:24]
        if len(longer) > LONGEST_NAME or len(longer.encode("utf-8", "replace")) > 3 * LONGEST_NAME:
            break
        kept = longer
    return kept.encode("utf-8", "ignore").decode()


def cannot_write(path: Path, error: OSError) -> Trouble:
    """The trouble to raise when a picture cannot be written to a path."""
    reason = error.strerror or str(error)
    return Trouble(f"The picture could not be written to {str(path.parent)!r}: {reason}.", _remedy(error), repr(error))


def _remedy(error: OSError) -> str:
    return "Free some space on the disk." if error.errno == 28 else "Check that the folder can be written to."
