"""Weights put into the library, moved within it and taken away, together with what lies beside them. Nothing is lost
on the way: a file is whole in its new place before it leaves the old one.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from studio.library.files import TEMPORARY, sync_folder
from studio.request.errors import BadInput, Trouble

log = logging.getLogger(__name__)

_PIECE = 1 << 22  # bytes copied at a time
_NOTES = (".civitai.info", ".metadata.json", ".cm-info.json", ".json", ".sfumato.json", ".txt", ".yaml")
_PICTURES = (".preview.png", ".preview.jpg", ".preview.jpeg", ".preview.webp", ".png", ".jpg", ".jpeg", ".webp")
Progress = Callable[[int, int], object]  # bytes done, bytes in all; may raise to stop


def belongings(path: Path) -> list[Path]:
    """Notes and pictures of the same name beside a file of weights."""
    if path.is_dir():
        return []
    stem = path.with_suffix("")
    return [file for ending in (*_NOTES, *_PICTURES) if (file := stem.with_name(stem.name + ending)).is_file()]


def move(path: Path, folder: Path) -> Path:
    """Moves weights and their belongings into another folder; returns where they are now.

    Raises BadInput when something of that name is there, Trouble when the disk refuses: then all is where it was.
    """
    target = _free(path, folder)
    done: list[tuple[Path, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for each in (path, *belongings(path)):
            place = folder / each.name
            if place.exists():
                continue  # notes of the same name belong to something else
            _rename(each, place)
            done.append((each, place))
    except OSError as error:
        for old, new in reversed(done):
            _rename(new, old)
        raise Trouble(f"{path.name!r} could not be moved: {error.strerror or error}.", details=repr(error)) from error
    return target


def copy(path: Path, folder: Path, progress: Progress = lambda done, total: None) -> Path:
    """Copies weights into a folder; returns the copy. Raises BadInput and Trouble as `move`; what `progress` raises
    stops it, and nothing is left.
    """
    target = _free(path, folder)
    half = folder / f"{TEMPORARY}{target.name}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _copy(path, half, progress)
        half.replace(target)
        sync_folder(folder)
        for each in belongings(path):
            if not (folder / each.name).exists():
                shutil.copyfile(each, folder / each.name)
    except OSError as error:
        raise Trouble(f"{path.name!r} could not be copied: {error.strerror or error}.", details=repr(error)) from error
    finally:
        _destroy(half)
    return target


def take_away(path: Path, trash: Callable[[Path], object], *, alone: bool = False) -> None:
    """Puts weights and their belongings away with `trash`. Raises Trouble when that cannot be; then all stays.

    alone: other weights of the same name go on using the belongings.
    """
    others = () if alone else belongings(path)
    try:
        trash(path)
    except OSError as error:
        raise Trouble(
            f"{path.name!r} could not be taken away: {error.strerror or error}.", details=repr(error)
        ) from error
    for each in others:
        try:
            trash(each)
        except OSError as error:
            log.warning("%s stays where it is: %r", each, error)


def put_aside(folder: Path) -> Callable[[Path], Path]:
    """A trash that is a folder: everything of one day and moment in a folder of its own."""
    place = folder / time.strftime("%Y%m%d-%H%M%S")

    def trash(path: Path) -> Path:
        place.mkdir(parents=True, exist_ok=True)
        _rename(path, place / path.name)
        return place / path.name

    return trash


def _free(path: Path, folder: Path) -> Path:
    target = folder / path.name
    if folder.resolve().is_relative_to(path.resolve()):
        raise BadInput(f"{path.name!r} cannot be put into itself.")
    if target.exists():
        raise BadInput(f"There is something called {path.name!r} in {folder.name!r} already.", "Rename one of them.")
    return target


def _rename(old: Path, new: Path) -> None:
    """Renames; to another disk by a copy that is whole before the old one goes."""
    try:
        os.rename(old, new)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        half = new.with_name(f"{TEMPORARY}{new.name}")
        try:
            _copy(old, half, lambda done, total: None)
            half.replace(new)
        finally:
            _destroy(half)
        _destroy(old)


def _copy(path: Path, target: Path, progress: Progress) -> None:
    files = [(path, target)] if path.is_file() else [(file, target / file.relative_to(path)) for file in _files(path)]
    total, done = sum(file.stat().st_size for file, _ in files), 0
    for old, new in files:
        new.parent.mkdir(parents=True, exist_ok=True)
        with old.open("rb") as source, new.open("wb") as sink:
            while piece := source.read(_PIECE):
                sink.write(piece)
                done += len(piece)
                progress(done, total)
            sink.flush()
            os.fsync(sink.fileno())
        shutil.copystat(old, new)


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in sorted(folder.rglob("*")) if file.is_file())


def _destroy(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
