"""Pictures for weights: the newest one made with them, or what lies beside them. A thread brings them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

from studio.document.images import COLOUR, converted, decoded, resampled
from studio.library.entry import Entry
from studio.request.geometry import Size

MOST_WISHES = 120
MOST_KEPT = 400
SIDE = 384  # pixels of the longer side

PictureOf = Callable[[Entry], bytes | None]
"""An encoded picture for weights, or None. Called on a thread; may take tens of milliseconds."""


class Pictures(QObject):
    """ready: something new can be drawn. Call `close` before the program ends."""

    ready = Signal()
    _arrived = Signal(str, QImage)

    def __init__(self, picture_of: PictureOf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._picture_of = picture_of
        self._kept: OrderedDict[str, QPixmap] = OrderedDict()
        self._wishes: OrderedDict[str, Entry] = OrderedDict()
        self._asked: set[str] = set()
        self._wake = threading.Condition()
        self._stop = False
        self._arrived.connect(self._take)
        self._thread = threading.Thread(target=self._run, name="pictures of models", daemon=True)
        self._thread.start()

    def get(self, entry: Entry) -> QPixmap | None:
        """The picture if it is there; else it is asked for. A null one: there is none."""
        key = _key(entry)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        with self._wake:
            if key not in self._asked:
                self._wishes[key] = entry
                self._asked.add(key)
                while len(self._wishes) > MOST_WISHES:
                    self._asked.discard(self._wishes.popitem(last=False)[0])
                self._wake.notify()
        return None

    def forget(self) -> None:
        """There may be newer pictures: all are asked for again when they are drawn."""
        self._kept.clear()

    def close(self) -> None:
        """Ends the thread."""
        with self._wake:
            self._stop = True
            self._wake.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._wishes and not self._stop:
                    self._wake.wait()
                if self._stop:
                    return
                key, entry = self._wishes.popitem()
            data = self._picture_of(entry)
            image = decoded(data) if data else QImage()
            if not image.isNull():
                size = image.size().scaled(QSize(SIDE, SIDE), Qt.AspectRatioMode.KeepAspectRatio)
                if size.width() < image.width():
                    image = resampled(converted(image, COLOUR), Size(size.width(), size.height()))
            with self._wake:
                if self._stop:
                    return
            self._arrived.emit(key, image)

    def _take(self, key: str, image: QImage) -> None:
        self._asked.discard(key)
        self._kept[key] = QPixmap.fromImage(image) if not image.isNull() else QPixmap()
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        self.ready.emit()


def _key(entry: Entry) -> str:
    return f"{entry.print or entry.path}{entry.notes.picture}"
