"""What the gallery says of a look through its folders: how far it is, and what could not be read, with the reasons."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QPushButton, QVBoxLayout, QWidget

from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.scan import Scanned
from studio.library.gallery.index.search import Place, Wanted
from studio.ui.gallery.loader import ThumbnailLoader, missing_thumbnails
from studio.ui.gallery.work import GalleryWork
from studio.ui.widgets.tool import SECTION, label

MOST = 1000  # troubles that are listed


class ScanReport(QObject):
    """words: shows how far it is; a click lists what could not be read. Thumbnails are made when all is looked at."""

    def __init__(self, words: QPushButton, gallery: Gallery, work: GalleryWork, loader: ThumbnailLoader) -> None:
        super().__init__(words)
        self._words = words
        self._gallery = gallery
        self._work = work
        self._loader = loader
        self._troubles: list[tuple[str, str]] = []
        words.setEnabled(False)
        words.clicked.connect(self.list_troubles)
        work.progressed.connect(self._progress)
        work.scanned.connect(self._scanned)

    def list_troubles(self) -> None:
        """A list of what could not be read, each with the reason."""
        made = trouble_list(self.troubles(), self._words.window())
        made.open()

    def troubles(self) -> list[tuple[str, str]]:
        """What the disk refused, and files that are no whole pictures: paths and reasons, at most MOST."""
        broken = self._gallery.items(self._gallery.find(Wanted(place=Place.UNREADABLE), MOST))
        told = dict(self._troubles) | {str(item.path): item.problem for item in broken}
        return list(told.items())[:MOST]

    def _progress(self, scanned: Scanned) -> None:
        new = scanned.added + scanned.changed
        self._words.setText(f"Looking through folders: {new:,} new" if new else "")

    def _scanned(self, scanned: Scanned) -> None:
        self._troubles = list(scanned.troubles)
        broken = len(self._gallery.find(Wanted(place=Place.UNREADABLE)))
        count = broken + len(self._troubles)
        self._words.setText(f"{count:,} could not be read" if count else "")
        self._words.setToolTip("Shows which, and why" if count else "")
        self._words.setEnabled(bool(count))
        ids = self._gallery.find(Wanted()).ids.tolist()
        self._loader.when_idle(missing_thumbnails(self._gallery, ids, lambda: self._work.stopping))


def trouble_list(troubles: list[tuple[str, str]], parent: QWidget) -> QDialog:
    """Paths and reasons, which can be copied."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle("What could not be read")
    dialog.resize(620, 360)
    entries = QListWidget()
    entries.setWordWrap(True)
    entries.setAccessibleName("What could not be read")
    for path, reason in troubles:
        entries.addItem("".join(sign if sign.isprintable() else " " for sign in f"{path}: {reason}"))
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(SECTION, SECTION, SECTION, SECTION)
    column.setSpacing(12)
    words = "These files and folders could not be read. Nothing was changed in them."
    column.addWidget(label(words if troubles else "Everything could be read.", "secondary"))
    column.addWidget(entries, 1)
    column.addWidget(buttons)
    return dialog
