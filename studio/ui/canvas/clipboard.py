"""Copying from and pasting into the document, with alpha, also to and from other programs."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication, QImage, QPainter

from studio.document.content import clear
from studio.document.document import Document
from studio.document.images import COLOUR, pixels_of
from studio.document.layering import selected_part
from studio.document.layers import PaintLayer
from studio.document.placing import paint_layer
from studio.request.errors import Trouble
from studio.request.geometry import Rect

PNG = "image/png"
NOTHING = Trouble("There is nothing to copy there.", "Choose a layer with a picture, or select a part of one.")


class Clipboard:
    """For one document."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def copy(self) -> None:
        """What is selected of the active layer, or all of it. Raises Trouble if there is nothing."""
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
        self._put(tiles.read(area.translated(-shift[0], -shift[1])))

    def copy_merged(self) -> None:
        """What is seen where something is selected, or on the whole canvas. Raises Trouble if there is nothing."""
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
        self._put(image)

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
        """Puts the picture of the clipboard on a new layer. Raises Trouble if it holds none."""
        image = self.image()
        if image is None:
            raise Trouble("There is no picture on the clipboard.", "Copy one first.")
        pixels = pixels_of(image)
        document = self._document
        with document.step("Paste"):
            if not document.has_picture:
                document.set_size(pixels.size)
            document.add_layer(paint_layer(pixels, document.size, "Pasted"))

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

    @staticmethod
    def _put(image: QImage) -> None:
        # not a QMimeData of ours: the clipboard outlives Python, and the process would crash when it ends
        QGuiApplication.clipboard().setImage(image.convertToFormat(QImage.Format.Format_ARGB32))
