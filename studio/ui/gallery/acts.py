"""What can be done with the pictures that are selected: each act is undoable or asks nothing that can be lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage

from studio.library.gallery.collections import Collection
from studio.library.gallery.export import Export
from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.store import Item
from studio.library.gallery.metadata import Metadata
from studio.library.gallery.moving import Moved, move, move_back
from studio.library.gallery.strip import stripped
from studio.library.gallery.trash import Discard, delete_file
from studio.library.gallery.writing import place
from studio.request.errors import BadInput, Trouble
from studio.ui.gallery.exporting import Exporting
from studio.ui.gallery.model import mime_of
from studio.ui.gallery.work import GalleryWork, move_to_trash

Undo = Callable[[], object]
MANY = 500  # pictures from which on an act is done on a thread
MOST_UNDOS = 100


class Once:
    """Takes an act back, one time only, whichever button or key asks for it."""

    def __init__(self, run: Undo) -> None:
        self._run = run
        self.done = False

    def __call__(self) -> None:
        if not self.done:
            self.done = True
            self._run()


class Acts(QObject):
    """told(str, object): a sentence, and how to undo what it says (or None). failed(str, object): and what may help."""

    told = Signal(str, object)
    failed = Signal(str, object)

    def __init__(self, gallery: Gallery, work: GalleryWork, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._gallery = gallery
        self._work = work
        self._undos: list[tuple[str, Once]] = []
        self.exporting = Exporting(work, self)
        self.exporting.told.connect(self.told)
        self.exporting.failed.connect(self.failed)

    def undo(self) -> None:
        """Takes back the last act that has not been taken back."""
        while self._undos:
            words, once = self._undos.pop()
            if not once.done:
                once()
                self.told.emit(f"Taken back: {words[0].lower()}{words[1:]}", None)
                return
        self.told.emit("There is nothing to take back.", None)

    def rate(self, items: Sequence[Item], rating: int) -> None:
        """rating: 0..5 stars."""
        self._mark(items, "rating", rating, f"{counted(items)} rated.")

    def label(self, items: Sequence[Item], name: str) -> None:
        """name: of a colour, "" for none."""
        self._mark(items, "label", name, f"{counted(items)} labelled.")

    def favour(self, items: Sequence[Item], favourite: bool) -> None:
        """Makes all of them favourites, or none."""
        words = "made a favourite" if favourite else "no favourite any more"
        self._mark(items, "favourite", favourite, f"{counted(items)} {words}.")

    def tag(self, items: Sequence[Item], name: str) -> None:
        """Adds a tag to those that do not have it."""
        new = _ids([item for item in items if name not in item.tags])
        self._do(
            new,
            lambda: self._gallery.mark(new, tags=[name]),
            lambda: self._gallery.untag(new, name),
            f"{counted(new)} tagged {name}.",
            quiet=True,
        )

    def untag(self, items: Sequence[Item], name: str) -> None:
        """Takes a tag away from those that have it."""
        old = _ids([item for item in items if name in item.tags])
        self._do(
            old,
            lambda: self._gallery.untag(old, name),
            lambda: self._gallery.mark(old, tags=[name]),
            f"The tag {name} taken away.",
            quiet=True,
        )

    def throw_away(self, items: Sequence[Item]) -> None:
        """Into the gallery's own trash."""
        ids = _ids(items)
        self._do(
            ids,
            lambda: self._gallery.throw_away(ids),
            lambda: self._gallery.restore(ids),
            f"{counted(ids)} moved to the trash.",
        )

    def restore(self, items: Sequence[Item]) -> None:
        """Out of the trash."""
        ids = _ids(items)
        self._do(
            ids, lambda: self._gallery.restore(ids), lambda: self._gallery.throw_away(ids), f"{counted(ids)} put back."
        )

    def empty_trash(self, items: Sequence[Item] | None = None, discard: Discard = move_to_trash) -> None:
        """To the system's trash, all of it or these; where there is none, the person is asked what then."""
        ids = None if items is None else _ids(items)
        if not (ids or self._gallery.trash.content()):
            self.told.emit("The trash is empty already.", None)
            return

        def done(failed: list[tuple[Item, str]]) -> None:
            self._undos.clear()  # what is taken back must be there
            if not failed:
                self.told.emit("Moved to the system's trash." if discard is move_to_trash else "Removed.", None)
                return
            left = [item for item, _ in failed]
            files = "1 file stays" if len(left) == 1 else f"{len(left):,} files stay"
            remedy = ("Remove for good", lambda: self.empty_trash(left, delete_file))
            self.failed.emit(f"{files} in the trash: {failed[0][1]}.", remedy if discard is move_to_trash else None)

        self._work.run(lambda: self._gallery.empty_trash(discard, ids), done)

    def put_in(self, items: Sequence[Item], collection: Collection) -> None:
        """Into a plain collection."""
        ids, collections = _ids(items), self._gallery.collections
        self._do(
            ids,
            lambda: collections.put_in(collection.id, ids),
            lambda: collections.take_out(collection.id, ids),
            f"{counted(ids)} added to {collection.name}.",
        )

    def take_out(self, items: Sequence[Item], collection: Collection) -> None:
        """Out of a plain collection."""
        ids, collections = _ids(items), self._gallery.collections
        self._do(
            ids,
            lambda: collections.take_out(collection.id, ids),
            lambda: collections.put_in(collection.id, ids),
            f"{counted(ids)} taken out of {collection.name}.",
        )

    def move(self, items: Sequence[Item], folder: Path) -> None:
        """Moves the files into a folder of the gallery."""

        def done(moved: Moved) -> None:
            if moved.problem:
                self.failed.emit(moved.problem, None)
            if moved.items:
                words = f"{counted(moved.items)} moved to {folder.name}."
                self._told(words, Once(lambda: self._move_back(moved)))

        self._work.run(lambda: move(self._gallery, items, folder), done)

    def rename(self, item: Item, name: str) -> None:
        """Gives the file another name; failed tells why it cannot have it."""
        try:
            self._gallery.rename(item, name)
        except Trouble as trouble:
            self.failed.emit(str(trouble), None)

    def copy_picture(self, item: Item, image: QImage) -> None:
        """To the clipboard, as picture and as file."""
        data = mime_of([item])
        if not image.isNull():
            data.setImageData(image)
        QGuiApplication.clipboard().setMimeData(data)

    def copy_settings(self, metadata: Metadata) -> None:
        """To the clipboard, as other programs read them."""
        QGuiApplication.clipboard().setText(metadata.raw.get("parameters") or metadata.raw_text)

    def show_file(self, item: Item) -> None:
        """Opens its folder in the system's file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(item.path.parent)))

    def export(self, items: Sequence[Item], wanted: Export) -> None:
        """On a thread, see `Exporting`."""
        self.exporting.begin(items, wanted)

    def contact_sheet(self, items: Sequence[Item], path: Path) -> None:
        """On a thread, see `Exporting`; the suffix decides between PDF and PNG."""
        self.exporting.contact_sheet(items, self._gallery.thumbnail, path)

    def strip_copy(self, item: Item, path: Path) -> None:
        """A copy without any metadata."""
        try:
            place(stripped(item.path), path, path.parent)
        except (BadInput, OSError) as error:
            self.failed.emit(str(error), None)
        else:
            self.told.emit(f"{path.name} holds the picture and nothing else.", None)

    # inside

    def _mark(self, items: Sequence[Item], name: str, value: object, words: str) -> None:
        """Says the same of all; taken back, each is again what it was."""
        before: dict[object, list[int]] = {}
        for item in items:
            before.setdefault(getattr(item, name), []).append(item.id)

        def back() -> None:
            for old, ids in before.items():
                self._gallery.mark(ids, **{name: old})

        ids = _ids(items)
        self._do(ids, lambda: self._gallery.mark(ids, **{name: value}), back, words, quiet=True)

    def _do(self, ids: Sequence[int], deed: Undo, undo: Undo, words: str, quiet: bool = False) -> None:
        """Does it, on a thread where it takes long, and remembers how to take it back. quiet: it is seen anyway."""
        if not ids:
            return

        def done(_nothing: object = None) -> None:
            self._told(words, Once(undo), quiet)

        if len(ids) > MANY:
            self._work.run(deed, done)
        else:
            deed()
            done()

    def _told(self, words: str, once: Once, quiet: bool = False) -> None:
        self._undos = [*self._undos[-MOST_UNDOS:], (words, once)]
        if not quiet:
            self.told.emit(words, once)

    def _move_back(self, moved: Moved) -> None:
        def done(problem: str) -> None:
            if problem:
                self.failed.emit(problem, None)

        self._work.run(lambda: move_back(self._gallery, moved), done)


def counted(ids: Sequence[object]) -> str:
    """ "1 picture", "2,000 pictures"."""
    return "1 picture" if len(ids) == 1 else f"{len(ids):,} pictures"


def _ids(items: Sequence[Item]) -> list[int]:
    return [item.id for item in items]
