"""Puts a scene's things on its grounds: the far ones first, each at its place and size, none in the air."""

from __future__ import annotations

from collections.abc import Callable

from studio.training.scenes import buildings, details, trees
from studio.training.scenes.painter import Line, Painter, aside
from studio.training.scenes.scene import Thing

Build = Callable[[Painter, float, float, float, Thing], None]

BUILD: dict[str, Build] = {
    "house": buildings.house,
    "lighthouse": buildings.lighthouse,
    "castle": buildings.castle,
    "windmill": buildings.windmill,
    "pyramid": buildings.pyramid,
    "tent": buildings.tent,
    "sheep": details.sheep,
}
# heights near and far, and the gap between two of them as a multiple of the height; in units
SIZES = {
    "house": (0.225, 0.125, 1.45),
    "lighthouse": (0.44, 0.26, 1.0),
    "castle": (0.42, 0.24, 1.4),
    "windmill": (0.37, 0.21, 1.1),
    "pyramid": (0.24, 0.17, 1.45),
    "tent": (0.15, 0.09, 2.1),
    "sheep": (0.10, 0.07, 1.75),
    "boat": (0.28, 0.15, 1.05),
}
TREE_GAP = {"pine": 0.19, "tree": 0.24, "palm": 0.26, "birch": 0.17, "cactus": 0.19}


@aside
def _build(p: Painter, thing: Thing, line: Line, sink: float) -> None:
    near, far, gap = SIZES[thing.kind]
    height = (far if thing.far else near) * (0.86 if thing.count == 3 else 1.0)
    for x in p.columns_for(thing, gap * height, 0.5 * min(gap, 1.5) * height):
        row = line(x) + sink * p.unit
        BUILD[thing.kind](p, x, row, height * p.unit * p.uniform(0.95, 1.05), thing)


@aside
def put_far(p: Painter, line: Line, sink: float = 0.012) -> None:
    """Buildings in the distance, their feet `sink` units under the line."""
    for thing in p.scene.things:
        if thing.kind in BUILD and thing.far:
            _build(p, thing, line, sink)


@aside
def put_near(p: Painter, line: Line, sink: float = 0.055, crowd: float = 0.60) -> None:
    """Everything that stands near the eye on one ground; many trees are `crowd` times as high as single ones."""
    scene, u = p.scene, p.unit
    single: list[Thing] = []
    for thing in scene.things:
        if thing.kind not in trees.KINDS:
            continue
        if thing.count > 3:
            number = 9 if thing.kind in ("pine", "birch") else 7
            height = trees.HEIGHT[thing.kind] * crowd * u
            trees.grove(p, thing.kind, line, number, height, thing.colour, 0.08)
        else:
            single.append(thing)
    if scene.thing("rocks"):
        details.rocks(p, line)
    for thing in scene.things:
        if thing.kind in BUILD and not thing.far and thing.kind != "sheep":
            _build(p, thing, line, sink)
    for thing in single:
        gap = TREE_GAP[thing.kind]
        spots = [(x, line(x) + (sink + 0.015) * u) for x in p.columns_for(thing, gap)]
        trees.stand(p, thing.kind, spots, trees.HEIGHT[thing.kind] * u, thing.colour)
    _put_front(p, line, sink)


def _put_front(p: Painter, line: Line, sink: float) -> None:
    scene = p.scene
    fence, sheep, bed = scene.thing("fence"), scene.thing("sheep"), scene.thing("flowers")
    if fence:
        details.fence(p, line)
    if sheep:
        _build(p, sheep, line, sink + 0.075)
    if bed:
        details.flowers(p, bed, line)


@aside
def put_afloat(p: Painter, top: float, bottom: float) -> None:
    """Boats on the water between two rows."""
    thing = p.scene.thing("boat")
    if thing is None:
        return
    near, far, gap = SIZES["boat"]
    height = (far if thing.far else near) * (0.84 if thing.count == 3 else 1.0)
    share = 0.16 if thing.far else 0.58
    for i, x in enumerate(p.columns_for(thing, gap * height, 0.5 * height)):
        row = top + share * (bottom - top) + (i % 2) * 0.035 * p.unit
        details.boat(p, x, row, height * p.unit, thing)
