"""What one can do with files."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from studio.ui.actions import Action
from studio.ui.documents.export_sheet import ExportSheet
from studio.ui.documents.filing import Filing
from studio.ui.documents.new_sheet import NewSheet
from studio.ui.preferences import Preferences
from studio.ui.widgets.search_popup import Entry, SearchPopup


class RecentPopup(SearchPopup):
    """The documents worked on lately, to be searched."""

    def __init__(self, window: QWidget, filing: Filing) -> None:
        super().__init__(window, "Search recent documents", "There is no recent document like that.", self._entries)
        self._filing = filing
        self.chosen.connect(filing.open)

    def _entries(self) -> Sequence[Entry]:
        return [Entry(path.name, path, str(path.parent)) for path in self._filing.recent.files]


Over = Callable[[], QWidget]  # the part of the window that sheets lie over, brought to the eye


def file_actions(filing: Filing, window: QWidget, over: Over, preferences: Preferences) -> list[Action]:
    return [*_documents(filing, window, over), *_saving(filing, over, preferences)]


def _documents(filing: Filing, window: QWidget, over: Over) -> list[Action]:
    recent = RecentPopup(window, filing)
    return [
        Action(
            id="file.new",
            title="New …",
            group="File",
            section="documents",
            run=lambda: NewSheet(over(), filing),
            keys=("Ctrl+N",),
            icon="file-plus",
            help="An empty canvas. The prompt and the model stay.",
        ),
        Action(
            id="file.open",
            title="Open …",
            group="File",
            section="documents",
            run=filing.choose,
            keys=("Ctrl+O",),
            icon="folder-open",
            help="A document with all its layers, or a picture.",
        ),
        Action(
            id="file.open_recent",
            title="Open recent …",
            group="File",
            section="documents",
            run=recent.open,
            keys=("Ctrl+Shift+O",),
            icon="history",
            enabled_when=lambda: bool(filing.recent.files),
        ),
    ]


def _saving(filing: Filing, over: Over, preferences: Preferences) -> list[Action]:
    return [
        Action(
            id="file.save",
            title="Save",
            group="File",
            section="saving",
            run=filing.save,
            keys=("Ctrl+S",),
            icon="save",
            help="Keeps all layers, masks, prompts and settings. You can go on meanwhile.",
        ),
        Action(
            id="file.save_as",
            title="Save as …",
            group="File",
            section="saving",
            run=filing.save_as,
            keys=("Ctrl+Shift+S",),
        ),
        Action(
            id="file.export",
            title="Export …",
            group="File",
            section="saving",
            run=lambda: ExportSheet(over(), filing, preferences),
            keys=("Ctrl+Alt+Shift+S",),
            icon="upload",
            help="A picture of what is seen, as PNG, JPEG, WebP or TIFF, with the settings it was made with.",
        ),
    ]
