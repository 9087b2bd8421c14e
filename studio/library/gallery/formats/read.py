"""Opens a picture file of any kind and says what it holds, without decoding its pixels."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast

from PIL import Image, UnidentifiedImageError

from studio.library.gallery.formats.avif import read_avif
from studio.library.gallery.formats.contents import Contents, Malformed, decode
from studio.library.gallery.formats.exif import read_exif
from studio.library.gallery.formats.jpeg import read_jpeg
from studio.library.gallery.formats.png import SIGNATURE, read_png
from studio.library.gallery.formats.webp import read_webp
from studio.library.pictures import DAMAGE
from studio.request.errors import BadInput
from studio.request.geometry import Size

EXTENSIONS = frozenset((".png", ".jpg", ".jpeg", ".jpe", ".webp", ".avif", ".gif", ".bmp", ".tif", ".tiff"))
_OTHERS = ("GIF", "BMP", "TIFF")
_AVIF = (b"avif", b"avis", b"mif1", b"msf1", b"MA1B", b"MA1A")


def read_contents(path: Path) -> Contents:
    """What the file holds; the format is told by its first bytes, not by its name.

    Raises BadInput with one sentence when it cannot be read or is no picture.
    """
    try:
        with path.open("rb") as file:
            return contents_of(file, path.name)
    except FileNotFoundError as error:
        raise BadInput(f"There is no file {str(path)!r}.") from error
    except IsADirectoryError as error:
        raise BadInput(f"{str(path)!r} is a folder, not a picture.") from error
    except OSError as error:
        raise BadInput(f"The file {path.name!r} cannot be read: {error.strerror or error}.") from error


def contents_of(file: BinaryIO, name: str) -> Contents:
    """The same for an open file or bytes in an io.BytesIO. Raises BadInput and OSError."""
    start = file.read(16)
    file.seek(0)
    if not start:
        raise BadInput(f"The file {name!r} is empty.")
    try:
        return _reader(start)(file)
    except (Malformed, struct.error, IndexError, OverflowError) as error:
        reason = str(error) if isinstance(error, Malformed) else "its structure is damaged"
        raise BadInput(f"The file {name!r} is no picture that can be read: {reason}.", details=repr(error)) from error


def _reader(start: bytes) -> Callable[[BinaryIO], Contents]:
    if start.startswith(SIGNATURE):
        return read_png
    if start.startswith(b"\xff\xd8"):
        return read_jpeg
    if start.startswith(b"RIFF"):
        return read_webp
    if start[4:8] == b"ftyp" and start[8:12] in _AVIF:
        return read_avif
    return _read_other


def _read_other(file: BinaryIO) -> Contents:
    """Formats in which nobody stores settings: Pillow's header reader will do."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            image = Image.open(file, formats=_OTHERS)
        except UnidentifiedImageError as error:
            raise Malformed("its kind is not known") from error
        except (Image.DecompressionBombError, *DAMAGE) as error:
            raise Malformed("its header is damaged or its size absurd") from error
    comment = cast("dict[Any, Any]", image.info).get("comment", b"")
    text = decode(comment) if isinstance(comment, bytes) else str(comment)
    exif = read_exif(_whole(file)) if image.format == "TIFF" else read_exif(b"")
    return Contents(
        format=str(image.format),
        size=Size(image.width, image.height),
        texts={"comment": text} if text else {},
        exif=exif,
        has_alpha=image.has_transparency_data,
        animated=bool(getattr(image, "is_animated", False)),
    )


def _whole(file: BinaryIO) -> bytes:
    """A TIFF may keep its directory anywhere, so all of it is needed, up to a limit."""
    file.seek(0, io.SEEK_END)
    if file.tell() > 256 * 1024 * 1024:
        return b""
    file.seek(0)
    return file.read()
