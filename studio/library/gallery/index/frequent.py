"""What most pictures have in common is the dearest to look up: the pictures of frequent beginnings of words are kept.

A person who types "de" on the way to "deli" asks for three quarters of all pictures, and an index of words gives them
out one by one. For each beginning of two to six letters that very many words have, the pictures are kept as bits.
They count for what was there then; what came later is looked up; once a word anywhere changes, none counts.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3

import numpy as np
import numpy.typing as npt

from studio.library.gallery.index.database import Database

Flags = npt.NDArray[np.bool_]
FEWEST = 10_000  # places of words from which on a beginning is dear: some milliseconds
_MOST = 300  # beginnings; of 100,000 pictures each takes 12 KB
_LATER = 5_000  # pictures that have come since, from which on all is counted anew
_BEGINNING = re.compile(r'"([a-z0-9]{2,6})"\*')


def known_flags(connection: sqlite3.Connection, expression: str) -> Flags | None:
    """Whether each picture, by id, has a word that begins so; ends before the first that is not known of. None: ask."""
    found = _BEGINNING.fullmatch(expression.lower())
    if found is None:
        return None
    row = connection.execute("SELECT last, bits FROM frequent WHERE beginning = ?", (found[1],)).fetchone()
    return np.unpackbits(np.frombuffer(row[1], np.uint8), count=int(row[0]) + 1).view(np.bool_) if row else None


def prepare(database: Database) -> None:
    """Finds the frequent beginnings and their pictures, when there is time; quick when nothing has changed much."""
    with database.read() as connection:
        (revision,) = connection.execute("SELECT number FROM frequent_revision").fetchone()
        (last,) = connection.execute("SELECT ifnull(max(id), 0) FROM picture").fetchone()
        (known,) = connection.execute("SELECT ifnull(max(last), 0) FROM frequent").fetchone()
    if last - known < min(_LATER, FEWEST):
        return
    with contextlib.closing(sqlite3.connect(database.path)) as apart:  # so that nobody waits for it
        apart.execute("BEGIN")
        (last,) = apart.execute("SELECT ifnull(max(id), 0) FROM picture").fetchone()
        found = [(each, last, _bits(apart, each, last)) for each in _beginnings(apart)]
    with database.write() as connection:
        if connection.execute("SELECT number FROM frequent_revision").fetchone() == (revision,):
            connection.execute("DELETE FROM frequent")
            connection.executemany("INSERT INTO frequent VALUES (?, ?, ?)", found)


def _beginnings(connection: sqlite3.Connection) -> list[str]:
    connection.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab ('main', 'words', 'row')")
    rows = connection.execute(
        "WITH letters (number) AS (VALUES (2), (3), (4), (5), (6))"
        " SELECT substr(term, 1, letters.number) FROM temp.vocabulary, letters"
        " WHERE length(term) >= letters.number GROUP BY 1 HAVING sum(doc) >= ? ORDER BY sum(doc) DESC LIMIT ?",
        (FEWEST, _MOST),
    ).fetchall()
    return [str(row[0]) for row in rows if _BEGINNING.fullmatch(f'"{row[0]}"*')]


def _bits(connection: sqlite3.Connection, beginning: str, last: int) -> bytes:
    sql = "SELECT group_concat(rowid) FROM words WHERE words MATCH ?"
    (text,) = connection.execute(sql, (f'"{beginning}"*',)).fetchone()
    flags = np.zeros(last + 1, np.bool_)
    flags[np.fromstring(text or "", np.int64, sep=",")] = True
    return np.packbits(flags).tobytes()
