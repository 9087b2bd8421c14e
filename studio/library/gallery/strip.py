"""Takes everything out of a file that is not the picture, and says before what the file would reveal."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
from PIL import Image

from studio.library.gallery.dialects.sheets import KEYWORD
from studio.library.gallery.dialects.stealth import read_stealth
from studio.library.gallery.dialects.table import TITLES, read_metadata
from studio.library.gallery.formats.contents import Contents
from studio.library.gallery.formats.exif import (
    ARTIST,
    COPYRIGHT,
    DESCRIPTION,
    MAKE,
    MODEL,
    ORIENTATION,
    OWNER,
    SERIAL,
    SOFTWARE,
    TAKEN,
    USER_COMMENT,
)
from studio.library.gallery.formats.png import SIGNATURE, chunk
from studio.library.gallery.formats.read import contents_of, read_contents
from studio.library.gallery.formats.write import encode
from studio.library.gallery.metadata import Metadata
from studio.library.pictures import read_picture
from studio.request.pixels import Pixels

_GPS = 0x8825
_PERSONAL = ((ARTIST, "author"), (COPYRIGHT, "copyright"), (OWNER, "camera's owner"), (SERIAL, "camera's number"))
_SETTINGS = frozenset(  # texts whose content is told under better names
    (
        *("parameters", "prompt", "workflow", "fooocus_scheme", "sd-metadata", "Dream", KEYWORD),
        *("invokeai_metadata", "invokeai_workflow", "invokeai_graph"),
    )
)
_OF_MANY_TEXTS = frozenset(("airunner", "novelai"))  # programs that write each setting as a text of its own
_LONGEST = 200  # signs of a text that are shown
_KEPT_CHUNKS = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs")
)
_ANIMATION = frozenset((b"acTL", b"fcTL", b"fdAT"))
_KEPT_SEGMENTS = frozenset((0xE0, 0xE2, 0xEE))  # JFIF, colour profile, Adobe's colour transform


def reveals(path: Path) -> list[str]:
    """What somebody who gets this file could learn besides seeing it, one short sentence each; [] for nothing.

    Raises BadInput when it is no picture.
    """
    contents = read_contents(path)
    found = read_metadata(path)
    told: list[str] = []
    if found.source != "plain":
        told.append(f"It was made with {TITLES.get(found.source, found.source)}.")
    for what, value in (("prompt", found.prompt), ("negative prompt", found.negative), ("model", found.model)):
        if value:
            told.append(f"Its {what}: {value[:_LONGEST]}")
    if found.seed is not None:
        told.append(f"Its seed: {found.seed}.")
    return told + _of_camera(contents) + _of_texts(contents, found) + _of_rest(contents, path)


def _of_camera(contents: Contents) -> list[str]:
    exif = contents.exif
    told: list[str] = []
    if _GPS in exif.main:
        told.append("Where it was taken.")
    if exif.text(TAKEN):
        told.append(f"When it was taken: {exif.text(TAKEN)}.")
    camera = " ".join(part for part in (exif.text(MAKE), exif.text(MODEL)) if part and ":" not in part)
    if camera:
        told.append(f"The camera: {camera[:80]}.")
    if exif.text(SOFTWARE):
        told.append(f"The program that wrote it: {exif.text(SOFTWARE)[:80]}.")
    told += [f"Its {what}: {text[:_LONGEST]}" for tag, what in _PERSONAL if (text := exif.text(tag))]
    return told


def _of_texts(contents: Contents, found: Metadata) -> list[str]:
    """Texts that nothing else tells of: an author, a title, a comment, whatever a program has left."""
    left = {} if found.source in _OF_MANY_TEXTS else dict(contents.texts)
    if found.source == "plain":
        exif = contents.exif
        left |= {"description": exif.text(DESCRIPTION), "user comment": exif.text(USER_COMMENT)}
    said = {found.prompt, found.negative}
    kept = {name: text.strip() for name, text in left.items() if name not in _SETTINGS and text not in said}
    return [f"Its text “{name[:40]}”: {text[:_LONGEST]}" for name, text in kept.items() if text]


def _of_rest(contents: Contents, path: Path) -> list[str]:
    told: list[str] = []
    if "workflow" in contents.texts or "invokeai_workflow" in contents.texts:
        told.append("The whole workflow, which may hold paths on the machine it was made on.")
    if contents.xmp:
        told.append("A packet of XMP data.")
    if contents.format == "PNG" and read_stealth(path):
        told.append("Settings hidden in its pixels.")
    return told


def stripped(path: Path) -> bytes:
    """The file without metadata. PNG, JPEG and WebP keep their pixels bit for bit, where nothing is hidden in them.

    What has to stay for it to look the same stays: colour profile and rotation. Raises BadInput, OSError.
    """
    data = path.read_bytes()
    contents = contents_of(io.BytesIO(data), path.name)
    if contents.format == "PNG" and read_stealth(path):
        return encode(_without_hidden(read_picture(path)), "PNG")
    match contents.format:
        case "PNG":
            return _png(data)
        case "JPEG":
            return _jpeg(data, contents.exif.whole(ORIENTATION))
        case "WebP":
            return _webp(data)
        case _:
            return _anew(path, contents.format)


def _without_hidden(pixels: Pixels) -> Pixels:
    """Lowest bits, in which settings may hide, made all the same."""
    array = pixels.array.copy()
    array[..., -1 if pixels.channels == 4 else slice(None)] |= np.uint8(1)
    return Pixels(array)


def _png(data: bytes) -> bytes:
    parts = [SIGNATURE]
    position = len(SIGNATURE)
    while position + 12 <= len(data):
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        body = data[position + 8 : position + 8 + length]
        if kind in _KEPT_CHUNKS | _ANIMATION:
            parts.append(chunk(kind, body))
        position += 12 + length
    return b"".join(parts)


def _jpeg(data: bytes, orientation: int) -> bytes:
    parts = [b"\xff\xd8"]
    if 2 <= orientation <= 8:
        tag = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, 3, 1, orientation, 0, 0)
        parts.append(b"\xff\xe1" + struct.pack(">H", 2 + 6 + len(tag)) + b"Exif\0\0" + tag)
    position = 2
    while position + 4 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if marker == 0xDA:
            break
        length = 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        if marker in _KEPT_SEGMENTS or not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            parts.append(data[position : position + length])
        position += length
    end = data.rfind(b"\xff\xd9")
    return b"".join(parts) + data[position : end + 2 if end > position else len(data)]


def _webp(data: bytes) -> bytes:
    parts: list[bytes] = []
    position = 12
    while position + 8 <= len(data):
        kind, length = struct.unpack("<4sI", data[position : position + 8])
        whole = data[position : position + 8 + length + length % 2]
        if kind == b"VP8X":
            whole = whole[:8] + bytes((whole[8] & ~0x0C,)) + whole[9:]  # no EXIF, no XMP
        if kind in (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"):
            parts.append(whole)
        position += len(whole)
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _anew(path: Path, kind: str) -> bytes:
    """Decoded and encoded again, as well as the format can."""
    buffer = io.BytesIO()
    pixels = read_picture(path)
    Image.fromarray(pixels.array).save(buffer, kind.upper(), **({"quality": 95} if kind == "AVIF" else {}))
    return buffer.getvalue()
