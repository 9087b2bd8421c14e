"""A scene painted: `render(scene, size, seed)`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.training.scenes.clouds import paint_air
from studio.training.scenes.flyers import paint_flyers
from studio.training.scenes.painter import Bounds, Painter
from studio.training.scenes.places import HORIZON, PLACES
from studio.training.scenes.scene import Scene
from studio.training.scenes.sky import paint_sky
from studio.training.scenes.styles import finish


@dataclass(frozen=True)
class Rendering:
    """`picture` (h, w, 3) uint8 sRGB; `boxes`: each thing's left, top, right, bottom as shares 0..1 of the picture."""

    picture: NDArray[np.uint8]
    boxes: Mapping[str, Bounds]


def dimensions(size: int, ratio: float) -> tuple[int, int]:
    """Width and height, multiples of 8, with `size` the shorter side; `ratio` is width by height."""
    long = round(size * max(ratio, 1 / ratio) / 8) * 8
    return (long, size) if ratio >= 1 else (size, long)


def render(scene: Scene, size: int = 256, seed: int = 0, ratio: float = 1.0) -> NDArray[np.uint8]:
    """(h, w, 3) uint8 sRGB; the same bytes for the same arguments.

    `size` is the shorter side in pixels, `ratio` width by height.
    """
    return render_with_boxes(scene, size, seed, ratio).picture


def render_with_boxes(
    scene: Scene, size: int = 256, seed: int = 0, ratio: float = 1.0, side: float | None = None
) -> Rendering:
    """The picture and where its things are.

    `side`: where the light on the land comes from, -1 (left) to 1; None: from where sun or moon is. With a side
    given, a scene with and without a thing (peaks and the trees of a forest aside) differ in the thing alone.
    """
    width, height = dimensions(size, ratio)
    rng = np.random.default_rng(seed)
    painted = scene if not scene.flipped else replace(scene.mirrored(), flipped=True)
    p = Painter(painted, width, height, rng, side)
    p.horizon = (HORIZON[scene.place] + (0.03 if p.chance(0.5) else 0.0)) * height
    paint_sky(p)
    PLACES[scene.place](p)
    paint_flyers(p)
    paint_air(p)
    if scene.flipped:
        p.canvas.pixels = np.ascontiguousarray(p.canvas.pixels[:, ::-1])
        p.canvas.accent = np.ascontiguousarray(p.canvas.accent[:, ::-1])
        p.canvas.lines = np.ascontiguousarray(p.canvas.lines[:, ::-1])
    return Rendering(finish(p.canvas), {kind: _share(p, bounds) for kind, bounds in p.boxes.items()})


def _share(p: Painter, bounds: Bounds) -> Bounds:
    width, height = p.canvas.width, p.canvas.height
    left, right = bounds[0] / width, bounds[2] / width
    if p.scene.flipped:
        left, right = 1 - right, 1 - left
    edges = np.clip((left, bounds[1] / height, right, bounds[3] / height), 0, 1)
    return float(edges[0]), float(edges[1]), float(edges[2]), float(edges[3])


def contact_sheet(pictures: list[NDArray[np.uint8]], across: int, gap: int = 4) -> NDArray[np.uint8]:
    """Pictures of one size in rows of `across`, on white."""
    height, width = pictures[0].shape[:2]
    down = -(-len(pictures) // across)
    sheet = np.full((down * (height + gap) + gap, across * (width + gap) + gap, 3), 255, np.uint8)
    for i, picture in enumerate(pictures):
        y, x = gap + i // across * (height + gap), gap + i % across * (width + gap)
        sheet[y : y + height, x : x + width] = picture
    return sheet


def save_png(path: str, picture: NDArray[np.uint8]) -> None:
    """Write a picture (h, w, 3) sRGB."""
    if not cv2.imwrite(path, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)):
        raise OSError(f"{path} could not be written")
