"""Sets of rendered scenes on disk, in shards that can be made in any order, on any machine, and again.

Shard k holds `sKKKK.npy`, uint8 (n, size, size, 3), and `sKKKK.json`, {"scenes": [...], "seeds": [...], "boxes":
[...]}, one entry a picture; a shard is whole when its .json is there. It is a function of (seed, k, n, size) alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.training.scenes.draw import draw_scene
from studio.training.scenes.painter import Bounds
from studio.training.scenes.render import render_with_boxes
from studio.training.scenes.scene import Scene, from_json, to_json
from studio.training.scenes.world import PLACES, STYLES, TIMES

COMBINATIONS = tuple((place, time, style) for style in STYLES for time in TIMES for place in PLACES)


@dataclass(frozen=True)
class Shard:
    """Pictures (n, size, size, 3) uint8, their scenes, renderer's seeds and things' boxes (shares 0..1)."""

    pictures: NDArray[np.uint8]
    scenes: tuple[Scene, ...]
    seeds: tuple[int, ...]
    boxes: tuple[dict[str, Bounds], ...]


def scene_of(seed: int, number: int) -> tuple[Scene, int]:
    """Picture `number` of a set: its scene and its renderer's seed.

    Each run of 416 numbers goes once through every place, time and style in an order of its own; every other scene is
    painted the other way round.
    """
    around, index = divmod(number, len(COMBINATIONS))
    order = np.random.default_rng([seed, 1, around]).permutation(len(COMBINATIONS))
    place, time, style = COMBINATIONS[int(order[index])]
    rng = np.random.default_rng([seed, 2, number])
    scene = draw_scene(rng, place, time, style)
    if number % 2:
        scene = replace(scene.mirrored(), flipped=True)
    return scene, int(rng.integers(2**31))


def make_shard(seed: int, shard: int, pictures: int = 208, size: int = 256) -> Shard:
    """Draw and paint one shard."""
    scenes: list[Scene] = []
    seeds: list[int] = []
    images: list[NDArray[np.uint8]] = []
    boxes: list[dict[str, Bounds]] = []
    for number in range(shard * pictures, (shard + 1) * pictures):
        scene, paint_seed = scene_of(seed, number)
        rendering = render_with_boxes(scene, size, paint_seed)
        scenes.append(scene)
        seeds.append(paint_seed)
        images.append(rendering.picture)
        boxes.append(dict(rendering.boxes))
    return Shard(np.stack(images), tuple(scenes), tuple(seeds), tuple(boxes))


def make_shards(folder: Path, shards: Iterable[int], seed: int = 0, pictures: int = 208, size: int = 256) -> None:
    """Make what is missing of these shards in a folder. Raises OSError if it cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in shards:
        if not (folder / f"s{number:04d}.json").exists():
            write_shard(folder, number, make_shard(seed, number, pictures, size))


def write_shard(folder: Path, number: int, shard: Shard) -> None:
    """The pictures first, the JSON last, each whole or not at all."""
    stem = folder / f"s{number:04d}"
    part = stem.with_suffix(".part.npy")
    np.save(part, shard.pictures)
    os.replace(part, stem.with_suffix(".npy"))
    entry = {"scenes": [to_json(s) for s in shard.scenes], "seeds": shard.seeds, "boxes": shard.boxes}
    part = stem.with_suffix(".part.json")
    part.write_text(json.dumps(entry), encoding="utf-8")
    os.replace(part, stem.with_suffix(".json"))


def read_shard(folder: Path, number: int) -> Shard:
    """Read back what `write_shard` wrote. Raises FileNotFoundError if the shard is not there."""
    stem = folder / f"s{number:04d}"
    entry = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
    boxes = tuple({kind: _bounds(box) for kind, box in found.items()} for found in entry["boxes"])
    pictures: NDArray[np.uint8] = np.load(stem.with_suffix(".npy"))
    return Shard(pictures, tuple(from_json(s) for s in entry["scenes"]), tuple(entry["seeds"]), boxes)


def _bounds(box: list[float]) -> Bounds:
    left, top, right, bottom = box
    return left, top, right, bottom


def shards_in(folder: Path) -> list[int]:
    """The numbers of a folder's whole shards, in order."""
    return sorted(int(path.stem[1:]) for path in folder.glob("s[0-9]*.json") if path.stem[1:].isdigit())
