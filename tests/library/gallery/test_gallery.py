"""What is kept is found again, whatever happens to files, folders, the index or the program in between."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.library.gallery.gallery import Change, Gallery
from studio.library.gallery.index import store as store_module
from studio.library.gallery.index.database import Database
from studio.library.gallery.index.schema import MIGRATIONS
from studio.library.gallery.index.search import Place, Wanted
from studio.library.pictures import read_picture
from studio.request.errors import BadInput
from tests.library.gallery.requests import picture, pixels

SPECIMENS = Path(__file__).parent / "specimens"


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    gallery = Gallery(tmp_path / "gallery")
    yield gallery
    gallery.close()


def ids(gallery: Gallery, query: str = "", place: Place = Place.ALL) -> list[int]:
    return gallery.find(Wanted(query, place)).ids.tolist()


def everything(gallery: Gallery) -> list[tuple[object, ...]]:
    """All that a person could see of the gallery, but for numbers that are given out."""
    with gallery.store.database.read() as connection:
        rows = connection.execute(
            "SELECT path, name, bytes, print, state, format, width, height, created, source, kind, prompt, negative,"
            " model, sampler, steps, guidance, seed, digest, parent, problem, rating, label, favourite, tags"
            " FROM picture"
        ).fetchall()
    collections = [(each.name, each.query) for each in gallery.collections.all()]
    return [*sorted(rows, key=repr), *sorted(collections), sorted(gallery.search.members().items()), gallery.folders()]


def full(gallery: Gallery, tmp_path: Path) -> None:
    """Some of everything: own pictures, foreign ones, marks, collections, the trash, a broken file."""
    for seed in range(4):
        gallery.keep(picture(f"number {seed}", seed=seed))
    foreign = tmp_path / "foreign"
    shutil.copytree(SPECIMENS, foreign)
    (foreign / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnot really")
    gallery.add_folder(foreign)
    gallery.scan()
    gallery.mark(ids(gallery, "number")[:2], rating=4, tags=["a, b", "c"], favourite=True)
    gallery.mark(ids(gallery, "source:invoke"), label="green")
    collection = gallery.collections.make("Best")
    inner = gallery.collections.make("Inner", collection.id)
    gallery.collections.make("Smart", query="rating:>=4")
    gallery.collections.put_in(inner.id, ids(gallery, "fox"))
    gallery.throw_away(ids(gallery, '"number 3"'))


def test_a_kept_picture_is_found_with_its_thumbnail_and_its_request(gallery: Gallery) -> None:
    made = picture("a lighthouse at dawn", source=pixels(5), mask=pixels(6, 1), strength=0.5)
    path = gallery.keep(made)
    [item] = gallery.recent(5)
    assert (item.path, item.prompt, item.kind, item.source) == (path, "a lighthouse at dawn", "inpaint", "sfumato")
    assert gallery.thumbnails.get(item.print) is not None
    metadata = gallery.metadata(item)
    assert gallery.request(metadata) == made.request
    assert metadata.own is not None
    assert metadata.own.digest == made.pixels.digest


def test_listeners_hear_of_it(gallery: Gallery) -> None:
    heard: list[Change] = []
    gallery.listen(heard.append)
    gallery.keep(picture())
    assert heard == [Change(added=(1,))]


def test_many_threads_keep_at_once(gallery: Gallery) -> None:
    def work(number: int) -> None:
        for seed in range(5):
            gallery.keep(picture("together", seed=100 * number + seed))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids(gallery)) == 20
    assert len(list(gallery.folder.glob("*/*.png"))) == 20


def test_an_index_built_anew_is_the_same(gallery: Gallery, tmp_path: Path) -> None:
    full(gallery, tmp_path)
    before = everything(gallery)
    gallery.reindex()
    assert everything(gallery) == before
    gallery.close()
    for path in (gallery.folder / ".sfumato").glob("index.db*"):
        path.unlink()
    again = Gallery(gallery.folder)
    again.reindex()
    assert everything(again) == before
    again.close()


@pytest.mark.logs
@pytest.mark.parametrize("damage", ["cut", "garbage", "middle", "empty"])
def test_a_damaged_index_is_set_aside_and_nothing_is_lost(gallery: Gallery, tmp_path: Path, damage: str) -> None:
    full(gallery, tmp_path)
    before = everything(gallery)
    gallery.close()
    file = gallery.folder / ".sfumato" / "index.db"
    data = file.read_bytes()
    file.write_bytes(
        {
            "cut": data[: len(data) // 2],
            "garbage": b"not a database " * 5000,
            "middle": data[:8192] + b"\xff" * 20_000 + data[28_192:],
            "empty": b"",
        }[damage]
    )
    again = Gallery(gallery.folder)
    for _attempt in range(3):  # damage in the middle is met when it is read
        try:
            again.recover()
            again.scan(thorough=True)
            found = everything(again)
            break
        except sqlite3.DatabaseError:
            continue
    assert found == before
    if damage != "empty":
        assert "kept as index.damaged-1.db" in again.problem
    again.close()


def test_the_index_is_backed_up_before_it_changes_its_shape(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    first = Database(path, MIGRATIONS)
    with first.write() as connection:
        connection.execute("INSERT INTO note VALUES ('a', 'b')")
    first.close()
    second = Database(path, (*MIGRATIONS, "ALTER TABLE picture ADD COLUMN extra TEXT; CREATE TABLE more (x)"))
    with second.read() as connection:
        assert connection.execute("SELECT value FROM note").fetchone() == ("b",)
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 1,)
    second.close()
    backup = sqlite3.connect(tmp_path / f"index.version-{len(MIGRATIONS)}.db")
    assert backup.execute("SELECT value FROM note").fetchone() == ("b",)
    backup.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    first = Database(path, MIGRATIONS)
    with first.read():
        pass
    first.close()
    broken = Database(path, (*MIGRATIONS, "CREATE TABLE more (x); CREATE TABLE more (x)"))
    with pytest.raises(sqlite3.OperationalError), broken.read():
        pass
    again = Database(path, MIGRATIONS)
    with again.read() as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'more'").fetchone()
    again.close()


@pytest.mark.logs
def test_an_index_of_a_newer_version_is_kept_and_another_built(tmp_path: Path) -> None:
    newer = Database(tmp_path / "index.db", (*MIGRATIONS, "CREATE TABLE more (x)"))
    with newer.read():
        pass
    newer.close()
    ours = Database(tmp_path / "index.db", MIGRATIONS)
    with ours.read() as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert ours.fresh
    assert (tmp_path / "index.newer-1.db").exists()
    ours.close()


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


def test_the_trash_keeps_files_until_it_is_emptied(gallery: Gallery) -> None:
    source = pixels(9)
    path = gallery.keep(picture("one", source=source, strength=0.4))
    keeper = gallery.keep(picture("two", seed=2, source=source, strength=0.4))
    gallery.throw_away(ids(gallery, "one"))
    assert path.exists()
    assert ids(gallery, "one") == []
    assert len(ids(gallery, place=Place.TRASH)) == 1
    gallery.restore(ids(gallery, place=Place.TRASH))
    assert len(ids(gallery, "one")) == 1
    gallery.throw_away(ids(gallery, "one"))
    assert gallery.empty_trash() == []
    assert not path.exists()
    assert gallery.sources.find(source.digest) == source, "another picture still needs it"
    gallery.throw_away(ids(gallery))
    gallery.empty_trash()
    assert not keeper.exists()
    assert gallery.sources.find(source.digest) is None


@pytest.mark.logs
def test_what_cannot_be_removed_stays_in_the_trash_and_is_said(gallery: Gallery) -> None:
    gallery.keep(picture())
    gallery.throw_away(ids(gallery))

    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    [(item, reason)] = gallery.empty_trash(refuse)
    assert reason == "Permission denied"
    assert ids(gallery, place=Place.TRASH) == [item.id]


def test_a_removal_that_a_crash_interrupted_is_finished_at_the_next_start(gallery: Gallery) -> None:
    paths = [gallery.keep(picture(seed=seed)) for seed in range(3)]
    gallery.throw_away(ids(gallery))

    class Crash(BaseException):
        pass

    def crash(path: Path) -> None:
        if path == paths[1]:
            raise Crash
        path.unlink()

    with pytest.raises(Crash):
        gallery.empty_trash(crash)
    again = Gallery(gallery.folder)
    again.recover()
    assert not [path for path in paths if path.exists()]
    assert ids(again, place=Place.TRASH) == []
    again.close()


def test_unfinished_files_of_long_ago_are_cleared_away(gallery: Gallery) -> None:
    gallery.keep(picture())
    workshop = gallery.folder / ".sfumato" / "incoming"
    old, new = workshop / ".sfumato-old.part", workshop / ".sfumato-new.part"
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(old, (1, 1))
    gallery.recover()
    assert not old.exists()
    assert new.exists()


def test_marks_survive_a_half_line_and_a_lost_journal(gallery: Gallery) -> None:
    gallery.keep(picture())
    gallery.mark([1], rating=2, tags=["a"])
    journal = gallery.folder / ".sfumato" / "marks.jsonl"
    with journal.open("ab") as file:
        file.write(b'{"do": "mark", "of": [["x", "')
    gallery.mark([1], rating=3)
    gallery.reindex()
    [item] = gallery.recent(1)
    assert (item.rating, item.tags) == (3, ("a",))
    gallery.close()
    journal.unlink()
    again = Gallery(gallery.folder)
    again.recover()
    assert len(ids(again, "rating:3 tag:a")) == 1
    assert "rating" in journal.read_text()
    again.close()


def test_a_crash_between_journal_and_index_loses_nothing(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    gallery.keep(picture())

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store_module, "apply", crash)
    with pytest.raises(KeyboardInterrupt):
        gallery.mark([1], rating=5)
    monkeypatch.undo()
    assert ids(gallery, "rating:5") == []
    gallery.recover()
    assert ids(gallery, "rating:5") == [1]


def test_a_journal_that_has_grown_is_written_anew(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    gallery.keep(picture())
    for number in range(50):
        gallery.mark([1], rating=number % 6, tags=[f"t{number % 3}"])
    collection = gallery.collections.make("C")
    gallery.collections.put_in(collection.id, [1])
    before = everything(gallery)
    journal = gallery.folder / ".sfumato" / "marks.jsonl"
    long = len(journal.read_bytes())
    monkeypatch.setattr("studio.library.gallery.index.marks._GROWN", 100)
    gallery.reindex()
    assert len(journal.read_bytes()) < long / 5
    assert everything(gallery) == before
    gallery.mark([1], rating=1)
    assert ids(gallery, "rating:1") == [1]


def test_a_hostile_journal_is_passed_over(gallery: Gallery) -> None:
    gallery.keep(picture())
    gallery.mark([1], rating=1)
    journal = gallery.folder / ".sfumato" / "marks.jsonl"
    [item] = gallery.recent(1)
    key = [item.path.relative_to(gallery.folder).as_posix(), item.print.hex()]
    acts = [
        b"[1, 2]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"do": "explode"}',
        b'{"do": "mark"}',
        b'{"do": "mark", "of": 3, "rating": 4}',
        b'{"do": "mark", "of": [[1], [], "x", {"a": 1}, null], "rating": 4}',
        b'{"do": "collection"}',
        b'{"do": "folder", "path": 7}',
        json.dumps({"do": "mark", "of": [key], "rating": 99, "tags": "no list", "label": "mauve"}).encode(),
    ]
    with journal.open("ab") as file:
        file.write(b"\n".join(acts) + b"\n")
    gallery.recover()
    [item] = gallery.recent(1)
    assert (item.rating, item.tags, item.label) == (5, (), "")


def test_two_programs_use_one_gallery_at_once(gallery: Gallery) -> None:
    other = Gallery(gallery.folder)
    gallery.keep(picture("ours"))
    other.keep(picture("theirs"))
    other.mark(ids(other), rating=2)
    gallery.mark(ids(gallery, "theirs"), rating=5)
    assert len(ids(gallery, "rating:2")) == 1
    assert len(ids(other, "rating:5")) == 1
    other.close()


def test_a_file_can_have_another_name(gallery: Gallery) -> None:
    gallery.keep(picture("old"))
    gallery.mark([1], rating=2)
    [item] = gallery.recent(1)
    path = gallery.rename(item, "  a new: name / ok?  ")
    assert path.name == "a new name  ok.png"
    assert path.exists()
    gallery.reindex()
    assert ids(gallery, "rating:2 name:new") == [1]
    [item] = gallery.recent(1)
    gallery.keep(picture("second"))
    for bad in ("", "   ", "...", "/", "x" * 300):
        with pytest.raises(BadInput):
            gallery.rename(item, bad)
    with pytest.raises(BadInput, match="already"):
        gallery.rename(gallery.recent(1)[0], "a new name  ok")


def test_collections_cannot_be_inside_themselves(gallery: Gallery) -> None:
    outer = gallery.collections.make("Outer")
    inner = gallery.collections.make("Inner", outer.id)
    with pytest.raises(BadInput, match="inside itself"):
        gallery.collections.change(replace(outer, parent=inner.id))
    with pytest.raises(BadInput, match="name"):
        gallery.collections.make("  ")
    gallery.collections.remove(outer.id)
    assert gallery.collections.named("inner") == replace(inner, parent="")


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


@pytest.mark.logs
def test_a_picture_is_kept_even_when_the_index_fails(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(gallery.store, "put", fail)
    path = gallery.keep(picture())
    assert read_picture(path).size == (64, 64)
    monkeypatch.undo()
    gallery.scan()
    assert len(ids(gallery)) == 1
