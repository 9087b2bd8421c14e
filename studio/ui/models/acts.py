"""What can be done with weights from the browser: used, moved, put away and back, converted, added, brought."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QFile, QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.library.downloads.fetch import Wish
from studio.library.downloads.hub import Hub, RemoteFile
from studio.library.entry import Entry
from studio.library.models import Models
from studio.library.moving import copy, move, put_aside, take_away
from studio.library.pickled import convert
from studio.library.recognition.recognise import PICKLED, WEIGHTS
from studio.library.signs.sign import Part
from studio.request.errors import CancelledError, Trouble
from studio.ui.models.transfers import Transfers
from studio.ui.models.work import LibraryWork
from studio.ui.preferences import Preferences
from studio.ui.widgets.notice import Notices, Remedy

_PICTURES = "Pictures (*.png *.jpg *.jpeg *.webp)"


class Acts(QObject):
    """own: the folder of the studio, into which new weights go. aside: where put-away ones go without a trash."""

    def __init__(
        self,
        page: QWidget,
        models: Models,
        work: LibraryWork,
        transfers: Transfers,
        preferences: Preferences,
        own: Path,
        notices: Notices,
    ) -> None:
        super().__init__(page)
        self._page, self._models, self._work, self._transfers = page, models, work, transfers
        self._preferences, self._own, self._notices = preferences, own, notices

    def do(self, what: str, entry: Entry) -> None:
        """A deed of the panel."""
        deeds: dict[str, Callable[[Entry], object]] = {
            "convert": self.convert,
            "move": self.ask_where_to_move,
            "remove": self.remove,
            "forget": self.forget,
            "picture": self.ask_picture,
        }
        deeds[what](entry)

    def note(self, entry: Entry, name: str, value: object) -> None:
        """Writes down what the person says about weights."""
        try:
            self._models.book.change(entry.print, **{name: value})
        except Trouble as trouble:
            self._notices.tell(str(trouble), "error")
            return
        self._models.noted()
        self._work.changed.emit()

    # folders and files

    def ask_folder(self) -> None:
        """Asks for a folder to look in."""
        chosen = QFileDialog.getExistingDirectory(self._page, "A folder with models, or of another program")
        if chosen:
            self.add_folder(Path(chosen))

    def add_folder(self, folder: Path) -> None:
        """Looks in it from now on; nothing in it is changed."""
        folders = self._preferences.now.model_folders
        if str(folder) in folders or folder == self._own:
            self._notices.tell(f"{folder} is looked through already.")
            return
        self._set_folders((*folders, str(folder)))

    def remove_folder(self, folder: Path) -> None:
        """Looks in it no more; that can be taken back."""
        if folder == self._own:
            self._notices.tell("That is the folder of Sfumato's own models.")
            return
        before = self._preferences.now.model_folders
        self._set_folders(tuple(each for each in before if Path(each) != folder))
        undo = Remedy("Look in it again", lambda: self._set_folders(before))
        self._notices.tell(f"{folder.name} is not looked through any more. Nothing in it was changed.", "info", undo)

    def ask_file(self) -> None:
        """Asks for files to copy."""
        endings = " ".join(f"*{each}" for each in (*WEIGHTS, *PICKLED))
        chosen, _ = QFileDialog.getOpenFileNames(
            self._page, "Files to copy into your models", "", f"Weights ({endings})"
        )
        self.add_files([Path(each) for each in chosen])

    def add_files(self, paths: Sequence[Path]) -> None:
        """Folders are looked through in place; files are copied (pickled ones converted) into the studio's folder."""
        for path in paths:
            if path.is_dir() and not (path / "model_index.json").exists():
                self.add_folder(path)
            elif path.suffix.lower() in PICKLED:
                self.ask_to_convert(path, self._own / f"{path.stem}.safetensors")
            else:
                self._notices.tell(f"{path.name} is being copied.")
                self._work.run(partial(copy, path, self._own, self._go_on), self._came)

    def ask_to_convert(self, path: Path, target: Path) -> None:
        """Whether a pickled file may be read, number by number, and written as safetensors."""
        self._notices.tell(
            f"{path.name} is of a kind that can run code when it is opened. Its numbers can be read without.",
            "info",
            Remedy("Convert it", partial(self._convert, path, target)),
        )

    # one entry

    def ask_where_to_move(self, entry: Entry) -> None:
        """Asks for a folder, then moves."""
        chosen = QFileDialog.getExistingDirectory(self._page, f"Where to move {entry.title}", str(entry.path.parent))
        if chosen:
            self.move(entry, Path(chosen))

    def move(self, entry: Entry, folder: Path) -> None:
        """Moves weights and what lies beside them; that can be taken back."""
        if folder == entry.path.parent:
            return
        back = Remedy("Move it back", lambda: self._move(folder / entry.path.name, entry.path.parent))
        self._move(
            entry.path, folder, lambda: self._notices.tell(f"{entry.title} is in {folder.name} now.", "good", back)
        )

    def _move(self, path: Path, folder: Path, told: Callable[[], object] = lambda: None) -> None:
        def moved(_target: Path) -> None:
            told()
            self._models.forget([path])
            self._work.look()

        self._work.run(partial(move, path, folder), moved)

    def remove(self, entry: Entry) -> None:
        """Into the system's trash, or aside where there is none; it can be put back."""
        self._put_away(entry.path, entry.title)

    def _put_away(self, path: Path, title: str, *, alone: bool = False) -> None:
        places: list[tuple[Path, Path]] = []
        aside = put_aside(self._own.parent / "removed models")

        def trash(file: Path) -> None:
            done, there = _to_trash(file)
            places.append((file, there if done and there else aside(file) if not done else file))

        def gone(_: object) -> None:
            known = all(new != old for old, new in places)
            back = (Remedy("Put it back", lambda: self._put_back(places)),) if known else ()
            self._notices.tell(f"{title} is in the trash.", "info", *back)
            self._models.forget([path])
            self._work.look()

        self._work.run(partial(take_away, path, trash, alone=alone), gone)

    def _put_back(self, places: Sequence[tuple[Path, Path]]) -> None:
        def back() -> None:
            for old, new in places:
                new.rename(old)

        self._work.run(back, lambda _: self._work.look())

    def forget(self, entry: Entry) -> None:
        """Takes missing weights off the list."""
        self._models.forget([entry.path])
        self._work.changed.emit()

    def convert(self, entry: Entry) -> None:
        """Writes pickled weights as safetensors beside them."""
        self._convert(entry.path, entry.path.with_suffix(".safetensors"))

    def _convert(self, path: Path, target: Path) -> None:
        def made(_target: Path) -> None:
            away = Remedy("Put the old file away", lambda: self._put_away(path, path.name, alone=True))
            there = (away,) if path.parent == target.parent else ()
            self._notices.tell(f"{target.name} was written from {path.name}, which is still there.", "good", *there)
            self._work.look()

        self._notices.tell(f"{path.name} is being converted.")
        self._work.run(partial(convert, path, target, self._go_on), made)

    def ask_picture(self, entry: Entry) -> None:
        """Asks for a picture to show for them."""
        chosen, _ = QFileDialog.getOpenFileName(self._page, f"A picture for {entry.title}", "", _PICTURES)
        if chosen:
            self.note(entry, "picture", chosen)

    # bringing

    def bring(self, title: str, wishes: Sequence[Wish]) -> None:
        """Fetches files, as one line of the list of downloads."""
        self._transfers.bring(title, wishes)

    def bring_part(self, hub: Callable[[], Hub], part: Part) -> None:
        """Asks the hub for a missing part, then brings it."""

        def found(files: list[RemoteFile]) -> None:
            chosen = next((file for file in files if file.path == part.file), None)
            if chosen is None:
                self._notices.tell(f"{part.repository} does not have {part.file} any more. Look at its page.", "error")
                return
            self.bring(Path(part.file).name, [hub().wish(chosen, self._own)])

        self._work.run(lambda: hub().files(part.repository), found)

    def _came(self, target: Path) -> None:
        self._notices.tell(f"{target.name} is among your models now.", "good")
        self._work.look()

    def _go_on(self, _done: int, _total: int) -> None:
        if self._work.stopping:
            raise CancelledError

    def _set_folders(self, folders: Sequence[str]) -> None:
        self._preferences.change(model_folders=tuple(folders))
        self._preferences.flush()
        self._work.look()


def _to_trash(path: Path) -> tuple[bool, Path | None]:
    """Whether the system took it, and where it lies there, as far as that is told."""
    file = QFile(str(path))
    if not file.moveToTrash():
        return False, None
    return True, Path(file.fileName()) if file.fileName() != str(path) else None
