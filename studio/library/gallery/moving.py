"""Files of the gallery moved into another of its folders, with all that was said about them."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.library.gallery.gallery import Change, Gallery
from studio.library.gallery.index.store import Item
from studio.library.gallery.writing import free, place
from studio.request.errors import BadInput

_OTHER_DISK = 17  # ERROR_NOT_SAME_DEVICE of Windows


@dataclass(frozen=True)
class Moved:
    """items: as they were, with the path each has now. problem: why not all were moved, a sentence, or ""."""

    items: tuple[tuple[Item, Path], ...]
    problem: str = ""


def move(gallery: Gallery, items: Sequence[Item], folder: Path) -> Moved:
    """Moves files one by one; a name that is taken gets a number. Raises BadInput for a folder outside the gallery."""
    roots = (gallery.folder, *gallery.folders())
    folder = folder.absolute()
    if not any(folder.is_relative_to(root) for root in roots):
        raise BadInput(
            f"The folder {folder.name!r} is not part of the gallery, so its pictures would leave it.",
            "Add the folder first, or export copies into it.",
        )
    done: list[tuple[Item, Path]] = []
    for item in items:
        if item.path.parent == folder:
            continue
        try:
            folder.mkdir(parents=True, exist_ok=True)
            done.append((item, _moved(gallery, item, free(folder / item.path.name))))
        except OSError as error:
            reason = error.strerror or str(error)
            return _told(gallery, Moved(tuple(done), f"{item.name!r} could not be moved: {reason}."))
    return _told(gallery, Moved(tuple(done)))


def move_back(gallery: Gallery, moved: Moved) -> str:
    """Back where the files were; returns a sentence when that is not possible for all, else ""."""
    left = 0
    for item, path in moved.items:
        try:
            now = gallery.store.item(item.id)
            if now is None or now.path != path or item.path.exists():
                left += 1
                continue
            item.path.parent.mkdir(parents=True, exist_ok=True)
            _moved(gallery, now, item.path)
        except OSError:
            left += 1
    gallery.tell(Change(everything=True))
    return f"{left:,} files could not be moved back." if left else ""


def _moved(gallery: Gallery, item: Item, target: Path) -> Path:
    """Renames the file; to another disk it is copied whole, then removed. Raises OSError."""
    try:
        item.path.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV and getattr(error, "winerror", 0) != _OTHER_DISK:
            raise
        place(item.path.read_bytes(), target, target.parent)
        os.utime(target, ns=(item.path.stat().st_atime_ns, item.path.stat().st_mtime_ns))
        item.path.unlink()
    gallery.store.moved(item.id, item.path, target, target.stat().st_mtime_ns)
    return target


def _told(gallery: Gallery, moved: Moved) -> Moved:
    if moved.items:
        gallery.tell(Change(everything=True))
    return moved
