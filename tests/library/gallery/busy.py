"""A program that is to be killed: it keeps, marks, moves, throws away and imports pictures as fast as it can.

It tells of each act when it is done, as a line of JSON. Run as a module with the gallery's folder, a folder of foreign
pictures, and a number that its choices follow from.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.search import Wanted
from studio.library.gallery.index.store import Item
from studio.library.gallery.moving import move
from tests.library.gallery.requests import picture, pixels

MOST = 3  # pictures in one act
SPECIMEN = Path(__file__).parent / "specimens" / "a1111.png"


class Busy:
    def __init__(self, folder: Path, foreign: Path, seed: int) -> None:
        self.dice = random.Random(seed)
        self.seed = seed
        self.folder = folder
        self.foreign = foreign
        self.gallery = Gallery(folder)
        self.gallery.recover()
        self.gallery.scan()

    def work(self) -> None:
        acts = (self.keep, self.mark, self.move, self.empty, self.bring_in)
        for number in range(10_000):
            self.dice.choices(acts, (50, 15, 15, 12, 8))[0](number)

    def keep(self, number: int) -> None:
        seed = self.seed * 10_000 + number
        path = self.gallery.keep(picture(f"number {number}", seed=seed, source=pixels(seed % 7), strength=0.5))
        say("kept", paths=[str(path)])

    def mark(self, number: int) -> None:
        items = self.some()
        self.gallery.mark([item.id for item in items], rating=number % 6)
        say("rated", paths=[str(item.path) for item in items], rating=number % 6)

    def move(self, number: int) -> None:
        moved = move(self.gallery, self.some(), self.folder / f"folder {number % 4}")
        say("moved", pairs=[[str(item.path), str(path)] for item, path in moved.items])

    def empty(self, number: int) -> None:
        items = self.some()
        self.gallery.throw_away([item.id for item in items])
        self.gallery.empty_trash()
        say("emptied", paths=[str(item.path) for item in items])

    def bring_in(self, number: int) -> None:
        """New files in a watched folder, and one copied into the gallery."""
        for each in range(MOST):
            part = self.foreign.parent / "part.png"  # what is killed here is the studio, not who made this file
            part.write_bytes(SPECIMEN.read_bytes() + b"%d" % (number * MOST + each))
            part.replace(self.foreign / f"{self.dice.getrandbits(40)}.png")
        self.gallery.scan()
        path = self.gallery.bring_in(SPECIMEN)
        say("kept", paths=[str(path)])

    def some(self) -> list[Item]:
        ids = self.gallery.find(Wanted("is:ours")).ids.tolist()
        return self.gallery.store.items(self.dice.sample(ids, min(MOST, len(ids))))


def say(act: str, **what: object) -> None:
    sys.stdout.write(json.dumps({"act": act, **what}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    Busy(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])).work()
