"""Where a picture came from and what became of it: told by the digests of pixels in our records."""

from __future__ import annotations

from dataclasses import dataclass

from studio.library.gallery.index.schema import SHOWN
from studio.library.gallery.index.store import Item, Store

MOST = 12  # of each kind


@dataclass(frozen=True)
class Lineage:
    """before: what it was made from, the nearest last. after: what was made from it, oldest first."""

    before: tuple[Item, ...]
    after: tuple[Item, ...]

    def __bool__(self) -> bool:
        return bool(self.before or self.after)


def lineage_of(store: Store, identifier: int) -> Lineage:
    """The pictures of the gallery that a picture is related to. Copies count once."""
    with store.database.read() as connection:
        row = connection.execute("SELECT digest, parent FROM picture WHERE id = ?", (identifier,)).fetchone()
        if row is None:
            return Lineage((), ())
        own, parent = str(row[0]), str(row[1])
        before: list[int] = []
        seen = {own}
        while parent and parent not in seen and len(before) < MOST:
            seen.add(parent)
            found = connection.execute(
                f"SELECT id, parent FROM picture WHERE digest = ? AND state = {SHOWN} ORDER BY id", (parent,)
            ).fetchone()
            if found is None:
                break
            before.append(int(found[0]))
            parent = str(found[1])
        after: list[int] = []
        if own:
            rows = connection.execute(
                f"SELECT min(id) FROM picture WHERE parent = ? AND state = {SHOWN} AND id <> ?"
                " GROUP BY digest ORDER BY min(created) LIMIT ?",
                (own, identifier, MOST),
            ).fetchall()
            after = [int(each[0]) for each in rows]
    return Lineage(tuple(store.items(before[::-1])), tuple(store.items(after)))
