"""Killed in the middle of saves, deletes and imports: no row without a file, no file without a row, no half file."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.search import Place, Wanted
from studio.library.pictures import read_picture

ROUNDS = 5
ROOT = Path(__file__).parents[3]


def test_kill_9_again_and_again_leaves_neither_orphan_nor_ghost_nor_half_a_file(tmp_path: Path) -> None:
    folder, foreign = tmp_path / "gallery", tmp_path / "foreign"
    foreign.mkdir()
    first = Gallery(folder)
    first.add_folder(foreign)
    first.close()
    dice = random.Random(7)
    for _round in range(ROUNDS):
        told = run_and_kill(folder, foreign, after=dice.randint(1, 80))
        check(folder, foreign, told)


def run_and_kill(folder: Path, foreign: Path, after: int) -> list[Path]:
    """Lets the busy program tell of so many acts, kills it in the middle of the next, returns what it had kept."""
    command = [sys.executable, "-m", "tests.library.gallery.busy", str(folder), str(foreign)]
    kept: list[Path] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        for _act in range(after):
            what, _, path = process.stdout.readline().rstrip("\n").partition("\t")
            assert what, "the busy program ended by itself"
            if what == "kept":
                kept.append(Path(path))
            elif what == "emptied":
                kept = [each for each in kept if each.exists()]
        process.kill()
    return kept


def check(folder: Path, foreign: Path, told: list[Path]) -> None:
    gallery = Gallery(folder)
    gallery.recover()
    gallery.scan()
    rows = {item.path for place in Place for item in gallery.items(gallery.find(Wanted(place=place)))}
    files = {path for path in [*folder.glob("*/*"), *foreign.iterdir()] if path.is_file()}
    files -= set((folder / ".sfumato").glob("*"))
    assert rows == files
    assert not gallery.store.leaving()
    assert len(gallery.find(Wanted(place=Place.UNREADABLE))) == 0
    for path in files:
        read_picture(path)
    for item in gallery.items(gallery.find(Wanted("is:ours"))):
        gallery.request(gallery.metadata(item))  # its source picture is there, too
    if len(told) > 5:  # the oldest may have been thrown away in the act that was cut off, the newest not
        assert told[-1] in rows, "what it said was kept is kept"
    gallery.close()
