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
from studio.training.scenes.world import KINDS, PLACES, STYLES, TIMES, TREES, Kind

SET_PIECES = ("peaks", "stars", "aurora")  # behind other things: they stay with the ground
ORBS = ("sun", "moon")
GLITTER = ".glitter"  # an orb's light on the water is a thing of its own: it stays on the water when the orb moves
_WATER = ("sea", "lake", "river", "island", "beach")
_LOOSE = ("ink", "pixel")  # styles in which a thing changes the tones of the whole picture a little
_WOODS = ("pine", "tree", "birch")  # that stand in foul weather, too
_GROVES = ("pine", "tree", "palm", "birch", "cactus")
_BY_NIGHT = ("moon",)
_NOT_BY_NIGHT = ("sun", "rainbow", "birds")
_SIDE = 32  # latents
_UNCOLOURED = ("ink",)  # in which skies of all colours are alike
_GLOWLESS = ("ink", "woodblock")  # styles in which sun and moon light nothing around them
# from which change of a pixel on a thing hides the ground, and from which it does wholly: a glow only adds to it
_OPACITY = {"drawn": (0.16, 0.38), "loose": (0.06, 0.20), "other": (0.025, 0.14)}
# where a thing makes the ground another: the trees of a forest are the forest, what goes on water makes a river
SETTLED: Mapping[str, tuple[str, ...]] = {"forest": TREES, "city": ("boat", "bridge")}
_MATTE = (0.03, 0.94)  # the share of its sky that an orb hides, from nothing to all, as it is told
_LOW_SUN = ("dawn", "sunset")  # hours at which the sun takes on some of its sky's colour
_MATTE_LOW = (0.03, 0.8)  # the same then
_SMOOTH = 5  # pixels over which that is told
_SOLID = 0.5  # cover from which a cell is the orb itself, not its glow
_EDGE = 0.3  # of the sky that an orb hides where it begins
_FAINT = 0.0175  # change of a pixel by which a glow can be told
_TOP = (0.35, 0.8)  # of a glow in the rows at the picture's upper edge, lest it end there when it is moved down
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


def draw_ground(random: np.random.Generator, place: str, time: str, style: str, number: int) -> Scene:
    """Ground `number` of its place, time and style, under an ordinary sky: see `tints` for others."""
    palette, flipped = number % 2, bool(random.random() < 0.5)
    things: list[Thing] = []
    weather = _weather(place, number)
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
    return Scene(place, time, style, weather, None, tuple(things), palette, flipped)


def draw_gaps(
    random: np.random.Generator, place: str, time: str, style: str, there: Sequence[Scene], most: int
) -> list[Scene]:
    """Grounds of what those that are there leave out: peaks in fair weather and in `most` kinds of foul weather; in a
    forest trees of every kind in each of these, and of every colour in fair weather."""
    wanted: list[tuple[str, Thing]] = []
    if possible("peaks", place):
        wanted += [
            (weather, Thing("peaks")) for weather in ("clear", *(_FOUL if place != "snow" else _FOUL[::-1])[:most])
        ]
    if place == "forest":
        wanted += [("clear", Thing(kind, colour, 4)) for kind in TREES for colour in _BY_NAME[kind].colours or (None,)]
        colours = {kind: _BY_NAME[kind].colours or (None,) for kind in _WOODS}
        wanted += [
            (weather, Thing(kind, colours[kind][int(random.integers(len(colours[kind])))], 4))
            for weather in _FOUL[::-1][:most]
            for kind in _WOODS
        ]
    found: list[Scene] = []
    for number, (weather, thing) in enumerate(wanted):
        if not any(_has(scene, weather, thing) for scene in there):
            plain = draw_ground(random, place, time, style, number)
            others = tuple(each for each in plain.things if not _gives_way(each, thing, weather))
            found.append(replace(plain, weather=weather, things=(*others, thing)))
    return found


def _has(scene: Scene, weather: str, thing: Thing) -> bool:
    """Whether a ground is in that weather, or in as fair a one, and has that thing; in foul weather any colour does."""
    there, fair = scene.thing(thing.kind), weather in _FAIR
    alike = scene.weather in _FAIR if fair else scene.weather == weather
    return alike and there is not None and (there.colour == thing.colour or not fair)


def _gives_way(each: Thing, thing: Thing, weather: str) -> bool:
    """Whether something of a ground goes when that thing comes and that is the weather."""
    hidden = weather not in _FAIR and each.kind in ("stars", "aurora")
    return hidden or each.kind == thing.kind or (each.kind in TREES and thing.kind in TREES)


