"""Opening and saving documents by the ending of the file: OpenRaster with all layers, else one picture."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from PIL import Image, ImageCms, PngImagePlugin

from studio.document.blend import Blend
from studio.document.compositing import compose
from studio.document.document import Document
from studio.document.files.atomic import replacing
from studio.document.files.cache import BandCache
from studio.document.files.ora_read import read_ora
from studio.document.files.ora_write import write_ora
from studio.document.files.psd_read import PHOTOSHOP, read_psd
from studio.document.files.snapshot import Snapshot
from studio.document.images import pixels_of
from studio.document.layers import Layer, PaintLayer
from studio.document.placing import paint_layer
from studio.document.resolve import on_paper
from studio.request.errors import BadInput
from studio.request.family import Model
from studio.request.geometry import Rect
from studio.request.pixels import Pixels

LAYERED = ".ora"
QUALITY = 95
FORMATS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
}
ENDINGS = (LAYERED, *FORMATS)
DOCUMENTS = (LAYERED, *PHOTOSHOP)  # what is opened with layers
LOSSLESS = (".png", ".tif", ".tiff")
LARGEST_SIDES = {"JPEG": 65_535, "WEBP": 16_383}
ReadPicture = Callable[[Path], Pixels]


@dataclass(frozen=True)
class Notes:
    """What is written about a picture into its file. texts: into a PNG. exif: a block for JPEG and WebP."""

    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    exif: bytes = b""


def open_document(path: Path, model: Model, read_picture: ReadPicture, models: Sequence[Model] = ()) -> Document:
    """A document from a file. read_picture: reads what is not OpenRaster (`studio.library.pictures.read_picture`).

    model: to go on with, unless the one that the file names is among `models`.
    Raises BadInput, in one sentence, for what cannot be opened.
    """
    if path.suffix.lower() == LAYERED:
        return read_ora(path, model, models)
    if path.suffix.lower() in PHOTOSHOP:
        return read_psd(path, model)
    pixels = read_picture(path)
    document = Document(model, pixels.size)
    document.load((paint_layer(pixels, pixels.size, path.stem),))
    document.path = path
    return document


def holds(layers: Sequence[Layer], path: Path) -> bool:
    """Whether a file of this kind keeps all of these layers: a picture does for one plain layer, OpenRaster for any."""
    if path.suffix.lower() == LAYERED:
        return True
    first = layers[0] if len(layers) == 1 else None
    if path.suffix.lower() not in LOSSLESS or type(first) is not PaintLayer:
        return False
    return first.visible and first.opacity == 1 and first.blend is Blend.NORMAL


def save_document(document: Document, path: Path, cache: BandCache | None = None) -> None:
    """Writes a document, all or nothing. To save in another thread, take `Snapshot.of` and call `write_snapshot`."""
    write_snapshot(Snapshot.of(document), path, cache)


def write_snapshot(snapshot: Snapshot, path: Path, cache: BandCache | None = None, notes: Notes | None = None) -> None:
    """In any thread. cache: of the last save, to compress only what changed. notes: written into a picture.

    Raises BadInput for an ending we do not write, Trouble when the file cannot be written.
    """
    ending = path.suffix.lower()
    if ending == LAYERED:
        write_ora(snapshot, path, cache)
    elif ending in FORMATS:
        picture = pixels_of(compose(snapshot.layers, Rect.of(snapshot.size)))
        write_picture(picture, path, notes or Notes())
    else:
        raise BadInput(
            f"A document cannot be saved as “{path.name}”.", f"Choose one of the endings {', '.join(ENDINGS)}."
        )


def write_picture(pixels: Pixels, path: Path, notes: Notes) -> None:
    """One picture in sRGB, with its profile. What cannot hold transparency gets white paper."""
    kind = FORMATS[path.suffix.lower()]
    largest = LARGEST_SIDES.get(kind)
    if largest is not None and max(pixels.size) > largest:
        raise BadInput(f"A picture of {pixels.size} pixels cannot be written as {kind}.", "Save it as PNG.")
    pixels = on_paper(pixels) if kind == "JPEG" else pixels
    srgb = cast("Any", ImageCms).createProfile("sRGB")
    profile = ImageCms.ImageCmsProfile(srgb).tobytes()
    options: dict[str, Any] = {"icc_profile": profile}
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        for key, text in notes.texts.items():
            info.add_itxt(key, text)
        options |= {"pnginfo": info, "compress_level": 4}
    elif kind == "JPEG":
        options |= {"quality": QUALITY, "subsampling": 0}
    elif kind == "WEBP":
        options |= {"quality": QUALITY, "method": 4}
    else:
        options |= {"compression": "tiff_adobe_deflate"}
    if notes.exif and kind in ("JPEG", "WEBP"):
        options["exif"] = b"Exif\0\0" + notes.exif if kind == "JPEG" else notes.exif
    data = io.BytesIO()  # encoders seek and may fail half-way; the file is opened when all is there
    Image.fromarray(pixels.array).save(data, kind, **options)
    with replacing(path) as file:
        file.write(data.getbuffer())
