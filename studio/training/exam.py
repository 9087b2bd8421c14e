"""The exam of the embedded model: prompts for scenes that are nowhere in its library, and how obedience is counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from studio.training.judge import marks
from studio.training.scenes.draw import draw_scene
from studio.training.scenes.painter import PLACES_ACROSS, Bounds, side_of_light
from studio.training.scenes.render import render_with_boxes
from studio.training.scenes.scene import Scene
from studio.training.words.captions import describe
from studio.training.words.slots import numbers

_CHANGE = 15  # of 255: by how much a pixel changes that shows a thing
_LEAST_PIXELS = 120  # of 65,536, of which a thing is to be seen
GROUPS = ("place", "time", "weather", "hue", "style", "objects", "colours", "numbers", "positions", "distances")
_DETAILS = {
    "present": "objects",
    "colour": "colours",
    "count": "numbers",
    "position": "positions",
    "distance": "distances",
    "shape": "objects",
}


@dataclass(frozen=True)
class Question:
    """A prompt, what it asks for, and a scene that would answer it (with the seed to render it: the ceiling)."""

    prompt: str
    asked: Mapping[str, str]
    scene: Scene
    seed: int


def questions(count: int, seed: int = 2024) -> list[Question]:
    """Prompts that name at least two things, a place and a time; the same for the same seed.

    A library of grounds and single things holds none of these combinations whole; `seen` makes sure.
    """
    rng = np.random.default_rng([seed, 9])
    found: list[Question] = []
    while len(found) < count:
        scene = draw_scene(rng)
        description = describe(scene, rng, noise=False)
        asked = dict(description.says)
        things = sum(name.endswith(".present") for name in asked)
        whole = {"place", "time"} <= asked.keys() and things >= 2
        if whole and "absent" not in asked.values():
            found.append(Question(description.text, asked, scene, len(found) + seed))
    return found


def seen(question: Question, rows: NDArray[np.int8]) -> bool:
    """Whether a row of a library (N, A) has everything that the question asks for."""
    asked = numbers(question.asked)
    spoken = asked > 0
    same = np.equal(rows[:, spoken], asked[spoken])
    return bool(same.all(1).any())


def visible(question: Question) -> Question:
    """The same, asking only for what can be seen in its own scene's rendering.

    What is hidden or tiny there no judge can find; positions count where a thing is nearest to the third it was put
    into. A model's pictures are asked for everything; this is for the renderings themselves.
    """
    scene, side = question.scene, side_of_light(question.scene)
    whole = render_with_boxes(scene, 256, question.seed, side=side)
    gone: set[str] = set()
    for thing in scene.things:
        if f"{thing.kind}.present" not in question.asked:
            continue
        others = tuple(other for other in scene.things if other is not thing)
        without = render_with_boxes(replace(scene, things=others), 256, question.seed, side=side)
        change = np.abs(whole.picture.astype(np.int16) - without.picture).max(2)
        if int((change > _CHANGE).sum()) < _LEAST_PIXELS:
            gone |= {name for name in question.asked if name.partition(".")[0] == thing.kind}
        elif thing.kind in whole.boxes and _third(whole.boxes[thing.kind]) != question.asked.get(
            f"{thing.kind}.position"
        ):
            gone.add(f"{thing.kind}.position")
    return replace(question, asked={name: value for name, value in question.asked.items() if name not in gone})


def _third(box: Bounds) -> str:
    middle = (box[0] + box[2]) / 2
    return min(PLACES_ACROSS, key=lambda name: abs(PLACES_ACROSS[name] - middle))


def group_of(name: str) -> str:
    """Under which heading of the report an attribute counts."""
    _, dot, detail = name.partition(".")
    return _DETAILS[detail] if dot else name


@dataclass(frozen=True)
class Grades:
    """Right answers and questions asked, by heading."""

    right: Mapping[str, int]
    asked: Mapping[str, int]

    def share(self, heading: str) -> float | None:
        """0..1, or None if it was never asked for."""
        total = self.asked.get(heading, 0)
        return self.right.get(heading, 0) / total if total else None

    @property
    def overall(self) -> float:
        """The share of all attributes that were asked for and are there."""
        return sum(self.right.values()) / max(1, sum(self.asked.values()))


def grade(wanted: Sequence[Question], found: Iterable[dict[str, str]]) -> Grades:
    """Compare what was asked for with the judge's verdicts on the pictures, in the same order."""
    right: dict[str, int] = {}
    asked: dict[str, int] = {}
    for question, verdict in zip(wanted, found, strict=True):
        for name, good in marks(dict(question.asked), verdict).items():
            heading = group_of(name)
            asked[heading] = asked.get(heading, 0) + 1
            right[heading] = right.get(heading, 0) + int(good)
    return Grades(right, asked)
