"""What was found, what was said about it and which files belong together, as entries of the library."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from studio.library.entry import Entry
from studio.library.index import Hashes, Row
from studio.library.notes import NoteBook
from studio.library.offered import described, with_own_names
from studio.library.overrides import overridden
from studio.library.parts import Store, completed, store_of
from studio.request.errors import Trouble


def put_together(
    rows: Mapping[Path, Row],
    gone: Collection[Path],
    book: NoteBook,
    hashes: Mapping[Path, tuple[str, Hashes]],
    roots: Sequence[Path],
    embedded: Path,
) -> tuple[Entry, ...]:
    """Embedded weights first, then by title. gone: paths of rows that are not there any more. hashes: with the stamps
    of their files. roots: folders of the person. embedded: the folder of what came with the studio.
    """
    changed = {path: overridden(row.found, book.of(row.print)) for path, row in rows.items()}
    others = store_of(found for path, found in changed.items() if path not in gone)
    entries: list[Entry] = []
    starts = {os.path.join(root, ""): root for root in sorted(roots, key=lambda each: -len(each.parts))}
    inside = os.path.join(embedded, "")
    for path, row in rows.items():
        known = hashes.get(path)
        entry = Entry(
            found=changed[path],
            print=row.print,
            root=next((root for start, root in starts.items() if str(path).startswith(start)), path.parent),
            hashes=known[1] if known is not None and known[0] == row.stamp.partition("/")[0] else None,
            notes=book.of(row.print),
            missing=path in gone,
            embedded=str(path).startswith(inside),
            changed=_time(row.stamp),
        )
        entries.append(entry if entry.missing else _offered(entry, others))
    entries = with_own_names(entries)
    return tuple(sorted(entries, key=lambda each: (not each.embedded, each.title.lower(), str(each.path))))


def _offered(entry: Entry, others: Store) -> Entry:
    found, parts, lacking = completed(entry.found, others)
    if found.reason or not entry.paints:
        return replace(entry, found=found, lacking=lacking)
    digest = entry.hashes.sha256 if entry.hashes is not None else ""
    try:
        return replace(entry, found=found, model=described(found, entry.notes, parts, digest))
    except Trouble as trouble:
        return replace(entry, found=replace(found, reason=str(trouble)))


def _time(stamp: str) -> float:
    text = stamp.partition("-")[0]
    return int(text) / 1e9 if text.isdecimal() else 0.0
