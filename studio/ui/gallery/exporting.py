"""Pictures are written elsewhere on a thread, which tells how far it is and can be stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.library.gallery.contact_sheet import Thumbnail, write_contact_sheet
from studio.library.gallery.export import Export, Exported, export
from studio.library.gallery.index.store import Item
from studio.ui.gallery.work import GalleryWork

PATIENCE = 0.5  # seconds after which it is told how far an export is
OFTEN = 0.1  # seconds between two such sentences


class Exporting(QObject):
    """told(str, object), failed(str, object): see `Acts`.

    busy(str, object): how far it is, and what stops it; "" and None when it is over.
    """

    told = Signal(str, object)
    failed = Signal(str, object)
    busy = Signal(str, object)

    def __init__(self, work: GalleryWork, parent: QObject) -> None:
        super().__init__(parent)
        self._work = work

    def begin(self, items: Sequence[Item], wanted: Export) -> None:
        """Writes the files on a thread; says at the end how many there are, or what went wrong."""
        name = wanted.folder.name or str(wanted.folder)
        report = self._report(f"Exporting to {name}: {{:,}} of {len(items):,}")
        self._work.run(
            lambda: export(items, wanted, report),
            lambda results: self._over(results, len(items), name),
            lambda: self.busy.emit("", None),
        )

    def contact_sheet(self, items: Sequence[Item], thumbnail: Thumbnail, path: Path) -> None:
        """Writes one on a thread; says at the end that it is there."""
        report = self._report(f"Laying out {path.name}: {{:,}} of {len(items):,}")

        def over(written: bool) -> None:
            words = (
                f"The contact sheet is written: {path.name}." if written else f"{path.name} was not written: stopped."
            )
            self.told.emit(words, None)

        self._work.run(
            lambda: write_contact_sheet(items, thumbnail, path, report=report), over, lambda: self.busy.emit("", None)
        )

    def _report(self, words: str) -> Callable[[int], bool]:
        """What a thread calls with how many it has done; False when it is to stop."""
        stopped = threading.Event()
        told = self._teller(words, stopped.set)

        def report(done: int) -> bool:
            told(done)
            return not (stopped.is_set() or self._work.stopping)

        return report

    def _teller(self, words: str, stop: Callable[[], None]) -> Callable[[int], None]:
        next_time = time.monotonic() + PATIENCE

        def tell(done: int) -> None:
            nonlocal next_time
            now = time.monotonic()
            if now >= next_time:
                next_time = now + OFTEN
                self.busy.emit(words.format(done), stop)

        return tell

    def _over(self, results: list[Exported], wanted: int, name: str) -> None:
        bad = [each for each in results if each.problem]
        good = len(results) - len(bad)
        if bad:
            self.failed.emit(f"{good:,} exported, {len(bad):,} not: {bad[0].problem}", None)
        elif len(results) < wanted:
            self.told.emit(f"{good:,} of {wanted:,} exported to {name}, then it was stopped.", None)
        else:
            self.told.emit(f"{good:,} exported to {name}.", None)
