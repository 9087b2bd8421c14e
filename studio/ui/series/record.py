"""What is written down of a folder that is worked over, so that a crash costs nothing: the next start goes on."""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from studio.document.files.control import steer_entry, steer_of
from studio.document.files.extra import extra_recipe, recipe_of
from studio.document.files.ora_write import png_of
from studio.document.following import Follower
from studio.document.recipe import Recipe
from studio.engine.lock import FolderLock
from studio.library.files import write_atomically
from studio.library.pictures import read_picture
from studio.request.errors import Trouble
from studio.request.family import ModelReference

log = logging.getLogger(__name__)

WISH, NEXT, JOBS = "wish.json", "next", "jobs.json"


@dataclass(frozen=True)
class Asked:
    """A folder, its pictures in order, and the wish for each of them."""

    folder: Path
    files: tuple[Path, ...]
    recipe: Recipe
    model: ModelReference
    followers: tuple[Follower, ...] = ()


class Record:
    """A folder of its own on disk, held until it is ended or the program ends, however it does.

    next: the place of the first picture that is not in the queue yet; what is there is the queue's to keep.
    jobs: the numbers of those in the queue, so that they are known as its own at the next start.
    """

    def __init__(
        self, place: Path, lock: FolderLock, asked: Asked, following: int = 0, jobs: tuple[int, ...] = ()
    ) -> None:
        self._place, self._lock = place, lock
        self.asked, self.next, self.jobs = asked, following, jobs

    @classmethod
    def begin(cls, within: Path, asked: Asked) -> Record:
        """Writes it down. Raises OSError."""
        place = within / uuid4().hex
        lock = FolderLock.take(place)
        assert lock is not None, "nobody else knows its name"
        wish = {
            "folder": str(asked.folder),
            "files": [path.name for path in asked.files],
            "recipe": extra_recipe(asked.recipe),
            "model": vars(asked.model).copy(),
            "followers": [_follower_entry(each, place) for each in asked.followers],
        }
        write_atomically(place / WISH, json.dumps(wish, ensure_ascii=False).encode())
        return cls(place, lock, asked)

    def handed(self, following: int, jobs: tuple[int, ...]) -> None:
        """All before this place are in the queue, those that are not over as these jobs. Raises OSError."""
        self.next, self.jobs = following, jobs
        write_atomically(self._place / JOBS, json.dumps(jobs).encode())
        write_atomically(self._place / NEXT, str(following).encode())

    def end(self) -> None:
        """Nothing is left to be done."""
        self.release()
        shutil.rmtree(self._place, ignore_errors=True)

    def release(self) -> None:
        """It stays for the next start."""
        self._lock.release()


def left(within: Path) -> list[Record]:
    """What earlier starts did not finish; those of programs that still run are theirs. What is damaged is dropped."""
    found: list[Record] = []
    for place in sorted(within.iterdir()) if within.is_dir() else ():
        lock = FolderLock.take(place) if place.is_dir() else None
        if lock is None:
            continue
        try:
            record = Record(place, lock, _read(place / WISH), _following(place / NEXT), _jobs(place / JOBS))
        except (OSError, Trouble, ValueError, TypeError, KeyError, AttributeError) as error:
            log.warning("what was left of a folder cannot be read: %r", error)
            lock.release()
            shutil.rmtree(place, ignore_errors=True)
            continue
        if record.next < len(record.asked.files) or record.jobs:
            found.append(record)
        else:
            record.end()
    return found


def _read(path: Path) -> Asked:
    wish: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    folder = Path(wish["folder"])
    files = tuple(folder / str(name) for name in wish["files"])
    followers = tuple(_follower_of(each, path.parent) for each in wish.get("followers", ()))
    return Asked(folder, files, recipe_of(wish["recipe"]), ModelReference(**wish["model"]), followers)


def _follower_entry(follower: Follower, place: Path) -> dict[str, Any]:
    """Its picture lies beside it."""
    name = None if follower.picture is None else f"{follower.picture.digest}.png"
    if follower.picture is not None and name is not None:
        write_atomically(place / name, png_of(follower.picture))
    return {"steer": steer_entry(follower.steer), "picture": name}


def _follower_of(entry: dict[str, Any], place: Path) -> Follower:
    name = entry["picture"]
    return Follower(steer_of(entry["steer"]), None if name is None else read_picture(place / Path(name).name))


def _jobs(path: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in json.loads(path.read_bytes())) if path.exists() else ()


def _following(path: Path) -> int:
    return int(path.read_text(encoding="ascii")) if path.exists() else 0
