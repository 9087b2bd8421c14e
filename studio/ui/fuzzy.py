"""Finding a line by a few of its letters."""

from __future__ import annotations

from typing import NamedTuple


class Match(NamedTuple):
    """score: higher is better. places: indices of the letters that matched."""

    score: float
    places: tuple[int, ...]


def match(query: str, text: str) -> Match | None:
    """How well `text` answers `query`: every word of it must be found, letters in order; None when one is not.

    Words that start a word of the text count most, then letters in one piece, then letters far apart.

    >>> match("zi", "Zoom in").places
    (0, 5)
    >>> match("xyz", "Zoom in") is None
    True
    """
    total, places = 0.0, set[int]()
    for word in query.lower().split():
        found = _word(word, text.lower())
        if found is None:
            return None
        total += found.score
        places.update(found.places)
    return Match(total - len(text) / 100, tuple(sorted(places)))


def _word(word: str, text: str) -> Match | None:
    start = text.find(word)
    best: Match | None = None
    while start >= 0:
        whole = Match(_piece(start, text) + 2.0 * len(word), tuple(range(start, start + len(word))))
        best = whole if best is None or whole.score > best.score else best
        start = text.find(word, start + 1)
    return best or _scattered(word, text)


def _piece(start: int, text: str) -> float:
    if start == 0:
        return 6.0
    return 4.0 if not text[start - 1].isalnum() else 0.0


def _scattered(word: str, text: str) -> Match | None:
    """Letters in order, preferring the starts of words."""
    places: list[int] = []
    at = 0
    for letter in word:
        starts = [i for i in range(at, len(text)) if text[i] == letter and (i == 0 or not text[i - 1].isalnum())]
        found = starts[0] if starts else text.find(letter, at)
        if found < 0:
            return _greedy(word, text)
        places.append(found)
        at = found + 1
    return Match(_spread(places, text), tuple(places))


def _greedy(word: str, text: str) -> Match | None:
    places: list[int] = []
    at = 0
    for letter in word:
        at = text.find(letter, at) + 1
        if not at:
            return None
        places.append(at - 1)
    return Match(_spread(places, text), tuple(places))


def _spread(places: list[int], text: str) -> float:
    starts = sum(1 for i in places if i == 0 or not text[i - 1].isalnum())
    return starts - 0.2 * (places[-1] - places[0] + 1 - len(places))
