"""PNG: a signature and chunks of length, type, data, checksum (W3C PNG, third edition, section 5)."""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

from studio.library.gallery.formats.contents import MOST_METADATA, Contents, Malformed, decode, inflate
from studio.library.gallery.formats.exif import Exif, read_exif
from studio.request.geometry import Size

SIGNATURE = b"\x89PNG\r\n\x1a\n"
OWN = "sfumato"
XMP = "XML:com.adobe.xmp"
_TEXT = (b"tEXt", b"zTXt", b"iTXt")


def read_png(file: BinaryIO) -> Contents:
    """Raises Malformed when it is no PNG; a file that ends too early is listed with that problem."""
    if file.read(8) != SIGNATURE:
        raise Malformed("it is no PNG")
    found = _Found()
    while True:
        header = file.read(8)
        if len(header) < 8:
            found.problem = "The file ends too early."
            break
        length, kind = struct.unpack(">I4s", header)
        if kind == b"IEND":
            break
        if kind == b"IHDR" or kind in _TEXT or kind in (b"eXIf", b"acTL", b"tRNS"):
            if length > MOST_METADATA:
                found.problem = "Its metadata are far too large and were left out."
                file.seek(length + 4, 1)
                continue
            data = file.read(length)
            if len(data) < length:
                found.problem = "The file ends too early."
                break
            found.take(kind, data)
            file.seek(4, 1)
        else:
            file.seek(length + 4, 1)
    return found.contents()


class _Found:
    """What the chunks so far have told."""

    def __init__(self) -> None:
        self.size: Size | None = None
        self.texts: dict[str, str] = {}
        self.exif = Exif()
        self.own = b""
        self.alpha = False
        self.animated = False
        self.problem = ""

    def take(self, kind: bytes, data: bytes) -> None:
        if kind == b"IHDR":
            if len(data) < 13:
                raise Malformed("its header is damaged")
            self.size = Size(*struct.unpack(">II", data[:8]))
            self.alpha = data[9] in (4, 6)
        elif kind == b"eXIf":
            self.exif = read_exif(data)
        elif kind == b"acTL":
            self.animated = True
        elif kind == b"tRNS":
            self.alpha = True
        else:
            self._take_text(kind, data)

    def _take_text(self, kind: bytes, data: bytes) -> None:
        try:
            name, text = _text(kind, data)
        except Malformed as error:
            self.problem = f"Some of its metadata were left out: {error}."
            return
        if name == OWN:
            self.own = text
        elif name == "Raw profile type exif" and not self.exif.main:  # as ImageMagick writes it
            self.exif = read_exif(_hexadecimal(text))
        else:
            self.texts.setdefault(name, decode(text))

    def contents(self) -> Contents:
        if self.size is None or self.size.area == 0:
            raise Malformed("it has no size")
        xmp = self.texts.pop(XMP, "")
        return Contents(
            format="PNG",
            size=self.size,
            texts=self.texts,
            exif=self.exif,
            xmp=xmp,
            own=self.own,
            has_alpha=self.alpha,
            animated=self.animated,
            problem=self.problem,
        )


def _text(kind: bytes, data: bytes) -> tuple[str, bytes]:
    """Keyword and undecoded text of a text chunk."""
    name, _, rest = data.partition(b"\0")
    keyword = name.decode("latin-1")
    if kind == b"tEXt":
        return keyword, rest
    if kind == b"zTXt":
        return keyword, inflate(rest[1:])
    compressed = rest[:1] == b"\1"
    _language, _, after = rest[2:].partition(b"\0")
    _translated, _, text = after.partition(b"\0")
    return keyword, inflate(text) if compressed else text


def _hexadecimal(text: bytes) -> bytes:
    try:
        return bytes.fromhex("".join(text.decode("ascii", "replace").split()[2:]))
    except ValueError:
        return b""


def text_chunk(keyword: str, text: str) -> bytes:
    """A tEXt chunk where Latin-1 will do, else iTXt, as Pillow writes them for A1111."""
    try:
        return chunk(b"tEXt", keyword.encode("latin-1") + b"\0" + text.encode("latin-1"))
    except UnicodeEncodeError:
        return chunk(b"iTXt", keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode("utf-8"))


def own_chunk(record: bytes) -> bytes:
    """Our record, which is ASCII, as a zTXt chunk."""
    return chunk(b"zTXt", OWN.encode() + b"\0\0" + zlib.compress(record, 9))


def chunk(kind: bytes, data: bytes) -> bytes:
    """A whole chunk with its length and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def add_chunks(png: bytes, chunks: bytes) -> bytes:
    """The file with these chunks after its header."""
    end = 8 + 8 + 13 + 4  # signature, then IHDR
    return png[:end] + chunks + png[end:]
