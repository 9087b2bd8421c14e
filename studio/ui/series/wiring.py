"""Puts grids, folders and variations into the window."""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog

from studio.document.grids import Axis, Cell
from studio.document.ways_on import STRONG, SUBTLE, varied
from studio.library.gallery.grid_sheet import sheet
from studio.request.errors import Trouble
from studio.ui.actions import Action
from studio.ui.candidates import Candidate
from studio.ui.series.folder_runs import FolderRuns
from studio.ui.series.grid_dialog import GridDialog
from studio.ui.series.series import Series
from studio.ui.window import MainWindow
from studio.ui.window_pages import CANVAS

log = logging.getLogger(__name__)

VARIATIONS = 4  # pictures, when only one is asked for otherwise


class MakingMore(QObject):
    """bring_in: puts a picture file into the gallery; called on a thread of its own. told(str): a sentence.

    runs: where it is written down which folders are worked over; None: it is not.
    """

    told = Signal(str)

    def __init__(self, window: MainWindow, bring_in: Callable[[Path], Path], runs: Path | None = None) -> None:
        super().__init__(window)
        self.window_ = window
        self._bring_in = bring_in
        self.series: list[Series] = []
        self.dialog: GridDialog | None = None
        window.table.add(*self._actions())
        window.results.varied.connect(self.vary)
        self.told.connect(window.telling.sentence)
        self.folders = FolderRuns(window, runs, self.start)

    # variations

    def vary(self, item: Candidate, strength: float) -> None:
        """Asks for pictures like one that was made. Raises BadInput."""
        window = self.window_
        if item.picture is not None:
            count = window.document.recipe.count
            window.page.proposal.follow()
            request = varied(item.picture.request, strength, count if count > 1 else VARIATIONS)
            window.generation.again(item, request)

    def vary_shown(self, strength: float) -> None:
        item = self.window_.page.proposal.item
        if item is not None:
            self.vary(item, strength)

    def can_vary(self) -> bool:
        item = self.window_.page.proposal.item
        return self.window_.workspace == CANVAS and item is not None and item.picture is not None

    # grids

    def ask_for_grid(self) -> None:
        """Shows the dialog, without stopping anything else. Raises BadInput when nothing can be made now."""
        window = self.window_
        window.prompt.commit()
        self.dialog = GridDialog(window, window.document.request().single(0), window.models.all())
        self.dialog.wanted.connect(self.make_grid)
        self.dialog.open()

    def make_grid(self, axes: tuple[Axis, ...], cells: tuple[Cell, ...]) -> Series:
        names = " × ".join(axis.kind.title.lower() for axis in axes)
        window = self.window_
        series = Series(
            window.engine, f"Grid: {names}", len(cells), lambda place: cells[place].request, ahead=len(cells)
        )
        title = cells[0].request.prompt.raw or "No prompt"
        series.over.connect(lambda: self._write_sheet(series, title, axes, cells))
        return self.start(series)

    def _write_sheet(self, series: Series, title: str, axes: tuple[Axis, ...], cells: tuple[Cell, ...]) -> None:
        """On a thread of its own: drawing and packing a large sheet takes seconds."""
        pictures = {cells[place].place: picture.pixels for place, picture in series.pictures.items()}
        if not pictures:
            return
        labels = [axis.labels for axis in axes]

        def write() -> None:
            try:
                with tempfile.TemporaryDirectory() as folder:
                    path = Path(folder) / "grid.png"
                    path.write_bytes(sheet(title, labels, pictures))
                    kept = self._bring_in(path)
            except (OSError, Trouble) as error:
                log.info("the sheet of a grid could not be kept: %r", error)
                self.told.emit(f"The sheet of the grid could not be kept. {error}")
            else:
                missing = len(cells) - len(pictures)
                left_out = f" {missing} pictures are missing." if missing else ""
                self.told.emit(f"The grid is in the gallery, as {kept.name}.{left_out}")

        threading.Thread(target=write, name="sfumato sheet").start()

    # folders

    def choose_folder(self) -> None:
        """Asks for a folder, without stopping anything else."""
        window = self.window_
        window.prompt.commit()
        dialog = QFileDialog(window, "Work over all pictures of a folder")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setDirectory(window.preferences.recall("open_folder"))
        dialog.fileSelected.connect(self._chosen)
        dialog.open()

    def _chosen(self, folder: str) -> None:
        try:
            self.folders.begin(Path(folder))
        except Trouble as trouble:
            self.window_.telling.trouble(trouble)

    def start(self, series: Series) -> Series:
        """Shows it as one row of the queue until it is over."""
        self.series.append(series)
        series.over.connect(lambda: self.series.remove(series))
        self.window_.queue.rows.gather(series)
        series.start()
        return series

    def _actions(self) -> list[Action]:
        window = self.window_
        return [
            Action(
                id="picture.vary_subtle",
                title="Subtle variations",
                group="Picture",
                section="more",
                run=lambda: self.vary_shown(SUBTLE),
                enabled_when=self.can_vary,
                icon="shuffle",
                help="Pictures a little different from this one: other noise is mixed in.",
            ),
            Action(
                id="picture.vary_strong",
                title="Strong variations",
                group="Picture",
                section="more",
                run=lambda: self.vary_shown(STRONG),
                enabled_when=self.can_vary,
                icon="shuffle",
                help="Pictures like this one: much other noise is mixed in.",
            ),
            Action(
                id="picture.grid",
                title="Make a grid …",
                group="Picture",
                section="more",
                run=self.ask_for_grid,
                enabled_when=lambda: window.workspace == CANVAS and not window.prompt.problem,
                icon="grid-3x3",
                help="Two or three parameters in all combinations, on one sheet with labels.",
            ),
            Action(
                id="picture.folder",
                title="Work over a folder …",
                group="Picture",
                section="more",
                run=self.choose_folder,
                enabled_when=lambda: window.workspace == CANVAS and not window.prompt.problem,
                icon="images",
                help="Every picture in it with the prompt, strength and controls of now; results go into the gallery.",
            ),
        ]
