"""Acts that need a name, a place or a choice first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QInputDialog, QVBoxLayout, QWidget

from studio.library.gallery.collections import Collection
from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.scan import EXTENSIONS
from studio.library.gallery.index.store import Item
from studio.library.gallery.metadata import Metadata
from studio.library.gallery.strip import reveals
from studio.request.errors import Trouble
from studio.ui.gallery.acts import Acts
from studio.ui.gallery.export_dialog import ExportDialog, reveal_text
from studio.ui.widgets.tool import SECTION, label


class Asking:
    """parent: over which the dialogs stand."""

    def __init__(self, gallery: Gallery, acts: Acts, parent: QWidget) -> None:
        self._gallery = gallery
        self._acts = acts
        self._parent = parent
        self._export_to = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation))

    def export(self, items: Sequence[Item]) -> None:
        """Asks what to export as what, and begins."""
        try:
            metadata = self._gallery.metadata(items[0])
        except Trouble:
            metadata = Metadata(source="plain")
        dialog = ExportDialog(len(items), items[0], metadata, self._export_to, self._parent)
        if dialog.exec():
            self._export_to = dialog.wanted.folder
            self._acts.export(items, dialog.wanted)

    def rename(self, item: Item) -> None:
        """Asks for the file's new name."""
        name, good = QInputDialog.getText(self._parent, "Rename", "Name of the file", text=item.path.stem)
        if good and name.strip() != item.path.stem:
            self._acts.rename(item, name)

    def tag(self, items: Sequence[Item]) -> None:
        """Asks for a tag, one that is known or another."""
        known = [facet.value for facet in self._gallery.search.facets("tag")]
        name, good = QInputDialog.getItem(self._parent, "Tag", "Tag", ["", *known], 0, True)
        if good and name.strip():
            self._acts.tag(items, name.strip())

    def move(self, items: Sequence[Item]) -> None:
        """Asks for a folder of the gallery."""
        start = str(self._gallery.folder)
        folder = QFileDialog.getExistingDirectory(self._parent, "Move into a folder of the gallery", start)
        if folder:
            self._acts.move(items, Path(folder))

    def contact_sheet(self, items: Sequence[Item]) -> None:
        """Asks where the sheet is to be written."""
        start = str(self._export_to / "contact sheet.pdf")
        path, _ = QFileDialog.getSaveFileName(self._parent, "Contact sheet", start, "PDF (*.pdf);;PNG (*.png)")
        if path:
            self._acts.contact_sheet(items, Path(path))

    def reveal(self, item: Item) -> None:
        """Says what the file would tell others, and offers a copy without it."""
        try:
            told = reveals(item.path)
        except Trouble as trouble:
            self._acts.failed.emit(str(trouble), None)
            return
        dialog = QDialog(self._parent)
        dialog.setWindowTitle("What this file reveals")
        dialog.setMinimumWidth(460)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        if told:
            strip = buttons.addButton("Save a copy without it …", QDialogButtonBox.ButtonRole.ActionRole)
            strip.clicked.connect(lambda _checked=False: self.strip(item))
        buttons.rejected.connect(dialog.reject)
        column = QVBoxLayout(dialog)
        column.setContentsMargins(SECTION, SECTION, SECTION, SECTION)
        column.setSpacing(12)
        column.addWidget(label("Whoever gets this file can read:" if told else "This file is clean.", "heading"))
        column.addWidget(reveal_text(told))
        column.addWidget(buttons)
        dialog.exec()

    def strip(self, item: Item) -> None:
        """Asks where a copy without metadata is to be written."""
        start = str(self._export_to / item.path.name)
        path, _ = QFileDialog.getSaveFileName(self._parent, "Copy without metadata", start, f"*{item.path.suffix}")
        if path:
            self._acts.strip_copy(item, Path(path))

    def collection(self, parent: str = "", query: str = "") -> Collection | None:
        """A new collection with a name of the person's."""
        title = "Smart collection" if query else "Collection"
        name, good = QInputDialog.getText(self._parent, title, "Name", text=query if query else "")
        if not good:
            return None
        try:
            return self._gallery.collections.make(name, parent, query)
        except Trouble as trouble:
            self._acts.failed.emit(str(trouble), None)
            return None

    def query(self, collection: Collection) -> str:
        """Another search for a smart collection; "" when it was not given."""
        title = "Smart collection"
        query, good = QInputDialog.getText(self._parent, title, f"Search of {collection.name}", text=collection.query)
        return query.strip() if good else ""

    def folder(self) -> Path | None:
        """A folder of other programs' pictures."""
        chosen = QFileDialog.getExistingDirectory(self._parent, "A folder with pictures: nothing in it is changed")
        return Path(chosen) if chosen else None

    def pictures(self) -> list[Path]:
        """Files to be copied into the gallery."""
        endings = " ".join(f"*{ending}" for ending in sorted(EXTENSIONS))
        chosen, _ = QFileDialog.getOpenFileNames(
            self._parent, "Copy pictures into the gallery", str(self._export_to), f"Pictures ({endings})"
        )
        return [Path(each) for each in chosen]
