"""Whatever happens to the index, its journal or the program: nothing that was said or made is lost."""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index import store as store_module
from studio.library.gallery.index.database import Database
from studio.library.gallery.index.schema import MIGRATIONS
from studio.library.gallery.index.search import Place
from studio.library.pictures import read_picture
from tests.library.gallery.acting import ACTS, Acting
from tests.library.gallery.filled import everything, full, ids
from tests.library.gallery.requests import picture


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


@settings(max_examples=12, deadline=None)
@example(
    acts=[("edit", 8), ("restore", 0), ("drop", 7), *[("edit", 6)] * 2, ("edit", 5), *[("edit", 6)] * 2, ("keep", 6)]
)
@example(acts=[*[("collect", 0)] * 3, ("uncollect", 0)])
@given(acts=st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 9)), min_size=4, max_size=24))
def test_whatever_was_done_an_index_built_anew_is_the_same(acts: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        gallery = Gallery(Path(folder) / "gallery")
        gallery.keep(picture("the first", seed=1))
        for number, (act, which) in enumerate(acts):
            Acting(gallery).do(act, which, number)
        gallery.scan()
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


def test_a_journal_that_was_cut_short_is_written_anew_from_the_index(gallery: Gallery) -> None:
    gallery.keep(picture())
    gallery.mark([1], rating=2, tags=["a"])
    gallery.collections.make("Best")
    gallery.close()
    journal = gallery.folder / ".sfumato" / "marks.jsonl"
    journal.write_bytes(journal.read_bytes()[:60])  # a disk that filled up, a program that copies halves
    again = Gallery(gallery.folder)
    again.recover()
    again.close()
    for path in (gallery.folder / ".sfumato").glob("index.db*"):
        path.unlink()
    anew = Gallery(gallery.folder)
    anew.reindex()
    assert len(ids(anew, "rating:2 tag:a")) == 1
    assert [each.name for each in anew.collections.all()] == ["Best"]
    anew.close()


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
