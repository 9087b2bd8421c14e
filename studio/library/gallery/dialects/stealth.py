"""Settings hidden in the lowest bit of transparency or colour ("stealth pnginfo"), which Forge and NovelAI write.

Bits run down the columns: a signature of 15 characters, the length of the data in bits as 32 bits, then text in
UTF-8, compressed with gzip for the two "comp" signatures. In the colours, the three channels follow one another.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from studio.library.gallery.formats.png import SIGNATURE
from studio.library.pictures import read_picture
from studio.request.errors import BadInput

_SIGNED = 15 * 8  # bits
_IN_ALPHA = {b"stealth_pnginfo": False, b"stealth_pngcomp": True}  # signature: compressed
_IN_COLOUR = {b"stealth_rgbinfo": False, b"stealth_rgbcomp": True}
_TOLD = 8  # rows that are looked at first
_LONGEST = 4 * 1024 * 1024  # bytes
_BITS = npt.NDArray[np.uint8]


def read_stealth(path: Path) -> str:
    """The hidden text, "" when there is none. Most files are told by their first rows, without decoding the rest."""
    try:
        with path.open("rb") as file:
            if not _may_hide(file):
                return ""
        array = read_picture(path).array
    except (OSError, BadInput):
        return ""
    if array.shape[2] == 4:
        alpha = np.bitwise_and(array[..., 3], np.uint8(1)).T.ravel()
        if text := _hidden(alpha, _IN_ALPHA):
            return text
    if array.shape[2] >= 3:
        colours = np.bitwise_and(array[..., :3], np.uint8(1)).transpose(1, 0, 2).ravel()
        return _hidden(colours, _IN_COLOUR)
    return ""


def _hidden(bits: _BITS, signatures: dict[bytes, bool]) -> str:
    data = np.packbits(bits[: _SIGNED + 32])
    compressed = signatures.get(data[:15].tobytes())
    if compressed is None or len(data) < 19:
        return ""
    (length,) = struct.unpack(">I", data[15:19].tobytes())
    if not 0 < length <= min(len(bits) - _SIGNED - 32, _LONGEST * 8):
        return ""
    body = np.packbits(bits[_SIGNED + 32 : _SIGNED + 32 + length]).tobytes()[: length // 8]
    try:
        if compressed:
            body = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, _LONGEST)
        return body.decode("utf-8", "replace")
    except zlib.error:
        return ""


def _may_hide(file: BinaryIO) -> bool:
    """Whether the first column of a PNG begins like a signature; True where that cannot be told cheaply."""
    if file.read(8) != SIGNATURE:
        return True
    length, kind = struct.unpack(">I4s", file.read(8))
    header = file.read(13)
    if kind != b"IHDR" or length != 13 or len(header) < 13:
        return False
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    channels = {2: 3, 6: 4}.get(colour)
    if channels is None or depth != 8:
        return False
    if interlaced or height < _TOLD:
        return True
    file.seek(8 + 8 + 13 + 4)
    stride = width * channels + 1
    rows = _first_rows(file, stride * _TOLD)
    return rows is not None and _begins(_first_column(rows, stride, channels))


def _begins(column: _BITS) -> bool:
    """column: (8, channels) of the first pixels. Eight bits of transparency are a letter, of colours three."""
    in_colour = np.packbits(np.bitwise_and(column[:, :3], np.uint8(1)).ravel()).tobytes()
    in_alpha = np.packbits(np.bitwise_and(column[:, 3:], np.uint8(1)).ravel()).tobytes()
    return in_alpha == b"s" or in_colour == b"ste"


def _first_rows(file: BinaryIO, wanted: int) -> bytes | None:
    """So many bytes of filtered rows, decompressed and no more; None when they are not there."""
    stream = zlib.decompressobj()
    found = bytearray()
    while len(found) < wanted and len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        if kind == b"IEND":
            break
        if kind != b"IDAT":
            file.seek(length + 4, 1)
            continue
        left = length
        while left and len(found) < wanted:
            piece = file.read(min(left, 65_536))
            if not piece:
                return None
            left -= len(piece)
            try:
                found += stream.decompress(piece, wanted - len(found))
            except zlib.error:
                return None
        file.seek(left + 4, 1)
    return bytes(found) if len(found) >= wanted else None


def _first_column(rows: bytes, stride: int, channels: int) -> _BITS:
    """The pixels of the first column, (rows, channels): what is left of it is 0, so its filters need only itself.

    PNG, section 9.2: with nothing to the left, Average adds half of what is above and Paeth all of it.
    """
    add: dict[int, Callable[[int], int]] = {2: lambda above: above, 3: lambda above: above // 2, 4: lambda above: above}
    column = np.zeros((len(rows) // stride, channels), np.uint8)
    above = [0] * channels
    for index in range(len(column)):
        start = index * stride
        filtered = add.get(rows[start])
        for channel in range(channels):
            value = rows[start + 1 + channel]
            above[channel] = (value + filtered(above[channel])) & 255 if filtered else value
        column[index] = above
    return column
