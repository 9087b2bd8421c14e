"""Reads the numbers out of .ckpt, .pt, .pth and .bin files without running anything in them, and writes safetensors."""

from __future__ import annotations

import errno
import json
import pickle
import struct
import zipfile
from collections.abc import Callable
from contextlib import closing
from math import prod
from pathlib import Path
from typing import Any, cast

import numpy as np

from studio.library.files import TEMPORARY
from studio.library.pickle_forms import Form, opened
from studio.library.unpickling import Lying
from studio.request.errors import BadInput, Trouble

_DEEPEST = 4  # dictionaries in one another
_MOST = 100_000  # of what is in them
_LONGEST = 4096  # characters of a name
# What zip and pickle raise when a file is damaged or lies, each part in its own way: see the mutations of its tests.
_DAMAGE = (
    *(zipfile.BadZipFile, pickle.UnpicklingError, struct.error, EOFError),  # cut short, or another form
    *(
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        ImportError,
        AssertionError,
    ),  # other things than it should hold
    *(OverflowError, MemoryError, RecursionError, NotImplementedError),  # sizes, depths and packing that nobody writes
)
_WHOLE = ("state_dict", "params_ema", "params", "model_state_dict")
Progress = Callable[[int, int], object]


def convert(path: Path, target: Path, progress: Progress = lambda done, total: None) -> Path:
    """Writes the tensors of a pickled file as safetensors beside its place and moves them into it; returns `target`.

    progress: bytes done and in all; what it raises stops the work, and nothing is left.
    Raises BadInput when the file is damaged or holds no tensors; Trouble when it cannot be written.
    """
    if target.exists():
        raise BadInput(f"There is something called {target.name!r} already.", "Rename one of them.")
    half = target.with_name(f"{TEMPORARY}{target.name}")
    try:
        with closing(opened(path)) as form:
            tensors = _flat(form.value)
            if not tensors:
                raise ValueError("no tensors")
            _write(form, tensors, half, progress)
        half.replace(target)
    except _DAMAGE as error:
        raise _refused(path, error) from error
    except OSError as error:
        if error.errno == errno.EINVAL:  # a zip that names a place before its beginning
            raise _refused(path, error) from error
        raise Trouble(f"{path.name!r} could not be converted: {error.strerror or error}.") from error
    finally:
        half.unlink(missing_ok=True)
    return target


def _refused(path: Path, error: Exception) -> BadInput:
    return BadInput(
        f"{path.name!r} cannot be read safely: it is damaged, or holds no weights.",
        "Look for the same weights as .safetensors.",
        repr(error),
    )


def _flat(value: Any) -> dict[str, Lying]:
    """Tensors in dictionaries; a "state_dict" (or the averaged weights of an upscaler) stands for all of the file.

    Raises ValueError when there are more than can be: one dictionary may stand in itself a thousand times.
    """
    found: dict[str, Lying] = {}
    seen = 0
    waiting: list[tuple[Any, str, int]] = [(value, "", 0)]
    while waiting:
        value, prefix, depth = waiting.pop()
        if not isinstance(value, dict) or depth > _DEEPEST:
            continue
        table = cast("dict[Any, Any]", value)
        inner = next((each for each in _WHOLE if not prefix and isinstance(table.get(each), dict)), None)
        if inner is not None:
            waiting.append((table[inner], prefix, depth + 1))
            continue
        seen += len(table)
        if seen > _MOST:
            raise ValueError("too many entries")
        for key, each in table.items():
            if isinstance(each, Lying):
                found[f"{prefix}{key}"[:_LONGEST]] = each
            elif isinstance(each, dict) and (depth or key == "string_to_param"):
                waiting.append((cast("Any", each), f"{prefix}{key}."[:_LONGEST], depth + 1))
    return found


def _write(form: Form, tensors: dict[str, Lying], path: Path, progress: Progress) -> None:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, each in tensors.items():
        start, end = end, end + prod(each.shape) * each.storage.kind.width
        header[name] = {"dtype": each.storage.kind.dtype, "shape": list(each.shape), "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        done = 0
        for each in tensors.values():
            piece = _bytes(form, each)
            file.write(piece)
            done += len(piece)
            progress(done, end)


def _bytes(form: Form, each: Lying) -> bytes:
    """The tensor's numbers one after the other."""
    width = each.storage.kind.width
    last = each.offset + sum((side - 1) * step for side, step in zip(each.shape, each.strides, strict=True))
    if prod(each.shape) > each.storage.length or (prod(each.shape) and last >= each.storage.length):
        raise ValueError("a tensor lies outside of its storage")
    numbers = np.frombuffer(form.bytes_of(each.storage), np.dtype(f"V{width}"))[each.offset :]
    if not prod(each.shape):
        return b""
    strides = tuple(step * width for step in each.strides)
    return np.lib.stride_tricks.as_strided(numbers, each.shape, strides, writeable=False).tobytes()
