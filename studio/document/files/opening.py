"""Opening and saving documents by the ending of the file: OpenRaster with all layers, else one picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from studio.document.blend import Blend
from studio.document.compositing import compose
from studio.document.document import Document
from studio.document.files.cache import BandCache
from studio.document.files.ora_read import read_ora
from studio.document.files.ora_write import write_ora
from studio.document.files.pictures import FORMATS, USUAL, Notes, PictureOptions, write_picture
from studio.document.files.psd_read import PHOTOSHOP, read_psd
from studio.document.files.snapshot import Snapshot
from studio.document.images import pixels_of
from studio.document.layers import Layer, PaintLayer
from studio.document.placing import paint_layer
from studio.request.errors import BadInput
from studio.request.family import Model
from studio.request.geometry import Rect
from studio.request.pixels import Pixels

LAYERED = ".ora"
ENDINGS = (LAYERED, *FORMATS)
DOCUMENTS = (LAYERED, *PHOTOSHOP)  # what is opened with layers
LOSSLESS = (".png", ".tif", ".tiff")
ReadPicture = Callable[[Path], Pixels]


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


def write_snapshot(
    snapshot: Snapshot,
    path: Path,
    cache: BandCache | None = None,
    notes: Notes | None = None,
    options: PictureOptions = USUAL,
) -> None:
    """In any thread. cache: of the last save, to compress only what changed. notes, options: of a picture.

    Raises BadInput for an ending we do not write, Trouble when the file cannot be written.
    """
    ending = path.suffix.lower()
    if ending == LAYERED:
        write_ora(snapshot, path, cache)
    elif ending in FORMATS:
        picture = pixels_of(compose(snapshot.layers, Rect.of(snapshot.size)))
        write_picture(picture, path, notes or Notes(), options)
    else:
        raise BadInput(
            f"A document cannot be saved as “{path.name}”.", f"Choose one of the endings {', '.join(ENDINGS)}."
        )
