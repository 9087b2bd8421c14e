"""Pictures to inpaint and to outpaint, and how much of a seam is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.training.scenes.draw import draw_scene
from studio.training.scenes.render import render
from studio.training.scenes.scene import Scene
from studio.training.scenes.shards import COMBINATIONS
from studio.training.words.captions import describe

REACH = 6  # pixels beside the edge that are compared with it
SIDES = ("right", "left", "bottom", "top")


@dataclass(frozen=True)
class Edit:
    """picture (h, w, 3) uint8, mask (h, w) uint8 (255 is made anew), and what to ask for."""

    picture: np.ndarray
    mask: np.ndarray
    prompt: str
    seed: int


def edits(kind: str, count: int) -> list[Edit]:
    """Renderings that no library holds; a hole in the middle, or half as much again at one side."""
    made: list[Edit] = []
    for number in range(count):
        rng = np.random.default_rng([4, number])
        place, time, style = COMBINATIONS[int(rng.integers(len(COMBINATIONS)))]
        scene = draw_scene(rng, place, time, style)
        picture = render(scene, 256, number)
        prompt = describe(_bare(scene), rng, noise=False).text
        made.append(hole(picture, prompt, number, rng) if kind == "inpaint" else wider(picture, prompt, number))
    return made


def _bare(scene: Scene) -> Scene:
    """Words for the whole scene; what stands in it is not asked for a second time."""
    return Scene(scene.place, scene.time, scene.style, scene.weather, scene.hue)


def hole(picture: np.ndarray, prompt: str, seed: int, rng: np.random.Generator) -> Edit:
    mask = np.zeros(picture.shape[:2], np.uint8)
    top, left = (int(n) for n in rng.integers(60, 110, 2))
    mask[top : top + 96, left : left + 96] = 255
    return Edit(picture, mask, prompt, seed)


def wider(picture: np.ndarray, prompt: str, seed: int) -> Edit:
    side, extra = SIDES[seed % 4], 128
    around = {
        "right": ((0, 0), (0, extra)),
        "left": ((0, 0), (extra, 0)),
        "bottom": ((0, extra), (0, 0)),
        "top": ((extra, 0), (0, 0)),
    }[side]
    larger = np.pad(picture, (*around, (0, 0)), mode="edge")
    mask = np.pad(np.zeros(picture.shape[:2], np.uint8), around, constant_values=255)
    return Edit(larger, mask, prompt, seed)


def seam(picture: np.ndarray, mask: np.ndarray) -> float:
    """Mean step between neighbours across the mask's edge, as a multiple of the steps up to REACH pixels beside it.

    1 is no seam at all. A floor of one grey level keeps flat areas from counting as infinitely smooth.
    """
    image = picture.astype(np.float32)
    inside = mask > 127
    across: list[np.ndarray] = []
    beside: list[np.ndarray] = []
    for axis in (0, 1):
        step = np.abs(np.diff(image, axis=axis)).mean(-1)
        edge = np.diff(inside.astype(np.int8), axis=axis) != 0
        near = np.zeros_like(edge)
        for shift in (*range(-REACH, -1), *range(2, REACH + 1)):
            near |= np.roll(edge, shift, axis)
        across.append(step[edge])
        beside.append(step[near & ~edge])
    return float((np.concatenate(across).mean() + 1.0) / (np.concatenate(beside).mean() + 1.0))
