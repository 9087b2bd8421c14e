"""Styles of other programs, brought into the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog

from studio.prompts.styles import ENDINGS, Style, bring_in
from studio.request.errors import Trouble
from studio.ui.actions import Action
from studio.ui.window import MainWindow

OPENED = "styles_folder"  # where the last file of styles was


class StyleImport(QObject):
    """folder: the person's own styles. load: all that there are now."""

    def __init__(self, window: MainWindow, folder: Path, load: Callable[[], tuple[Style, ...]]) -> None:
        super().__init__(window)
        self._window, self._folder, self._load = window, folder, load
        window.table.add(
            Action(
                id="file.import_styles",
                title="Import styles …",
                group="File",
                section="documents",
                run=self.choose,
                icon="palette",
                help="A styles.csv of A1111 or Forge, or a JSON file of styles of Fooocus.",
            )
        )

    def choose(self) -> None:
        """Asks for a file, without stopping anything else."""
        dialog = QFileDialog(self._window, "Import styles")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        endings = " ".join(f"*{ending}" for ending in ENDINGS)
        dialog.setNameFilter(f"Styles ({endings})")
        dialog.setDirectory(self._window.preferences.recall(OPENED))
        dialog.fileSelected.connect(self._chosen)
        dialog.open()

    def _chosen(self, file: str) -> None:
        self._window.preferences.remember(OPENED, str(Path(file).parent))
        try:
            self.take(Path(file))
        except Trouble as trouble:
            self._window.telling.trouble(trouble)

    def take(self, file: Path) -> None:
        """Copies the file to the person's styles and offers what is in it. Raises Trouble."""
        found = bring_in(file, self._folder)
        styles = self._load()
        self._window.styles = styles
        self._window.prompt.style_part.show_styles(styles)
        count = "1 style is" if len(found) == 1 else f"{len(found)} styles are"
        self._window.telling.sentence(f"{count} new in the list of styles, or as they are in {file.name}.")
