"""Folders are looked through: what is new, changed, moved, gone, away or broken is noticed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.library.gallery.formats.write import encode
from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.search import Place, Wanted
from studio.request.errors import BadInput
from tests.library.gallery.filled import ids
from tests.library.gallery.requests import picture, pixels

SPECIMENS = Path(__file__).parent / "specimens"


def test_a_file_that_only_moved_keeps_what_was_said_about_it(gallery: Gallery, tmp_path: Path) -> None:
    path = gallery.keep(picture("wanderer"))
    other = gallery.keep(picture("other", seed=7))
    [identifier] = ids(gallery, "wanderer")
    gallery.mark([identifier], rating=5, tags=["dear"])
    target = gallery.folder / "elsewhere" / "new name.png"
    target.parent.mkdir()
    path.rename(target)
    result = gallery.scan()
    assert (result.moved, result.gone, result.added) == (1, 0, 0)
    [item] = gallery.items(gallery.find(Wanted("rating:5")))
    assert (item.id, item.path, item.tags) == (identifier, target, ("dear",))
    assert other.exists()


def test_a_picture_that_comes_back_later_is_known_again(gallery: Gallery, tmp_path: Path) -> None:
    path = gallery.keep(picture("prodigal"))
    gallery.mark(ids(gallery), rating=4)
    away = tmp_path / "away.png"
    path.rename(away)
    assert gallery.scan().gone == 1
    assert ids(gallery) == []
    away.rename(path.with_name("back.png"))
    gallery.scan()
    assert len(ids(gallery, "rating:4")) == 1


def test_changed_new_and_gone_files_are_noticed(gallery: Gallery, tmp_path: Path) -> None:
    folder = tmp_path / "watched"
    shutil.copytree(SPECIMENS, folder)
    gallery.add_folder(folder)
    count = len([path for path in SPECIMENS.iterdir() if path.suffix != ".json"])
    assert gallery.scan().added == count
    again = gallery.scan()
    assert (again.added, again.changed, again.gone, again.seen) == (0, 0, 0, count)
    shutil.copy(SPECIMENS / "invokeai.png", folder / "a1111.png")
    (folder / "forge.png").unlink()
    (folder / "deep" / "er").mkdir(parents=True)
    shutil.copy(SPECIMENS / "novelai.png", folder / "deep" / "er" / "new.PNG")
    result = gallery.scan()
    assert (result.added, result.changed, result.gone) == (1, 1, 1)
    assert {path.name for path in folder.iterdir()} >= {"a1111.png", "expected.json"}, "nothing else is touched"


def test_a_folder_that_vanishes_keeps_its_pictures_marked_as_away(gallery: Gallery, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    shutil.copytree(SPECIMENS, stick)
    gallery.add_folder(stick)
    gallery.scan()
    count = len(ids(gallery))
    stick.rename(tmp_path / "pulled")
    result = gallery.scan()
    assert not result.done
    assert result.troubles == [(str(stick), "The folder is not there.")]
    assert len(ids(gallery)) == count
    assert all(item.away for item in gallery.recent(100))
    (tmp_path / "pulled").rename(stick)
    gallery.scan()
    assert not any(item.away for item in gallery.recent(100))


def test_a_folder_that_vanishes_while_it_is_read(gallery: Gallery, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    for number in range(300):
        (stick / f"{number}.png").write_bytes((SPECIMENS / "plain.png").read_bytes() + b"%d" % number)
    gallery.add_folder(stick)
    gallery.scan()
    for number in range(300):
        os.utime(stick / f"{number}.png", ns=(number, number))

    def pull(_progress: object) -> None:
        if stick.exists():
            stick.rename(tmp_path / "pulled")

    result = gallery.scan(report=pull)
    assert not result.done
    assert len(ids(gallery)) == 300
    (tmp_path / "pulled").rename(stick)
    assert gallery.scan().done
    assert len(ids(gallery)) == 300


def test_a_scan_can_be_stopped_and_goes_on_later(gallery: Gallery, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(600):
        (folder / f"{number}.png").write_bytes((SPECIMENS / "plain.png").read_bytes())
    gallery.add_folder(folder)
    stopped = gallery.scan(stop=lambda: len(ids(gallery)) > 0)
    assert not stopped.done
    assert 0 < len(ids(gallery)) < 600
    gallery.scan()
    assert len(ids(gallery)) == 600


def test_what_cannot_be_read_is_listed_with_the_reason(gallery: Gallery, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    whole = (SPECIMENS / "forge-stealth.png").read_bytes()
    (folder / "empty.png").write_bytes(b"")
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    (folder / "text.jpg").write_bytes(b"this is text")
    (folder / "wrong extension.jpg").write_bytes(whole)
    bomb = bytearray(whole)
    bomb[16:24] = (40_000).to_bytes(4, "big") * 2
    (folder / "bomb.png").write_bytes(bomb)
    (folder / "new\nline \x1b[31m.png").write_bytes(whole + b"x")
    (folder / ("ü" * 125 + ".png")).write_bytes(whole + b"y")
    os.symlink(folder / "nowhere", folder / "dangling.png")
    os.symlink(folder, folder / "circle.png")
    os.mkfifo(folder / "pipe.png")
    Image.fromarray(pixels().array[..., 0].astype(np.uint16) * 257).save(folder / "deep.png")
    Image.new("CMYK", (9, 9)).save(folder / "cmyk.jpg")
    (folder / "future.png").write_bytes(whole + b"z")
    os.utime(folder / "future.png", (4e9, 4e9))
    gallery.add_folder(folder)
    result = gallery.scan()
    assert result.done
    unreadable = {item.name: item.problem for item in gallery.items(gallery.find(Wanted(place=Place.UNREADABLE)))}
    assert set(unreadable) == {"empty.png", "cut.png", "text.jpg", "bomb.png"}
    assert "empty" in unreadable["empty.png"]
    assert "too early" in unreadable["cut.png"]
    assert "no picture" in unreadable["text.jpg"]
    assert "too many pixels" in unreadable["bomb.png"]
    assert len(ids(gallery)) == 6
    for item in gallery.recent(10):
        assert gallery.thumbnail(item)


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_damaged_pixels_are_noticed_when_they_are_to_be_drawn(gallery: Gallery, tmp_path: Path) -> None:
    folder = tmp_path / "foreign"
    folder.mkdir()
    whole = encode(pixels(1))
    at = whole.index(b"IDAT") + 8
    (folder / "damaged.png").write_bytes(whole[:at] + bytes(64) + whole[at + 64 :])
    (folder / "whole.png").write_bytes(whole)
    (folder / "gone.png").write_bytes(encode(pixels(2)))
    gallery.add_folder(folder)
    gallery.scan()
    items = {item.name: item for item in gallery.items(gallery.find(Wanted()))}
    (folder / "gone.png").unlink()  # a stick is pulled: that says nothing about the picture
    assert [name for name, item in items.items() if gallery.thumbnail(item) is not None] == ["whole.png"]
    for _ in range(2):
        [broken] = gallery.items(gallery.find(Wanted(place=Place.UNREADABLE)))
        assert (broken.name, broken.problem) == ("damaged.png", "Its pixels are damaged.")
        gallery.reindex()
    (folder / "damaged.png").write_bytes(whole)
    gallery.scan()
    assert not len(gallery.find(Wanted(place=Place.UNREADABLE)))


def test_a_name_that_is_no_text_is_found_and_marked(gallery: Gallery, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    name = os.fsdecode(b"\xff\xfe.png")
    (folder / name).write_bytes((SPECIMENS / "plain.png").read_bytes())
    gallery.add_folder(folder)
    gallery.scan()
    [item] = gallery.recent(5)
    assert item.path == folder / name
    gallery.mark([item.id], rating=3)
    gallery.reindex()
    assert len(ids(gallery, "rating:3")) == 1
    assert gallery.scan().changed == 0


def test_folders_that_make_no_sense_are_refused(gallery: Gallery, tmp_path: Path) -> None:
    gallery.keep(picture())
    with pytest.raises(BadInput, match="no folder"):
        gallery.add_folder(tmp_path / "missing")
    with pytest.raises(BadInput, match="part of the gallery"):
        gallery.add_folder(gallery.folder)
    shutil.copytree(SPECIMENS, tmp_path / "foreign")
    gallery.add_folder(tmp_path / "foreign")
    gallery.scan()
    gallery.remove_folder(tmp_path / "foreign")
    assert len(ids(gallery)) == 1
    assert (tmp_path / "foreign" / "a1111.png").exists()
