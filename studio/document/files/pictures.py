"""One picture in a file of its own: PNG, JPEG, WebP or TIFF, and how it is written.

All of them have eight bits a channel in sRGB, which is what a document has: sixteen would only be filled up.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, cast

import numpy as np
from PIL import Image, ImageCms, PngImagePlugin

from studio.document.compositing import compose
from studio.document.files.atomic import replacing
from studio.document.images import pixels_of
from studio.document.layers import Layer
from studio.document.resolve import on_paper
from studio.request.errors import BadInput
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels

LARGEST_SIDES = {"JPEG": 65_535, "WEBP": 16_383}
DESCRIPTION = 270  # TIFF 6.0: ImageDescription
JUDGED = 4 << 20  # pixels: of larger pictures a part is written to tell how large the file will be
BANDS = 16


class Kind(Enum):
    """The value is Pillow's name. ending: the usual one."""

    PNG = "PNG"
    JPEG = "JPEG"
    WEBP = "WEBP"
    TIFF = "TIFF"

    @property
    def ending(self) -> str:
        return {"JPEG": ".jpg", "TIFF": ".tif"}.get(self.value, f".{self.value.lower()}")

    @property
    def packings(self) -> tuple[str, ...]:
        """The ways of compressing without loss that it has, the usual one first; none: there is only one."""
        return tuple(_PACKINGS.get(self, {}))

    @classmethod
    def of(cls, path: Path) -> Kind:
        """Raises KeyError for an ending that is none of ours."""
        return _ENDINGS[path.suffix.lower()]


_ENDINGS = {
    ".png": Kind.PNG, ".jpg": Kind.JPEG, ".jpeg": Kind.JPEG, ".webp": Kind.WEBP, ".tif": Kind.TIFF, ".tiff": Kind.TIFF,
}  # fmt: skip
_PACKINGS: dict[Kind, dict[str, int | str]] = {
    Kind.PNG: {"usual": 4, "fast": 1, "smallest": 9},
    Kind.TIFF: {"deflate": "tiff_adobe_deflate", "lzw": "tiff_lzw", "none": "raw"},
}
FORMATS = tuple(_ENDINGS)


@dataclass(frozen=True)
class Notes:
    """What is written about a picture into its file. texts: into a PNG or TIFF. exif: a block for JPEG and WebP."""

    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    exif: bytes = b""


class Colours(Enum):
    FULL = "full"
    GREY = "grey"
    FEW = "256"  # a palette, where the format has one: PNG


@dataclass(frozen=True, kw_only=True)
class PictureOptions:
    """How a picture is written. What its kind has no use for is left alone.

    quality: 1..100, of JPEG and of WebP that is not lossless. packing: one of `Kind.packings`, "" for the usual one.
    paper: #rrggbb that shows through where the picture is transparent, "" to keep it so; JPEG has white then.
    profile: with the colour profile of sRGB. notes: with the settings that made it.
    """

    quality: int = 95
    lossless: bool = False
    packing: str = ""
    colours: Colours = Colours.FULL
    paper: str = ""
    profile: bool = True
    notes: bool = True


USUAL = PictureOptions()


def write_picture(pixels: Pixels, path: Path, notes: Notes, options: PictureOptions = USUAL) -> None:
    """Writes the file, all or nothing. Raises BadInput for a size that its kind cannot hold, Trouble by the disk."""
    data = encoded(pixels, Kind.of(path), notes, options)  # the file is opened when all is there: encoders may fail
    with replacing(path) as file:
        file.write(data)


def encoded(pixels: Pixels, kind: Kind, notes: Notes, options: PictureOptions = USUAL) -> bytes:
    """A file in memory. Raises BadInput for a size that its kind cannot hold, or a packing that it does not have."""
    largest = LARGEST_SIDES.get(kind.value)
    if largest is not None and max(pixels.size) > largest:
        raise BadInput(f"A picture of {pixels.size} pixels cannot be written as {kind.value}.", "Save it as PNG.")
    if options.paper or kind is Kind.JPEG:
        pixels = on_paper(pixels, options.paper or "#ffffff")
    image = _with_colours(Image.fromarray(pixels.array), kind, options.colours)
    settings = _settings(kind, options)
    if options.profile and image.mode not in ("L", "LA"):  # the profile is one of colours
        srgb = cast("Any", ImageCms).createProfile("sRGB")
        settings["icc_profile"] = ImageCms.ImageCmsProfile(srgb).tobytes()
    if options.notes:
        settings |= _noted(kind, notes)
    data = io.BytesIO()
    image.save(data, kind.value, **settings)
    return data.getvalue()


def estimated(
    layers: Sequence[Layer], size: Size, kind: Kind, notes: Notes, options: PictureOptions
) -> tuple[int, bool]:
    """The bytes that a file of these layers will have, and whether that is exact.

    Of large pictures some bands are written, from top to bottom, so that it takes little time and memory.
    """
    if size.area <= JUDGED:
        return len(encoded(pixels_of(compose(layers, Rect.of(size))), kind, notes, options)), True
    height = max(1, JUDGED // size.width // BANDS)
    tops = [round(number * (size.height - height) / (BANDS - 1)) for number in range(BANDS)]
    bands = [pixels_of(compose(layers, Rect(0, top, size.width, height))) for top in tops]
    channels = max(band.channels for band in bands)
    part = np.concatenate([_with_channels(band, channels) for band in bands])
    share = len(encoded(Pixels(part), kind, notes, options))
    return round(share * size.area / (part.shape[0] * part.shape[1])), False


def _with_channels(pixels: Pixels, channels: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    if pixels.channels == channels:
        return pixels.array
    return np.concatenate((pixels.array, np.full((*pixels.array.shape[:2], 1), 255, np.uint8)), axis=-1)


def _with_colours(image: Image.Image, kind: Kind, colours: Colours) -> Image.Image:
    if colours is Colours.GREY:
        return image.convert("LA" if image.mode == "RGBA" and kind is not Kind.WEBP else "L")
    if colours is Colours.FEW and kind is Kind.PNG:
        clear = image.mode == "RGBA"
        return image.quantize(256, Image.Quantize.FASTOCTREE if clear else Image.Quantize.MEDIANCUT)
    return image


def _settings(kind: Kind, options: PictureOptions) -> dict[str, Any]:
    packings = _PACKINGS.get(kind, {})
    packing = options.packing or next(iter(packings), "")
    if packings and packing not in packings:
        raise BadInput(f"{kind.value} has no packing “{packing}”.", f"Choose from {', '.join(packings)}.")
    match kind:
        case Kind.PNG:
            return {"compress_level": packings[packing]}
        case Kind.JPEG:
            # thinned-out colours show at once on red edges; who asks for small files gets them
            return {"quality": options.quality, "subsampling": 0 if options.quality >= 90 else 2, "optimize": True}
        case Kind.WEBP:
            return {"quality": options.quality, "method": 4, "lossless": options.lossless}
        case Kind.TIFF:
            return {"compression": packings[packing]}


def _noted(kind: Kind, notes: Notes) -> dict[str, Any]:
    if kind is Kind.PNG:
        info = PngImagePlugin.PngInfo()
        for key, text in notes.texts.items():
            info.add_itxt(key, text)
        return {"pnginfo": info}
    if kind is Kind.TIFF:
        text = "\n".join(notes.texts.values())
        return {"tiffinfo": {DESCRIPTION: text}} if text else {}
    if not notes.exif:
        return {}
    return {"exif": b"Exif\0\0" + notes.exif if kind is Kind.JPEG else notes.exif}
