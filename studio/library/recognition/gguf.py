"""Headers of GGUF files, the format of quantised weights (github.com/ggml-org/ggml, docs/gguf.md, versions 2 and 3)."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable
from math import prod
from pathlib import Path

from studio.library.recognition.header import LONGEST, MOST_TENSORS, DamagedHeader, Header
from studio.library.signs.sign import Tensor

_TYPES: dict[int, tuple[str, int, int]] = {  # ggml type: name, weights in a block, bytes of a block
    0: ("F32", 1, 4),
    1: ("F16", 1, 2),
    2: ("Q4_0", 32, 18),
    3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24),
    8: ("Q8_0", 32, 34),
    9: ("Q8_1", 32, 36),
    10: ("Q2_K", 256, 84),
    11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176),
    14: ("Q6_K", 256, 210),
    15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66),
    17: ("IQ2_XS", 256, 74),
    18: ("IQ3_XXS", 256, 98),
    19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18),
    21: ("IQ3_S", 256, 110),
    22: ("IQ2_S", 256, 82),
    23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1),
    25: ("I16", 1, 2),
    26: ("I32", 1, 4),
    27: ("I64", 1, 8),
    28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56),
    30: ("BF16", 1, 2),
    34: ("TQ1_0", 256, 54),
    35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17),
}
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_MOST_FACTS, _MOST_ITEMS = 100_000, 2_000_000  # a vocabulary and its merges have less than a million
_HEADER = 4 * LONGEST  # bytes of all of it
_LONGEST_NAME = 4096
_DAMAGED = "The file is damaged: its header is not readable."


def read_gguf(path: Path) -> Header:
    """Raises DamagedHeader when the file breaks the format, OSError when it cannot be read."""
    size = path.stat().st_size
    if size < 24:
        raise DamagedHeader("The file is damaged or incomplete: its header does not fit.")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        try:
            return _Reader(mapped, size).header()
        except (struct.error, UnicodeDecodeError, IndexError) as error:
            raise DamagedHeader(_DAMAGED) from error


class _Reader:
    """Walks over the header once, never past the end of the file."""

    def __init__(self, data: mmap.mmap, size: int) -> None:
        self._data = data
        self._size = size
        self._at = 0
        self._items = 0  # of arrays, counted over the whole header

    def header(self) -> Header:
        if self._take("4s") != b"GGUF" or self._take("I") not in (2, 3):
            raise DamagedHeader("The file is damaged, or of a version of GGUF that is not known here.")
        tensors, facts = int(self._take("Q")), int(self._take("Q"))
        if tensors > MOST_TENSORS or facts > _MOST_FACTS:
            raise DamagedHeader(_DAMAGED)
        metadata: dict[str, str] = {}
        for _ in range(facts):
            key = self._text()
            value = self._value(int(self._take("I")))
            if value is not None:
                metadata[key] = value
        return self._tensors(tensors, metadata)

    def _tensors(self, count: int, metadata: dict[str, str]) -> Header:
        found: dict[str, Tensor] = {}
        end = 0
        for _ in range(count):
            name = self._text()
            sides = int(self._take("I"))
            if sides > 8 or name in found:
                raise DamagedHeader(_DAMAGED)
            shape = tuple(int(self._take("Q")) for _ in range(sides))[::-1]  # it counts the fastest first
            kind, offset = int(self._take("I")), int(self._take("Q"))
            if kind not in _TYPES:
                raise DamagedHeader(f"The file holds weights of a kind ({kind}) that is not known here.")
            dtype, block, length = _TYPES[kind]
            end = max(end, offset + -(-prod(shape) // block) * length)
            found[name] = Tensor(dtype, shape)
        step = _alignment(metadata)
        start = -(-self._at // step) * step
        if start + end > self._size:
            raise DamagedHeader("The file is incomplete: it ends before its weights do. Download it again.")
        return Header(found, metadata, "gguf", start)

    def _value(self, kind: int, depth: int = 0) -> str | None:
        """A fact as text; arrays are passed over."""
        if kind in _SCALARS:
            return str(self._take(_SCALARS[kind]))
        if kind == _STRING:
            return self._text(longest=LONGEST)
        if kind != _ARRAY or depth > 2:
            raise DamagedHeader(_DAMAGED)
        inner, count = int(self._take("I")), int(self._take("Q"))
        if inner in _SCALARS:
            self._skip(count * struct.calcsize("<" + _SCALARS[inner]))
            return None
        self._items += count
        if self._items > _MOST_ITEMS:
            raise DamagedHeader(_DAMAGED)
        step: Callable[[], object] = self._pass_text if inner == _STRING else lambda: self._value(inner, depth + 1)
        for _ in range(count):
            step()
        return None

    def _take(self, code: str) -> int | bytes:
        (value,) = struct.unpack_from("<" + code, self._data, self._at)
        self._at += struct.calcsize("<" + code)
        return value

    def _text(self, longest: int = _LONGEST_NAME) -> str:
        length = int(self._take("Q"))
        if length > longest:
            raise DamagedHeader(_DAMAGED)
        start = self._at
        self._skip(length)
        return self._data[start : self._at].decode("utf-8", "replace")

    def _pass_text(self) -> None:
        self._skip(int(self._take("Q")))

    def _skip(self, length: int) -> None:
        if self._at + length > min(self._size, _HEADER):
            raise DamagedHeader("The file is damaged or incomplete: its header does not fit.")
        self._at += length


def _alignment(metadata: dict[str, str]) -> int:
    text = metadata.get("general.alignment", "32")
    return max(1, int(text)) if text.isdecimal() and len(text) < 10 else 32
