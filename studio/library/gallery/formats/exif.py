"""EXIF: a TIFF structure of tags in directories. Read with every offset checked; written for one comment.

Specification: CIPA DC-008 (Exif 3.0), 4.6; TIFF 6.0, section 2.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

DESCRIPTION, MAKE, MODEL, SOFTWARE = 0x010E, 0x010F, 0x0110, 0x0131
ORIENTATION, CHANGED, TAKEN = 0x0112, 0x0132, 0x9003
ARTIST, COPYRIGHT, OWNER, SERIAL = 0x013B, 0x8298, 0xA430, 0xA431
MAKER_NOTE, USER_COMMENT = 0x927C, 0x9286
_EXIF_DIRECTORY = 0x8769
_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8}
_MOST_TAGS = 1000


def _no_tags() -> Mapping[int, bytes]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Exif:
    """Raw values of the tags of the first directory (`main`) and of the Exif directory (`detail`)."""

    main: Mapping[int, bytes] = field(default_factory=_no_tags)
    detail: Mapping[int, bytes] = field(default_factory=_no_tags)
    big_endian: bool = True

    def text(self, tag: int) -> str:
        """The tag as text, looked for in both directories: some programs use the wrong one."""
        value = self.detail.get(tag) or self.main.get(tag)
        if not value:
            return ""
        if tag == USER_COMMENT:
            return decode_comment(value)
        return value.split(b"\0")[0].decode("utf-8", "replace").strip()

    def whole(self, tag: int) -> int:
        """The tag as a small whole number, 0 when it is missing."""
        value = self.main.get(tag) or self.detail.get(tag) or b""
        return int.from_bytes(value[:2], "big" if self.big_endian else "little")


def read_exif(data: bytes) -> Exif:
    """The tags of a TIFF structure, with or without "Exif" before it. Broken parts are left out."""
    if data.startswith(b"Exif\0\0"):
        data = data[6:]
    order = {b"MM\0*": ">", b"II*\0": "<"}.get(data[:4])
    if order is None or len(data) < 8:
        return Exif()
    main = _directory(data, order, struct.unpack_from(f"{order}I", data, 4)[0])
    pointer = main.get(_EXIF_DIRECTORY, b"")
    detail = _directory(data, order, struct.unpack(f"{order}I", pointer)[0]) if len(pointer) == 4 else {}
    return Exif(MappingProxyType(main), MappingProxyType(detail), order == ">")


def _directory(data: bytes, order: str, offset: int) -> dict[int, bytes]:
    tags: dict[int, bytes] = {}
    if offset + 2 > len(data):
        return tags
    (count,) = struct.unpack_from(f"{order}H", data, offset)
    for index in range(min(count, _MOST_TAGS)):
        entry = offset + 2 + 12 * index
        if entry + 12 > len(data):
            break
        tag, kind, number = struct.unpack_from(f"{order}HHI", data, entry)
        length = _WIDTHS.get(kind, 0) * number
        start = entry + 8 if length <= 4 else struct.unpack_from(f"{order}I", data, entry + 8)[0]
        if length and start + length <= len(data):
            tags[tag] = data[start : start + length]
    return tags


def decode_comment(value: bytes) -> str:
    """A UserComment: 8 bytes naming the code, then text.

    "UNICODE" is UTF-16, which A1111 writes big-endian whatever the rest of the file is, and others little-endian.
    """
    code, text = value[:8], value[8:]
    if code == b"UNICODE\0":
        text = text[: len(text) // 2 * 2]
        if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return text.decode("utf-16", "replace").rstrip("\0")
        little = text[1::2].count(0) > text[0::2].count(0)
        return text.decode("utf-16-le" if little else "utf-16-be", "replace").rstrip("\0")
    if code in (b"ASCII\0\0\0", b"\0" * 8):
        return text.decode("utf-8", "replace").strip("\0")
    if code == b"JIS\0\0\0\0\0":
        return text.decode("iso2022_jp", "replace").strip("\0")
    return value.decode("utf-8", "replace").strip("\0")


def write_comment(comment: str, software: str) -> bytes:
    """An EXIF block with this UserComment, as A1111 writes it: byte order MM, text in UTF-16 big-endian."""
    text = b"UNICODE\0" + comment.encode("utf-16-be", "replace")
    name = software.encode("ascii", "replace") + b"\0" * 4
    main_at, entries = 8, 2
    name_at = main_at + 2 + 12 * entries + 4
    detail_at = (name_at + len(name) + 1) // 2 * 2
    text_at = detail_at + 2 + 12 + 4
    main = struct.pack(">H", entries) + struct.pack(">HHII", SOFTWARE, 2, len(name), name_at)
    main += struct.pack(">HHII", _EXIF_DIRECTORY, 4, 1, detail_at) + struct.pack(">I", 0)
    detail = struct.pack(">H", 1) + struct.pack(">HHII", USER_COMMENT, 7, len(text), text_at) + struct.pack(">I", 0)
    head = b"MM\0*" + struct.pack(">I", main_at) + main + name
    return head.ljust(detail_at, b"\0") + detail + text
