"""What a pickle of torch.save says about tensors, read by an unpickler that runs nothing of what is in it.

It knows four harmless names and calls nothing else: whatever else a file asks for is a value that does nothing.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, cast

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


@dataclass(frozen=True)
class Kind:
    """Of numbers. dtype: as safetensors calls it. width: bytes of one."""

    dtype: str
    width: int


@dataclass(frozen=True)
class Storage:
    """length: in numbers."""

    kind: Kind
    key: str
    length: int


@dataclass(frozen=True)
class Lying:
    """A tensor as it lies in its storage; offset and strides in elements."""

    storage: Storage
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


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_rest: Any) -> Lying:
    """torch._utils._rebuild_tensor_v2."""
    sides, steps = tuple(shape), tuple(strides)
    numbers = (offset, *sides, *steps)
    if not isinstance(storage, Storage) or any(type(each) is not int or each < 0 for each in numbers):
        raise pickle.UnpicklingError("not a tensor")
    if len(sides) != len(steps) or len(sides) > 8:
        raise pickle.UnpicklingError("not a tensor")
    return Lying(storage, offset, sides, steps)


def _parameter(data: Any, *_rest: Any) -> Any:
    """torch._utils._rebuild_parameter."""
    return data


class Unpickler(pickle._Unpickler):  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType, reportAttributeAccessIssue, reportUntypedBaseClass]
    """storages: all that were spoken of, by key.

    Python's own, not the faster one in C: that makes its memory as long as the largest place that a file names in it,
    which may be four thousand million.
    """

    def __init__(self, file: Any) -> None:
        super().__init__(file)
        self.storages: dict[str, Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch._utils" and name in ("_rebuild_tensor_v2", "_rebuild_tensor"):
            return _tensor
        if module == "torch._utils" and name == "_rebuild_parameter":
            return _parameter
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if module in ("torch", "torch.storage") and name in _TYPES:
            return Kind(*_TYPES[name])
        return _Nothing

    def persistent_load(self, pid: Any) -> Any:
        parts: tuple[Any, ...] = cast("tuple[Any, ...]", pid) if isinstance(pid, tuple) else ()
        if len(parts) < 5:
            raise pickle.UnpicklingError("not a storage")
        _, kind, key, _, length = parts[:5]
        if not isinstance(kind, Kind) or not isinstance(key, str) or type(length) is not int:
            raise pickle.UnpicklingError("not a storage")
        if len(parts) > 5 and parts[5] is not None:
            raise pickle.UnpicklingError("a storage within a storage")
        self.storages[key] = Storage(kind, key, length)
        return self.storages[key]
