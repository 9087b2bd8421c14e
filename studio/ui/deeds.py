"""What the actions of the main window do, beyond a call of one of its parts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from studio import __version__
from studio.document.editing.modes import Mode
from studio.document.recipe import fresh_seed
from studio.ui.actions import Action
from studio.ui.candidates import Candidate, mime_of
from studio.ui.incoming import ENDINGS, files_of
from studio.ui.theme import apply_theme
from studio.ui.window_pages import CANVAS

TAKE_WHAT_IS_SEEN = frozenset({"file.save", "file.save_as", "file.export", "picture.canvas_size"})

if TYPE_CHECKING:
    from studio.ui.command_palette import CommandPalette
    from studio.ui.help_page import HelpPage
    from studio.ui.preferences_page import PreferencesPage
    from studio.ui.shortcuts_page import ShortcutsPage
    from studio.ui.window import MainWindow


class Stoppable(Protocol):
    """Work of its own kind that Escape ends."""

    @property
    def busy(self) -> bool: ...

    def stop(self) -> None: ...


class Deeds:
    """One method an action."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._palette: CommandPalette | None = None
        self._shortcuts: ShortcutsPage | None = None
        self._preferences: PreferencesPage | None = None
        self._help: HelpPage | None = None
        self.beside: list[Stoppable] = []  # what may be under way beside the queue

    # making pictures

    def can_generate(self) -> bool:
        return self._window.workspace == CANVAS and not self._window.prompt.problem

    def generate(self, mode: Mode | None = None, *, first: bool = False) -> None:
        """Does what the button says, or what was chosen instead."""
        window = self._window
        window.prompt.commit()
        if window.prompt.problem or not window.edits.chosen(mode):
            return
        window.page.proposal.follow()
        window.generation.generate(mode, first=first)
        window.page.refresh()

    def generate_first(self) -> None:
        self.generate(first=True)

    def try_example(self, prompt: str) -> None:
        """An example of the welcome was clicked: its words, and the picture."""
        self._window.document.change(prompt=prompt)
        self._window.prompt.words.prompt.setFocus()
        self.generate()

    @property
    def busy(self) -> bool:
        """Something that can be stopped is under way beside the queue."""
        return any(each.busy for each in self.beside)

    def cancel(self) -> None:
        """Discards the finished pictures of an edit, or stops what is in the making, or shows the canvas as it is."""
        for each in self.beside:
            if each.busy:
                return each.stop()
        proposal = self._window.page.proposal
        if proposal.ready and proposal.item is not None and proposal.item.edit is not None:
            self.discard(proposal.finished)
        elif self._window.generation.running is not None:
            self._window.generation.cancel()
        else:
            proposal.dismiss()
        return None

    def throw_seed(self) -> None:
        self._window.document.change(seed=fresh_seed())

    def pick_prompt(self) -> None:
        self._window.page.set_shown("prompt", True)
        self._window.prompt.words.pick()

    # results

    def settle_before(self, action: Action) -> None:
        """What an empty canvas only shows is on it before it is saved, exported, selected from or built upon."""
        if action.group in ("Layer", "Select") or action.id in TAKE_WHAT_IS_SEEN:
            self._window.page.proposal.settle()

    def apply(self, item: Candidate) -> None:
        self._window.page.proposal.apply(item)

    def discard(self, items: list[Candidate]) -> None:
        self._window.candidates.discard(items)
        self._window.table.refresh()  # it can be undone now

    def discard_shown(self) -> None:
        item = self._window.page.proposal.item
        if item is not None:
            self.discard([item])

    def start_from(self, item: Candidate) -> None:
        if item.picture is not None:
            self._window.page.proposal.dismiss()
            self._window.incoming.start_from(item.picture.pixels)

    def copy(self, item: Candidate) -> None:
        QGuiApplication.clipboard().setMimeData(mime_of([item]))

    # pictures from and to outside

    def copy_shown(self) -> None:
        """The finished picture over the canvas, else what is selected of the layer. Raises Trouble for nothing."""
        item = self._window.page.proposal.item
        if item is not None and item.picture is not None:
            self.copy(item)
        else:
            self._window.page.canvas.clipboard.copy()

    def can_copy(self) -> bool:
        return self._window.page.proposal.ready or self._window.document.has_picture

    def paste(self) -> None:
        """As a layer; on an empty canvas as what to start from. Files, too."""
        data = QGuiApplication.clipboard().mimeData()
        incoming, document = self._window.incoming, self._window.document
        files = files_of(data) if incoming.wants(data) else []
        if files and document.has_picture:
            incoming.open(files[0], "layer")
        elif not files and incoming.wants(data) and document.has_picture:
            self._window.page.canvas.clipboard.paste()
        else:
            self.paste_source()

    def paste_source(self) -> None:
        data = QGuiApplication.clipboard().mimeData()
        if not self._window.incoming.wants(data):
            self._window.telling.sentence("There is no picture to paste.")
        else:
            self._window.incoming.take(data)

    def choose_picture(self) -> None:
        """Asks for a file, without stopping anything else."""
        dialog = QFileDialog(self._window, "Start from a picture")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([f"Pictures ({' '.join('*' + ending for ending in ENDINGS)})", "All files (*)"])
        dialog.setDirectory(self._window.preferences.recall("open_folder"))
        dialog.fileSelected.connect(self._chosen)
        dialog.open()

    def show_gallery_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._window.gallery_folder)))

    def _chosen(self, file: str) -> None:
        path = Path(file)
        self._window.preferences.remember("open_folder", str(path.parent))
        self._window.incoming.open(path)

    # the window

    def open_palette(self) -> None:
        if self._palette is None:
            from studio.ui.command_palette import CommandPalette

            self._palette = CommandPalette(self._window, self._window.table)
        self._palette.open()

    def show_shortcuts(self) -> None:
        if self._shortcuts is None:
            from studio.ui.shortcuts_page import ShortcutsPage

            self._shortcuts = ShortcutsPage(self._window, self._window.table)
            self._shortcuts.changed.connect(self._window.keep_keys)
        self._shortcuts.refresh()
        self._shortcuts.show()
        self._shortcuts.raise_()

    def show_help(self) -> None:
        if self._help is None:
            from studio.ui.help_page import HelpPage

            self._help = HelpPage(self._window)
        self._help.show()
        self._help.raise_()

    def show_preferences(self) -> None:
        if self._preferences is None:
            from studio.ui.preferences_page import PreferencesPage

            self._preferences = PreferencesPage(self._window, self._window.preferences)
        self._preferences.show()
        self._preferences.raise_()

    def next_part(self) -> None:
        """Brings the keyboard to the next part of the canvas workspace."""
        window = self._window
        words = window.prompt.words.prompt.field
        parts: list[QWidget] = [words, window.page.canvas, window.page.welcome, window.results, window.queue.list]
        parts = [part for part in parts if part.isVisible()]
        now = QApplication.focusWidget()
        at = next((i for i, part in enumerate(parts) if now is part or (now and part.isAncestorOf(now))), -1)
        if parts:
            parts[(at + 1) % len(parts)].setFocus(Qt.FocusReason.TabFocusReason)

    def set_theme(self, name: str) -> None:
        self._window.preferences.change(theme=name)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, name)

    def follow_system(self) -> None:
        """The system went from light to dark, or back."""
        if self._window.preferences.now.theme == "system":
            self.set_theme("system")

    def show_about(self) -> None:
        self._window.telling.sentence(
            f"Sfumato {__version__}: a desktop studio for painting with diffusion models. It is free software under "
            "the Apache License 2.0, with icons by Lucide (ISC) and the typeface Inter (SIL Open Font License)."
        )
