"""Files and folders that come in: folders are looked through from now on, pictures are copied into the gallery."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject

from studio.library.gallery.gallery import Gallery
from studio.request.errors import Trouble
from studio.ui.gallery.acts import Acts, counted
from studio.ui.gallery.model import MIME
from studio.ui.gallery.work import GalleryWork


class Arriving(QObject):
    """add_folder: has a folder looked through."""

    def __init__(
        self, gallery: Gallery, work: GalleryWork, acts: Acts, add_folder: Callable[[Path], object], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._gallery = gallery
        self._work = work
        self._acts = acts
        self._add_folder = add_folder

    def wants(self, data: QMimeData) -> bool:
        """Local files that do not come from the gallery itself."""
        return not data.hasFormat(MIME) and any(url.isLocalFile() for url in data.urls())

    def take(self, data: QMimeData) -> None:
        """Brings in what was dropped."""
        self.bring([Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()])

    def bring(self, paths: Sequence[Path]) -> None:
        """Adds the folders, and copies the files on a thread; they themselves stay where they are."""
        files = [path for path in paths if not path.is_dir()]
        for folder in paths:
            if folder.is_dir():
                self._add_folder(folder)
        if files:
            self._work.run(lambda: self._copy(files), self._told)

    def _copy(self, files: Sequence[Path]) -> tuple[list[Path], list[str]]:
        done: list[Path] = []
        problems: list[str] = []
        for file in files:
            if self._work.stopping:
                break
            try:
                done.append(self._gallery.bring_in(file))
            except Trouble as trouble:
                problems.append(str(trouble))
        return done, problems

    def _told(self, found: tuple[list[Path], list[str]]) -> None:
        done, problems = found
        if done:
            self._acts.told.emit(f"{counted(done)} copied into the gallery.", None)
        if problems:
            more = f" {len(problems) - 1:,} others could not be read either." if len(problems) > 1 else ""
            self._acts.failed.emit(problems[0] + more, None)
