"""The pictures of a grid on one sheet, with what is different written beside them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from studio.library.gallery.contact_sheet import fitted_text
from studio.library.gallery.dialects.sheets import KEYWORD, TITLE, sheet_text
from studio.library.resources import resource
from studio.request.pixels import Pixels

LONGEST = 12_000  # pixels of the sheet's longer side; pictures are made smaller to stay within
MARGIN, GAP, LINE = 32, 8, 36  # pixels
SIDE = 220  # width of the labels at the left
GROUND, INK, EMPTY = (255, 255, 255), (40, 40, 40), (235, 235, 235)


def sheet(title: str, labels: Sequence[Sequence[str]], pictures: Mapping[tuple[int, ...], Pixels]) -> bytes:
    """A PNG.

    labels: of each axis: x across, y down, z as blocks below one another. pictures: by place on the axes; those that
    are missing are left empty.
    """
    x, y, z = (tuple(labels[index]) if index < len(labels) else ("",) for index in range(3))
    widest = max((picture.size.width for picture in pictures.values()), default=256)
    highest = max((picture.size.height for picture in pictures.values()), default=256)
    scale = min(1.0, LONGEST / max(len(x) * widest, len(y) * len(z) * highest))
    cell = (max(1, round(widest * scale)), max(1, round(highest * scale)))
    left = MARGIN + (SIDE if y != ("",) else 0)
    block = (LINE if z != ("",) else 0) + LINE + len(y) * (cell[1] + GAP)
    size = (left + len(x) * (cell[0] + GAP) - GAP + MARGIN, 2 * MARGIN + LINE + len(z) * block)
    page = Image.new("RGB", (max(size[0], 480), size[1]), GROUND)
    pen = _Pen(page)
    pen.write(title, MARGIN, MARGIN, page.width - 2 * MARGIN, "la")
    for k, z_label in enumerate(z):
        top = MARGIN + LINE + k * block
        if z_label:
            pen.write(z_label, MARGIN, top + 4, page.width - 2 * MARGIN, "la")
            top += LINE
        for i, x_label in enumerate(x):
            pen.write(x_label, left + i * (cell[0] + GAP) + cell[0] / 2, top + 6, cell[0], "ma")
        for j, y_label in enumerate(y):
            row = top + LINE + j * (cell[1] + GAP)
            pen.write(y_label, MARGIN, row + cell[1] / 2, SIDE - GAP, "lm")
            for i in range(len(x)):
                _paste(page, pictures.get((i, j, k)[: max(1, len(labels))]), left + i * (cell[0] + GAP), row, cell)
    information = PngInfo()
    information.add_itxt(TITLE, title)
    information.add_text(KEYWORD, sheet_text(picture.digest for picture in pictures.values()))
    buffer = io.BytesIO()
    page.save(buffer, "PNG", pnginfo=information)
    return buffer.getvalue()


class _Pen:
    def __init__(self, page: Image.Image) -> None:
        self._draw = ImageDraw.Draw(page)
        self._font = ImageFont.truetype(resource("fonts", "Inter-Regular.otf"), 20)

    def write(self, text: str, x: float, y: float, width: int, anchor: str) -> None:
        self._draw.text((x, y), fitted_text(text, self._font, width), INK, self._font, anchor=anchor)


def _paste(page: Image.Image, picture: Pixels | None, left: int, top: int, cell: tuple[int, int]) -> None:
    """In the middle of its cell, at the common scale."""
    if picture is None:
        ImageDraw.Draw(page).rectangle((left, top, left + cell[0] - 1, top + cell[1] - 1), fill=EMPTY)
        return
    image = Image.fromarray(picture.array[..., :3])
    image.thumbnail(cell, Image.Resampling.LANCZOS)
    page.paste(image, (left + (cell[0] - image.width) // 2, top + (cell[1] - image.height) // 2))
