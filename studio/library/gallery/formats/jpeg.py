"""JPEG: segments of a marker and a length, up to the compressed data (ITU-T T.81, annex B)."""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

from studio.library.gallery.formats.contents import Contents, Malformed, decode, inflate_or_nothing
from studio.library.gallery.formats.exif import Exif, read_exif
from studio.request.geometry import Size

_OWN = b"Sfumato\0"
_OWN_MARKER = 0xE9  # APP9, which nobody claims
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # start of frame, all kinds of coding
_LONGEST = 65_533 - 2 - len(_OWN) - 4  # bytes of our record in one segment


def read_jpeg(file: BinaryIO) -> Contents:
    """Raises Malformed when it is no JPEG or has no size."""
    if file.read(2) != b"\xff\xd8":
        raise Malformed("it is no JPEG")
    found = _Found()
    problem = "The file ends too early."
    while (marker := _next_marker(file)) is not None:
        if marker in (0xDA, 0xD9):  # the scan, or the end
            problem = ""
            break
        data = _segment(file)
        if data is None:
            break
        found.take(marker, data)
    return found.contents(problem or _cut_off(file))


class _Found:
    """What the segments so far have told."""

    def __init__(self) -> None:
        self.size: Size | None = None
        self.exif = Exif()
        self.xmp = ""
        self.comment = b""
        self.own: dict[int, bytes] = {}

    def take(self, marker: int, data: bytes) -> None:
        if marker in _FRAMES and len(data) >= 6:
            height, width = struct.unpack(">HH", data[1:5])
            self.size = Size(width, height)
        elif marker == 0xE1 and data.startswith(b"Exif\0\0"):
            self.exif = read_exif(data)
        elif marker == 0xE1 and data.startswith(_XMP):
            self.xmp = decode(data[len(_XMP) :])
        elif marker == _OWN_MARKER and data.startswith(_OWN) and len(data) > len(_OWN) + 4:
            (index,) = struct.unpack_from(">H", data, len(_OWN))
            self.own[index] = data[len(_OWN) + 4 :]
        elif marker == 0xFE:
            self.comment += data

    def contents(self, problem: str) -> Contents:
        if self.size is None or self.size.area == 0:
            raise Malformed("it has no size")
        return Contents(
            format="JPEG",
            size=self.size,
            texts={"comment": decode(self.comment)} if self.comment else {},
            exif=self.exif,
            xmp=self.xmp,
            own=inflate_or_nothing(b"".join(self.own[index] for index in sorted(self.own))),
            problem=problem,
        )


def _next_marker(file: BinaryIO) -> int | None:
    if file.read(1) != b"\xff":
        return None
    while (code := file.read(1)) == b"\xff":  # fill bytes
        pass
    return code[0] if code else None


def _segment(file: BinaryIO) -> bytes | None:
    length = int.from_bytes(file.read(2), "big")
    data = file.read(max(0, length - 2))
    return data if length >= 2 and len(data) == length - 2 else None


def _cut_off(file: BinaryIO) -> str:
    """Looks for the end marker near the end: cameras and phones add a little after it."""
    end = file.seek(0, 2)
    file.seek(max(0, end - 65_536))
    return "" if b"\xff\xd9" in file.read() else "The file ends too early."


def add_own(jpeg: bytes, record: bytes) -> bytes:
    """The file with our record in as many segments as it needs, after the segments it begins with."""
    data = zlib.compress(record, 9)
    parts = [data[start : start + _LONGEST] for start in range(0, len(data), _LONGEST)]
    segments = b"".join(
        struct.pack(">BBH", 0xFF, _OWN_MARKER, 2 + len(_OWN) + 4 + len(part))
        + _OWN
        + struct.pack(">HH", index, len(parts))
        + part
        for index, part in enumerate(parts)
    )
    end = 2
    while jpeg[end] == 0xFF and 0xE0 <= jpeg[end + 1] <= 0xEF:
        end += 2 + int.from_bytes(jpeg[end + 2 : end + 4], "big")
    return jpeg[:end] + segments + jpeg[end:]
