"""Pictures of the gallery as files elsewhere: another format or size, names by a template, with or without metadata."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from PIL import Image

from studio.library.files import write_atomically
from studio.library.gallery.dialects.table import read_metadata
from studio.library.gallery.formats.read import read_contents
from studio.library.gallery.formats.write import SUFFIXES, encode
from studio.library.gallery.index.store import Item
from studio.library.gallery.infotext import infotext_of
from studio.library.gallery.metadata import Metadata
from studio.library.gallery.strip import stripped
from studio.library.gallery.writing import free, slug
from studio.library.pictures import read_picture
from studio.request.errors import BadInput
from studio.request.geometry import Size
from studio.request.pixels import Pixels

SAME = ""  # as it is
TEMPLATE = "[name]"
TOKENS = {
    "name": "the file's name",
    "number": "1, 2, 3 … in this export",
    "seed": "the seed",
    "prompt_words": "first words of the prompt",
    "prompt_hash": "8 letters that stand for the prompt",
    "date": "2026-11-23",
    "datetime": "20261123093012, or [datetime<%Y-%m-%d %H.%M>]",
    "model_name": "the model",
    "model_hash": "the model's hash",
    "sampler": "the sampler",
    "steps": "the number of steps",
    "cfg": "the guidance scale",
    "width": "pixels",
    "height": "pixels",
    "rating": "stars",
}
_TOKEN = re.compile(r"\[(\w+)(?:<([^<>]*)>)?\]")
_FORBIDDEN = re.compile(r'[\x00-\x1f\\:*?"<>|]')
LONGEST_NAME = 200  # bytes, so that numbers and suffixes still fit everywhere


@dataclass(frozen=True, kw_only=True)
class Export:
    """format: "PNG", "JPEG", "WebP", "AVIF", or SAME. longest: of the longer side in pixels, 0 leaves the size.

    template: a name with [tokens]; "/" makes folders. strip: without any metadata.
    """

    folder: Path
    format: str = SAME
    quality: int = 92
    longest: int = 0
    template: str = TEMPLATE
    strip: bool = False


@dataclass(frozen=True)
class Exported:
    """problem: why there is no file, a full sentence, or ""."""

    item: Item
    path: Path | None
    problem: str = ""


def export(items: Sequence[Item], wanted: Export, report: Callable[[int], bool] = lambda done: True) -> list[Exported]:
    """Writes all pictures; never over a file that is there. report(done) is asked after each and may end it by False.

    Raises BadInput when the folder or the template cannot be used.
    """
    _check(wanted)
    results: list[Exported] = []
    for number, item in enumerate(items, 1):
        try:
            results.append(Exported(item, _one(item, wanted, number)))
        except (BadInput, OSError) as error:
            reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
            results.append(Exported(item, None, reason))
        if not report(number):
            break
    return results


def _check(wanted: Export) -> None:
    if wanted.format and wanted.format not in SUFFIXES:
        raise BadInput(f"Pictures cannot be exported as {wanted.format}.", f"Choose one of {', '.join(SUFFIXES)}.")
    if not 1 <= wanted.quality <= 100:
        raise BadInput(f"A quality of {wanted.quality} cannot be used.", "Choose one from 1 to 100.")
    unknown = [name for name, _ in _TOKEN.findall(wanted.template) if name not in TOKENS]
    if unknown:
        raise BadInput(f"The name has an unknown token [{unknown[0]}].", f"Known are {', '.join(TOKENS)}.")
    try:
        wanted.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"The folder {str(wanted.folder)!r} cannot be made: {error.strerror or error}.") from error


def _one(item: Item, wanted: Export, number: int) -> Path:
    metadata = read_metadata(item.path)
    contents = read_contents(item.path)
    same = wanted.format in (SAME, contents.format) and not 0 < wanted.longest < max(contents.size)
    suffix = item.path.suffix if wanted.format in (SAME, contents.format) else SUFFIXES[wanted.format]
    if same:
        data = stripped(item.path) if wanted.strip else item.path.read_bytes()
    else:
        kind = wanted.format or (contents.format if contents.format in SUFFIXES else "PNG")
        suffix = SUFFIXES[kind] if contents.format != kind else suffix
        pixels = smaller(read_picture(item.path), wanted.longest)
        text = "" if wanted.strip else infotext_of(metadata)
        data = encode(pixels, kind, quality=wanted.quality, infotext=text, own=b"" if wanted.strip else contents.own)
    path = free(wanted.folder / (name_for(item, metadata, wanted.template, number) + suffix))
    write_atomically(path, data)
    return path


def smaller(pixels: Pixels, longest: int) -> Pixels:
    """The picture with its longer side at most `longest` pixels; 0 leaves it."""
    size = pixels.size
    if not 0 < longest < max(size):
        return pixels
    target = size.scaled(longest / max(size))
    image = Image.fromarray(pixels.array).resize(Size(*target), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return Pixels(np.asarray(image).copy())


def name_for(item: Item, metadata: Metadata, template: str, number: int) -> str:
    """The template with its tokens filled in, safe on every system, without suffix; folders by "/"."""
    values = {
        "name": item.path.stem,
        "number": str(number),
        "seed": _or_unknown(metadata.seed),
        "prompt_words": slug(metadata.prompt or "") or "picture",
        "prompt_hash": hashlib.sha256((metadata.prompt or "").encode("utf-8", "replace")).hexdigest()[:8],
        "date": _moment(item.created, "%Y-%m-%d"),
        "model_name": metadata.model or "unknown",
        "model_hash": metadata.model_hash or "unknown",
        "sampler": metadata.sampler or "unknown",
        "steps": _or_unknown(metadata.steps),
        "cfg": _or_unknown(None if metadata.guidance is None else f"{metadata.guidance:g}"),
        "width": str(item.width),
        "height": str(item.height),
        "rating": str(item.rating),
    }

    def fill(match: re.Match[str]) -> str:
        if match[1] == "datetime":
            return _moment(item.created, match[2] or "%Y%m%d%H%M%S").replace("/", "-")
        return values.get(match[1], "").replace("/", "-")

    filled = _TOKEN.sub(fill, template)
    parts = [_safe(part) for part in filled.split("/")]
    return "/".join(part for part in parts if part) or item.path.stem


def _safe(part: str) -> str:
    """One name: no sign that any system forbids, no leading or trailing dots, at most LONGEST_NAME bytes."""
    plain = _FORBIDDEN.sub("-", part).encode("utf-8", "replace").decode().strip(" .")
    return plain.encode()[:LONGEST_NAME].decode("utf-8", "ignore").strip(" .")


def _moment(created: float, pattern: str) -> str:
    try:
        return datetime.fromtimestamp(created).strftime(pattern)
    except (ValueError, OverflowError, OSError):
        return time.strftime("%Y-%m-%d", time.gmtime(0))


def _or_unknown(value: object) -> str:
    return "unknown" if value is None else str(value)
