"""The attributes that words and library share, in the order in which both store them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from studio.pipelines.closed_form_words import Slot
from studio.training.scenes.scene import Scene, Thing
from studio.training.scenes.world import (
    COUNTS,
    DISTANCES,
    HUES,
    KINDS,
    PLACES,
    POSITIONS,
    STYLES,
    TIMES,
    TREES,
    WEATHERS,
    Kind,
)

# what a scene of one place still has of another
NEAR_PLACES = (
    ("mountains", "lake", 4.0), ("mountains", "snow", 5.0), ("sea", "island", 4.0), ("sea", "beach", 5.0),
    ("island", "beach", 5.0), ("lake", "river", 4.0), ("meadow", "hills", 2.0), ("village", "hills", 5.0),
    ("village", "meadow", 5.0),
)  # fmt: skip


def _scene_slots() -> list[Slot]:
    calm = (0.0, 0.0, 0.0, -3.0, -2.5, -2.0)  # weather nobody asked for: clear or with clouds
    return [
        Slot("place", PLACES, 8.0, (0.0,) * (len(PLACES) + 1), NEAR_PLACES),
        Slot("time", TIMES, 8.0, (0.0, -0.5, 0.0, -0.3, -1.0), (("dawn", "sunset", 4.0),)),
        Slot("weather", WEATHERS, 4.0, calm),
        Slot("hue", HUES, 5.0, (0.0, *(-5.0,) * len(HUES))),
        Slot("style", STYLES, 8.0, (0.0, 0.0, *(-7.0,) * (len(STYLES) - 1))),
    ]


def _presence(name: str, rest: float = -0.6) -> Slot:
    return Slot(f"{name}.present", ("present", "absent"), 6.0, (0.0, rest, 0.0))


def _detail(name: str, detail: str, values: tuple[str, ...], miss: float) -> Slot:
    near = tuple((a, b, miss / 2) for a, b in pairwise(values)) if detail == "count" else ()
    return Slot(f"{name}.{detail}", values, miss, (0.0,) * (len(values) + 1), near)


def _thing_slots(kind: Kind) -> list[Slot]:
    quiet = -0.1 if kind.name in ("sun", "moon", "stars") else -0.6
    slots = [_presence(kind.name, quiet)]
    for detail, values, miss in (
        ("colour", kind.colours, 4.0),
        ("count", COUNTS if kind.counted else (), 2.0),
        ("position", POSITIONS if kind.placed else (), 2.5),
        ("distance", DISTANCES if kind.ranged else (), 1.5),
        ("shape", kind.shapes, 2.0),
    ):
        if values:
            slots.append(_detail(kind.name, detail, values, miss))
    return slots


SLOTS: tuple[Slot, ...] = (
    *_scene_slots(),
    *(slot for kind in KINDS for slot in _thing_slots(kind)),
    _presence("trees", 0.0),
)


def attributes(scene: Scene) -> dict[str, str]:
    """Slot -> value of everything that is true of a scene; slots that do not apply are left out."""
    found = {"place": scene.place, "time": scene.time, "weather": scene.weather, "style": scene.style}
    if scene.hue is not None:
        found["hue"] = scene.hue
    for kind in KINDS:
        thing = scene.thing(kind.name)
        found[f"{kind.name}.present"] = "absent" if thing is None else "present"
        if thing is not None:
            found.update(_details(kind, thing))
    has_trees = scene.place == "forest" or any(scene.thing(name) for name in TREES)
    found["trees.present"] = "present" if has_trees else "absent"
    return found


def _details(kind: Kind, thing: Thing) -> dict[str, str]:
    found: dict[str, str] = {}
    if kind.colours and thing.colour:
        found[f"{kind.name}.colour"] = thing.colour
    if kind.counted:
        found[f"{kind.name}.count"] = thing.how_many
    if kind.placed and thing.position:
        found[f"{kind.name}.position"] = thing.position
    if kind.ranged:
        found[f"{kind.name}.distance"] = thing.distance
    if kind.shapes and thing.shape:
        found[f"{kind.name}.shape"] = thing.shape
    return found


def numbers(found: Mapping[str, str]) -> NDArray[np.int8]:
    """Slot -> value as (A,) int8: 0 for slots that are not there, otherwise 1 + the value's place in its slot."""
    return np.array(
        [1 + slot.values.index(found[slot.name]) if slot.name in found else 0 for slot in SLOTS], dtype=np.int8
    )


def encode(scene: Scene) -> NDArray[np.int8]:
    """(A,) int8: a library item's attributes."""
    return numbers(attributes(scene))
