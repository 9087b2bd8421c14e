"""What can be done with the pictures that are selected: each act is undoable or asks nothing that can be lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage

from studio.library.gallery.collections import Collection
from studio.library.gallery.contact_sheet import write_contact_sheet
from studio.library.gallery.export import Export, Exported, export
from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.store import Item
from studio.library.gallery.metadata import Metadata
from studio.library.gallery.strip import stripped
from studio.library.gallery.writing import place
from studio.request.errors import BadInput, Trouble
from studio.ui.gallery.model import mime_of
from studio.ui.gallery.work import GalleryWork, move_to_trash

Undo = Callable[[], None]


class Acts(QObject):
    """told(str, object): a sentence, and how to undo what it says (or None). failed(str)."""

    told = Signal(str, object)
    failed = Signal(str)

    def __init__(self, gallery: Gallery, work: GalleryWork, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._gallery = gallery
        self._work = work

    def rate(self, items: Sequence[Item], rating: int) -> None:
        self._gallery.mark(_ids(items), rating=rating)

    def label(self, items: Sequence[Item], name: str) -> None:
        self._gallery.mark(_ids(items), label=name)

    def favour(self, items: Sequence[Item], favourite: bool) -> None:
        self._gallery.mark(_ids(items), favourite=favourite)

    def tag(self, items: Sequence[Item], name: str) -> None:
        self._gallery.mark(_ids(items), tags=[name])

    def untag(self, items: Sequence[Item], name: str) -> None:
        self._gallery.untag(_ids(items), name)

    def throw_away(self, items: Sequence[Item]) -> None:
        ids = _ids(items)
        self._gallery.throw_away(ids)
        self.told.emit(f"{counted(ids)} moved to the trash.", lambda: self._gallery.restore(ids))

    def restore(self, items: Sequence[Item]) -> None:
        ids = _ids(items)
        self._gallery.restore(ids)
        self.told.emit(f"{counted(ids)} put back.", lambda: self._gallery.throw_away(ids))

    def empty_trash(self, items: Sequence[Item] | None = None) -> None:
        """To the system's trash, all of it or these."""
        ids = None if items is None else _ids(items)

        def done(failed: list[tuple[Item, str]]) -> None:
            if failed:
                self.failed.emit(f"{len(failed):,} files could not be removed: they stay in the trash.")
            else:
                self.told.emit("Moved to the system's trash.", None)

        self._work.run(lambda: self._gallery.empty_trash(move_to_trash, ids), done)

    def put_in(self, items: Sequence[Item], collection: Collection) -> None:
        ids = _ids(items)
        self._gallery.collections.put_in(collection.id, ids)
        self.told.emit(
            f"{counted(ids)} added to {collection.name}.",
            lambda: self._gallery.collections.take_out(collection.id, ids),
        )

    def take_out(self, items: Sequence[Item], collection: Collection) -> None:
        ids = _ids(items)
        self._gallery.collections.take_out(collection.id, ids)
        self.told.emit(
            f"{counted(ids)} taken out of {collection.name}.",
            lambda: self._gallery.collections.put_in(collection.id, ids),
        )

    def rename(self, item: Item, name: str) -> None:
        try:
            self._gallery.rename(item, name)
        except Trouble as trouble:
            self.failed.emit(str(trouble))

    def copy_picture(self, item: Item, image: QImage) -> None:
        """To the clipboard, as picture and as file."""
        data = mime_of([item])
        if not image.isNull():
            data.setImageData(image)
        QGuiApplication.clipboard().setMimeData(data)

    def copy_settings(self, metadata: Metadata) -> None:
        QGuiApplication.clipboard().setText(metadata.raw.get("parameters") or metadata.raw_text)

    def show_file(self, item: Item) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(item.path.parent)))

    def export(self, items: Sequence[Item], wanted: Export) -> None:
        """On a thread; says at the end how many files there are, or what went wrong."""

        self._work.run(
            lambda: export(items, wanted, lambda _done: not self._work.stopping),
            lambda results: self._exported(results, wanted.folder),
        )

    def _exported(self, results: list[Exported], folder: Path) -> None:
        bad = [each for each in results if each.problem]
        good = len(results) - len(bad)
        if bad:
            self.failed.emit(f"{good:,} exported, {len(bad):,} not: {bad[0].problem}")
        else:
            self.told.emit(f"{good:,} exported to {folder.name or folder}.", None)

    def contact_sheet(self, items: Sequence[Item], path: Path) -> None:
        self._work.run(
            lambda: write_contact_sheet(items, self._gallery.thumbnail, path),
            lambda _nothing: self.told.emit(f"The contact sheet is written: {path.name}.", None),
        )

    def strip_copy(self, item: Item, path: Path) -> None:
        """A copy without any metadata."""
        try:
            place(stripped(item.path), path, path.parent)
        except (BadInput, OSError) as error:
            self.failed.emit(str(error))
        else:
            self.told.emit(f"{path.name} holds the picture and nothing else.", None)


def counted(ids: Sequence[int]) -> str:
    return "1 picture" if len(ids) == 1 else f"{len(ids):,} pictures"


def _ids(items: Sequence[Item]) -> list[int]:
    return [item.id for item in items]
