"""Draws scenes at random: what belongs together often, what is odd but possible now and then."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.training.scenes.scene import Scene, Thing
from studio.training.scenes.world import HUES, KINDS, PLACES, POSITIONS, STYLES, TIMES, WEATHERS, Kind

SKY_THINGS = ("sun", "moon", "stars", "aurora", "rainbow", "birds", "balloon", "lanterns")
TREE_KINDS = ("pine", "tree", "palm", "birch", "cactus")
WATER_PLACES = ("sea", "lake", "river", "island", "beach", "city")
NO_PATH = ("sea", "lake", "river", "island", "desert")
LAND = tuple(k.name for k in KINDS if k.name not in (*SKY_THINGS, "boat", "bridge", "peaks"))
_BY_NAME = {kind.name: kind for kind in KINDS}

# what one meets often in a place; every other land thing is met rarely
OFTEN: dict[str, dict[str, float]] = {
    "mountains": {"pine": 5, "house": 3, "castle": 2, "tent": 2, "flowers": 2, "rocks": 2, "path": 2, "sheep": 1},
    "sea": {"boat": 8, "lighthouse": 5, "rocks": 2, "castle": 1},
    "lake": {"boat": 5, "pine": 4, "house": 2, "tent": 2, "birch": 1.5, "bridge": 1, "castle": 1, "flowers": 1},
    "river": {"bridge": 4, "boat": 3, "tree": 3, "house": 3, "windmill": 2, "birch": 2, "castle": 1, "flowers": 2},
    "desert": {"cactus": 6, "pyramid": 4, "tent": 2, "palm": 2, "rocks": 2, "castle": 0.7},
    "forest": {"pine": 4, "tree": 4, "birch": 3, "path": 3, "house": 2, "tent": 1.5, "castle": 1, "flowers": 1.5},
    "meadow": {"flowers": 5, "tree": 4, "house": 4, "windmill": 3, "fence": 2.5, "sheep": 3, "birch": 1.5, "path": 2},
    "hills": {"house": 4, "tree": 4, "windmill": 3, "castle": 2.5, "sheep": 3, "path": 2, "fence": 1.5, "flowers": 2},
    "island": {"palm": 5, "lighthouse": 3, "house": 2.5, "boat": 3, "castle": 1.2, "tree": 1, "rocks": 0.7},
    "city": {"tree": 2, "bridge": 3, "boat": 2.5, "path": 1},
    "village": {"house": 3, "tree": 3, "path": 2.5, "fence": 2, "flowers": 2, "windmill": 1.5, "sheep": 1},
    "snow": {"pine": 6, "house": 4, "fence": 1.5, "castle": 1.5, "windmill": 1, "path": 1, "tent": 0.7, "birch": 1},
    "beach": {"palm": 6, "boat": 4, "lighthouse": 2, "rocks": 1.5, "house": 1.5, "tent": 1},
}  # fmt: skip
RARE = 0.16
DAY_HUES = ("orange", "yellow")  # too dark a sky of these is brown


def possible(kind: str, place: str) -> bool:
    """Whether the renderer can put a thing of this kind into this place."""
    if kind in SKY_THINGS:
        return True
    if kind == "boat":
        return place in WATER_PLACES
    if kind == "pyramid":
        return place == "desert"
    if place == "sea":
        return kind in ("house", "lighthouse", "castle", "rocks", "peaks")
    if kind == "bridge":
        return place in ("river", "lake", "city")
    if kind == "peaks":
        return place not in ("mountains",)
    if kind == "path":
        return place not in NO_PATH
    if kind in ("fence", "flowers", "sheep"):
        return place not in ("desert", "island", "beach") and not (kind != "fence" and place == "snow")
    return kind != "rocks" or place not in ("city", "village")


def draw_thing(rng: np.random.Generator, kind: str, positions: list[str], **fixed: object) -> Thing:
    """A thing with random details; takes its position from the front of `positions`. `fixed` details stay as given."""
    known: Kind = _BY_NAME[kind]
    details: dict[str, object] = {}
    if known.colours:
        weights = np.array([3.0 if c == "green" and kind in ("tree", "birch") else 1.0 for c in known.colours])
        details["colour"] = str(rng.choice(known.colours, p=weights / weights.sum()))
    if known.counted:
        shares = (0.34, 0.13, 0.13, 0.40) if kind in TREE_KINDS else (0.62, 0.19, 0.19, 0.0)
        details["count"] = int(rng.choice((1, 2, 3, 4), p=shares))
    if known.ranged:
        details["distance"] = "far" if rng.random() < 0.35 else "near"
    if known.shapes:
        details["shape"] = known.shapes[int(rng.random() < 0.35)]
    details.update(fixed)
    count = details.get("count", 1)
    if known.placed and "position" not in details and count != 4:
        details["position"] = positions.pop(0) if positions else "centre"
    return Thing(kind, **details)  # type: ignore[arg-type]


def _shuffled(rng: np.random.Generator) -> list[str]:
    return [POSITIONS[i] for i in rng.permutation(3)]


def _weather(rng: np.random.Generator, place: str, time: str) -> str:
    warm = place in ("desert", "beach", "island", "sea")
    shares = np.array((0.50, 0.30, 0.07, 0.08, 0.0 if warm else (0.20 if place == "snow" else 0.05)))
    return str(rng.choice(WEATHERS, p=shares / shares.sum()))


def _sky(rng: np.random.Generator, place: str, time: str, weather: str) -> list[Thing]:
    """What is seen in the sky."""
    found: list[Thing] = []

    def meet(kind: str, share: float) -> None:
        if rng.random() < share:
            found.append(draw_thing(rng, kind, _shuffled(rng)))

    open_sky = weather in ("clear", "clouds", "snowfall")
    if time == "night":
        meet("moon", 0.62 if open_sky else 0.1)
        meet("stars", 0.72 if open_sky else 0.0)
        meet("aurora", (0.30 if place in ("snow", "mountains", "lake") else 0.10) if weather == "clear" else 0.0)
        meet("lanterns", 0.10 if weather == "clear" else 0.0)
    else:
        meet("sun", 0.62 if weather in ("clear", "clouds") else 0.08)
        meet("rainbow", {"storm": 0.18, "fog": 0.0}.get(weather, 0.07))
        meet("birds", 0.15 if open_sky else 0.0)
        meet("lanterns", 0.05 if time == "sunset" and weather == "clear" else 0.0)
    meet("balloon", 0.13 if weather in ("clear", "clouds") else 0.0)
    return found


def _land(rng: np.random.Generator, place: str, kinds: Sequence[str], most: int) -> list[Thing]:
    """Up to `most` things on the ground, the asked-for kinds among them."""
    often = OFTEN[place]
    names = [k for k in (*LAND, "boat", "bridge") if possible(k, place) and k not in kinds]
    weights = np.array([often.get(name, RARE) for name in names])
    number = max(0, min(most, int(rng.choice((0, 1, 2, 3), p=(0.08, 0.34, 0.36, 0.22)))) - len(kinds))
    picked: list[int] = rng.choice(len(names), number, replace=False, p=weights / weights.sum()).tolist()
    chosen = [names[i] for i in picked]
    positions = _shuffled(rng)
    return [draw_thing(rng, kind, positions) for kind in (*kinds, *chosen)]


def draw_scene(
    rng: np.random.Generator,
    place: str | None = None,
    time: str | None = None,
    style: str | None = None,
    kinds: Sequence[str] = (),
) -> Scene:
    """A random scene; what is given stays. `kinds` are things on land or water that must be there.

    Raises ValueError if a thing cannot be in the place.
    """
    if place is None:
        allowed = [p for p in PLACES if all(possible(kind, p) for kind in kinds)]
        place = allowed[int(rng.integers(len(allowed)))]
    for kind in kinds:
        if not possible(kind, place):
            raise ValueError(f"there can be no {kind} in the place {place}")
    time = time or TIMES[int(rng.integers(len(TIMES)))]
    style = style or STYLES[int(rng.integers(len(STYLES)))]
    weather = _weather(rng, place, time)
    hues = [hue for hue in HUES if time != "night" or hue not in DAY_HUES]
    hue = hues[int(rng.integers(len(hues)))] if rng.random() < 0.15 else None
    things = _sky(rng, place, time, weather) + _land(rng, place, kinds, 3)
    peaks = 0.72 if place == "lake" else 0.22
    if possible("peaks", place) and rng.random() < peaks:
        things.append(Thing("peaks"))
    return Scene(place, time, style, weather, hue, tuple(things), int(rng.integers(2)))
