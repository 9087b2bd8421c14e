"""Pixels to files of four formats, with settings that others can read and a record of our own that is loss-free."""

from __future__ import annotations

import io
import logging
from typing import Any

from PIL import Image

from studio import __version__
from studio.library.gallery.formats import avif, jpeg, png, webp
from studio.library.gallery.formats.exif import write_comment
from studio.request.errors import BadInput
from studio.request.pixels import Pixels

log = logging.getLogger(__name__)

SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "WebP": ".webp", "AVIF": ".avif"}
LONGEST_SIDES = {"PNG": 2**31 - 1, "JPEG": 65_535, "WebP": 16_383, "AVIF": 65_535}  # pixels
_LONGEST_EXIF = 65_000  # bytes: what a JPEG segment can hold
_RLE = 3  # zlib's strategy for run lengths: smaller and several times faster on painted and photographic pictures


def encode(pixels: Pixels, kind: str = "PNG", *, quality: int = 92, infotext: str = "", own: bytes = b"") -> bytes:
    """The file's bytes. JPEG has no transparency: it is laid on white.

    kind: "PNG", "JPEG", "WebP" or "AVIF". quality: 1..100; 100 is loss-free in WebP and of no use in PNG.
    infotext, own: settings as others read them, and our record in ASCII; left out where empty.
    Raises BadInput when the format cannot hold a picture of this size.
    """
    longest = max(pixels.size)
    if longest > LONGEST_SIDES[kind]:
        raise BadInput(f"{kind} cannot hold a picture with a side of {longest} pixels.", "Choose PNG.")
    data = _encoded(pixels, kind, quality, infotext, bool(own))
    match kind:
        case "PNG":
            chunks = png.text_chunk("parameters", infotext) if infotext else b""
            return png.add_chunks(data, (png.own_chunk(own) if own else b"") + chunks)
        case "JPEG":
            return jpeg.add_own(data, own) if own else data
        case "WebP":
            return webp.add_own(data, own) if own else data
        case _:
            return avif.add_own(data, own) if own else data


def _encoded(pixels: Pixels, kind: str, quality: int, infotext: str, extended: bool) -> bytes:
    image = _image(pixels)
    options: dict[str, Any] = {}
    if kind == "PNG":
        options = {"compress_level": 4, "compress_type": _RLE}
    else:
        options = {"quality": quality}
        exif = write_comment(infotext, f"Sfumato {__version__}")
        if len(exif) > _LONGEST_EXIF:
            log.info("settings of %d characters do not fit into EXIF and are in our own record only", len(infotext))
            exif = write_comment("", f"Sfumato {__version__}")
        if infotext or extended:
            options["exif"] = b"Exif\0\0" + exif if kind == "JPEG" else exif
    if kind == "JPEG":
        image = _on_white(image)
        options |= {"subsampling": 0 if quality >= 90 else 2}
    elif kind == "WebP":
        options |= {"lossless": quality >= 100, "exact": True, "method": 4}
    buffer = io.BytesIO()
    image.save(buffer, kind.upper(), **options)
    return buffer.getvalue()


def _image(pixels: Pixels) -> Image.Image:
    array = pixels.array
    return Image.fromarray(array[..., 0] if pixels.channels == 1 else array)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")
