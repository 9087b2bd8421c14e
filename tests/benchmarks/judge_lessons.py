"""Scenes that the judge learns from: odder than those of the exam, so that it judges by what it sees.

What goes together often is a hint that costs nothing to learn, and a model that muddles things up would be judged by
it. So coloured skies and rare things are met as often here as common ones.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from studio.training.scenes.draw import DAY_HUES, LAND, draw_scene, draw_thing, possible
from studio.training.scenes.scene import Scene
from studio.training.scenes.shards import COMBINATIONS
from studio.training.scenes.world import HUES, POSITIONS

SEED = 6029  # of no library, codec or exam
_COLOURED = 0.45  # of the skies
_ALOFT = ("rainbow", "birds", "balloon", "lanterns")
_SOMETHING_ALOFT = 0.3


def lesson(number: int) -> tuple[Scene, int]:
    """Scene `number`, and the renderer's seed. Each run of 416 goes through every place, time and style."""
    around, index = divmod(number, len(COMBINATIONS))
    order = np.random.default_rng([SEED, 1, around]).permutation(len(COMBINATIONS))
    place, time, style = COMBINATIONS[int(order[index])]
    random = np.random.default_rng([SEED, 2, number])
    kinds = [kind for kind in (*LAND, "boat", "bridge") if possible(kind, place)]
    scene = draw_scene(random, place, time, style, [kinds[int(random.integers(len(kinds)))]])
    hues = [hue for hue in HUES if time != "night" or hue not in DAY_HUES]
    hue = hues[int(random.integers(len(hues)))] if random.random() < _COLOURED else None
    scene = replace(scene, hue=hue)
    kind = _ALOFT[int(random.integers(len(_ALOFT)))]
    if random.random() < _SOMETHING_ALOFT and scene.thing(kind) is None:
        where = [POSITIONS[i] for i in random.permutation(3)]
        scene = replace(scene, things=(*scene.things, draw_thing(random, kind, where)))
    if number % 2:
        scene = replace(scene.mirrored(), flipped=True)
    return scene, int(random.integers(2**31))
