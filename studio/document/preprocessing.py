"""What is made of a picture before a network follows it: lines, surfaces, blots of colour. None needs weights.

All take and give RGB arrays, uint8, height × width × 3; lines are white on black, as the networks were taught.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from studio.document.opencv import cv
from studio.request.errors import BadInput
from studio.request.pixels import Array

GRAIN = 8  # of 255: what is less dark than this against its surroundings is no line
Settings = Mapping[str, float]


@dataclass(frozen=True)
class Setting:
    """A number that can be set. unit: after it, "" for none. whole: in steps of one."""

    name: str
    title: str
    low: float
    high: float
    default: float
    unit: str = ""
    whole: bool = True


@dataclass(frozen=True)
class Preprocessor:
    """about: one line of help. signs: parts of names of networks that want it."""

    id: str
    title: str
    about: str
    run: Callable[[Array, Settings], Array]
    settings: tuple[Setting, ...] = ()
    signs: tuple[str, ...] = ()

    def filled(self, given: Settings) -> dict[str, float]:
        """All its settings: those given, within their limits, and the defaults of the others."""
        return {
            each.name: min(max(float(given.get(each.name, each.default)), each.low), each.high)
            for each in self.settings
        }

    def of(self, picture: Array, given: Settings) -> Array:
        """What the network is to see of the picture (or of what is painted: it may have straight alpha)."""
        array = self.run(picture, self.filled(given))
        return np.ascontiguousarray(array)


def on_white(picture: Array) -> Array:
    """RGB of a picture that may have straight alpha; paper shows through."""
    if picture.shape[2] != 4:
        return picture
    alpha = picture[..., 3:].astype(np.uint16)
    return ((picture[..., :3].astype(np.uint16) * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def _as_it_is(picture: Array, settings: Settings) -> Array:
    return on_white(picture)


def _canny(picture: Array, settings: Settings) -> Array:
    low, high = sorted((settings["low"], settings["high"]))
    return _three(cv().Canny(_grey(picture), low, high))


def _lineart(picture: Array, settings: Settings) -> Array:
    """What is darker than around it, as strong as the picture's lines are: works on drawings and photographs."""
    plain = on_white(picture)
    darker = cv().subtract(cv().GaussianBlur(plain, (0, 0), settings["width"]), plain)
    red, green, blue = cv().split(darker)
    most: Array = cv().subtract(cv().max(cv().max(red, green), blue), GRAIN)
    lines = most[most > 0]
    usual = float(np.median(lines)) if lines.size else 16.0
    return _three(cv().convertScaleAbs(most, alpha=settings["strength"] / 100 * 127 / max(16.0, usual)))


def _depth(picture: Array, settings: Settings) -> Array:
    grey = _grey(picture).astype(np.float32)
    low, high = float(grey.min()), float(grey.max())
    spread = (grey - low) * (255 / (high - low)) if high > low else grey
    return _three(np.rint(255 - spread if settings["invert"] else spread).astype(np.uint8))


def _tile(picture: Array, settings: Settings) -> Array:
    """Detail is thrown away, so that the model puts some of its own there."""
    height, width = picture.shape[:2]
    small = _shrunk(on_white(picture), settings["factor"])
    return cv().resize(small, (width, height), interpolation=cv().INTER_CUBIC)


def _blur(picture: Array, settings: Settings) -> Array:
    return cv().GaussianBlur(on_white(picture), (0, 0), settings["radius"])


def _colour(picture: Array, settings: Settings) -> Array:
    """A grid of cells, each in the mean colour of what is in it."""
    height, width = picture.shape[:2]
    small = _shrunk(on_white(picture), settings["cell"])
    return cv().resize(small, (width, height), interpolation=cv().INTER_NEAREST)