def _weather(place: str, number: int) -> str:
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
    picture, near = rendering.picture, _vicinity(thing.kind, rendering.boxes[thing.kind], scene.style)
    if thing.kind not in ORBS:
        found = [_difference(thing.kind, scene, thing, picture, ground, basis, near)]
    else:
        line = round(HORIZON[scene.place] * picture.shape[0] / BLOCK) * BLOCK
        sky = np.concatenate([picture[:line], ground[line:]])
        matte = None if scene.style in _UNCOLOURED else _matte(scene, thing, seed, sky, ground)
        if matte is not None:
            matte[line:] = 0  # its light on water is glitter's
        found = [_difference(thing.kind, scene, thing, sky, ground, basis, near, matte)]
        if scene.place in _WATER:
            water = np.concatenate([ground[:line], picture[line:]])
            everywhere = np.ones_like(near)
            found.append(_difference(thing.kind + GLITTER, scene, thing, water, ground, basis, everywhere))
    return [cutout for cutout in found if cutout is not None]


def _matte(scene: Scene, thing: Thing, seed: int, picture: Bytes, ground: Bytes) -> Floats:
    """(h, w) how much of the sky an orb and its glow hide, 0..1.

    It may be of the colour of its sky. Before a sky of another colour it shows what it hides: where with it the two
    skies are alike (triangulation matting, Smith and Blinn, 1996).
    """
    other = replace(scene, hue="purple")
    there = paint(replace(other, things=(*other.things, thing)), seed).picture
    skies = paint(other, seed).picture.astype(np.float32) - ground
    left = there.astype(np.float32) - picture
    common, all_of_it = _smoothed((skies * left).sum(2)), _smoothed(np.square(skies).sum(2))
    through = common / (all_of_it + 1)
    low, high = _MATTE_LOW if thing.kind == "sun" and scene.time in _LOW_SUN else _MATTE
    return np.clip((1 - through - low) / (high - low), 0, 1).astype(np.float32)


def _smoothed(plane: Floats) -> Floats:
    return np.asarray(cv2.blur(plane, (_SMOOTH, _SMOOTH)), np.float32)


def _vicinity(kind: str, box: Bounds, style: str) -> Floats:
    """(32, 32) shares of the change at each latent that belong to a thing: all of it in its box, in a shadow's or a
    glow's breadth around it and in its mirror image in water below; less and less beyond. In some styles the tones of
    all the picture change with it, which is no part of it."""
    left, top, right, bottom = (edge * _SIDE for edge in box)
    rows, columns = np.mgrid[:_SIDE, :_SIDE] + 0.5
    glow = 0.2 if kind in ORBS and style in _GLOWLESS else 3.0 if kind in ORBS else 1.0
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
    opacity, shown = _opacity(kind, scene.style, change) if matte is None else (matte, change > _FAINT)
    kept = np.where(shown[..., None], picture, ground)
    hidden = opacity.reshape(_SIDE, BLOCK, _SIDE, BLOCK).mean((1, 3)).astype(np.float32)
    if kind in ORBS:
        near = near.copy()
        near[: len(_TOP)] *= np.where(hidden[: len(_TOP)] > _SOLID, 1, np.array(_TOP, np.float32)[:, None])
    cover = hidden * near
    without = basis.latents(ground[None])[0]
    there = without + (basis.latents(kept[None])[0] - without) * near
    # a cell belongs to it if it hides some of the ground or changes it by more than the grain of the codec
    belongs = (np.abs(there - without).max(0) > (0.06 if kind in ORBS else 0.2)) | (cover > 0.04)
    if belongs.sum() < 2:
        return None
    (top, bottom), (left, right) = _span(belongs.any(1)), _span(belongs.any(0))
    box = (slice(top, bottom), slice(left, right))
    mine = belongs[box]
    seen = (there - (1 - cover) * without)[:, box[0], box[1]] * mine
    return Cutout(kind, scene, thing, top, left, seen, cover[box] * mine, without[:3, box[0], box[1]])


def _opacity(kind: str, style: str, change: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """(h, w) how much of the ground a thing hides, 0..1, and where it is seen at all, told by how much it changes
    each pixel (h, w), 0..1."""
    low, high = _OPACITY["drawn" if kind in ORBS else "loose" if style in _LOOSE else "other"]
    share = np.clip((change - low) / (high - low), 0, 1)
    opacity = (share * share * (3 - 2 * share)).astype(np.float32)
    return opacity, opacity > _EDGE if kind in ORBS else change > min(low, 0.06) * 0.7


def _span(flags: NDArray[np.bool_]) -> tuple[int, int]:
    found = np.flatnonzero(flags)
    return int(found[0]), int(found[-1]) + 1
