"""Everything that was ever made, and other programs' pictures beside it: kept, found, opened with all settings."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from studio.library.files import TEMPORARY
from studio.library.gallery.collections import Collections
from studio.library.gallery.formats.read import read_contents
from studio.library.gallery.index.database import Database
from studio.library.gallery.index.entry import describe
from studio.library.gallery.index.marks import Journal
from studio.library.gallery.index.paths import key_of, path_of, text_of
from studio.library.gallery.index.scan import Report, Scanned, quiet, scan
from studio.library.gallery.index.schema import DAMAGED, MIGRATIONS
from studio.library.gallery.index.search import Found, Search, Wanted
from studio.library.gallery.index.store import Item, Store
from studio.library.gallery.index.thumbnails import Thumbnails, thumbnail_of_file, thumbnail_of_pixels
from studio.library.gallery.metadata import Metadata
from studio.library.gallery.record import Sources
from studio.library.gallery.similar import Similar
from studio.library.gallery.trash import Discard, Trash, delete_file
from studio.library.gallery.writing import NOBODY, cannot_write, encoded, file_name, free, place
from studio.request.errors import BadInput
from studio.request.events import Picture
from studio.request.request import GenerationRequest

log = logging.getLogger(__name__)

INNER = ".sfumato"  # the folder for what is not a picture
_FORGOTTEN = 30 * 86_400  # seconds after which a source that no picture in the index needs will not be needed again
_STALE = 3600  # seconds after which an unfinished file is nobody's any more


@dataclass(frozen=True)
class Change:
    """What happened to the gallery: new pictures, others as they were, or so much that all has to be looked at."""

    added: tuple[int, ...] = ()
    altered: tuple[int, ...] = ()
    everything: bool = False


Listener = Callable[[Change], None]


class Gallery:
    """The finished pictures below `folder`. Safe to share by threads; opens nothing before it is asked something.

    machine: what makes the pictures (device, versions), noted in their files.
    """

    def __init__(self, folder: Path, machine: Mapping[str, str] = NOBODY) -> None:
        inner = folder / INNER
        self.folder = folder
        self.machine = machine
        self.sources = Sources(inner / "sources")
        self.store = Store(folder, Database(inner / "index.db", MIGRATIONS), Journal(inner / "marks.jsonl"))
        self.search = Search(self.store.database)
        self.thumbnails = Thumbnails(inner / "thumbnails.db")
        self.collections = Collections(self.store, lambda ids: self.tell(Change(altered=ids)))
        self.trash = Trash(self.store, self.sources)
        self.similar = Similar(self.store, self.thumbnails)
        self._listeners: list[Listener] = []
        self._scanning = threading.Lock()

    # Keeping

    def keep(self, picture: Picture) -> Path:
        """Writes a finished picture with all its settings; when this returns it is on the disk, whole.

        The file comes first, then its row: a crash in between leaves a file that the next scan finds.
        Raises Trouble when it cannot be written.
        """
        created = time.time()
        path = self.folder / f"{datetime.fromtimestamp(created):%Y-%m-%d}" / file_name(picture, created)
        workshop = self._workshop
        try:
            workshop.mkdir(parents=True, exist_ok=True)
            path.parent.mkdir(exist_ok=True)
            self.sources.keep(picture.request)
            place(encoded(picture, "PNG", created, self.machine), path, workshop)
        except OSError as error:
            raise cannot_write(path, error) from error
        try:
            entry = describe(path)
            identifier = self.store.put(path, entry, created)
            self.thumbnails.keep([(entry["print"], *thumbnail_of_pixels(picture.pixels))])
        except (sqlite3.Error, OSError) as error:
            log.warning("%s is kept, but not in the index yet: %r", path.name, error)
        else:
            self.tell(Change(added=(identifier,)))
        return path

    def thumbnail(self, item: Item) -> bytes | None:
        """The thumbnail as JPEG, made now if need be: then it takes some tens of milliseconds. None if impossible.

        A file whose pixels turn out to be damaged is listed among the unreadable ones from now on.
        """
        if jpeg := self.thumbnails.get(item.print):
            return jpeg
        try:
            made = thumbnail_of_file(item.path)
        except (OSError, MemoryError) as error:  # not now: it says nothing about the picture
            log.info("there is no thumbnail of %s: %r", item.name, error)
            return None
        if made is None:
            if not item.problem and self.store.set_problem(item, DAMAGED):
                self.tell(Change(everything=True))
            return None
        self.thumbnails.keep([(item.print, *made)])
        return made[0]

    # Finding

    def recent(self, number: int) -> tuple[Item, ...]:
        """The newest pictures, newest first."""
        return tuple(self.items(self.find(Wanted(), number)))

    def find(self, wanted: Wanted, limit: int | None = None) -> Found:
        """What a search means, in order; see `Search.find`."""
        return self.search.find(wanted, limit)

    def items(self, found: Found) -> list[Item]:
        """The pictures that were found and are still there."""
        return self.store.items([int(each) for each in found.ids])

    def metadata(self, item: Item) -> Metadata:
        """How a picture was made, from its file. Raises BadInput when it cannot be read."""
        from studio.library.gallery.dialects.table import read_metadata  # as in `index.entry`

        return read_metadata(item.path)

    def request(self, metadata: Metadata) -> GenerationRequest:
        """The request that makes one of our pictures again. Raises BadInput when that cannot be."""
        if metadata.own is None:
            raise BadInput("Only pictures that were made here can be made again exactly.")
        return self.sources.request(metadata.own)

    # Saying something about pictures

    def mark(self, ids: Iterable[int], **what: Any) -> None:
        """Says something: rating=0..5, label="red", favourite=True, tags=[...], or the same with "without tags"."""
        chosen = tuple(ids)
        self.store.mark(chosen, **what)
        self.tell(Change(altered=chosen))

    def untag(self, ids: Iterable[int], *tags: str) -> None:
        """Takes tags away."""
        self.mark(ids, **{"without tags": list(tags)})

    def throw_away(self, ids: Iterable[int]) -> None:
        """Puts pictures into the trash; nothing is removed from the disk."""
        self.trash.put(ids)
        self.tell(Change(everything=True))

    def restore(self, ids: Iterable[int]) -> None:
        """Takes pictures out of the trash."""
        self.trash.restore(ids)
        self.tell(Change(everything=True))

    def empty_trash(self, discard: Discard = delete_file, ids: Iterable[int] | None = None) -> list[tuple[Item, str]]:
        """Removes what is in the trash from the disk; returns what could not be removed, with the reason."""
        failed = self.trash.empty(discard, ids)
        self._drop_thumbnails()
        self.tell(Change(everything=True))
        return failed

    def rename(self, item: Item, name: str) -> Path:
        """Gives the file another name in its folder, suffix kept. Raises BadInput when that is not possible."""
        stem = "".join(sign for sign in name.strip() if sign >= " " and sign not in '/\\:*?"<>|').strip(". ")
        target = item.path.with_name(stem + item.path.suffix)
        if not stem or len(target.name.encode()) > 255:
            raise BadInput("A file cannot have this name.", 'Use a shorter one, without / \\ : * ? " < > |.')
        if target.exists():
            raise BadInput(f"There is a file called {target.name!r} already.")
        try:
            stamp = item.path.stat().st_mtime_ns
            item.path.rename(target)
        except OSError as error:
            raise BadInput(f"{item.name!r} cannot be renamed: {error.strerror or error}.") from error
        self.store.moved(item.id, item.path, target, stamp)
        self.tell(Change(altered=(item.id,)))
        return target

    def bring_in(self, path: Path) -> Path:
        """Copies a picture file into the gallery, byte for byte; the file itself stays where it is.

        Raises BadInput when it is no picture, Trouble when it cannot be written.
        """
        read_contents(path)
        target = free(self.folder / "imported" / path.name)
        try:
            self._workshop.mkdir(parents=True, exist_ok=True)
            target.parent.mkdir(exist_ok=True)
            place(path.read_bytes(), target, self._workshop)
            identifier = self.store.put(target, describe(target), time.time())
        except OSError as error:
            raise cannot_write(target, error) from error
        self.tell(Change(added=(identifier,)))
        return target

    # Folders of other programs

    def folders(self) -> list[Path]:
        """Folders that were added, besides the gallery's own."""
        with self.store.database.read() as connection:
            rows = connection.execute("SELECT path FROM folder ORDER BY path").fetchall()
        return [path_of(row[0], self.folder) for row in rows]

    def add_folder(self, folder: Path) -> None:
        """Has a folder looked through from now on; nothing in it is moved or written. Raises BadInput."""
        folder = folder.absolute()
        if not folder.is_dir():
            raise BadInput(f"There is no folder {str(folder)!r}.")
        if folder.is_relative_to(self.folder):
            raise BadInput("That folder is part of the gallery already.")
        self.store.act({"do": "folder", "path": text_of(key_of(folder, self.folder))})

    def remove_folder(self, folder: Path) -> None:
        """Forgets a folder and its pictures; the files, and what was said about them, stay."""
        self.store.act({"do": "folder", "path": text_of(key_of(folder, self.folder)), "gone": True})
        self.store.forget_below(folder)
        self.tell(Change(everything=True))

    # Keeping the index true

    @property
    def problem(self) -> str:
        """A sentence when the index was damaged and set aside, else ""."""
        return self.store.database.problem

    def recover(self, discard: Discard = delete_file) -> None:
        """What has to be done once at the start: ends what a crash interrupted, catches up with the journal."""
        self.store.catch_up()
        self.trash.finish(discard)
        for part in self._workshop.glob(f"{TEMPORARY}*") if self._workshop.is_dir() else ():
            try:
                if abs(time.time() - part.stat().st_mtime) > _STALE:
                    part.unlink()
            except OSError as error:
                log.info("%s could not be removed: %r", part, error)

    def scan(self, stop: Callable[[], bool] = lambda: False, report: Report = quiet, thorough: bool = False) -> Scanned:
        """Brings the index up to date with all folders: one scan at a time. thorough: reads every file again."""
        total = Scanned(done=True)
        with self._scanning:
            for folder in (self.folder, *self.folders()):
                if folder == self.folder and not folder.is_dir():
                    continue
                total.merge(scan(self.store, folder, stop=stop, report=report, thorough=thorough))
                self.tell(Change(everything=True))
        return total

    def reindex(
        self, stop: Callable[[], bool] = lambda: False, report: Report = quiet, discard: Discard = delete_file
    ) -> Scanned:
        """Builds the index anew from the files and the journal of marks."""
        self.recover(discard)
        result = self.scan(stop, report, thorough=True)
        self.store.tidy_journal()
        self._drop_thumbnails()
        if result.done:
            self.trash.clear_sources(time.time() - _FORGOTTEN)
        return result

    def listen(self, listener: Listener) -> None:
        """Calls `listener` after every change, on whatever thread made it."""
        self._listeners.append(listener)

    def tell(self, change: Change) -> None:
        """Tells all listeners, on this thread."""
        for listener in tuple(self._listeners):
            listener(change)

    def close(self) -> None:
        """Closes the databases; the next use opens them again."""
        self.store.database.close()
        self.thumbnails.close()

    def _drop_thumbnails(self) -> None:
        """Those of files that are no more."""
        self.thumbnails.forget_others({known.print for known in self.store.known().values()})

    @property
    def _workshop(self) -> Path:
        """Where files are while they are being written: never among the pictures."""
        return self.folder / INNER / "incoming"
