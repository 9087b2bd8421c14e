"""Searches find what their words and fields mean, in the order that was asked for."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.query import FIELDS, parse_query
from studio.library.gallery.index.search import Facet, Place, Sort, Wanted

TODAY = date(2026, 11, 23)


def day(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


ROWS: list[dict[str, Any]] = [
    {
        "name": "fox.png",
        "prompt": "a red fox in the snow, sci-fi, (masterpiece:1.2)",
        "negative": "blurry cat",
        "model": "dream XL v2",
        "loras": "ink_wash",
        "sampler": "Euler a",
        "steps": 20,
        "seed": "42",
        "width": 512,
        "height": 768,
        "source": "a1111",
        "kind": "txt2img",
        "created": day("2026-11-23T08:00"),
        "rating": 5,
        "tags": ["Best of", "snow"],
    },
    {
        "name": "cat.jpg",
        "prompt": "a cathedral, not a category",
        "model": "real",
        "sampler": "DPM++ 2M Karras",
        "steps": 30,
        "guidance": 7.5,
        "seed": "18446744073709551615",
        "width": 1216,
        "height": 832,
        "source": "invokeai",
        "kind": "inpaint",
        "created": day("2026-11-22T23:59"),
        "rating": 3,
        "label": "red",
        "favourite": True,
    },
    {
        "name": "Ärger 100%.png",
        "prompt": "Ein Fuchs im Schnee, 狐 雪",
        "source": "sfumato",
        "kind": "img2img",
        "strength": 0.6,
        "width": 1024,
        "height": 1024,
        "created": day("2025-02-03T12:00"),
    },
    {"name": "plain.webp", "width": 640, "height": 480, "source": "plain", "created": day("2020-06-01T00:00")},
]


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    folder: Path = tmp_path_factory.mktemp("gallery")
    gallery = Gallery(folder)
    for number, row in enumerate(ROWS):
        marks = {key: row[key] for key in ("rating", "tags", "label", "favourite") if key in row}
        entry = {key: value for key, value in row.items() if key not in (*marks, "name")}
        identifier = gallery.store.put(folder / row["name"], entry | {"print": bytes([number])}, 0.0)
        if marks:
            gallery.mark([identifier], **marks)
    yield gallery
    gallery.close()


def names(gallery: Gallery, wanted: Wanted) -> list[str]:
    found = gallery.search.find(wanted, today=TODAY)
    return [item.name.replace(".", " ").split()[0] for item in gallery.items(found)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "fox cat Ärger plain"),
        ("fox", "fox"),
        ("FOX", "fox"),
        ("fuch schnee", "Ärger"),
        ("cat", "cat"),
        ('"cat"', "cat"),
        ("cate cath", "cat"),
        ('"red fox"', "fox"),
        ('"fox red"', ""),
        ("arger", "Ärger"),
        ("狐", "Ärger"),
        ("sci-fi", "fox"),
        ("dream", "fox"),
        ("ink", "fox"),
        ("snow", "fox"),
        ("blurry", ""),
        ("-fox", "cat Ärger plain"),
        ("-fox -cathedral", "Ärger plain"),
        ("a -fox", "cat Ärger plain"),
        ("fox -snow", ""),
        ("negative:blur", "fox"),
        ("negative:cat", "fox"),
        ("prompt:dream", ""),
        ("model:dream", "fox"),
        ('model:"dream xl"', "fox"),
        ("-model:dream", "cat Ärger plain"),
        ("lora:ink", "fox"),
        ("sampler:euler", "fox"),
        ("sampler:dpm++", "cat"),
        ('sampler:"2m karras"', "cat"),
        ("seed:42", "fox"),
        ("seed:18446744073709551615", "cat"),
        ("size:>1024", "cat"),
        ("size:>=1024", "cat Ärger"),
        ("size:512x768", "fox"),
        ("size:512×768", "fox"),
        ("width:600..1100", "Ärger plain"),
        ("height:<500", "plain"),
        ("steps:20", "fox"),
        ("steps:>20", "cat"),
        ("-steps:20", "cat Ärger plain"),
        ("cfg:7.5", "cat"),
        ("guidance:>8", ""),
        ("strength:0.6", "Ärger"),
        ("rating:>=4", "fox"),
        ("rating:0", "Ärger plain"),
        ("rating:3..5", "fox cat"),
        ("tag:best", "fox"),
        ('tag:"best of"', "fox"),
        ("-tag:snow", "cat Ärger plain"),
        ("date:2026-11", "fox cat"),
        ("date:2026-11-22", "cat"),
        ("date:2026", "fox cat"),
        ("date:today", "fox"),
        ("date:yesterday", "cat"),
        ("date:week", "fox cat"),
        ("date:<2025", "plain"),
        ("date:>2025", "fox cat"),
        ("date:>=2025-02", "fox cat Ärger"),
        ("date:2020..2025-02-03", "Ärger plain"),
        ("kind:inpaint", "cat"),
        ("kind:img", "fox Ärger"),
        ("source:invoke", "cat"),
        ("label:red", "cat"),
        ("is:favourite", "cat"),
        ("is:tall", "fox"),
        ("is:square", "Ärger"),
        ("is:foreign", "fox cat plain"),
        ("is:tagged", "fox"),
        ("name:100%", "Ärger"),
        ("fox steps:20 rating:5", "fox"),
        ("fox steps:30", ""),
        # half typed, odd or hostile: each means something, none fails
        ("model:", "fox cat Ärger plain"),
        ("-", "fox cat Ärger plain"),
        ('"', "fox cat Ärger plain"),
        ('"red fo', ""),
        ("f", "fox cat Ärger plain"),
        ("!!! ???", "fox cat Ärger plain"),
        ("masterpiece:1.2", "fox"),
        ("http://x", ""),
        ("fox OR NOT AND NEAR(", ""),
        ("'; DROP TABLE picture; --", ""),
        ("prompt:* ^fox {a b}:", "fox"),
        ("name:fox\0", "fox"),
        ("sampler:%", ""),
        ("sampler:_", ""),
    ],
)
def test_a_query_finds(gallery: Gallery, query: str, expected: str) -> None:
    assert names(gallery, Wanted(query)) == expected.split()


@pytest.mark.parametrize(
    "query", ["steps:many", "date:soon", "date:2026-13", "seed:>5", "is:nice", "size:big", "date:1..2..3"]
)
def test_what_is_not_understood_is_said_and_finds_nothing(gallery: Gallery, query: str) -> None:
    found = gallery.find(Wanted(query))
    assert len(found) == 0
    assert query.split(":")[0] in found.problems[0]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (Sort.NEWEST, "fox cat Ärger plain"),
        (Sort.OLDEST, "plain Ärger cat fox"),
        (Sort.RATING, "fox cat Ärger plain"),
        (Sort.LARGEST, "Ärger cat fox plain"),
        (Sort.NAME, "cat fox plain Ärger"),
    ],
)
def test_orders(gallery: Gallery, sort: Sort, expected: str) -> None:
    assert names(gallery, Wanted(sort=sort)) == expected.split()
    shown = [name for name in expected.split() if name in ("fox", "cat")]
    assert names(gallery, Wanted("is:rated", sort=sort)) == shown


def test_places(gallery: Gallery) -> None:
    assert names(gallery, Wanted(place=Place.FAVOURITES)) == ["cat"]
    assert names(gallery, Wanted(place=Place.TODAY)) == ["fox"]
    collection = gallery.collections.make("Animals")
    gallery.collections.put_in(collection.id, [1])
    assert names(gallery, Wanted(collection=collection.id)) == ["fox"]
    assert names(gallery, Wanted("cat", collection=collection.id)) == []
    assert names(gallery, Wanted(place=Place.UNCOLLECTED)) == ["cat", "Ärger", "plain"]
    assert names(gallery, Wanted("is:collected")) == ["fox"]
    assert gallery.search.members() == {collection.id: 1}
    gallery.collections.remove(collection.id)
    assert names(gallery, Wanted("is:collected")) == []


def test_dates_come_with_the_pictures(gallery: Gallery) -> None:
    found = gallery.find(Wanted("fox"))
    assert found.created.tolist() == [ROWS[0]["created"]]
    assert len(gallery.find(Wanted(), 2)) == 2


def test_known_values_are_counted(gallery: Gallery) -> None:
    assert gallery.search.facets("model") == [Facet("dream XL v2", 1), Facet("real", 1)]
    assert Facet("Best of", 1) in gallery.search.facets("tag")
    assert gallery.search.counts()[Place.ALL] == 4


def test_answers_are_remembered_only_while_they_hold(gallery: Gallery) -> None:
    assert names(gallery, Wanted("is:labelled")) == ["cat"]
    gallery.mark([4], label="green")
    assert names(gallery, Wanted("is:labelled")) == ["cat", "plain"]
    other = Gallery(gallery.folder)  # as another process would
    other.mark([4], label="")
    other.close()
    assert names(gallery, Wanted("is:labelled")) == ["cat"]


@settings(deadline=None, max_examples=300)
@given(
    st.text(max_size=30) | st.lists(st.sampled_from([*(f"{name}:" for name in FIELDS), ">", '"', "-", "..", "1", "x"]))
)
@example('1prompt:"prompt:')  # a quotation mark in the middle of a word
@example('a"b "c"d"')
def test_nothing_that_is_typed_can_fail(gallery: Gallery, typed: str | list[str]) -> None:
    query = typed if isinstance(typed, str) else "".join(typed)
    parse_query(query)
    gallery.find(Wanted(query))
