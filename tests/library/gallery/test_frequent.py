"""What is kept of frequent beginnings of words changes no answer, whatever happens to the pictures meanwhile."""

from __future__ import annotations

import random

import pytest

from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index import frequent
from studio.library.gallery.index.search import Wanted
from tests.library.gallery.filled import ids

WORDS = ("desert", "deli", "dense fog", "fox", "forest", "Éden", "3d")
QUERIES = ("de", "DE", "des", "-de", "fo", "fo -for", "ed", "3d", "de fo", '"de"', "dex", "model:dr", "tag:de")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frequent, "FEWEST", 3)


def put(gallery: Gallery, number: int, words: str) -> int:
    entry = {"print": number.to_bytes(16), "created": float(number), "prompt": words, "model": "dream"}
    return gallery.store.put(gallery.folder / f"{number}.png", entry, 0.0)


def answers(gallery: Gallery) -> dict[str, list[int]]:
    anew = Gallery(gallery.folder)  # nothing remembered
    found = {query: ids(anew, query) for query in QUERIES}
    anew.close()
    return found


def without(gallery: Gallery) -> dict[str, list[int]]:
    """The answers of the index of words alone."""
    with gallery.store.database.write() as connection:
        kept = connection.execute("SELECT * FROM frequent").fetchall()
        connection.execute("DELETE FROM frequent")
    found = answers(gallery)
    with gallery.store.database.write() as connection:
        connection.executemany("INSERT INTO frequent VALUES (?, ?, ?)", kept)
    return found


def beginnings(gallery: Gallery) -> set[str]:
    with gallery.store.database.read() as connection:
        return {str(row[0]) for row in connection.execute("SELECT beginning FROM frequent")}


def test_answers_are_the_same_before_and_after(gallery: Gallery) -> None:
    dice = random.Random(3)
    for number in range(60):
        put(gallery, number, " ".join(dice.sample(WORDS, 2)))
    gallery.search.prepare()
    assert {"de", "des", "del", "fo", "fox", "ed", "3d"} <= beginnings(gallery)
    assert answers(gallery) == without(gallery)
    assert len(answers(gallery)["de"]) > 30
    for number in range(60, 90):  # more have come since
        put(gallery, number, " ".join(dice.sample(WORDS, 2)))
    assert answers(gallery) == without(gallery)
    assert len(gallery.find(Wanted("de"), 5)) == 5


@pytest.mark.parametrize("change", ["tag", "other words", "gone", "gone and another in its place"])
def test_a_changed_word_counts_at_once(gallery: Gallery, change: str) -> None:
    for number in range(20):
        put(gallery, number, "desert" if number % 2 else "fox")
    gallery.search.prepare()
    last = max(ids(gallery))
    match change:
        case "tag":
            gallery.mark([1], tags=["desolate"])
        case "other words":
            put(gallery, 0, "a deli now")
        case _:
            gallery.store.forget([last])
            if change != "gone":
                assert put(gallery, 77, "fox") == last
    assert answers(gallery) == without(gallery)
    expected = {"tag": 11, "other words": 11, "gone": 9, "gone and another in its place": 9}
    assert len(answers(gallery)["de"]) == expected[change]
    gallery.search.prepare()
    assert answers(gallery) == without(gallery)
