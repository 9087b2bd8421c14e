"""Headers of files of weights, read strictly: what the format forbids is refused, in bounded time and memory.

safetensors: 8 bytes little-endian length, then JSON {name: {dtype, shape, data_offsets}}, then the bytes
(https://github.com/huggingface/safetensors#format). GGUF is in `gguf.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any, NoReturn, cast

from studio.library.signs.sign import Tensor

LONGEST = 16_000_000  # bytes; the largest real ones have about two million, the format allows 100
MOST_TENSORS = 100_000  # a hundred times as many as most files have, ten times as many as the largest
MOST_SIDES = 8
_BITS = {
    "BOOL": 8,
    "U8": 8,
    "I8": 8,
    "F8_E4M3": 8,
    "F8_E5M2": 8,
    "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8,
    "F4": 4,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    "I16": 16,
    "U16": 16,
    "F16": 16,
    "BF16": 16,
    "I32": 32,
    "U32": 32,
    "F32": 32,
    "C64": 64,
    "F64": 64,
    "I64": 64,
    "U64": 64,
}


class DamagedHeader(ValueError):
    """The file is not what its name says. The message is a full sentence."""


@dataclass(frozen=True)
class Header:
    """Names, types and shapes of all tensors, and what the file says about itself.

    format: "safetensors", "gguf" or "pickle". start: where the bytes of the tensors begin in the file.
    """

    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])
    format: str = "safetensors"
    start: int = 0


def read_safetensors(path: Path) -> Header:
    """Raises DamagedHeader when the file breaks the format, OSError when it cannot be read."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or length > size - 8:
            raise DamagedHeader("The file is damaged or incomplete: its header does not fit.")
        if length > LONGEST:
            raise DamagedHeader(f"The file is damaged: its header claims to be {length / 1e6:.0f} MB long.")
        text = file.read(length)
    if text.count(b'"data_offsets"') > MOST_TENSORS:
        raise DamagedHeader(f"The file is damaged: its header names more than {MOST_TENSORS:,} tensors.")
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except DamagedHeader:
        raise
    except (ValueError, RecursionError) as error:
        raise DamagedHeader("The file is damaged: its header is not readable.") from error
    if not isinstance(value, dict):
        raise DamagedHeader("The file is damaged: its header is not readable.")
    entries = cast("dict[str, Any]", value)
    metadata = _metadata(entries.pop("__metadata__", {}))
    try:
        "".join((*entries, *metadata, *metadata.values())).encode()
    except UnicodeEncodeError as error:  # half of a pair of surrogates: nobody could write it down again
        raise DamagedHeader("The file is damaged: its header holds something that is no text.") from error
    tensors, end = _tensors(entries)
    if 8 + length + end > size:
        raise DamagedHeader("The file is incomplete: it ends before its weights do. Download it again.")
    return Header(tensors, metadata, start=8 + length)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise DamagedHeader("The file is damaged: its header names something twice.")
    return made


def _no_number(_text: str) -> NoReturn:
    raise DamagedHeader("The file is damaged: its header holds something that is no number.")


def _metadata(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise DamagedHeader("The file is damaged: its header is not readable.")
    return {key: text for key, text in cast("dict[str, Any]", value).items() if isinstance(text, str)}


def _tensors(entries: dict[str, Any]) -> tuple[dict[str, Tensor], int]:
    """All tensors, and where the last one ends. They must lie one after the other, without gaps."""
    tensors: dict[str, Tensor] = {}
    places: list[tuple[int, int]] = []
    for name, entry in entries.items():
        tensor, place = _tensor(name, entry)
        tensors[name] = tensor
        places.append(place)
    end = 0
    for start, stop in sorted(places):
        if start != end:
            raise DamagedHeader("The file is damaged: its tensors overlap or leave gaps.")
        end = stop
    return tensors, end


def _tensor(name: str, entry: Any) -> tuple[Tensor, tuple[int, int]]:
    try:
        dtype, shape, (start, stop) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
        bits = _BITS[dtype]
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedHeader(f"The file is damaged: its entry {name[:80]!r} is not readable.") from error
    numbers = (*shape, start, stop)
    if len(shape) > MOST_SIDES or any(type(number) is not int or number < 0 for number in numbers):
        raise DamagedHeader(f"The file is damaged: its entry {name[:80]!r} has impossible numbers.")
    if (stop - start) * 8 != prod(shape) * bits:
        raise DamagedHeader(f"The file is damaged: its entry {name[:80]!r} is not as long as its shape.")
    return Tensor(dtype, shape), (start, stop)
