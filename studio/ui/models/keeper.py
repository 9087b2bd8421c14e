"""The models of the running window: looked through behind it, offered in the prompt panel when they come and go."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from studio.library.entry import Entry
from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.search import Wanted
from studio.library.models import Models
from studio.library.recognition.metadata import beside
from studio.ui.models.work import LibraryWork

if TYPE_CHECKING:
    from studio.ui.models.page import ModelsPage
    from studio.ui.window import MainWindow

FIRST_LOOK = 1500  # milliseconds after the start: the window comes first
_LARGEST_PICTURE = 30_000_000  # bytes


class ModelsKeeper(QObject):
    """gallery: shows pictures made with them. own: the folder of the studio's models. page: set when it is made."""

    def __init__(self, window: MainWindow, models: Models, gallery: Gallery, own: Path) -> None:
        super().__init__(window)
        self.models, self.own = models, own
        self._window, self._gallery = window, gallery
        self.work = LibraryWork(models, self)
        self.page: ModelsPage | None = None
        self.work.changed.connect(self._offer)
        self.work.looked.connect(self.work.hash_all)

    def start(self) -> None:
        """Looks through the folders a moment later."""
        QTimer.singleShot(FIRST_LOOK, self, self.work.look)

    def shut(self) -> None:
        """Ends all threads."""
        if self.page is not None:
            self.page.shut()
        self.work.close()

    def picture_of(self, entry: Entry) -> bytes | None:
        """What the person chose, else what was made with it, else what lies beside it."""
        with suppress(OSError, sqlite3.Error):
            if entry.notes.picture:
                return _read(Path(entry.notes.picture))
            if made := self._made_with(entry):
                return made
            picture = None if entry.missing else beside(entry.path).picture
            return _read(picture) if picture is not None else None
        return None

    def _made_with(self, entry: Entry) -> bytes | None:
        """A thumbnail of the newest picture that names these weights."""
        name = (entry.model.reference.name if entry.model is not None else entry.name).replace('"', "")
        field = "lora" if entry.kind == "lora" else "model"
        found = self._gallery.items(self._gallery.find(Wanted(f'{field}:"{name}"'), 1))
        return self._gallery.thumbnail(found[0]) if found else None

    def _offer(self) -> None:
        self._window.prompt.model.show_models(self.models.all())
        self._window.show_weights(self.models.of_kind("lora", "vae"))
        self._window.controls.refresh()


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() and path.stat().st_size <= _LARGEST_PICTURE else None
