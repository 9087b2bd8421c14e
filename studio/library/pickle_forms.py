"""The two forms in which torch.save writes tensors: a pickle that says how they lie in storages, and the storages.

Since 2020 a zip with a file for each storage; before, and for those who ask for it, pickles and storages one after the
other (pytorch/torch/serialization.py). What is in a pickle is never run; see `unpickling`.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from studio.library.unpickling import Storage, Unpickler

_LARGEST = 200_000_000  # bytes of a pickle
_MAGIC, _PROTOCOL = 0x1950A86A20F9469CFC6C, 1001


class Form(Protocol):
    """An open file. value: what its pickle says."""

    value: Any

    def bytes_of(self, storage: Storage) -> bytes:
        """All of a storage. Raises ValueError or KeyError when it is not as long as it says, or not there."""
        ...

    def close(self) -> None: ...


def opened(path: Path) -> Form:
    """Raises OSError, and whatever damaged zips and pickles make Python raise."""
    with path.open("rb") as file:
        is_zip = file.read(2) == b"PK"
    return _Zipped(path) if is_zip else _Strung(path)


class _Zipped:
    def __init__(self, path: Path) -> None:
        self._archive = zipfile.ZipFile(path)
        try:
            name = next(each for each in [*self._archive.namelist(), ""] if each.endswith("data.pkl") or not each)
            entry = self._archive.getinfo(name)
            if entry.compress_type != zipfile.ZIP_STORED or entry.file_size > _LARGEST:
                raise ValueError("no pickle")
            self._folder = name.removesuffix("data.pkl")
            self.value: Any = Unpickler(io.BytesIO(self._archive.read(name))).load()
        except BaseException:
            self._archive.close()
            raise

    def bytes_of(self, storage: Storage) -> bytes:
        entry = self._archive.getinfo(f"{self._folder}data/{storage.key}")
        if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != storage.length * storage.kind.width:
            raise ValueError("a storage is not as long as it says")
        return self._archive.read(entry)

    def close(self) -> None:
        self._archive.close()


class _Strung:
    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        try:
            read = _Limited(self._file)
            if Unpickler(read).load() != _MAGIC or Unpickler(read).load() != _PROTOCOL:
                raise ValueError("not written by torch.save")
            Unpickler(read).load()  # of the machine that wrote it
            unpickler = Unpickler(read)
            self.value: Any = unpickler.load()
            keys: Any = Unpickler(read).load()
            self._places = self._found(cast("list[Any]", keys) if isinstance(keys, list) else [], unpickler.storages)
        except BaseException:
            self._file.close()
            raise

    def _found(self, keys: list[Any], storages: dict[str, Storage]) -> dict[str, int]:
        """Where each storage begins: a number that says how long it is, then its bytes."""
        places: dict[str, int] = {}
        for key in keys:
            storage = storages[key]
            if int.from_bytes(self._file.read(8), "little") != storage.length:
                raise ValueError("a storage is not as long as it says")
            places[key] = self._file.tell()
            self._file.seek(storage.length * storage.kind.width, io.SEEK_CUR)
        return places

    def bytes_of(self, storage: Storage) -> bytes:
        self._file.seek(self._places[storage.key])
        data = self._file.read(storage.length * storage.kind.width)
        if len(data) != storage.length * storage.kind.width:
            raise ValueError("the file ends before its weights do")
        return data

    def close(self) -> None:
        self._file.close()


class _Limited:
    """A file of which no more is read than pickles may be long."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._left = file, _LARGEST

    def read(self, amount: int) -> bytes:
        if amount > self._left:
            raise ValueError("too long a pickle")
        self._left -= amount
        return self._file.read(amount)

    def readline(self) -> bytes:
        line = self._file.readline(self._left + 1)
        if len(line) > self._left:
            raise ValueError("too long a pickle")
        self._left -= len(line)
        return line
