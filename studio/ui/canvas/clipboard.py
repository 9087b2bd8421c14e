"""Copying from and pasting into the document, with alpha, also to and from other programs."""

from __future__ import annotations

import zlib

from PySide6.QtGui import QGuiApplication, QImage, QPainter

from studio.document.content import clear
from studio.document.document import Document
from studio.document.images import COLOUR, pixels_of, view
from studio.document.layering import selected_part
from studio.document.layers import PaintLayer
from studio.document.placing import paint_layer
from studio.document.tiles import Tiles
from studio.request.errors import Trouble
from studio.request.geometry import Rect, Size

PNG = "image/png"
NOTHING = Trouble("There is nothing to copy on this layer.", "Choose another layer, or use “Copy what is seen”.")


class Clipboard:
    """For one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._copied: tuple[int, Rect] | None = None  # a sum over what was copied last, and where it was

    def copy(self) -> None:
        """What is selected of the active layer, or all of it. Raises Trouble if there is nothing."""
        self._document.about_to_read.emit()
        layer = self._document.active
        if not isinstance(layer, PaintLayer):
            self.copy_merged()
            return
        selection = self._document.selection
        tiles, shift = (layer.tiles, (layer.x, layer.y)) if selection is None else (None, (0, 0))
        tiles = tiles if tiles is not None or selection is None else selected_part(layer, selection)
        if tiles is None or tiles.bounds().empty:
            raise NOTHING
        area = tiles.bounds().translated(*shift).intersection(Rect.of(self._document.size))
        if area.empty:
            raise NOTHING
        self._put(tiles.read(area.translated(-shift[0], -shift[1])), area)

    def copy_merged(self) -> None:
        """What is seen where something is selected, or on the whole canvas. Raises Trouble if there is nothing."""
        self._document.about_to_read.emit()
        selection = self._document.selection
        area = Rect.of(self._document.size)
        if selection is not None:
            area = area.intersection(selection.bounds())
        if area.empty or not self._document.has_picture:
            raise NOTHING
        image = self._document.image(area)
        if selection is not None:
            painter = QPainter(image)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
            painter.drawImage(0, 0, selection.read(area))
            painter.end()
        self._put(image, area)

    def cut(self) -> None:
        """Copies, and takes away what was copied. Raises Trouble if there is nothing, or the layer is locked."""
        layer = self._document.active
        if not isinstance(layer, PaintLayer):
            raise NOTHING
        if layer.locked:
            raise Trouble(f"The layer “{layer.name}” is locked.", "Unlock it to cut from it.")
        self.copy()
        clear(self._document, layer, "Cut")

    def paste(self) -> None:
        """Puts the picture of the clipboard on a new layer: where it was copied, a stranger's in the middle.

        Raises Trouble if it holds none.
        """
        image = self.image()
        if image is None:
            raise Trouble("There is no picture on the clipboard.", "Copy one first.")
        document = self._document
        with document.step("Paste"):
            if not document.has_picture:
                document.set_size(Size(image.width(), image.height()))
            place = self._place_of(image)
            if place is None:
                layer = paint_layer(pixels_of(image), document.size, "Pasted")
            else:
                layer = PaintLayer(name="Pasted", tiles=Tiles.of_image(image, place.x, place.y))
            document.add_layer(layer)

    def _place_of(self, image: QImage) -> Rect | None:
        """Where it was copied, if it was copied here and something of it would be seen there."""
        if self._copied is None or self._copied[0] != _sum(image):
            return None
        place = self._copied[1]
        return None if place.intersection(Rect.of(self._document.size)).empty else place

    @staticmethod
    def image() -> QImage | None:
        """The picture on the clipboard, premultiplied, or None."""
        mime = QGuiApplication.clipboard().mimeData()
        if mime.hasFormat(PNG):
            image = QImage.fromData(mime.data(PNG))
        elif mime.hasImage():
            image = QGuiApplication.clipboard().image()
        else:
            return None
        return None if image.isNull() else image.convertToFormat(COLOUR)

    def _put(self, image: QImage, area: Rect) -> None:
        """area: where on the canvas it is from."""
        plain = image.convertToFormat(QImage.Format.Format_ARGB32)
        self._copied = _sum(plain.convertToFormat(COLOUR)), area
        # not a QMimeData of ours: the clipboard outlives Python, and the process would crash when it ends
        QGuiApplication.clipboard().setImage(plain)


def _sum(image: QImage) -> int:
    return zlib.crc32(view(image).data, image.width())
