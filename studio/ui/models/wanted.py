"""Which weights a view shows, and in which order. Plain values: no widget is here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from studio.library.entry import Entry
from studio.library.families import FAMILIES
from studio.library.recognition.recognised import KINDS, MODELS
from studio.library.signs import BY_FAMILY


class Place(StrEnum):
    """Where in the library."""

    ALL = "all"
    MODELS = "models"
    KIND = "kind"
    FAMILY = "family"
    TAG = "tag"
    UNUSABLE = "unusable"
    DUPLICATES = "duplicates"
    MISSING = "missing"


class Sort(StrEnum):
    """In which order."""

    NAME = "by name"
    NEWEST = "newest first"
    LARGEST = "largest first"


@dataclass(frozen=True)
class Wanted:
    """words: all of them somewhere in the name, tags, notes or trigger words. value: of the place, if it has one."""

    place: Place = Place.MODELS
    value: str = ""
    words: str = ""
    sort: Sort = Sort.NAME


@dataclass(frozen=True)
class Shelf:
    """A line of the side bar."""

    place: Place
    value: str
    title: str
    count: int


def chosen(entries: Iterable[Entry], wanted: Wanted) -> list[Entry]:
    """What is wanted of all weights."""
    every = list(entries)
    twice = doubles(every) if wanted.place is Place.DUPLICATES else {}
    words = wanted.words.lower().split()
    found = [each for each in every if _in(each, wanted, twice) and all(word in _text(each) for word in words)]
    match wanted.sort:
        case Sort.NEWEST:
            found.sort(key=lambda each: -each.changed)
        case Sort.LARGEST:
            found.sort(key=lambda each: -each.found.size)
        case Sort.NAME if wanted.place is Place.DUPLICATES:
            found.sort(key=_identity)
        case Sort.NAME:
            pass
    return found


def shelves(entries: Sequence[Entry]) -> list[Shelf]:
    """All places with how much is in each; those with nothing in them are left out, but for the first."""
    there = [each for each in entries if not each.missing]
    kinds = Counter(each.kind for each in there)
    families = Counter(each.found.family for each in there if each.found.family)
    tags = Counter(tag for each in entries for tag in each.notes.tags)
    found = [
        Shelf(Place.MODELS, "", "Models", sum(kinds[kind] for kind in MODELS)),
        *(
            Shelf(Place.KIND, kind, many, kinds[kind])
            for kind, (_, many) in KINDS.items()
            if kind not in (*MODELS, "unknown") and kinds[kind]
        ),
        Shelf(Place.ALL, "", "Everything", len(entries)),
        *(Shelf(Place.FAMILY, each, family_title(each), families[each]) for each in sorted(families, key=family_title)),
        *(Shelf(Place.TAG, tag, tag, tags[tag]) for tag in sorted(tags, key=str.lower)),
    ]
    odd = (
        Shelf(Place.UNUSABLE, "", "Not usable", sum(1 for each in there if each.reason)),
        Shelf(Place.DUPLICATES, "", "Duplicates", sum(len(each) for each in doubles(entries).values())),
        Shelf(Place.MISSING, "", "Missing", len(entries) - len(there)),
    )
    return [*found, *(shelf for shelf in odd if shelf.count)]


def doubles(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Weights that are there more than once, by what tells that they are the same."""
    groups: dict[str, list[Entry]] = {}
    for each in entries:
        if not each.missing and each.print and not each.embedded:
            groups.setdefault(_identity(each), []).append(each)
    return {key: group for key, group in groups.items() if len(group) > 1}


def family_title(family: str) -> str:
    """What people call a family; "" for none."""
    if family in FAMILIES:
        return FAMILIES[family].title
    return BY_FAMILY[family].title if family in BY_FAMILY else family


def _identity(entry: Entry) -> str:
    """Files of one length, beginning and end are taken for the same; where both are hashed, the hash decides."""
    return f"{entry.print}{entry.hashes.sha256 if entry.hashes is not None else ''}"


def _in(entry: Entry, wanted: Wanted, twice: dict[str, list[Entry]]) -> bool:
    match wanted.place:
        case Place.ALL:
            return True
        case Place.MODELS:
            return entry.paints and not entry.missing
        case Place.KIND:
            return entry.kind == wanted.value and not entry.missing
        case Place.FAMILY:
            return entry.found.family == wanted.value and not entry.missing
        case Place.TAG:
            return wanted.value in entry.notes.tags
        case Place.UNUSABLE:
            return bool(entry.reason) and not entry.missing
        case Place.DUPLICATES:
            return not entry.missing and _identity(entry) in twice
        case Place.MISSING:
            return entry.missing


def _text(entry: Entry) -> str:
    found = entry.found
    parts = (
        entry.title,
        entry.name,
        found.title,
        found.flavour,
        found.variant,
        family_title(found.family),
        entry.kind_title,
        entry.notes.text,
        *entry.notes.tags,
        *entry.triggers,
    )
    return " ".join(parts).lower()
