"""The trash: pictures in it stay where they are on the disk until it is emptied, in two phases that survive a crash."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path

from studio.library.gallery.index.paths import key_of, text_of
from studio.library.gallery.index.schema import LEAVING, TRASHED
from studio.library.gallery.index.store import Item, Store
from studio.library.gallery.record import Sources

log = logging.getLogger(__name__)

Discard = Callable[[Path], None]


def delete_file(path: Path) -> None:
    """Removes a file for good. Raises OSError."""
    path.unlink(missing_ok=True)


class Trash:
    """What is thrown away, kept until it is emptied; a removal that was begun is always ended."""

    def __init__(self, store: Store, sources: Sources) -> None:
        self._store = store
        self._sources = sources

    def put(self, ids: Iterable[int]) -> None:
        """Throws pictures away; their files stay where they are."""
        self._store.mark(ids, trashed=True)

    def restore(self, ids: Iterable[int]) -> None:
        """Takes pictures out again."""
        self._store.mark(ids, trashed=False)

    def content(self) -> list[int]:
        """Ids of the pictures in it."""
        with self._store.database.read() as connection:
            rows = connection.execute("SELECT id FROM picture WHERE state = ?", (TRASHED,)).fetchall()
        return [int(row[0]) for row in rows]

    def empty(self, discard: Discard = delete_file, ids: Iterable[int] | None = None) -> list[tuple[Item, str]]:
        """Removes what is in the trash, or these of it, from the disk; returns what could not be, with the reason.

        First the index notes that they are leaving, then the files go, then the rows: whatever happens in between,
        the next `recover` finishes it.
        """
        chosen = self.content() if ids is None else list(ids)
        self._store.set_state(chosen, LEAVING)
        return self.finish(discard)

    def finish(self, discard: Discard = delete_file) -> list[tuple[Item, str]]:
        """Ends removals that were begun, now or before a crash."""
        failed: list[tuple[Item, str]] = []
        leaving = self._store.leaving()
        gone: list[int] = []
        for identifier, path in leaving:
            try:
                if path.exists():
                    discard(path)
                gone.append(identifier)
            except OSError as error:
                item = self._store.item(identifier)
                log.warning("%s could not be removed: %r", path, error)
                if item:
                    failed.append((item, error.strerror or str(error)))
        if leaving:
            self._forget(gone, [path for identifier, path in leaving if identifier in set(gone)])
            self._store.set_state([item.id for item, _ in failed], TRASHED)
        return failed

    def clear_sources(self, older: float) -> None:
        """Removes pictures that only requests held that are no more. older: than this, in seconds since 1970."""
        with self._store.database.read() as connection:
            needed = {str(row[0]) for row in connection.execute("SELECT DISTINCT digest FROM need")}
        try:
            self._sources.drop_others(needed, older)
        except OSError as error:
            log.info("source pictures could not be removed: %r", error)

    def _forget(self, gone: list[int], paths: list[Path]) -> None:
        digests = self._needed_by(gone)
        if paths:
            entries = [[text_of(key_of(path, self._store.root)), ""] for path in paths]
            self._store.act({"do": "gone", "of": entries})
        self._store.forget(gone)
        for digest in digests:
            if not self._is_needed(digest):
                try:
                    self._sources.drop(digest)
                except OSError as error:
                    log.info("a source picture could not be removed: %r", error)

    def _needed_by(self, ids: list[int]) -> set[str]:
        places = ",".join(str(int(each)) for each in ids)
        with self._store.database.read() as connection:
            rows = connection.execute(f"SELECT digest FROM need WHERE picture IN ({places})").fetchall()
        return {str(row[0]) for row in rows}

    def _is_needed(self, digest: str) -> bool:
        with self._store.database.read() as connection:
            return connection.execute("SELECT 1 FROM need WHERE digest = ?", (digest,)).fetchone() is not None
