"""Reads the numbers out of .ckpt, .pt, .pth and .bin files without running anything in them, and writes safetensors.

torch.save writes a zip: a pickle that says how tensors lie in storages, and the storages as raw bytes
(pytorch/torch/serialization.py). The pickle is run by an unpickler of our own that knows four harmless names and
calls nothing else: whatever else a file asks for is refused, or is a value that does nothing.
"""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, cast

import numpy as np

from studio.library.files import TEMPORARY
from studio.request.errors import BadInput, Trouble

_TYPES = {  # torch's storage: safetensors' name, bytes
    "FloatStorage": ("F32", 4),
    "HalfStorage": ("F16", 2),
    "BFloat16Storage": ("BF16", 2),
    "DoubleStorage": ("F64", 8),
    "LongStorage": ("I64", 8),
    "IntStorage": ("I32", 4),
    "ShortStorage": ("I16", 2),
    "CharStorage": ("I8", 1),
    "ByteStorage": ("U8", 1),
    "BoolStorage": ("BOOL", 1),
}
_LARGEST_PICKLE = 200_000_000  # bytes
_DEEPEST = 4  # dictionaries in one another
Progress = Callable[[int, int], object]


@dataclass(frozen=True)
class _Kind:
    dtype: str
    width: int


@dataclass(frozen=True)
class _Storage:
    kind: _Kind
    key: str
    length: int


@dataclass(frozen=True)
class _Lying:
    """A tensor as it lies in its storage; offset and strides in elements."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _Nothing:
    """Stands for whatever a file asks for besides tensors: optimizer states, callbacks. It does nothing."""

    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        pass

    def __setstate__(self, _state: Any) -> None:
        pass

    def __setitem__(self, _key: Any, _value: Any) -> None:
        pass

    def append(self, _value: Any) -> None:
        pass

    def extend(self, _values: Any) -> None:
        pass


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_rest: Any) -> _Lying:
    """torch._utils._rebuild_tensor_v2."""
    sides, steps = tuple(shape), tuple(strides)
    numbers = (offset, *sides, *steps)
    if not isinstance(storage, _Storage) or any(type(each) is not int or each < 0 for each in numbers):
        raise pickle.UnpicklingError("not a tensor")
    if len(sides) != len(steps) or len(sides) > 8:
        raise pickle.UnpicklingError("not a tensor")
    return _Lying(storage, offset, sides, steps)


def _parameter(data: Any, *_rest: Any) -> Any:
    """torch._utils._rebuild_parameter."""
    return data


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module == "torch._utils" and name == "_rebuild_tensor_v2":
            return _tensor
        if module == "torch._utils" and name == "_rebuild_parameter":
            return _parameter
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if module in ("torch", "torch.storage") and name in _TYPES:
            return _Kind(*_TYPES[name])
        return _Nothing

    def persistent_load(self, pid: Any) -> Any:
        if not isinstance(pid, tuple) or len(cast("tuple[Any, ...]", pid)) < 5:
            raise pickle.UnpicklingError("not a storage")
        _, kind, key, _, length = cast("tuple[Any, ...]", pid)[:5]
        if not isinstance(kind, _Kind) or not isinstance(key, str) or type(length) is not int:
            raise pickle.UnpicklingError("not a storage")
        return _Storage(kind, key, length)


def convert(path: Path, target: Path, progress: Progress = lambda done, total: None) -> Path:
    """Writes the tensors of a pickled file as safetensors beside its place and moves them into it; returns `target`.

    progress: bytes done and in all; what it raises stops the work, and nothing is left.
    Raises BadInput when the file is damaged, of the old form, or holds no tensors; Trouble when it cannot be written.
    """
    if target.exists():
        raise BadInput(f"There is something called {target.name!r} already.", "Rename one of them.")
    half = target.with_name(f"{TEMPORARY}{target.name}")
    try:
        with zipfile.ZipFile(path) as archive:
            folder, tensors = _tensors(archive)
            _write(archive, folder, tensors, half, progress)
        half.replace(target)
    except (zipfile.BadZipFile, pickle.UnpicklingError, EOFError, KeyError, ValueError, IndexError) as error:
        raise _refused(path, error) from error
    except (TypeError, AttributeError, ImportError, RecursionError, NotImplementedError) as error:
        raise _refused(path, error) from error
    except OSError as error:
        raise Trouble(f"{path.name!r} could not be converted: {error.strerror or error}.") from error
    finally:
        half.unlink(missing_ok=True)
    return target


def _refused(path: Path, error: Exception) -> BadInput:
    return BadInput(
        f"{path.name!r} cannot be read safely: it is damaged, holds no weights, or was written before 2020.",
        "Look for the same weights as .safetensors.",
        repr(error),
    )


def _tensors(archive: zipfile.ZipFile) -> tuple[str, dict[str, _Lying]]:
    """The folder inside the archive, and all tensors by name."""
    name = next(each for each in [*archive.namelist(), ""] if each.endswith("data.pkl") or not each)
    entry = archive.getinfo(name)
    if entry.compress_type != zipfile.ZIP_STORED or entry.file_size > _LARGEST_PICKLE:
        raise ValueError("no pickle")
    value = _Unpickler(io.BytesIO(archive.read(name))).load()
    found = _flat(value)
    if not found:
        raise ValueError("no tensors")
    return name.removesuffix("data.pkl"), found


def _flat(value: Any, prefix: str = "", depth: int = 0) -> dict[str, _Lying]:
    """Tensors in dictionaries; a "state_dict" (or the averaged weights of an upscaler) stands for all of the file."""
    if not isinstance(value, dict) or depth > _DEEPEST:
        return {}
    table = cast("dict[Any, Any]", value)
    for inner in ("state_dict", "params_ema", "params", "model_state_dict"):
        if not prefix and isinstance(table.get(inner), dict):
            return _flat(table[inner], prefix, depth + 1)
    found: dict[str, _Lying] = {}
    for key, each in table.items():
        if isinstance(each, _Lying):
            found[f"{prefix}{key}"] = each
        elif isinstance(each, dict) and (depth or key == "string_to_param"):
            found |= _flat(each, f"{prefix}{key}.", depth + 1)
    return found


def _write(archive: zipfile.ZipFile, folder: str, tensors: dict[str, _Lying], path: Path, progress: Progress) -> None:
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
            piece = _bytes(archive, folder, each)
            file.write(piece)
            done += len(piece)
            progress(done, end)


def _bytes(archive: zipfile.ZipFile, folder: str, each: _Lying) -> bytes:
    """The tensor's numbers one after the other."""
    width = each.storage.kind.width
    entry = archive.getinfo(f"{folder}data/{each.storage.key}")
    if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != each.storage.length * width:
        raise ValueError("a storage is not as long as it says")
    last = each.offset + sum((side - 1) * step for side, step in zip(each.shape, each.strides, strict=True))
    if prod(each.shape) > each.storage.length or (prod(each.shape) and last >= each.storage.length):
        raise ValueError("a tensor lies outside of its storage")
    numbers = np.frombuffer(archive.read(entry), np.dtype(f"V{width}"))[each.offset :]
    if not prod(each.shape):
        return b""
    strides = tuple(step * width for step in each.strides)
    return np.lib.stride_tricks.as_strided(numbers, each.shape, strides, writeable=False).tobytes()
