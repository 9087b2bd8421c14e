"""The world that the embedded model paints: its places, times, weathers, styles and things, each in one ordered list.

The order is part of the data format: library items hold positions in these lists. Nothing but the standard library is
imported here, so that the renderer runs anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

PLACES = (
    "mountains", "sea", "lake", "river", "desert", "forest", "meadow", "hills", "island", "city", "village", "snow",
    "beach",
)  # fmt: skip
TIMES = ("dawn", "noon", "sunset", "night")
WEATHERS = ("clear", "clouds", "storm", "fog", "snowfall")
HUES = ("pink", "purple", "green", "orange", "teal", "red", "yellow", "blue")  # of the sky; most scenes have none
STYLES = ("flat", "watercolour", "ink", "papercut", "pixel", "oil", "pencil", "woodblock")
COUNTS = ("one", "two", "three", "many")
POSITIONS = ("left", "centre", "right")
DISTANCES = ("near", "far")
SHAPES = ("full", "crescent")

GREENERY = ("green", "orange", "yellow", "red", "pink", "white")
PAINTS = ("white", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown")


@dataclass(frozen=True)
class Kind:
    """What is known of a thing: the colours it comes in, and which details a prompt can ask for."""

    name: str
    colours: tuple[str, ...] = ()
    counted: bool = False
    placed: bool = False  # stands left, in the centre or right
    ranged: bool = False  # near or far
    shapes: tuple[str, ...] = ()


KINDS = (
    Kind("sun", placed=True, ranged=True),
    Kind("moon", placed=True, ranged=True, shapes=SHAPES),
    Kind("stars"),
    Kind("aurora"),
    Kind("rainbow"),
    Kind("birds"),
    Kind("balloon", colours=PAINTS[:-1], counted=True, placed=True),
    Kind("peaks"),
    Kind("house", colours=PAINTS, counted=True, placed=True, ranged=True),
    Kind("lighthouse", colours=("red", "blue", "green", "orange", "white"), placed=True, ranged=True),
    Kind("castle", placed=True, ranged=True),
    Kind("windmill", placed=True, ranged=True),
    Kind("bridge", colours=("red", "grey", "brown")),
    Kind("pyramid", counted=True, placed=True),
    Kind("tent", colours=("orange", "red", "yellow", "blue", "green", "white"), counted=True, placed=True),
    Kind("boat", colours=PAINTS[:-1], counted=True, placed=True, ranged=True),
    Kind("pine", counted=True, placed=True),
    Kind("tree", colours=GREENERY, counted=True, placed=True),
    Kind("palm", counted=True, placed=True),
    Kind("birch", colours=("green", "yellow", "orange"), counted=True, placed=True),
    Kind("cactus", counted=True, placed=True),
    Kind("flowers", colours=("red", "yellow", "pink", "purple", "white", "blue", "orange")),
    Kind("rocks"),
    Kind("fence"),
    Kind("lanterns"),
    Kind("path"),
    Kind("sheep", counted=True, placed=True),
)
TREES = ("pine", "tree", "palm", "birch")
