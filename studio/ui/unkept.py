"""Pictures that the gallery could not take, offered again until they are on a disk; the last time when all closes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QFileDialog

from studio.engine.job import Job
from studio.library.gallery.gallery import Gallery
from studio.library.gallery.writing import write_into
from studio.request.errors import Trouble
from studio.request.events import Picture
from studio.ui.background import Background
from studio.ui.candidates import Candidate
from studio.ui.telling import pictures
from studio.ui.widgets.notice import Notice, Remedy
from studio.ui.window import MainWindow


class Unkept(QObject):
    """The pictures themselves are among the results, in memory; those that were discarded are forgotten here, too."""

    def __init__(self, window: MainWindow, gallery: Gallery) -> None:
        super().__init__(window)
        self._window, self._gallery = window, gallery
        self._items: list[Candidate] = []
        self._bar: Notice | None = None
        self._leaving = False
        self._work = Background("The picture could not be kept", self)
        self._work.troubled.connect(self._offer)
        window.generation.outcomes.homeless.connect(self._add)
        window.generation.outcomes.finished.connect(self._finished)
        window.installEventFilter(self)

    @property
    def items(self) -> tuple[Candidate, ...]:
        """What is on no disk yet."""
        there = self._window.candidates.items
        return tuple(item for item in self._items if item in there)

    def try_again(self) -> None:
        """Into the gallery."""
        self._keep(self._gallery.keep)

    def keep_in(self, folder: Path) -> None:
        """Into a folder of the person's."""
        self._keep(lambda picture: write_into(folder, picture, self._gallery.machine))

    def shut(self) -> None:
        self._work.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        closing = watched is self._window and event.type() is QEvent.Type.Close
        if not closing or self._leaving or not self.items:
            return False
        problem = self._last_attempt()
        if not problem:
            return False
        self._leaving = True  # told once; who closes again means it
        self._offer(problem)
        event.ignore()
        return True

    def _add(self, item: Candidate, problem: str) -> None:
        self._items.append(item)
        self._leaving = False
        self._offer(problem)

    def _finished(self, job: Job) -> None:
        """A picture that could be kept shows that there is room again."""
        if self.items and any(item.path for item in self._window.candidates.of(job)):
            self.try_again()

    def _keep(self, keep: Callable[[Picture], Path]) -> None:
        for item in self.items:
            if item.picture is not None:
                self._work.run(partial(keep, item.picture), partial(self._kept, item))

    def _kept(self, item: Candidate, path: Path) -> None:
        item.path = path
        self._items = [each for each in self._items if each is not item]
        if not self.items:
            self._withdraw()
            self._window.page.notices.tell(f"Everything is kept now, the last one as {path}.", "good")

    def _last_attempt(self) -> str:
        """In place, since the window is about to go; what went wrong, or ""."""
        for item in self.items:
            if item.picture is not None:
                try:
                    item.path = self._gallery.keep(item.picture)
                except Trouble as trouble:
                    count = len(self.items)
                    whose = "it is" if count == 1 else "they are"
                    return f"{pictures(count).capitalize()} would be lost: {whose} only in memory. {trouble.message}"
                self._items.remove(item)
        return ""

    def _offer(self, problem: str) -> None:
        self._withdraw()
        leave = (Remedy("Close without", self._window.close),) if self._leaving else ()
        again = Remedy("Try again", self.try_again)
        self._bar = self._window.page.notices.tell(
            problem, "error", again, Remedy("Keep elsewhere …", self._choose), *leave
        )

    def _withdraw(self) -> None:
        if self._bar is not None:
            self._window.page.notices.withdraw(self._bar)
            self._bar = None

    def _choose(self) -> None:
        dialog = QFileDialog(self._window, "A folder for what could not be kept")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._chosen)
        dialog.rejected.connect(lambda: self._offer("The picture is still only in memory."))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _chosen(self, folder: str) -> None:
        self.keep_in(Path(folder))
