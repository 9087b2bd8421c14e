"""What connects documents in files with the window around them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget

from studio.ui.actions import Action
from studio.ui.documents.actions import file_actions
from studio.ui.documents.disk import Disk
from studio.ui.documents.filing import Filing
from studio.ui.documents.rescue import Rescue
from studio.ui.window_pages import CANVAS

if TYPE_CHECKING:
    from studio.ui.window import MainWindow


class DocumentFiles:
    """Opened, saved, closed and rescued documents of one window."""

    def __init__(self, window: MainWindow, disk: Disk, journals: Path | None) -> None:
        """journals: where unsaved work is kept; None: it is not."""
        self._window = window
        self._closing = False
        self._asked = False  # the window itself is waiting for the answer
        self.filing = Filing(window.document, disk, window.models, window.preferences, window)
        notices = window.page.notices
        self.rescue = None if journals is None else Rescue(window.document, self.filing, journals, notices)
        self.filing.told.connect(window.telling.sentence)
        self.filing.trouble.connect(window.telling.trouble)
        self.filing.changed.connect(self._show_name)
        self.filing.replaced.connect(self._show_document)
        window.incoming.document_given.connect(self.filing.open)
        self._show_name()

    def actions(self) -> list[Action]:
        return file_actions(self.filing, self._window, self._canvas_part, self._window.preferences)

    def _canvas_part(self) -> QWidget:
        """Where sheets about the document lie."""
        self._window.go_to(CANVAS)
        return self._window.page.stack

    def offer(self) -> None:
        """What a crash left."""
        if self.rescue is not None:
            self.rescue.offer()

    def may_close(self) -> bool:
        """True when the window can go at once; else it is asked about, and closes when that is answered."""
        if not self._closing:
            self._asked = True
            self.filing.settled(self._close)
            self._asked = False
        return self._closing

    def _close(self) -> None:
        """Nothing is unsaved any more, or it is not wanted."""
        self._closing = True
        saved = not self.filing.unsaved
        self.filing.close()
        QCoreApplication.sendPostedEvents(self.filing, QEvent.Type.MetaCall.value)  # how the last writing ended
        if self.rescue is not None:
            self.rescue.close(keep=saved and self.filing.unsaved)
        if not self._asked:
            self._window.close()

    def _show_name(self) -> None:
        self._window.setWindowTitle(f"{self.filing.name}[*] – Sfumato")
        self._window.setWindowModified(self.filing.unsaved)
        self._window.table.refresh()

    def _show_document(self) -> None:
        page = self._window.page
        page.proposal.dismiss()
        if page.canvas.document.path is None:
            page.begin()
        page.canvas.fit()
        self._window.go_to(CANVAS)
