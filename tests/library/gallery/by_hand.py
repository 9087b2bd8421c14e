"""PNG chunks, EXIF directories and stealth bits, put together by hand to the letter of each format.

Nothing of the studio is used, so that a mistake in our readers cannot hide behind the same mistake in our writers.
"""

from __future__ import annotations

import gzip
import io
import struct
import zlib

import numpy as np
from PIL import Image


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def text(keyword: str, value: str) -> bytes:
    return chunk(b"tEXt", keyword.encode("latin-1") + b"\0" + value.encode("latin-1"))


def itext(keyword: str, value: str, compressed: bool = False) -> bytes:
    data = value.encode()
    head = b"\0\1\0\0\0" if compressed else b"\0\0\0\0\0"
    return chunk(b"iTXt", keyword.encode("latin-1") + head + (zlib.compress(data) if compressed else data))


def array(side: int = 16, channels: int = 3) -> np.ndarray:
    y, x = np.mgrid[0:side, 0:side]
    planes = [x * 255 // side, y * 255 // side, np.full_like(x, 128), np.full_like(x, 255)]
    return np.stack(planes[:channels], axis=-1).astype(np.uint8)


def png(*chunks: bytes, pixels: np.ndarray | None = None, late: bool = False) -> bytes:
    """late: the texts come after the picture, as some programs write them."""
    pixels = array() if pixels is None else pixels
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, {3: 2, 4: 6}[channels], 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    body = chunk(b"IDAT", zlib.compress(rows, 9))
    texts = b"".join(chunks)
    parts = body + texts if late else texts + body
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + parts + chunk(b"IEND", b"")


def exif(*, first: dict[int, bytes], detail: dict[int, bytes] | None = None) -> bytes:
    """A TIFF block, byte order MM, with ASCII tags in the first directory and UNDEFINED ones in the second."""
    entries = dict(first)
    count = len(entries) + (1 if detail else 0)
    heap_at = 8 + 2 + 12 * count + 4
    heap = b""
    directory = struct.pack(">H", count)
    for tag, value in sorted(entries.items()):
        kind = 7 if tag in (0x9286, 0x927C) else 2
        directory += struct.pack(">HHI", tag, kind, len(value))
        if len(value) <= 4:
            directory += value.ljust(4, b"\0")
        else:
            directory += struct.pack(">I", heap_at + len(heap))
            heap += value + b"\0" * (len(value) % 2)
    if detail:
        at = heap_at + len(heap)
        directory += struct.pack(">HHII", 0x8769, 4, 1, at)
        inner = struct.pack(">H", len(detail))
        inner_heap_at = at + 2 + 12 * len(detail) + 4
        inner_heap = b""
        for tag, value in sorted(detail.items()):
            inner += struct.pack(">HHII", tag, 7, len(value), inner_heap_at + len(inner_heap))
            inner_heap += value + b"\0" * (len(value) % 2)
        heap += inner + struct.pack(">I", 0) + inner_heap
    return b"MM\0*" + struct.pack(">I", 8) + directory + struct.pack(">I", 0) + heap


def unicode_comment(value: str) -> bytes:
    return b"UNICODE\0" + value.encode("utf-16-be")


def saved(kind: str, block: bytes = b"", **options: object) -> bytes:
    buffer = io.BytesIO()
    if block:
        options["exif"] = b"Exif\0\0" + block if kind == "JPEG" else block
    Image.fromarray(array()).save(buffer, kind, **options)
    return buffer.getvalue()


def with_xmp(jpeg: bytes, packet: str) -> bytes:
    """The packet in an APP1 segment right behind the start of the file."""
    data = b"http://ns.adobe.com/xap/1.0/\0" + packet.encode()
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data + jpeg[2:]


def stealth(value: str, signature: bytes, side: int = 64) -> bytes:
    """The bits run down the columns, in the alpha channel or through the three colours of each pixel."""
    data = gzip.compress(value.encode(), mtime=0) if b"comp" in signature else value.encode()
    whole = signature + struct.pack(">I", len(data) * 8) + data
    bits = [byte >> (7 - place) & 1 for byte in whole for place in range(8)]
    pixels = array(side, 4 if b"png" in signature else 3)
    for index, bit in enumerate(bits):
        if b"png" in signature:
            x, y, channel = index // side, index % side, 3
        else:
            pixel, channel = divmod(index, 3)
            x, y = pixel // side, pixel % side
        pixels[y, x, channel] = pixels[y, x, channel] & 0xFE | bit
    return png(pixels=pixels)


def node(kind: str, **inputs: object) -> dict[str, object]:
    return {"class_type": kind, "inputs": inputs, "_meta": {"title": kind}}
