"""Pictures from outside: dropped, pasted or opened, to start from."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QImage

from studio.document.document import Document
from studio.document.files.opening import DOCUMENTS
from studio.document.images import pixels_of
from studio.document.placing import mask_layer, paint_layer
from studio.request.errors import Trouble
from studio.request.pixels import Pixels

log = logging.getLogger(__name__)

WAYS = (
    ("A new layer", "layer"),
    ("Start from it", "source"),
    ("A mask of what to make anew", "mask"),
    ("A control to follow", "control"),
    ("A reference to be like", "reference"),
)
"""How a picture can come on the canvas: in words, and for `Incoming.open`."""

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif", ".jxl")


class Incoming(QObject):
    """trouble(Trouble): a picture could not be taken. taken: one was. document_given(Path): it is a document.

    read: a file to pixels, upright, sRGB, eight bits; raises Trouble.
    steered: puts pixels with a name into a control layer, as a reference or not; raises Trouble. Set from outside.
    """

    trouble = Signal(object)
    taken = Signal()
    document_given = Signal(object)

    def __init__(self, document: Document, read: Callable[[Path], Pixels], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.read = read
        self.steered: Callable[[Pixels, str, bool], object] | None = None

    def wants(self, data: QMimeData | None) -> bool:
        """Whether there is a picture, or a file that may be one. None: an empty clipboard."""
        return data is not None and (data.hasImage() or bool(files_of(data)))

    def take(self, data: QMimeData) -> bool:
        """Puts the picture on the canvas to start from. False when there is none or it cannot be read."""
        files = files_of(data)
        if files:
            return self.open(files[0])
        image = QImage(data.imageData()) if data.hasImage() else QImage()
        if image.isNull():
            return False
        return self._place(pixels_of(image), "Pasted picture")

    def open(self, path: Path, way: str = "source") -> bool:
        """Puts a file on the canvas. way: the "source" to start from, or another one of `WAYS`."""
        if is_document(path):
            self.document_given.emit(path)
            return True
        try:
            pixels = self.read(path)
        except Trouble as trouble:
            self.trouble.emit(trouble)
            return False
        return self._place(pixels, path.stem, way)

    def start_from(self, pixels: Pixels) -> bool:
        """A result becomes what the next picture starts from."""
        return self._place(pixels, "Result")

    def _place(self, pixels: Pixels, name: str, way: str = "source") -> bool:
        document = self._document
        try:
            match way:
                case "layer" if document.has_picture:
                    document.add_layer(paint_layer(pixels, document.size, name), f"Place {name}")
                case "layer":
                    with document.step(f"Place {name}"):
                        document.set_size(pixels.size)
                        document.add_layer(paint_layer(pixels, pixels.size, name))
                case "control" | "reference" if self.steered is not None:
                    self.steered(pixels, name, way == "reference")
                case "mask":
                    document.add_layer(mask_layer(pixels, document.size, name), f"Mask from {name}")
                case _:
                    document.set_source(pixels, name)
        except Trouble as trouble:
            self.trouble.emit(trouble)
            return False
        self.taken.emit()
        return True


def is_document(path: Path) -> bool:
    """A file that is opened with its layers, in place of what is on the canvas."""
    return path.suffix.lower() in DOCUMENTS


def files_of(data: QMimeData) -> list[Path]:
    """Local files; those with the ending of a picture first."""
    files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return sorted(files, key=lambda path: path.suffix.lower() not in (*DOCUMENTS, *ENDINGS))
