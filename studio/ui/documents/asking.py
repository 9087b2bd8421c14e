"""What has to be asked about files. Nothing else stops while a question is open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from studio.document.files.opening import DOCUMENTS, LAYERED
from studio.document.files.pictures import FORMATS
from studio.ui.incoming import ENDINGS as PICTURES

Then = Callable[[], None]
WithFile = Callable[[Path], None]
LAYERS = "Document with layers (*.ora)"
WRITTEN = {
    ".png": "PNG picture (*.png)",
    ".jpg": "JPEG picture (*.jpg *.jpeg)",
    ".webp": "WebP picture (*.webp)",
    ".tif": "TIFF picture (*.tif *.tiff)",
}


class Questions(QObject):
    """One question at a time, over its window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.open: QMessageBox | QFileDialog | None = None

    def unsaved(self, name: str, save: Then, discard: Then) -> None:
        """What is to become of unsaved work. Cancel, or Escape, does nothing at all."""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle("Unsaved changes")
        box.setText(f"Save the changes to “{name}”?")
        box.setInformativeText("They are lost if you do not.")
        yes = box.addButton("Save", QMessageBox.ButtonRole.AcceptRole)
        no = box.addButton("Do not save", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(yes)
        yes.clicked.connect(save)
        no.clicked.connect(discard)
        self._show(box)

    def file_to_open(self, folder: str, then: WithFile) -> None:
        dialog = self._dialog("Open", folder, then)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        known = " ".join(f"*{ending}" for ending in (*DOCUMENTS, *PICTURES))
        dialog.setNameFilters([f"Documents and pictures ({known})", "All files (*)"])
        self._show(dialog)

    def file_to_write(self, title: str, suggested: Path, then: WithFile, *, layered: bool) -> None:
        """layered: documents with layers can be chosen, too, and are the usual choice."""
        dialog = self._dialog(title, str(suggested.parent), then)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        filters = [LAYERS, *WRITTEN.values()] if layered else list(WRITTEN.values())
        dialog.setNameFilters(filters)
        chosen = LAYERS if suggested.suffix == LAYERED else WRITTEN.get(suggested.suffix, filters[0])
        dialog.selectNameFilter(chosen)
        dialog.setDefaultSuffix(suggested.suffix.removeprefix("."))

        def follow(text: str) -> None:
            dialog.setDefaultSuffix(_ending(text))

        dialog.filterSelected.connect(follow)
        dialog.selectFile(suggested.name)
        self._show(dialog)

    def _dialog(self, title: str, folder: str, then: WithFile) -> QFileDialog:
        dialog = QFileDialog(self._window, title, folder)

        def chosen(file: str) -> None:
            then(Path(file))

        dialog.fileSelected.connect(chosen)
        return dialog

    def _show(self, dialog: QMessageBox | QFileDialog) -> None:
        if self.open is not None:
            self.open.close()
        self.open = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(self._done)
        dialog.open()

    def _done(self) -> None:
        self.open = None


def _ending(name_filter: str) -> str:
    return name_filter.partition("(*.")[2].partition(")")[0].split()[0]


def can_write(path: Path) -> bool:
    return path.suffix.lower() in (LAYERED, *FORMATS)
