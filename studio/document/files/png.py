"""A PNG encoder that compresses bands of rows one by one, so that bands that did not change are never done again.

Each band is deflated by itself and ends on a byte boundary (a full flush); put one after the other they are one
valid stream, and the checksum of the whole follows from those of the bands. Bands run in a pool: zlib lets go of the
interpreter's lock. Source: PNG specification, third edition; RFC 1950 and 1951; adler32_combine of zlib.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from studio.document.images import Array
from studio.request.geometry import Size

BAND = 256  # rows
LEVEL = 1
SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PRIME = 65521
_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}
_STREAM_HEAD = b"\x78\x01"
_STREAM_END = b"\x03\x00"  # an empty last block


@dataclass(frozen=True)
class Band:
    """Compressed rows, in pieces. checksum: Adler-32 of `length` bytes before compression."""

    data: tuple[bytes, ...]
    checksum: int
    length: int


def band_of(rows: Array) -> Band:
    """Compresses some rows: height × width × 1, 3 or 4, straight alpha."""
    height, width, channels = rows.shape
    filtered = np.empty((height, 1 + width * channels), np.uint8)
    flat = np.ascontiguousarray(rows).reshape(height, width * channels)
    filtered[0, 0] = 1  # Sub: does not look at the row above, which is in another band
    filtered[0, 1 : 1 + channels] = flat[0, :channels]
    np.subtract(flat[0, channels:], flat[0, :-channels], out=filtered[0, 1 + channels :])
    filtered[1:, 0] = 2  # Up
    np.subtract(flat[1:], flat[:-1], out=filtered[1:, 1:])
    raw = filtered.data
    deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -15, 9)
    data = deflate.compress(raw), deflate.flush(zlib.Z_FULL_FLUSH)
    return Band(data, zlib.adler32(raw), filtered.size)


def bands(height: int) -> Iterable[tuple[int, int]]:
    """First row and one past the last of each band of a picture."""
    return ((top, min(height, top + BAND)) for top in range(0, height, BAND))


def encode(size: Size, channels: int, rows: Callable[[int, int], Array], pool: Executor | None = None) -> bytes:
    """A whole PNG. rows: gives the rows from a first to one past the last."""
    spans = list(bands(size.height))

    def make(span: tuple[int, int]) -> Band:
        return band_of(rows(*span))

    made = list(pool.map(make, spans)) if pool is not None else [make(span) for span in spans]
    return b"".join(assembled(size, channels, made))


def assembled(size: Size, channels: int, made: Iterable[Band]) -> Iterator[bytes]:
    """A PNG of bands from top to bottom, piece by piece.

    Joining many megabytes would keep the interpreter's lock, and with it the window, for as long as that takes.
    """
    yield SIGNATURE
    yield from _chunk(b"IHDR", struct.pack(">IIBBBBB", size.width, size.height, 8, _COLOUR_TYPES[channels], 0, 0, 0))
    yield from _chunk(b"sRGB", b"\x00")
    yield from _chunk(b"IDAT", _STREAM_HEAD)
    checksum = 1
    for band in made:
        yield from _chunk(b"IDAT", *band.data)
        checksum = _combined(checksum, band.checksum, band.length)
    yield from _chunk(b"IDAT", _STREAM_END + struct.pack(">I", checksum))
    yield from _chunk(b"IEND")


def _combined(first: int, second: int, length: int) -> int:
    """Adler-32 of two pieces of data one after the other; `length` of the second."""
    low = (first & 0xFFFF) + (second & 0xFFFF) - 1
    high = (first >> 16) + (second >> 16) + length * ((first & 0xFFFF) - 1)
    return (high % _PRIME) << 16 | low % _PRIME


def _chunk(kind: bytes, *data: bytes) -> Iterator[bytes]:
    yield struct.pack(">I", sum(len(piece) for piece in data)) + kind
    check = zlib.crc32(kind)
    for piece in data:
        check = zlib.crc32(piece, check)
        yield piece
    yield struct.pack(">I", check)
