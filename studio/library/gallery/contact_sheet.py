"""Many pictures on one page with their names: a contact sheet, as PNG or as a PDF of several pages."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from studio.library.files import write_atomically
from studio.library.gallery.index.store import Item
from studio.library.resources import resource
from studio.request.errors import BadInput

PAGE = (2480, 3508)  # A4 at 300 dots an inch
_DOTS = 300
_MARGIN, _GAP, _CAPTION = 120, 40, 44  # pixels
_GROUND, _INK = (255, 255, 255), (60, 60, 60)
MOST_PAGES = 50


@dataclass(frozen=True)
class Layout:
    """columns: pictures beside one another on a page."""

    columns: int = 5
    captions: bool = True

    @property
    def cell(self) -> int:
        """Side of a picture's room in pixels."""
        return (PAGE[0] - 2 * _MARGIN + _GAP) // self.columns - _GAP

    @property
    def pitch(self) -> int:
        """From one row to the next in pixels."""
        return self.cell + _GAP + (_CAPTION if self.captions else 0)

    @property
    def rows(self) -> int:
        """Rows on a page."""
        return max(1, (PAGE[1] - 2 * _MARGIN + _GAP) // self.pitch)


Thumbnail = Callable[[Item], bytes | None]
Report = Callable[[int], bool] | None


class _Stopped(Exception):
    pass


def write_contact_sheet(
    items: Sequence[Item],
    thumbnail: Thumbnail,
    path: Path,
    layout: Layout | None = None,
    report: Report = None,
) -> bool:
    """Writes the sheet: a PDF with as many pages as needed, or one PNG as high as needed.

    thumbnail: the JPEG of a picture. report: called with how many pictures are laid; when it says False nothing is
    written, and the answer is False. Raises BadInput for other suffixes, no pictures or too many, and OSError.
    """
    layout = layout or Layout()
    per_page = layout.columns * layout.rows
    if not items:
        raise BadInput("There are no pictures for a contact sheet.", "Choose some.")
    if len(items) > per_page * MOST_PAGES:
        raise BadInput(f"A contact sheet can hold at most {per_page * MOST_PAGES:,} pictures.", "Choose fewer.")
    if path.suffix.lower() not in (".pdf", ".png"):
        raise BadInput("A contact sheet can be a PNG or a PDF.", "Give it a name that ends in .png or .pdf.")
    buffer = io.BytesIO()
    try:
        if path.suffix.lower() == ".pdf":
            first, *others = _pages(items, thumbnail, layout, report)
            first.save(buffer, "PDF", resolution=_DOTS, save_all=True, append_images=others, quality=90)
        else:
            rows = -(-len(items) // layout.columns)
            height = 2 * _MARGIN + rows * layout.pitch - _GAP
            _page(items, thumbnail, layout, height, report).save(buffer, "PNG")
    except _Stopped:
        return False
    write_atomically(path, buffer.getvalue())
    return True


def _pages(items: Sequence[Item], thumbnail: Thumbnail, layout: Layout, report: Report) -> list[Image.Image]:
    per_page = layout.columns * layout.rows
    return [
        _page(items[start : start + per_page], thumbnail, layout, PAGE[1], report, start)
        for start in range(0, len(items), per_page)
    ]


def _page(
    items: Sequence[Item], thumbnail: Thumbnail, layout: Layout, height: int, report: Report, before: int = 0
) -> Image.Image:
    """before: how many pictures the pages before it hold. Raises _Stopped."""
    page = Image.new("RGB", (PAGE[0], height), _GROUND)
    pen = ImageDraw.Draw(page)
    font = ImageFont.truetype(resource("fonts", "Inter-Regular.otf"), 26)
    for place, item in enumerate(items):
        if report is not None and not report(before + place):
            raise _Stopped
        left = _MARGIN + place % layout.columns * (layout.cell + _GAP)
        top = _MARGIN + place // layout.columns * layout.pitch
        _paste(page, thumbnail(item), left, top, layout.cell)
        if layout.captions:
            caption = fitted_text(item.name, font, layout.cell)
            pen.text((left + layout.cell / 2, top + layout.cell + 10), caption, _INK, font, anchor="ma")
    return page


def _paste(page: Image.Image, jpeg: bytes | None, left: int, top: int, cell: int) -> None:
    """The picture in the middle of its cell, as large as it goes; an empty frame where there is none."""
    if jpeg is None:
        ImageDraw.Draw(page).rectangle((left, top, left + cell, top + cell), outline=(200, 200, 200))
        return
    image = Image.open(io.BytesIO(jpeg), formats=("JPEG",)).convert("RGB")
    scale = cell / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    image = image.resize(size, Image.Resampling.LANCZOS)
    page.paste(image, (left + (cell - size[0]) // 2, top + (cell - size[1]) // 2))


def fitted_text(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """The text, cut in the middle so that it fits."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    if font.getlength(shown) <= width:
        return shown
    for keep in range(len(shown) // 2, 0, -1):
        cut = f"{shown[:keep]}…{shown[-keep // 2 :]}"
        if font.getlength(cut) <= width:
            return cut
    return "…"
