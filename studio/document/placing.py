"""Pictures as layers: what to make of pixels that come from a model, a file or the clipboard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColor

from studio.document.editing.plan import Choices
from studio.document.images import SOURCE, blank, image_of, scaled
from studio.document.layers import GeneratedLayer, MaskLayer, PaintLayer
from studio.document.tiles import TILE_SIZE, Tiles, keys_in, place
from studio.request.events import Picture
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest

LONGEST_NAME = 40  # characters


def paint_layer(pixels: Pixels, canvas: Size, name: str) -> PaintLayer:
    """A layer that shows the whole picture in the middle of the canvas, made smaller if it would not fit."""
    factor = min(1.0, canvas.width / pixels.size.width, canvas.height / pixels.size.height)
    size = pixels.size if factor == 1 else pixels.size.scaled(factor)
    image = scaled(image_of(pixels), size)
    tiles = Tiles.of_image(image, (canvas.width - size.width) // 2, (canvas.height - size.height) // 2)
    return PaintLayer(name=name, tiles=tiles, origin=pixels.digest)


def mask_layer(pixels: Pixels, canvas: Size, name: str) -> MaskLayer:
    """A mask out of a picture, over the whole canvas: what is white is made anew, what is black or clear is kept."""
    colour = pixels.array[..., :3].astype(np.float32)
    luma = colour @ np.array((0.299, 0.587, 0.114), np.float32) if pixels.channels >= 3 else colour[..., 0]
    if pixels.channels == 4:
        luma = luma * (pixels.array[..., 3] / np.float32(255))
    coverage = Pixels(np.rint(luma).astype(np.uint8)[..., None])
    return MaskLayer(name=name, tiles=Tiles.of_image(scaled(image_of(coverage), canvas)))


@dataclass(frozen=True, kw_only=True)
class Making:
    """What a generated layer remembers besides its picture.

    candidates: all pictures of the request; chosen: the index of the one to show. mode, selection: of the edit that
    made them, choices: of the mode Custom, origins: digests of what was made; see `GeneratedLayer`.
    """

    candidates: tuple[Pixels, ...]
    chosen: int = 0
    mode: str = ""
    selection: Pixels | None = None
    origins: tuple[str, ...] = ()
    choices: Choices | None = None


def generated_layer(picture: Picture, area: Rect, making: Making | None = None) -> GeneratedLayer:
    """A layer that shows a made picture in `area`. What its mask kept is transparent: the canvas itself shows there."""
    making = making or Making(candidates=(picture.pixels,), origins=(picture.pixels.digest,))
    return GeneratedLayer(
        name=named_after(picture.request.prompt.raw or picture.request.prompt.text),
        tiles=tiles_of(picture.pixels, picture.request, area),
        request=picture.request,
        area=area,
        **vars(making),
    )


def tiles_of(pixels: Pixels, request: GenerationRequest | None, area: Rect) -> Tiles:
    """A made picture in its area. Pixels with alpha come from an edit, which has given them their edge already."""
    mask = request.mask if request is not None else None
    if mask is not None and mask.size == pixels.size and pixels.channels != 4:
        pixels = _where(pixels, mask)
    return Tiles.of_image(scaled(image_of(pixels), area.size), area.x, area.y)


def named_after(prompt: str) -> str:
    """A layer's name from the first words of a prompt."""
    words = " ".join(prompt.split())
    if len(words) <= LONGEST_NAME:
        return words or "Generated"
    return words[:LONGEST_NAME].rsplit(" ", 1)[0].rstrip(",.;:") + "…"


def _where(pixels: Pixels, mask: Pixels) -> Pixels:
    """The picture, transparent where the mask kept the old one."""
    made = (mask.array > 0).astype(np.uint8) * 255
    return Pixels(np.concatenate((pixels.array[..., :3], made), axis=-1))


def paper(size: Size, colour: str) -> PaintLayer:
    """A layer of one colour (#rrggbb) as large as the canvas. Whole tiles are one and the same, so it costs little."""
    layer = PaintLayer(name="Paper")
    whole = blank(TILE_SIZE)
    whole.fill(QColor(colour))
    canvas = Rect.of(size)
    for key in keys_in(canvas):
        part = place(key).intersection(canvas)
        if part.size == TILE_SIZE:
            layer.tiles.put(key, whole)
        else:
            image = blank(part.size)
            image.fill(QColor(colour))
            layer.tiles.replace(layer.tiles.drawn(image, part.x, part.y, SOURCE))
    return layer
