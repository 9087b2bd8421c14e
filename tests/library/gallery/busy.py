"""A program that is to be killed: it keeps, throws away and imports pictures as fast as it can, telling of each.

Run as a module with the gallery's folder and a folder of foreign pictures.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.search import Wanted
from tests.library.gallery.requests import picture, pixels


def work(folder: Path, foreign: Path) -> None:
    dice = random.Random()
    gallery = Gallery(folder)
    gallery.recover()
    gallery.scan()
    kept: set[Path] = set()
    specimen = (Path(__file__).parent / "specimens" / "a1111.png").read_bytes()
    for number in range(1000):
        act = dice.random()
        if act < 0.6 or not kept:
            kept.add(gallery.keep(picture(f"number {number}", seed=number, source=pixels(number), strength=0.5)))
            say("kept", gallery.recent(1)[0].path)
        elif act < 0.75:
            ids = gallery.find(Wanted("is:ours")).ids[:3].tolist()
            gallery.mark(ids, rating=number % 6, tags=[f"t{number % 9}"])
            say("marked", "")
        elif act < 0.9:
            ids = gallery.find(Wanted("is:ours")).ids[-2:].tolist()
            gallery.throw_away(ids)
            gallery.empty_trash()
            say("emptied", "")
        else:
            for each in range(5):
                part = foreign.parent / "part.png"  # what is killed here is the studio, not who made this file
                part.write_bytes(specimen + b"%d" % (number * 5 + each))
                part.replace(foreign / f"{dice.getrandbits(40)}.png")
            gallery.scan()
            say("imported", "")


def say(what: str, path: object) -> None:
    sys.stdout.write(f"{what}\t{path}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    work(Path(sys.argv[1]), Path(sys.argv[2]))
