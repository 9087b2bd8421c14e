"""Reading Photoshop documents: groups, layers with their place, opacity and blend mode, layer masks laid on.

Source: Adobe Photoshop file formats specification (2019), read by psd-tools. What has no pixels of its own, such as
adjustments, is left out.
"""

from __future__ import annotations

import importlib
import os
import struct
import warnings
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PIL import Image, ImageChops

from studio.document.blend import Blend
from studio.document.document import Document
from studio.document.files.decoding import LARGEST_SIDE, Budget
from studio.document.images import image_of
from studio.document.layers import Group, Layer, PaintLayer
from studio.document.placing import paint_layer
from studio.document.tiles import Tiles
from studio.request.errors import BadInput
from studio.request.family import Model
from studio.request.geometry import Size
from studio.request.pixels import Pixels

if TYPE_CHECKING:
    from psd_tools import PSDImage
    from psd_tools.api.layers import Layer as PsdLayer

PHOTOSHOP = (".psd", ".psb")
SIGNATURE = b"8BPS"
_BLENDS = {
    "norm": Blend.NORMAL, "pass": Blend.NORMAL, "mul ": Blend.MULTIPLY, "scrn": Blend.SCREEN, "over": Blend.OVERLAY,
    "dark": Blend.DARKEN, "lite": Blend.LIGHTEN, "div ": Blend.COLOR_DODGE, "idiv": Blend.COLOR_BURN,
    "hLit": Blend.HARD_LIGHT, "sLit": Blend.SOFT_LIGHT, "diff": Blend.DIFFERENCE, "lddg": Blend.ADD,
    "hue ": Blend.HUE, "sat ": Blend.SATURATION, "colr": Blend.COLOR, "lum ": Blend.LUMINOSITY,
}  # fmt: skip
# what psd-tools and Pillow raise on files that are not what they claim to be
_DAMAGE = (
    OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError, OverflowError, EOFError,
    NotImplementedError, RuntimeError, struct.error, zlib.error,
)  # fmt: skip


def read_psd(path: Path, model: Model) -> Document:
    """Opens a file. Raises BadInput, in one sentence, when it is no Photoshop document, damaged or too large."""
    tools = cast("Any", importlib.import_module("psd_tools"))  # takes a while, and few have such files
    head = _head_of(path)
    size = head.size
    try:
        document = Document(model, size)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # psd-tools on odd but readable files
            psd: PSDImage = tools.PSDImage.open(path)
            document.load(_layers(psd, head, path))
    except BadInput:
        raise
    except _DAMAGE as error:
        raise BadInput(f"“{path.name}” is damaged and cannot be opened.", "", repr(error)) from error
    return document


@dataclass(frozen=True)
class _Head:
    """What the header and the lengths of the parts say. depth: bits. large: the format of huge documents, PSB.

    merged: where the picture of all layers together begins. end: of the file.
    """

    size: Size
    channels: int
    depth: int
    large: bool
    merged: int
    end: int


def _head_of(path: Path) -> _Head:
    """Read before anything is decoded. Raises BadInput when a part ends beyond the end of the file."""
    try:
        with path.open("rb") as file:
            head = file.read(26)
            if len(head) < 26 or not head.startswith(SIGNATURE):
                raise BadInput(f"“{path.name}” is not a Photoshop document.")
            version, channels, height, width, depth = struct.unpack(">4xH6xHIIH2x", head)
            if not (1 <= width <= LARGEST_SIDE and 1 <= height <= LARGEST_SIDE):
                raise BadInput(f"“{path.name}” is not opened: it would have {width} × {height} pixels.")
            end = path.stat().st_size
            for what, form in (("colours", ">I"), ("resources", ">I"), ("layers", ">Q" if version == 2 else ">I")):
                length = file.read(struct.calcsize(form))
                if len(length) < struct.calcsize(form) or file.tell() + struct.unpack(form, length)[0] > end:
                    raise _cut(path, f"its {what}")
                file.seek(struct.unpack(form, length)[0], os.SEEK_CUR)
            return _Head(Size(width, height), channels, depth, version == 2, file.tell(), end)
    except OSError as error:
        raise BadInput(f"“{path.name}” cannot be read: {error.strerror}.", "", repr(error)) from error