def _scribble(picture: Array, settings: Settings) -> Array:
    """Strokes, whatever their colour: where something is painted, or else what is darker than its paper."""
    if picture.shape[2] == 4 and picture[..., 3].min() < 128:
        drawn = picture[..., 3]
    else:
        grey = _grey(picture)
        drawn = 255 - grey if np.median(grey) > 127 else grey
    strokes = np.where(drawn >= settings["threshold"] * 2.55, np.uint8(255), np.uint8(0))
    size = 2 * int(settings["thicken"]) + 1
    kernel = cv().getStructuringElement(cv().MORPH_ELLIPSE, (size, size))
    return _three(cv().dilate(strokes, kernel))


def _grey(picture: Array) -> Array:
    return cv().cvtColor(on_white(picture), cv().COLOR_RGB2GRAY)


def _three(grey: Array) -> Array:
    return np.repeat(grey[..., None], 3, axis=2)


def _shrunk(picture: Array, factor: float) -> Array:
    height, width = picture.shape[:2]
    size = (max(1, round(width / factor)), max(1, round(height / factor)))
    return cv().resize(picture, size, interpolation=cv().INTER_AREA)


NONE = Preprocessor("", "As it is", "The picture is ready: lines, depth or a pose made elsewhere.", _as_it_is)
PREPROCESSORS = (
    NONE,
    Preprocessor(
        "canny",
        "Edges (Canny)",
        "Thin lines where brightness changes: the composition is kept closely.",
        _canny,
        (Setting("low", "Weak edges", 0, 255, 100), Setting("high", "Strong edges", 0, 255, 200)),
        ("canny", "union", "promax"),  # those that were taught several kinds want to be told one
    ),
    Preprocessor(
        "lineart",
        "Lines",
        "The lines of a drawing, or what is darker than around it in a photograph.",
        _lineart,
        (
            Setting("width", "Line width up to", 1, 24, 6, "px"),
            Setting("strength", "Strength", 25, 400, 150, "%"),
        ),
        ("lineart", "line_art", "anime"),
    ),
    Preprocessor(
        "scribble",
        "Scribble",
        "Strokes of the brush, whatever their colour.",
        _scribble,
        (Setting("threshold", "Strokes from", 5, 95, 40, "%"), Setting("thicken", "Thicken by", 0, 16, 1, "px")),
        ("scribble", "sketch"),
    ),
    Preprocessor(
        "depth",
        "Depth map",
        "A picture of how near things are, near is light; it is stretched to the full range.",
        _depth,
        (Setting("invert", "Near is dark", 0, 1, 0),),
        ("depth", "zoe", "midas"),
    ),
    Preprocessor(
        "tile",
        "Tile",
        "Shapes and colours stay, detail is made anew.",
        _tile,
        (Setting("factor", "Shrink by", 1, 16, 4, "×"),),
        ("tile",),
    ),
    Preprocessor(
        "blur",
        "Blur",
        "Soft blots of the picture's colours.",
        _blur,
        (Setting("radius", "Radius", 1, 64, 8, "px"),),
        ("blur",),
    ),
    Preprocessor(
        "colour",
        "Colour grid",
        "Cells of one colour each: only where which colour is.",
        _colour,
        (Setting("cell", "Cells of", 8, 128, 64, "px"),),
        ("color", "colour", "palette"),
    ),
)
BY_ID = {each.id: each for each in PREPROCESSORS}


def preprocessor(identifier: str) -> Preprocessor:
    """The one of that id. Raises BadInput, naming the known ones, when there is none."""
    if identifier in BY_ID:
        return BY_ID[identifier]
    known = ", ".join(each.id for each in PREPROCESSORS if each.id)
    raise BadInput(f"There is no preprocessor called {identifier!r}.", f"Choose one of {known}.")


def likely(name: str) -> Preprocessor:
    """What a network of that name wants to see, as far as its name tells; else the picture as it is.

    >>> likely("control_v11p_sd15_canny_fp16").id, likely("diffusers_xl_depth").id, likely("openpose").id
    ('canny', 'depth', '')
    """
    lowered = name.lower()
    return next((each for each in PREPROCESSORS if any(sign in lowered for sign in each.signs)), NONE)
