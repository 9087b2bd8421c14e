"""AVIF: boxes of length, type, data (ISO/IEC 14496-12); EXIF and XMP are items of the `meta` box (23008-12)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from studio.library.gallery.formats.contents import MOST_METADATA, Contents, Malformed, decode, inflate_or_nothing
from studio.library.gallery.formats.exif import Exif, read_exif
from studio.request.geometry import Size

_OWN = bytes.fromhex("5f0c5d2e8a914c7b9e3f53667561746f")  # names our `uuid` box
_PARENTS = (b"iprp", b"ipco")
Box = tuple[bytes, bytes]


def read_avif(file: BinaryIO) -> Contents:
    """Raises Malformed when it is no AVIF or has no size."""
    head = file.read(12)
    if head[4:8] != b"ftyp":
        raise Malformed("it is no AVIF")
    end = file.seek(0, 2)
    meta, own, problem = b"", b"", ""
    position = 0
    while position + 8 <= end:
        file.seek(position)
        length, header, kind = _head(file, end - position)
        if length < header or position + length > end:
            problem = "The file ends too early."
        if kind in (b"meta", b"uuid") and header <= length <= MOST_METADATA:
            body = file.read(length - header)
            meta = meta or (body if kind == b"meta" else b"")
            own = body[16:] if kind == b"uuid" and body[:16] == _OWN else own
        position += max(length, 8)
    size = max(_sizes(meta[4:]), key=lambda each: each.area, default=None)
    if size is None or size.area == 0:
        raise Malformed("it has no size")
    items = _items(meta[4:])
    exif = _item(file, meta, items, b"Exif")
    return Contents(
        format="AVIF",
        size=size,
        exif=read_exif(exif[4 + int.from_bytes(exif[:4], "big") :]) if len(exif) > 4 else Exif(),
        xmp=decode(_item(file, meta, items, b"mime")),
        own=inflate_or_nothing(own),
        has_alpha=b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha" in meta,
        animated=head[8:12] == b"avis",
        problem=problem,
    )


def _head(file: BinaryIO, rest: int) -> tuple[int, int, bytes]:
    """Length of a box with its header, length of the header, type."""
    length, kind = struct.unpack(">I4s", file.read(8))
    if length == 1:
        return int.from_bytes(file.read(8), "big"), 16, kind
    return (rest if length == 0 else length), 8, kind


def _boxes(data: bytes) -> Iterator[Box]:
    position = 0
    while position + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        if length < 8 or position + length > len(data):
            return
        yield kind, data[position + 8 : position + length]
        position += length


def _sizes(data: bytes) -> Iterator[Size]:
    """All image sizes: of a picture in tiles the largest is the whole."""
    for kind, body in _boxes(data):
        if kind in _PARENTS:
            yield from _sizes(body)
        elif kind == b"ispe" and len(body) >= 12:
            yield Size(*struct.unpack(">II", body[4:12]))


def _items(data: bytes) -> dict[int, bytes]:
    """Type of each item by its number."""
    items: dict[int, bytes] = {}
    for kind, body in _boxes(data):
        if kind == b"iinf" and len(body) >= 8:
            for entry, info in _boxes(body[6 if body[0] == 0 else 8 :]):
                if entry == b"infe" and len(info) >= 12:
                    wide = info[0] >= 3
                    number = int.from_bytes(info[4:8] if wide else info[4:6], "big")
                    items[number] = info[10:14] if wide else info[8:12]
    return items


def _item(file: BinaryIO, meta: bytes, items: dict[int, bytes], kind: bytes) -> bytes:
    """Data of the first item of that type, b"" when there is none or it lies outside of the file."""
    wanted = next((number for number, each in items.items() if each == kind), None)
    if wanted is None:
        return b""
    for name, body in _boxes(meta[4:]):
        if name == b"iloc":
            try:
                return b"".join(_extents(file, body, wanted))
            except (struct.error, IndexError):
                return b""
    return b""


def _extents(file: BinaryIO, iloc: bytes, wanted: int) -> Iterator[bytes]:
    version = iloc[0]
    offset_width, length_width = iloc[4] >> 4, iloc[4] & 15
    base_width, index_width = iloc[5] >> 4, iloc[5] & 15 if version in (1, 2) else 0
    reader = _Reader(iloc, 6)
    for _ in range(reader.whole(4 if version == 2 else 2)):
        number = reader.whole(4 if version == 2 else 2)
        method = reader.whole(2) & 15 if version in (1, 2) else 0
        reader.whole(2)
        base = reader.whole(base_width)
        for _ in range(reader.whole(2)):
            reader.whole(index_width)
            offset, length = reader.whole(offset_width), reader.whole(length_width)
            if number == wanted and method == 0 and length <= MOST_METADATA:
                file.seek(base + offset)
                yield file.read(length)


class _Reader:
    """Big-endian numbers, one after the other. Raises IndexError past the end."""

    def __init__(self, data: bytes, position: int) -> None:
        self._data, self._position = data, position

    def whole(self, width: int) -> int:
        end = self._position + width
        if end > len(self._data):
            raise IndexError("past the end")
        value = int.from_bytes(self._data[self._position : end], "big")
        self._position = end
        return value


def add_own(avif: bytes, record: bytes) -> bytes:
    """The file with our record in a `uuid` box at its end, which readers pass over."""
    data = _OWN + zlib.compress(record, 9)
    return avif + struct.pack(">I4s", 8 + len(data), b"uuid") + data
