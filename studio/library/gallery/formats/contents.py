"""What was found in a picture file without decoding its pixels."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from studio.library.gallery.formats.exif import Exif
from studio.request.geometry import Size

MOST_METADATA = 32 * 1024 * 1024  # bytes of one text, after decompression


class Malformed(ValueError):
    """The file is not what its first bytes claim. The message is a clause: "its header is damaged"."""


def _no_texts() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Contents:
    """format: "PNG", "JPEG", "WebP", "AVIF" or another name of Pillow's.

    texts: by keyword; a JPEG's or GIF's comment is under "comment".
    own: our record as written, decompressed, or b"".
    problem: what is wrong with the file although it can be listed, a full sentence, or "".
    """

    format: str
    size: Size
    texts: Mapping[str, str] = field(default_factory=_no_texts)
    exif: Exif = field(default_factory=Exif)
    xmp: str = ""
    own: bytes = b""
    has_alpha: bool = False
    animated: bool = False
    problem: str = ""


def inflate(data: bytes) -> bytes:
    """Decompresses zlib data of any origin. Raises Malformed when it is broken or larger than anyone writes."""
    stream = zlib.decompressobj()
    try:
        result = stream.decompress(data, MOST_METADATA)
    except zlib.error as error:
        raise Malformed("its compressed text is damaged") from error
    if stream.unconsumed_tail:
        raise Malformed("its compressed text is far too large")
    return result


def inflate_or_nothing(data: bytes) -> bytes:
    """Our own record decompressed; b"" when there is none or it is damaged."""
    try:
        return inflate(data) if data else b""
    except Malformed:
        return b""


def decode(data: bytes) -> str:
    """UTF-8, which many write whatever the format says, else Latin-1; never fails."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
