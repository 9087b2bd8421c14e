"""Small JPEG pictures of the pictures, all in one database, told by the file's print: a moved file keeps its own."""

from __future__ import annotations

import io
import sqlite3
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from PIL import Image, ImageOps

from studio.library.gallery.index.database import Database
from studio.library.gallery.index.look import BYTES, Looks, look_of
from studio.library.gallery.index.schema import THUMBNAILS
from studio.library.pictures import DAMAGE, FORMATS, LARGEST_AREA
from studio.request.pixels import Pixels

SIDE = 256  # pixels of the longer side
PACKED = 4096  # looks that are kept in one piece: what is compared at once then fits into a processor's cache
_QUALITY = 85
_CHECKS = (64, 80)  # greys under what is transparent
_FIELD = 8  # pixels of one check


class Thumbnails:
    """Safe to share by threads. Lost thumbnails are made again, so nothing here is precious."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, THUMBNAILS)

    def get(self, fingerprint: bytes) -> bytes | None:
        """The thumbnail as JPEG, or None when it has not been made."""
        with self._database.read() as connection:
            row = connection.execute("SELECT data FROM thumbnail WHERE print = ?", (fingerprint,)).fetchone()
        return bytes(row[0]) if row else None

    def look(self, fingerprint: bytes) -> bytes | None:
        """The descriptor of a picture's look, or None when it has not been made."""
        with self._database.read() as connection:
            row = connection.execute("SELECT data FROM look WHERE print = ?", (fingerprint,)).fetchone()
        return bytes(row[0]) if row else None

    def looks(self, after: int = 0) -> list[tuple[int, bytes, bytes]]:
        """Number, print and look of all that were made after the one of this number."""
        with self._database.read() as connection:
            return _rows(connection, after, -1)

    def packs(self, after: int = 0) -> list[tuple[int, bytes, bytes]]:
        """Looks in one piece, as `pack` made them: number of the last, prints, looks as (BYTES, n)."""
        with self._database.read() as connection:
            return connection.execute("SELECT * FROM pack WHERE last > ? ORDER BY last", (after,)).fetchall()

    def pack(self) -> None:
        """Puts looks together, PACKED at a time: read so, a hundred thousand take a tenth of the time of rows."""
        with self._database.write() as connection:
            (last,) = connection.execute("SELECT ifnull(max(last), 0) FROM pack").fetchone()
            while len(rows := _rows(connection, last, PACKED)) == PACKED:
                last = int(rows[-1][0])
                prints = b"".join(row[1] for row in rows)
                connection.execute("INSERT INTO pack VALUES (?, ?, ?)", (last, prints, stacked(rows).tobytes()))

    def revision(self) -> int:
        """Another number whenever looks were changed or dropped, rather than added."""
        with self._database.read() as connection:
            return int(connection.execute("SELECT number FROM revision").fetchone()[0])

    def version(self) -> int:
        """Another number whenever there may be other looks."""
        with self._database.read() as connection:
            return int(connection.execute("PRAGMA data_version").fetchone()[0])

    def missing(self, prints: Sequence[bytes]) -> list[bytes]:
        """Those of these prints that have no thumbnail."""
        with self._database.read() as connection:
            there = {
                bytes(row[0])
                for each in prints
                for row in connection.execute("SELECT print FROM thumbnail WHERE print = ?", (each,))
            }
        return [each for each in prints if each not in there]

    def keep(self, made: Sequence[tuple[bytes, bytes, bytes]]) -> None:
        """Keeps thumbnails: print, JPEG, look."""
        with self._database.write() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO thumbnail VALUES (?, ?)", ((each[0], each[1]) for each in made)
            )
            connection.executemany(
                "INSERT INTO look (print, data) VALUES (?, ?)"
                " ON CONFLICT (print) DO UPDATE SET data = excluded.data WHERE data <> excluded.data",
                ((each[0], each[2]) for each in made),
            )

    def forget_others(self, prints: set[bytes]) -> int:
        """Drops thumbnails of files that are no more; returns how many."""
        with self._database.write() as connection:
            stored = [bytes(row[0]) for row in connection.execute("SELECT print FROM thumbnail")]
            gone = [(each,) for each in stored if each not in prints]
            connection.executemany("DELETE FROM thumbnail WHERE print = ?", gone)
            connection.executemany("DELETE FROM look WHERE print = ?", gone)
        return len(gone)

    def close(self) -> None:
        self._database.close()


def stacked(rows: Sequence[tuple[int, bytes, bytes]]) -> Looks:
    """The looks of rows, (BYTES, n); what has another length, of another version, is like nothing."""
    looks = b"".join(row[2] if len(row[2]) == BYTES else bytes(BYTES) for row in rows)
    return np.ascontiguousarray(np.frombuffer(looks, np.uint8).reshape(-1, BYTES).T)


def _rows(connection: sqlite3.Connection, after: int, most: int) -> list[tuple[int, bytes, bytes]]:
    sql = "SELECT id, print, data FROM look WHERE id > ? ORDER BY id LIMIT ?"
    return connection.execute(sql, (after, most)).fetchall()


def thumbnail_of_file(path: Path) -> tuple[bytes, bytes] | None:
    """JPEG and look of a picture file, or None when its pixels are damaged or too many.

    Raises OSError when the file cannot be opened now, MemoryError when there is no room for it.
    """
    path.open("rb").close()  # what a decoder says later is the picture's fault, not the disk's
    try:
        with path.open("rb") as file, Image.open(file, formats=FORMATS) as image:
            if image.width * image.height > LARGEST_AREA:
                return None
            image.draft("RGB", (SIDE * 2, SIDE * 2))  # JPEG only: decodes at a fraction of the size
            image.load()
            return _made(_turned(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, *DAMAGE):
        return None


def thumbnail_of_pixels(pixels: Pixels) -> tuple[bytes, bytes]:
    """JPEG and look of a picture in memory."""
    array = pixels.array
    return _made(Image.fromarray(array[..., 0] if pixels.channels == 1 else array))


def _turned(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except (struct.error, zlib.error, OSError, ValueError, KeyError, TypeError, SyntaxError):
        return image


def _made(image: Image.Image) -> tuple[bytes, bytes]:
    if image.mode.startswith(("I", "F")):
        image = _grey(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
    elif image.mode not in ("RGB", "L"):
        image = image.convert("RGB")
    if max(image.size) > SIDE:
        image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    image = _on_checks(image) if image.mode == "RGBA" else image.convert("RGB")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue(), look_of(image)


def _grey(image: Image.Image) -> Image.Image:
    values = np.nan_to_num(np.asarray(cast("Any", image)).astype(np.float32))
    highest = float(values.max()) if image.mode == "F" else 65535.0 if float(values.max()) > 255 else 255.0
    return Image.fromarray(np.clip(values * (255 / (highest or 1.0)), 0, 255).astype(np.uint8))


def _on_checks(image: Image.Image) -> Image.Image:
    rows, columns = np.indices((image.height, image.width)) // _FIELD
    checks = np.where((rows + columns) % 2, _CHECKS[0], _CHECKS[1]).astype(np.uint8)
    ground = Image.fromarray(checks).convert("RGBA")
    return Image.alpha_composite(ground, image).convert("RGB")
