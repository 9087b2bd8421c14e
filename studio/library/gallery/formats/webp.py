"""WebP: a RIFF container of chunks (RFC 9649)."""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

from studio.library.gallery.formats.contents import MOST_METADATA, Contents, Malformed, decode, inflate_or_nothing
from studio.library.gallery.formats.exif import Exif, read_exif
from studio.request.geometry import Size

_OWN = b"SFUM"  # unknown chunks are allowed and ignored (RFC 9649, 2.7.1.6)


def read_webp(file: BinaryIO) -> Contents:
    """Raises Malformed when it is no WebP or has no size."""
    header = file.read(12)
    if header[:4] != b"RIFF" or header[8:] != b"WEBP":
        raise Malformed("it is no WebP")
    chunks: dict[bytes, bytes] = {}
    size = None
    problem = ""
    while len(head := file.read(8)) == 8:
        kind, length = struct.unpack("<4sI", head)
        wanted = kind in (b"VP8X", b"EXIF", b"XMP ", _OWN) and length <= MOST_METADATA
        data = file.read(length if wanted else min(length, 30))
        if wanted and len(data) == length:
            chunks.setdefault(kind, data)
        size = size or _size(kind, data)
        file.seek(length + length % 2 - len(data), 1)
    if file.tell() > file.seek(0, 2) + 1:
        problem = "The file ends too early."
    if size is None or size.area == 0:
        raise Malformed("it has no size")
    flags = chunks.get(b"VP8X", b"\0")[0]
    return Contents(
        format="WebP",
        size=size,
        exif=read_exif(chunks[b"EXIF"]) if b"EXIF" in chunks else Exif(),
        xmp=decode(chunks.get(b"XMP ", b"")),
        own=inflate_or_nothing(chunks.get(_OWN, b"")),
        has_alpha=bool(flags & 0x10),
        animated=bool(flags & 0x02),
        problem=problem,
    )


def _size(kind: bytes, data: bytes) -> Size | None:
    if kind == b"VP8X" and len(data) >= 10:
        return Size(1 + int.from_bytes(data[4:7], "little"), 1 + int.from_bytes(data[7:10], "little"))
    if kind == b"VP8L" and len(data) >= 5:
        bits = int.from_bytes(data[1:5], "little")
        return Size(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    if kind == b"VP8 " and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return Size(width & 0x3FFF, height & 0x3FFF)
    return None


def add_own(webp: bytes, record: bytes) -> bytes:
    """The file with our record as its last chunk. It must be in the extended layout (VP8X)."""
    data = zlib.compress(record, 9)
    chunk = _OWN + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    body = webp[8:] + chunk
    return b"RIFF" + struct.pack("<I", len(body)) + body
