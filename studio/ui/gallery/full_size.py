"""Whole pictures, decoded on a thread before they are needed: next and previous are there at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from studio.document.images import COLOUR, converted, over
from studio.library.pictures import read_picture
from studio.request.errors import BadInput
from studio.request.pixels import Pixels

MOST_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True)
class Whole:
    """pixels: None when it cannot be read; problem says why. image: the same for Qt, null without."""

    path: Path
    pixels: Pixels | None
    image: QImage
    problem: str = ""


class FullSize(QObject):
    """came(Path): `get` has it now."""

    came = Signal(object)
    _loaded = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: OrderedDict[Path, Whole] = OrderedDict()
        self._wishes: list[Path] = []
        self._wake = threading.Condition()
        self._stop = False
        self._loaded.connect(self._take)
        self._thread: threading.Thread | None = None

    def get(self, path: Path) -> Whole | None:
        """The picture if it has been read, else None: `want` it."""
        whole = self._kept.get(path)
        if whole is not None:
            self._kept.move_to_end(path)
        return whole

    def want(self, paths: Sequence[Path]) -> None:
        """Reads these, in this order, instead of all that was wanted before; what could not be read may be back."""
        with self._wake:
            self._wishes = [path for path in paths if (known := self._kept.get(path)) is None or known.problem]
            self._wake.notify()
        if self._thread is None and self._wishes:
            self._thread = threading.Thread(target=self._run, name="full size", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Ends the thread; returns when it has ended."""
        with self._wake:
            self._stop = True
            self._wake.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._wishes and not self._stop:
                    self._wake.wait()
                if self._stop:
                    return
                path = self._wishes.pop(0)
            self._loaded.emit(read_whole(path))

    def _take(self, whole: Whole) -> None:
        self._kept[whole.path] = whole
        while len(self._kept) > 1 and sum(each.image.sizeInBytes() for each in self._kept.values()) > MOST_BYTES:
            self._kept.popitem(last=False)
        self.came.emit(whole.path)


def read_whole(path: Path) -> Whole:
    """Reads a picture now; one that cannot be read says why."""
    try:
        pixels = read_picture(path)
    except BadInput as error:
        return Whole(path, None, QImage(), str(error))
    return Whole(path, pixels, image_of(pixels))


def image_of(pixels: Pixels) -> QImage:
    """The picture as Qt draws it quickest."""
    array = pixels.array
    if pixels.channels == 4:
        return converted(over(array, QImage.Format.Format_RGBA8888), COLOUR)
    return converted(over(array, QImage.Format.Format_RGB888), QImage.Format.Format_RGB32)
