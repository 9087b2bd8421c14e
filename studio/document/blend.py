"""Blend modes under their OpenRaster names, done by Qt where it can and by the W3C formulas where it cannot.

Source of the formulas: W3C Compositing and Blending Level 1, sections 9 and 10.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage, QPainter

from studio.document.images import view, writable

Mode = QPainter.CompositionMode
Floats = npt.NDArray[np.float32]
TINY = np.float32(1e-6)


class Blend(Enum):
    """How a layer meets what lies below it. The value is its name in files."""

    NORMAL = "svg:src-over"
    MULTIPLY = "svg:multiply"
    SCREEN = "svg:screen"
    OVERLAY = "svg:overlay"
    DARKEN = "svg:darken"
    LIGHTEN = "svg:lighten"
    COLOR_DODGE = "svg:color-dodge"
    COLOR_BURN = "svg:color-burn"
    HARD_LIGHT = "svg:hard-light"
    SOFT_LIGHT = "svg:soft-light"
    DIFFERENCE = "svg:difference"
    ADD = "svg:plus"
    HUE = "svg:hue"
    SATURATION = "svg:saturation"
    COLOR = "svg:color"
    LUMINOSITY = "svg:luminosity"
    DST_IN = "svg:dst-in"
    DST_OUT = "svg:dst-out"
    SRC_ATOP = "svg:src-atop"
    DST_ATOP = "svg:dst-atop"

    @property
    def title(self) -> str:
        return _TITLES[self]

    @property
    def mode(self) -> Mode | None:
        """Qt's mode, or None where `mix` does it."""
        return _MODES.get(self)

    @property
    def reaches_beyond(self) -> bool:
        """True when it changes the backdrop also where the layer is transparent."""
        return self in (Blend.DST_IN, Blend.DST_ATOP)


_TITLES = {
    Blend.NORMAL: "Normal",
    Blend.MULTIPLY: "Multiply",
    Blend.SCREEN: "Screen",
    Blend.OVERLAY: "Overlay",
    Blend.DARKEN: "Darken",
    Blend.LIGHTEN: "Lighten",
    Blend.COLOR_DODGE: "Colour dodge",
    Blend.COLOR_BURN: "Colour burn",
    Blend.HARD_LIGHT: "Hard light",
    Blend.SOFT_LIGHT: "Soft light",
    Blend.DIFFERENCE: "Difference",
    Blend.ADD: "Add",
    Blend.HUE: "Hue",
    Blend.SATURATION: "Saturation",
    Blend.COLOR: "Colour",
    Blend.LUMINOSITY: "Luminosity",
    Blend.DST_IN: "Keep below where covered",
    Blend.DST_OUT: "Erase below",
    Blend.SRC_ATOP: "Clip to below",
    Blend.DST_ATOP: "Behind, clipped",
}
_MODES = {
    Blend.NORMAL: Mode.CompositionMode_SourceOver,
    Blend.MULTIPLY: Mode.CompositionMode_Multiply,
    Blend.SCREEN: Mode.CompositionMode_Screen,
    Blend.OVERLAY: Mode.CompositionMode_Overlay,
    Blend.DARKEN: Mode.CompositionMode_Darken,
    Blend.LIGHTEN: Mode.CompositionMode_Lighten,
    Blend.COLOR_DODGE: Mode.CompositionMode_ColorDodge,
    Blend.COLOR_BURN: Mode.CompositionMode_ColorBurn,
    Blend.HARD_LIGHT: Mode.CompositionMode_HardLight,
    Blend.SOFT_LIGHT: Mode.CompositionMode_SoftLight,
    Blend.DIFFERENCE: Mode.CompositionMode_Difference,
    Blend.ADD: Mode.CompositionMode_Plus,
    Blend.DST_IN: Mode.CompositionMode_DestinationIn,
    Blend.DST_OUT: Mode.CompositionMode_DestinationOut,
    Blend.SRC_ATOP: Mode.CompositionMode_SourceAtop,
    Blend.DST_ATOP: Mode.CompositionMode_DestinationAtop,
}


def luminosity(colour: Floats) -> Floats:
    """Section 10: how light a colour looks, 0..1; channels last, in blue, green, red order."""
    return colour @ np.array([0.11, 0.59, 0.3], np.float32)


def _clipped(colour: Floats) -> Floats:
    light = luminosity(colour)[..., None]
    low = colour.min(axis=-1, keepdims=True)
    high = colour.max(axis=-1, keepdims=True)
    # the lowest and highest channel are on either side of the light, apart from rounding
    below, above = np.maximum(light - low, TINY), np.maximum(high - light, TINY)
    colour = np.where(low < 0, light + (colour - light) * light / below, colour)
    return np.where(high > 1, light + (colour - light) * (1 - light) / above, colour)


def _with_luminosity(colour: Floats, light: Floats) -> Floats:
    return _clipped(np.add(colour, (light - luminosity(colour))[..., None], dtype=np.float32))


def _saturation(colour: Floats) -> Floats:
    return colour.max(axis=-1) - colour.min(axis=-1)


def _with_saturation(colour: Floats, saturation: Floats) -> Floats:
    low = colour.min(axis=-1, keepdims=True)
    spread = colour.max(axis=-1, keepdims=True) - low
    stretched = (colour - low) * saturation[..., None]
    return np.divide(stretched, spread, out=np.zeros_like(colour), where=spread > 0)


def _hue(below: Floats, above: Floats) -> Floats:
    return _with_luminosity(_with_saturation(above, _saturation(below)), luminosity(below))


def _saturate(below: Floats, above: Floats) -> Floats:
    return _with_luminosity(_with_saturation(below, _saturation(above)), luminosity(below))


def _colour(below: Floats, above: Floats) -> Floats:
    return _with_luminosity(above, luminosity(below))


def _light(below: Floats, above: Floats) -> Floats:
    return _with_luminosity(below, luminosity(above))


_FORMULAS: dict[Blend, Callable[[Floats, Floats], Floats]] = {
    Blend.HUE: _hue,
    Blend.SATURATION: _saturate,
    Blend.COLOR: _colour,
    Blend.LUMINOSITY: _light,
}


def mix(blend: Blend, below: QImage, above: QImage, opacity: float) -> None:
    """Blends one of the four modes that Qt lacks into `below`; both COLOUR and of one size.

    co = cs·αs·(1-αb) + cb·αb·(1-αs) + αs·αb·B(cb, cs), section 5.8.
    """
    backdrop = np.multiply(view(below), 1 / 255, dtype=np.float32)
    source = np.multiply(view(above), opacity / 255, dtype=np.float32)
    alpha_below, alpha_above = backdrop[..., 3:], source[..., 3:]
    mixed = _FORMULAS[blend](_straight(backdrop), _straight(source))
    colour = (
        source[..., :3] * (1 - alpha_below)
        + backdrop[..., :3] * (1 - alpha_above)
        + mixed * (alpha_above * alpha_below)
    )
    alpha = alpha_above + alpha_below * (1 - alpha_above)
    result = np.concatenate((np.clip(colour, 0, alpha), alpha), axis=-1)
    writable(below)[...] = np.rint(result * 255).astype(np.uint8)


def _straight(premultiplied: Floats) -> Floats:
    colour, alpha = premultiplied[..., :3], premultiplied[..., 3:]
    return np.minimum(np.divide(colour, alpha, out=np.zeros_like(colour), where=alpha > 0), np.float32(1))