def _cut(path: Path, where: str) -> BadInput:
    return BadInput(f"“{path.name}” is not whole: the file ends in the middle of {where}.", "Copy it once more.")


def _check_merged(path: Path, head: _Head) -> None:
    """Raises BadInput when the picture of all layers together is cut short: psd-tools would fill it up with black."""
    rows = head.channels * head.size.height
    with path.open("rb") as file:
        file.seek(head.merged)
        kind = file.read(2)
        if kind == b"\0\0":
            needed = rows * (-(-head.size.width * head.depth // 8))
        elif kind == b"\0\1":
            width = 4 if head.large else 2
            lengths = np.frombuffer(file.read(rows * width), f">u{width}")
            needed = rows * width + int(lengths.sum(dtype=np.int64)) if len(lengths) == rows else head.end
        else:
            needed = 1  # deflated: what is cut cannot be unpacked, and is refused then
    if head.merged + 2 + needed > head.end:
        raise _cut(path, "its picture")


def _layers(psd: PSDImage, head: _Head, path: Path) -> tuple[Layer, ...]:
    budget = Budget()
    budget.spend(head.size, path.name)
    layers = _stack(psd, budget)
    if layers:
        return layers  # the picture of all together may be cut: it is not needed
    _check_merged(path, head)
    flat = psd.topil()
    if flat is None:
        raise BadInput(f"“{path.name}” holds no picture that can be read.", "Save it with “Maximize compatibility”.")
    return (paint_layer(_pixels(flat), head.size, path.stem),)


def _stack(layers: Iterable[PsdLayer], budget: Budget) -> tuple[Layer, ...]:
    found = (_layer(layer, budget) for layer in layers)
    return tuple(layer for layer in found if layer is not None)


def _layer(layer: PsdLayer, budget: Budget) -> Layer | None:
    made = _group(layer, budget) if layer.is_group() else _paint(layer, budget)
    if made is None:
        return None
    made.visible = bool(layer.visible)
    made.opacity = layer.opacity / 255
    made.blend = _BLENDS.get(_key_of(layer), Blend.NORMAL)
    return made


def _key_of(layer: PsdLayer) -> str:
    mode = layer.blend_mode
    return str(getattr(mode, "value", mode).decode("ascii") if not isinstance(mode, str) else mode)


def _group(layer: PsdLayer, budget: Budget) -> Group:
    children = _stack(cast("Iterable[PsdLayer]", layer), budget)
    return Group(name=layer.name, children=children, isolate=_key_of(layer) != "pass")


def _paint(layer: PsdLayer, budget: Budget) -> PaintLayer | None:
    """None for what has no pixels."""
    if not layer.has_pixels() or layer.width < 1 or layer.height < 1:
        return None
    budget.spend(Size(layer.width, layer.height), layer.name)
    image = layer.topil()
    if image is None:
        return None
    image = _masked(image.convert("RGBA"), layer)
    locks = layer.locks
    return PaintLayer(
        name=layer.name,
        tiles=Tiles.of_image(image_of(_pixels(image)), layer.left, layer.top),
        alpha_locked=bool(locks is not None and locks.transparency),
    )


def _masked(image: Image.Image, layer: PsdLayer) -> Image.Image:
    """The layer's own mask becomes part of its transparency."""
    mask = layer.mask
    if mask is None or mask.disabled or mask.width < 1 or mask.height < 1:
        return image
    shape = mask.topil()
    if shape is None:
        return image
    coverage = Image.new("L", image.size, int(mask.background_color))
    coverage.paste(shape.convert("L"), (mask.left - layer.left, mask.top - layer.top))
    image.putalpha(ImageChops.multiply(image.getchannel("A"), coverage))
    return image


def _pixels(image: Image.Image) -> Pixels:
    return Pixels(np.asarray(image if image.mode in ("RGB", "RGBA") else image.convert("RGBA")))
