"""Brings thumbnails from the disk on two threads: the newest wish first, what has scrolled past is forgotten."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from studio.document.images import decoded
from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.store import Item

log = logging.getLogger(__name__)

MOST_WISHES = 150  # about two windows full
_THREADS = 2


@dataclass(frozen=True)
class Loaded:
    """image: null when the picture cannot be drawn."""

    print: bytes
    image: QImage


class ThumbnailLoader(QObject):
    """ready: something can be taken with `take`. It is emitted once for all that is there."""

    ready = Signal()

    def __init__(self, gallery: Gallery, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._gallery = gallery
        self._wishes: OrderedDict[bytes, Item] = OrderedDict()
        self._busy: set[bytes] = set()
        self._done: list[Loaded] = []
        self._idle: Iterator[Item] = iter(())
        self._wake = threading.Condition()
        self._stop = False
        self._told = False
        self._threads = [
            threading.Thread(target=self._run, args=(number == 0,), name=f"thumbnails {number}", daemon=True)
            for number in range(_THREADS)
        ]
        for thread in self._threads:
            thread.start()

    def ask(self, item: Item) -> None:
        """Wants a thumbnail soon, before all that was asked for earlier."""
        with self._wake:
            if item.print in self._busy:
                return
            self._wishes[item.print] = item
            self._wishes.move_to_end(item.print)
            while len(self._wishes) > MOST_WISHES:
                self._wishes.popitem(last=False)
            self._wake.notify()

    def when_idle(self, items: Iterator[Item]) -> None:
        """Thumbnails to make while nothing is asked for, one after the other."""
        with self._wake:
            self._idle = items
            self._wake.notify_all()

    def take(self) -> list[Loaded]:
        """What has been loaded since the last call."""
        with self._wake:
            done, self._done = self._done, []
            self._told = False
            self._busy.difference_update(each.print for each in done)
        return done

    def close(self) -> None:
        """Ends the threads; returns when they have ended."""
        with self._wake:
            self._stop = True
            self._wake.notify_all()
        for thread in self._threads:
            thread.join()

    def _run(self, also_idle: bool) -> None:
        while True:
            item, idle = self._next(also_idle)
            if item is None:
                return
            try:
                if idle:
                    self._gallery.thumbnail(item)
                else:
                    self._deliver(item, self._gallery.thumbnail(item))
            except sqlite3.Error as error:  # a full or busy disk: it will be asked for again
                log.info("a thumbnail of %s could not be had: %r", item.name, error)
                if not idle:
                    self._deliver(item, None)

    def _next(self, also_idle: bool) -> tuple[Item | None, bool]:
        """The next picture to load and whether nobody waits for it; None at the end."""
        with self._wake:
            while not self._stop:
                if self._wishes:
                    fingerprint, item = self._wishes.popitem()
                    self._busy.add(fingerprint)
                    return item, False
                idle = next(self._idle, None) if also_idle else None
                if idle is not None:
                    return idle, True
                self._wake.wait()
        return None, False

    def _deliver(self, item: Item, jpeg: bytes | None) -> None:
        image = decoded(jpeg) if jpeg else QImage()
        if not image.isNull():
            image = image.convertToFormat(QImage.Format.Format_RGB32)
        with self._wake:
            self._done.append(Loaded(item.print, image))
            tell, self._told = not self._told, True
        if tell:
            self.ready.emit()


def missing_thumbnails(gallery: Gallery, ids: list[int], stop: Callable[[], bool]) -> Iterator[Item]:
    """Pictures without a thumbnail, looked for in small steps, for `ThumbnailLoader.when_idle`."""
    for start in range(0, len(ids), 100):
        if stop():
            return
        items = gallery.store.items(ids[start : start + 100])
        missing = set(gallery.thumbnails.missing([item.print for item in items]))
        yield from (item for item in items if item.print in missing)
