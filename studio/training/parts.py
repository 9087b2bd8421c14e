"""Grounds and things: a scene without what stands in it, and what stands in it cut out, both as latents.

Whole scenes cannot hold every colour of house in every place, hour and style. So the library keeps them apart and the
denoiser puts them together. A thing is cut out by painting its scene twice, with it and without. With `cover` the share
of each latent's block that it hides, what is stored is `picture = with - (1 - cover) * without`, so that over any other
ground g the latents are `(1 - cover) * g + picture`: exact where the ground is even, because the codec is linear.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.training.codec import BLOCK, Basis, Bytes, Floats
from studio.training.scenes.draw import OFTEN, RARE, possible
from studio.training.scenes.painter import Bounds
from studio.training.scenes.places import HORIZON
from studio.training.scenes.render import Rendering, render_with_boxes
from studio.training.scenes.scene import Scene, Thing
from studio.training.scenes.world import HUES, KINDS, PLACES, STYLES, TIMES, TREES, Kind

SET_PIECES = ("peaks", "stars", "aurora")  # behind other things: they stay with the ground
ORBS = ("sun", "moon")
GLITTER = ".glitter"  # an orb's light on the water is a thing of its own: it stays on the water when the orb moves
_WATER = ("sea", "lake", "river", "island", "beach")
_DARK_HUES = ("orange", "yellow")  # not of a night sky
_LOOSE = ("ink", "pixel")  # styles in which a thing changes the tones of the whole picture a little
_GROVES = ("pine", "tree", "palm", "birch", "cactus")
_BY_NIGHT = ("moon",)
_NOT_BY_NIGHT = ("sun", "rainbow", "birds")
_SIDE = 32  # latents
# from which change of a pixel on a thing hides the ground, and from which it does wholly: a glow only adds to it
_OPACITY = {"orb": (0.10, 0.35), "loose": (0.06, 0.20), "other": (0.025, 0.14)}
# where a thing makes the ground another: the trees of a forest are the forest, what goes on water makes a river
SETTLED: Mapping[str, tuple[str, ...]] = {"forest": TREES, "city": ("boat", "bridge")}
_LOW_SUN = ("dawn", "sunset")  # hours at which the sun is hardly lighter than its sky
_MATTE = (0.3, 0.7)  # the same of it, by how much of another sky shows through
_SMOOTH = 5  # pixels over which that is told
_FAIR = ("clear", "clouds")
_FOUL: tuple[str, ...] = ("fog", "storm", "snowfall")
_BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True)
class Cutout:
    """Part of a picture in latents. picture (8, h, w), cover (h, w) 0..1, behind (3, h, w): the ground that was there.

    top, left: where it was cut out, in latents. kind: a thing's, or with GLITTER after it.
    """

    kind: str
    scene: Scene
    thing: Thing
    top: int
    left: int
    picture: Floats
    cover: Floats
    behind: Floats


def draw_ground(
    random: np.random.Generator, place: str, time: str, style: str, number: int, hue_number: int | None
) -> Scene:
    """Ground `number` of its place, time and style; with a coloured sky if there is a hue number (any, they cycle)."""
    palette, flipped = number % 2, bool(random.random() < 0.5)
    things: list[Thing] = []
    allowed = [hue for hue in HUES if time != "night" or hue not in _DARK_HUES]
    hue = None if hue_number is None else allowed[hue_number % len(allowed)]
    weather = _weather(random, place, number, hue is not None)
    clear = weather in _FAIR
    if time == "night" and clear and random.random() < 0.65:
        things.append(Thing("stars"))
    if time == "night" and weather == "clear" and random.random() < 0.3:
        things.append(Thing("aurora"))
    if possible("peaks", place) and random.random() < (0.6 if place == "lake" else 0.3):
        things.append(Thing("peaks"))
    if place == "forest":
        things.append(_forest_trees(random, number))
    if place == "city" and number % 2:
        kind = SETTLED["city"][number // 2 % 2]
        colours = _BY_NAME[kind].colours
        things.append(Thing(kind, colours[int(random.integers(len(colours)))], position="centre"))
    return Scene(place, time, style, weather, hue, tuple(things), palette, flipped)


def draw_gaps(
    random: np.random.Generator, place: str, time: str, style: str, there: Sequence[Scene], most: int
) -> list[Scene]:
    """Grounds of what those that are there leave out: colours of sky and peaks in foul weather, `most` each; peaks in
    fair weather."""
    allowed = [hue for hue in HUES if time != "night" or hue not in _DARK_HUES]
    taken = {scene.hue for scene in there}
    missing = [number for number, hue in enumerate(allowed) if hue not in taken][:most]
    found = [draw_ground(random, place, time, style, part, number) for part, number in enumerate(missing)]
    if possible("peaks", place):
        weathers = [*(_FOUL if place != "snow" else _FOUL[::-1])[:most]]
        if not any(scene.thing("peaks") and scene.hue is None and scene.weather in _FAIR for scene in there):
            weathers.append("clear")
        for weather in weathers:
            plain = draw_ground(random, place, time, style, 0, None)
            kept = tuple(thing for thing in plain.things if thing.kind not in ("stars", "aurora", "peaks"))
            found.append(replace(plain, weather=weather, things=(*kept, Thing("peaks"))))
    return found


def _weather(random: np.random.Generator, place: str, number: int, coloured: bool) -> str:
    if coloured:
        return "clear" if random.random() < 0.6 else "clouds"
    cold = place not in ("desert", "beach", "island", "sea")
    cycle = ("clear", "clouds", "clear", "clouds", "fog", "clear", "storm", "clouds", "snowfall" if cold else "clear")
    return cycle[number % len(cycle)]


def _forest_trees(random: np.random.Generator, number: int) -> Thing:
    kind = ("pine", "tree", "pine", "birch", "tree", "palm")[number % 6]
    colours = _BY_NAME[kind].colours
    colour = colours[int(random.integers(len(colours)))] if colours else None
    return Thing(kind, colour=colour, count=4)


def variants(time: str) -> list[Thing]:
    """Each thing that may be met at that time, in each of its colours, shapes and distances; trees in groves, too."""
    found: list[Thing] = []
    for kind in KINDS:
        if kind.name in SET_PIECES or kind.name in (_NOT_BY_NIGHT if time == "night" else _BY_NIGHT):
            continue
        for colour, distance, shape, count in product(
            kind.colours or (None,),
            ("near", "far") if kind.ranged else ("near",),
            kind.shapes or (None,),
            (1, 4) if kind.name in _GROVES else (1,),
        ):
            found.append(Thing(kind.name, colour, count, "centre" if kind.placed else None, distance, shape))
    return found


def things_for(place: str, time: str, style: str, turn: int, seed: int, copies: int) -> list[Thing]:
    """What is cut out of scenes of this place in this round.

    Each variant is cut out of `copies` places in a round; sun and moon out of every place, for they light it.
    """
    chosen: list[Thing] = []
    for number, thing in enumerate(variants(time)):
        places = [name for name in PLACES if _may_stand(thing.kind, name)]
        if thing.kind in ORBS:
            picked = places if thing.shape != "crescent" else places[turn % 2 :: 2]
        else:
            weights = np.array([OFTEN[name].get(thing.kind, RARE) ** 0.5 + 0.2 for name in places])
            random = np.random.default_rng([seed, TIMES.index(time), STYLES.index(style), turn, number])
            most = min(copies, len(places))
            drawn: list[int] = random.choice(len(places), most, replace=False, p=weights / weights.sum()).tolist()
            picked = [places[i] for i in drawn]
        if place in picked:
            chosen.append(thing)
    return chosen


def _may_stand(kind: str, place: str) -> bool:
    return possible(kind, place) and kind not in SETTLED.get(place, ())


def paint(scene: Scene, seed: int) -> Rendering:
    """At 256 pixels, lit from the left (the right if flipped), so that scenes differ in their things alone."""
    return render_with_boxes(scene, 256, seed, side=-1.0)


def cut_out(scene: Scene, thing: Thing, seed: int, ground: Bytes, basis: Basis) -> list[Cutout]:
    """The thing in the scene (one cut-out; two for an orb over water; none if it is hidden). ground: without it."""
    rendering = paint(replace(scene, things=(*scene.things, thing)), seed)
    if thing.kind not in rendering.boxes:
        return []
    picture, near = rendering.picture, _vicinity(thing.kind, rendering.boxes[thing.kind])
    if thing.kind not in ORBS:
        found = [_difference(thing.kind, scene, thing, picture, ground, basis, near)]
    else:
        line = round(HORIZON[scene.place] * picture.shape[0] / BLOCK) * BLOCK
        sky = np.concatenate([picture[:line], ground[line:]])
        matte = _matte(scene, thing, seed, sky, ground) if thing.kind == "sun" and scene.time in _LOW_SUN else None
        found = [_difference(thing.kind, scene, thing, sky, ground, basis, near, matte)]
        if scene.place in _WATER:
            water = np.concatenate([ground[:line], picture[line:]])
            everywhere = np.ones_like(near)
            found.append(_difference(thing.kind + GLITTER, scene, thing, water, ground, basis, everywhere))
    return [cutout for cutout in found if cutout is not None]


def _matte(scene: Scene, thing: Thing, seed: int, picture: Bytes, ground: Bytes) -> Floats:
    """(h, w) how much of the sky a low sun hides, 0..1.

    It may be of the colour of its sky. Before a sky of another colour it shows what it hides: where with it the two
    skies are alike (triangulation matting, Smith and Blinn, 1996).
    """
    other = replace(scene, hue="purple")
    there = paint(replace(other, things=(*other.things, thing)), seed).picture
    skies = paint(other, seed).picture.astype(np.float32) - ground
    left = there.astype(np.float32) - picture
    common, all_of_it = _smoothed((skies * left).sum(2)), _smoothed(np.square(skies).sum(2))
    through = common / (all_of_it + 1)
    low, high = _MATTE
    share = np.clip((1 - through - low) / (high - low), 0, 1)
    return (share * share * (3 - 2 * share)).astype(np.float32)


def _smoothed(plane: Floats) -> Floats:
    return np.asarray(cv2.blur(plane, (_SMOOTH, _SMOOTH)), np.float32)


def _vicinity(kind: str, box: Bounds) -> Floats:
    """(32, 32) shares of the change at each latent that belong to a thing: all of it in its box, in a shadow's or a
    glow's breadth around it and in its mirror image in water below; less and less beyond. In some styles the tones of
    all the picture change with it, which is no part of it."""
    left, top, right, bottom = (edge * _SIDE for edge in box)
    rows, columns = np.mgrid[:_SIDE, :_SIDE] + 0.5
    glow = 3.0 if kind in ORBS else 1.0
    across = np.maximum(left - columns, columns - right)
    down = np.maximum(top - rows, rows - bottom - (0.0 if kind in ORBS else 0.6 * (bottom - top)))
    beyond = np.hypot(across.clip(0), down.clip(0))
    share = np.clip((2 * glow + 1 - beyond) / (glow + 1), 0, 1)
    return (share * share * (3 - 2 * share)).astype(np.float32)


def _difference(
    kind: str,
    scene: Scene,
    thing: Thing,
    picture: Bytes,
    ground: Bytes,
    basis: Basis,
    near: Floats,
    matte: Floats | None = None,
) -> Cutout | None:
    change = np.abs(picture.astype(np.float32) - ground).max(2) / 255
    low, high = _OPACITY["orb" if kind in ORBS else "loose" if scene.style in _LOOSE else "other"]
    share = np.clip((change - low) / (high - low), 0, 1)
    opacity = share * share * (3 - 2 * share) if matte is None else matte
    kept = np.where((change > min(low, 0.06) * 0.7)[..., None], picture, ground)
    cover = opacity.reshape(_SIDE, BLOCK, _SIDE, BLOCK).mean((1, 3)).astype(np.float32) * near
    without = basis.latents(ground[None])[0]
    there = without + (basis.latents(kept[None])[0] - without) * near
    # a cell belongs to it if it hides some of the ground or changes it by more than the grain of the codec
    belongs = (np.abs(there - without).max(0) > (0.06 if kind in ORBS else 0.2)) | (cover > 0.04)
    if belongs.sum() < 2:
        return None
    (top, bottom), (left, right) = _span(belongs.any(1)), _span(belongs.any(0))
    box = (slice(top, bottom), slice(left, right))
    mine = belongs[box]
    hidden = cover[box] * mine
    seen = (there - (1 - cover) * without)[:, box[0], box[1]] * mine
    return Cutout(kind, scene, thing, top, left, seen, hidden, without[:3, box[0], box[1]])


def _span(flags: NDArray[np.bool_]) -> tuple[int, int]:
    found = np.flatnonzero(flags)
    return int(found[0]), int(found[-1]) + 1
