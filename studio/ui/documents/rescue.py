"""Unsaved work outlives a crash: a journal follows the document, and the next start offers what was left."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from studio.document.document import Document
from studio.document.files.journal import Journal, forget, left_over, name_in
from studio.ui.documents.filing import UNNAMED, Filing
from studio.ui.widgets.notice import Notice, Notices, Remedy


class Rescue(QObject):
    """For one window."""

    def __init__(self, document: Document, filing: Filing, folder: Path, notices: Notices) -> None:
        """folder: where journals are."""
        super().__init__(filing)
        self._document = document
        self._filing = filing
        self._notices = notices
        self._offers: dict[Path, Notice] = {}
        self._left = left_over(folder)
        self.journal = Journal(document, folder)
        filing.written.connect(self._mark_saved)
        filing.replaced.connect(self._mark_saved)
        filing.recovered.connect(self._recovered)
        self.journal.trouble.connect(filing.trouble)

    def offer(self) -> None:
        """Asks, in quiet bars, about everything that was left."""
        for path in reversed(self._left):
            self._offers[path] = self._offer(path)

    def close(self, *, keep: bool = False) -> None:
        """The window closes, and what was unsaved was asked about. keep: what was thought saved is not."""
        self.journal.close(keep=keep)

    def _offer(self, path: Path) -> Notice:
        return self._notices.tell(
            f"Your unsaved work on “{name_in(path) or UNNAMED}” from last time is still here.",
            "info",
            Remedy("Open it", lambda: self._filing.recover(path)),
            Remedy("Discard", lambda: forget(path)),
        )

    def _mark_saved(self) -> None:
        if self._document.undo_stack.isClean():
            self.journal.saved()

    def _recovered(self, path: Path) -> None:
        """The work goes on in our own journal; once it is all there the old one can go."""
        offer = self._offers.pop(path, None)
        if offer is not None:
            self._notices.withdraw(offer)
        self.journal.after(lambda: forget(path))
