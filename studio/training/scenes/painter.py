"""What every painting function gets: the canvas, the scene, its light, the random numbers and where things stand."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import numpy as np

from studio.training.scenes.canvas import Canvas, Sheet
from studio.training.scenes.colours import Floats, Light, light_for
from studio.training.scenes.scene import Scene, Thing

PLACES_ACROSS = {"left": 0.25, "centre": 0.5, "right": 0.75}

Line = Callable[[float], float]  # the row of a ground's edge at a column, both in pixels
Bounds = tuple[float, float, float, float]  # left, top, right, bottom

Rest = ParamSpec("Rest")
Result = TypeVar("Result")


def along(profile: Floats) -> Line:
    """A ground's profile (w,) as a line that can be asked beyond its ends."""
    rows: list[float] = profile.tolist()
    last = len(rows) - 1

    def row_at(x: float) -> float:
        return rows[int(min(max(x, 0), last))]

    return row_at


def side_of_light(scene: Scene) -> float:
    """Where the light on the land comes from, -1 (left) to 1."""
    orb = scene.thing("sun") or scene.thing("moon")
    if orb is None or orb.position is None:
        return -1.0
    return {"left": -1.0, "centre": -0.4, "right": 1.0}[orb.position]


class Painter:
    """One picture in the making. `horizon` is its row in pixels; `boxes` collects where things ended up."""

    def __init__(
        self, scene: Scene, width: int, height: int, rng: np.random.Generator, side: float | None = None
    ) -> None:
        self.scene, self.rng = scene, rng
        self.own_numbers = int(rng.integers(2**63))
        self.painted: Counter[str] = Counter()  # how often each function marked `aside` was called
        shift = rng.normal(0, 0.012, (3, 3)).astype(np.float32)
        side = side_of_light(scene) if side is None else side
        self.light: Light = light_for(scene.time, scene.hue, scene.weather, scene.palette, side, shift)
        self.canvas = Canvas(width, height, scene.style, self.light, rng, scene.flipped)
        self.horizon = 0.56 * height
        self.orb: tuple[float, float, float] | None = None  # x, y, radius of sun or moon in pixels
        self.boxes: dict[str, Bounds] = {}

    @property
    def unit(self) -> float:
        """The picture's shorter side in pixels."""
        return self.canvas.unit

    def uniform(self, low: float, high: float) -> float:
        """A random number."""
        return float(self.rng.uniform(low, high))

    def chance(self, share: float) -> bool:
        """True in a share of cases."""
        return bool(self.rng.random() < share)

    def columns_for(self, thing: Thing, gap: float, reach: float = 0.09) -> list[float]:
        """The x in pixels of each of a thing's one to three pieces, `gap` units apart around its position.

        None is nearer than `reach` units to the picture's side, so that it is not cut.
        """
        middle = PLACES_ACROSS[thing.position or "centre"] * self.canvas.width + self.uniform(-0.03, 0.03) * self.unit
        count = min(thing.count, 3)
        width = gap * self.unit
        spread = [(i - (count - 1) / 2) * width for i in range(count)]
        edge = min(0.5 * width * (count - 1) + reach * self.unit, 0.5 * self.canvas.width)
        middle = min(max(middle, edge), self.canvas.width - edge)
        return [middle + dx + (self.uniform(-0.06, 0.06) * width if count > 1 else 0.0) for dx in spread]

    def tint(self, colour: Floats, spread: float = 0.02) -> Floats:
        """The colour, a little different each time."""
        return np.clip(colour + self.rng.normal(0, spread, 3), 0, 1).astype(np.float32)

    def note(self, kind: str, left: float, top: float, right: float, bottom: float) -> None:
        """Remember where a thing is (pixels); several pieces become one box."""
        old = self.boxes.get(kind)
        if old is not None:
            left, top = min(left, old[0]), min(top, old[1])
            right, bottom = max(right, old[2]), max(bottom, old[3])
        self.boxes[kind] = (left, top, right, bottom)

    def note_sheet(self, kind: str, sheet: Sheet) -> None:
        """Remember a thing by the sheet it was drawn on."""
        self.note(kind, sheet.left, sheet.top, sheet.right, sheet.bottom)


def aside(paint: Callable[Concatenate[Painter, Rest], Result]) -> Callable[Concatenate[Painter, Rest], Result]:
    """Marks what paints a thing: it draws random numbers of its own.

    So a picture painted without the thing is the same everywhere else, and the thing can be cut out of it.
    """

    @wraps(paint)
    def painting(p: Painter, *rest: Rest.args, **named: Rest.kwargs) -> Result:
        kinds = [value.kind for value in rest if isinstance(value, Thing)]
        name = ".".join((paint.__module__, paint.__qualname__, *kinds))
        p.painted[name] += 1
        before, p.rng = p.rng, np.random.default_rng([p.own_numbers, zlib.crc32(name.encode()), p.painted[name]])
        try:
            return paint(p, *rest, **named)
        finally:
            p.rng = before

    return painting
