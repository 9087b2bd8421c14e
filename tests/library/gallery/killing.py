"""Kills a busy program in the middle of what it does to a gallery, and looks at what is left."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.schema import SHOWN
from studio.library.gallery.index.search import Place, Wanted
from studio.library.pictures import read_picture
from studio.request.errors import BadInput
from tests.library.gallery.busy import MOST

ROOT = Path(__file__).parents[3]


@dataclass
class Told:
    """What the program said it had done: pictures that are there, each with its rating. acts: how many."""

    ratings: dict[str, int] = field(default_factory=dict[str, int])
    acts: int = 0

    def take(self, line: dict[str, Any]) -> None:
        self.acts += 1
        match line["act"]:
            case "kept":
                self.ratings |= dict.fromkeys(line["paths"], 0)
            case "rated":
                self.ratings |= dict.fromkeys(line["paths"], line["rating"])
            case "moved":
                for before, after in line["pairs"]:
                    self.ratings[after] = self.ratings.pop(before, 0)
            case _:
                for path in line["paths"]:
                    self.ratings.pop(path, None)


@dataclass
class Left:
    """What should not be. lost: of what the program said, but for the act it was killed in."""

    ghosts: set[Path] = field(default_factory=set[Path])  # rows without a file
    orphans: set[Path] = field(default_factory=set[Path])  # files without a row
    broken: list[Path] = field(default_factory=list[Path])
    unmade: list[Path] = field(default_factory=list[Path])  # whose source picture is gone
    lost: list[str] = field(default_factory=list[str])
    leaving: int = 0

    def __bool__(self) -> bool:
        return any((self.ghosts, self.orphans, self.broken, self.unmade, self.lost, self.leaving))


class Killing:
    """A gallery in `folder`, with a watched folder of foreign pictures, in which programs are killed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.dice = random.Random(seed)
        self.folder, self.foreign = folder / "gallery", folder / "foreign"
        self.foreign.mkdir()
        self.told = Told()
        gallery = Gallery(self.folder)
        gallery.add_folder(self.foreign)
        gallery.close()

    def kill(self, after: int) -> None:
        """Lets a program tell of so many acts and kills it in the middle of one of the next."""
        command = [sys.executable, "-m", "tests.library.gallery.busy", str(self.folder), str(self.foreign)]
        command.append(str(self.dice.getrandbits(20)))
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
            assert process.stdout is not None
            for _act in range(after):
                line = process.stdout.readline()
                assert line, "the busy program ended by itself"
                self.told.take(json.loads(line))
            moment = time.perf_counter() + self.dice.random() * 0.02  # anywhere within an act
            while time.perf_counter() < moment:
                pass
            process.kill()
            for line in process.stdout.read().splitlines():  # what it had told of before
                if line.endswith("}"):
                    self.told.take(json.loads(line))

    def look(self) -> Left:
        """Starts as the studio does, and compares files, index and what was told."""
        gallery = Gallery(self.folder)
        gallery.recover()
        gallery.scan()
        items = {item.path: item for place in Place for item in gallery.items(gallery.find(Wanted(place=place)))}
        files = {path for path in [*self.folder.glob("[!.]*/*"), *self.foreign.iterdir()] if path.is_file()}
        left = Left(set(items) - files, files - set(items), leaving=len(gallery.store.leaving()))
        for path in files:
            try:
                read_picture(path)
            except BadInput:
                left.broken.append(path)
        for item in gallery.items(gallery.find(Wanted("is:ours"))):
            try:
                gallery.request(gallery.metadata(item))
            except BadInput:
                left.unmade.append(item.path)
        ratings = {str(path): item.rating for path, item in items.items()}
        wrong = [path for path, rating in self.told.ratings.items() if ratings.get(path) != rating]
        left.lost = wrong if len(wrong) > MOST else []  # so many the act that was cut short can have been about
        shown = {path: item.rating for path, item in items.items() if item.state == SHOWN}  # the trash is emptied whole
        self.told.ratings = {str(path): rating for path, rating in shown.items() if path.is_relative_to(self.folder)}
        gallery.close()
        return left
