"""The language of searches: words, "phrases", prefix*, -not, and fields such as model:dream rating:>=4 date:2026-11.

Words are looked for in prompts, models, LoRAs, tags and names, each as the beginning of a word; a phrase stands for
exactly itself. All terms must hold. Whatever is typed means something: what is not understood is named in `problems`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

_TERM = re.compile(r'(-?)(?:(\w+):((?:<=|>=|<|>|=)?)("[^"]*"?|[^\s"]*)|("[^"]*"?)|([^\s"]+))')
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_PIXELS = re.compile(r"(\d+)\s*[x×]\s*(\d+)")


@dataclass(frozen=True)
class Term:
    """One condition: SQL that gives the ids for which it holds, and whether it must not. values: of its places."""

    sql: str
    values: tuple[Any, ...] = ()
    negated: bool = False


@dataclass(frozen=True)
class Query:
    """All terms must hold. Words that must be there are one term, which the full text index answers at once."""

    terms: tuple[Term, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass
class _Built:
    words: list[str] = field(default_factory=list[str])
    terms: list[Term] = field(default_factory=list[Term])
    problems: list[str] = field(default_factory=list[str])

    def condition(self, negated: bool, sql: str, *values: Any) -> None:
        """A condition on the columns of `picture`."""
        self.terms.append(Term(f"SELECT id FROM picture WHERE {sql}", values, negated))

    def match(self, negated: bool, expression: str) -> None:
        if negated:
            self.terms.append(Term(MATCH, (expression,), True))
        else:
            self.words.append(expression)


MATCH = "SELECT rowid AS id FROM words WHERE words MATCH ?"
_UNWANTED = "SELECT rowid AS id FROM unwanted WHERE unwanted MATCH ?"
Reader = Callable[[_Built, bool, str, str, date], bool]


def parse_query(text: str, today: date | None = None) -> Query:
    """The query that a text means. today: what "today" and "week" count from."""
    built = _Built()
    for minus, name, sign, value, phrase, word in _TERM.findall(text.replace("\0", " ")):
        negated = bool(minus)
        if phrase or word:
            _plain(built, negated, phrase or word)
        elif name.lower() not in FIELDS:
            _plain(built, negated, f"{name} {value}".strip('"'))
        elif value.strip('"'):
            reader = FIELDS[name.lower()].read
            if not reader(built, negated, sign, value.strip('"'), today or date.today()):
                built.problems.append(f"{name}:{sign}{value} is not understood.")
                built.condition(False, "0")
    words = (Term(MATCH, (" AND ".join(built.words),)),) if built.words else ()
    return Query((*words, *built.terms), tuple(built.problems))


def _plain(built: _Built, negated: bool, term: str) -> None:
    if len(term) == 1 and term.isascii():  # one letter begins half of all words: nothing is meant by it yet
        return
    if expression := _expression(term):
        built.match(negated, expression)


def _expression(term: str) -> str:
    """An FTS5 phrase: exact when it came in quotation marks, else its last word may go on. "" when it has no words."""
    exact = term.startswith('"')
    text = term.strip('"').rstrip("*")
    if not any(sign.isalnum() for sign in text):
        return ""
    quoted = text.replace('"', '""')  # as FTS5 wants a quotation mark within a string
    return f'"{quoted}"' + ("" if exact else "*")


def _words_in(column: str) -> Reader:
    def read(built: _Built, negated: bool, sign: str, value: str, today: date) -> bool:
        if expression := _expression(value):
            built.match(negated, f"{column} : {expression}")
        return True

    return read


def _unwanted(built: _Built, negated: bool, sign: str, value: str, today: date) -> bool:
    """Words of the negative prompt, which have an index of their own."""
    if expression := _expression(value):
        built.terms.append(Term(_UNWANTED, (expression,), negated))
    return True


def _text(column: str) -> Reader:
    """Text that is looked for anywhere in a short column."""

    def read(built: _Built, negated: bool, sign: str, value: str, today: date) -> bool:
        pattern = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        built.condition(negated, f"{column} LIKE ? ESCAPE '\\'", f"%{pattern}%")
        return True

    return read


def _number(column: str) -> Reader:
    """A number, with <, <=, >, >= before it, or a range as 20..30."""

    def read(built: _Built, negated: bool, sign: str, value: str, today: date) -> bool:
        low, dots, high = value.partition("..")
        if dots and _NUMBER.fullmatch(low) and _NUMBER.fullmatch(high):
            built.condition(negated, f"{column} BETWEEN ? AND ?", float(low), float(high))
            return True
        if not _NUMBER.fullmatch(value):
            return False
        built.condition(negated, f"{column} {sign or '='} ?", float(value))
        return True

    return read


def _size(built: _Built, negated: bool, sign: str, value: str, today: date) -> bool:
    """Width and height as 512x768, or the longer side as a number."""
    if both := _PIXELS.fullmatch(value):
        width, height = int(both[1]), int(both[2])
        built.condition(negated, f"(width {sign or '='} ? AND height {sign or '='} ?)", width, height)
        return True
    return _number("max(width, height)")(built, negated, sign, value, today)


def _seed(built: _Built, negated: bool, sign: str, value: str, today: date) -> bool:
    if sign not in ("", "=") or not value.isdecimal():
        return False
    built.condition(negated, "seed = ?", str(int(value)))
    return True


def _date(built: _Built, negated: bool, sign: str, value: str, today: date) -> bool:
    """A year, month or day (2026, 2026-11, 2026-11-23), today, yesterday, week, month or year; ranges with ".."."""
    low, dots, high = value.partition("..")
    first = _span(low, today)
    last = _span(high, today) if dots else first
    if first is None or last is None:
        return False
    start, end = _seconds(first[0]), _seconds(last[1])
    match sign:
        case "<":
            built.condition(negated, "created < ?", start)
        case "<=":
            built.condition(negated, "created < ?", end)
        case ">":
            built.condition(negated, "created >= ?", end)
        case ">=":
            built.condition(negated, "created >= ?", start)
        case _:
            built.condition(negated, "(created >= ? AND created < ?)", start, end)
    return True


def _span(value: str, today: date) -> tuple[date, date] | None:
    """First day, and the day after the last."""
    day = timedelta(days=1)
    named = {
        "today": (today, today + day),
        "yesterday": (today - day, today),
        "week": (today - 6 * day, today + day),
        "month": (today.replace(day=1), today + day),
        "year": (today.replace(month=1, day=1), today + day),
    }
    if value.lower() in named:
        return named[value.lower()]
    try:
        parts = [int(part) for part in value.split("-")]
        match parts:
            case [year]:
                return date(year, 1, 1), date(year + 1, 1, 1)
            case [year, month]:
                first = date(year, month, 1)
                return first, (first + timedelta(days=31)).replace(day=1)
            case [year, month, number]:
                return date(year, month, number), date(year, month, number) + day
            case _:
                return None
    except (ValueError, OverflowError):
        return None


def _seconds(day: date) -> float:
    """When a day begins here, in seconds since 1970."""
    try:
        return datetime(day.year, day.month, day.day).timestamp()
    except (OverflowError, OSError, ValueError):
        return (day - date(1970, 1, 1)).days * 86400.0


_IS = {
    "favourite": "favourite",
    "favorite": "favourite",
    "rated": "rating > 0",
    "tagged": "id IN (SELECT picture FROM tag)",
    "labelled": "label <> ''",
    "collected": "id IN (SELECT picture FROM member)",
    "ours": "source = 'sfumato'",
    "foreign": "source <> 'sfumato'",
    "square": "width = height",
    "wide": "width > height",
    "tall": "width < height",
}


def _is(built: _Built, negated: bool, sign: str, value: str, today: date) -> bool:
    if value.lower() not in _IS:
        return False
    built.condition(negated, _IS[value.lower()])
    return True


@dataclass(frozen=True)
class Field:
    """about: one line for the list of suggestions; column: where its known values are, or "".

    values: what can stand behind the colon, where that does not depend on the pictures, each with what it means.
    """

    read: Reader
    about: str
    column: str = ""
    values: tuple[tuple[str, str], ...] = ()


_STARS = (("5", "five stars"), *((f">={stars}", f"{stars} stars or more") for stars in range(4, 0, -1)), ("0", "none"))
_DAYS = (
    ("today", ""),
    ("yesterday", ""),
    ("week", "the last seven days"),
    ("month", "this month"),
    ("year", "this year"),
)

FIELDS: dict[str, Field] = {
    "prompt": Field(_words_in("prompt"), "words of the prompt only"),
    "negative": Field(_unwanted, "words of the negative prompt"),
    "model": Field(_words_in("model"), "the model", "model"),
    "lora": Field(_words_in("loras"), "a LoRA", "loras"),
    "tag": Field(_words_in("tags"), "a tag", "tags"),
    "name": Field(_words_in("name"), "the file's name"),
    "sampler": Field(_text("sampler"), "the sampler", "sampler"),
    "kind": Field(_text("kind"), "txt2img, img2img, inpaint, outpaint, upscale or grid", "kind"),
    "source": Field(_text("source"), "the program that made it", "source"),
    "label": Field(_text("label"), "the colour label", "label"),
    "format": Field(_text("format"), "the file format", "format"),
    "seed": Field(_seed, "the seed"),
    "size": Field(_size, "512x768, or the longer side: >1024"),
    "width": Field(_number("width"), "pixels"),
    "height": Field(_number("height"), "pixels"),
    "steps": Field(_number("steps"), "the number of steps: 20..30"),
    "guidance": Field(_number("guidance"), "the guidance scale"),
    "cfg": Field(_number("guidance"), "the guidance scale"),
    "strength": Field(_number("strength"), "the strength on a source picture"),
    "rating": Field(_number("rating"), "stars: >=4", values=_STARS),
    "date": Field(_date, "2026, 2026-11, 2026-11-23, today, week; ranges with ..", values=_DAYS),
    "is": Field(
        _is,
        "favourite, rated, tagged, collected, ours, foreign, square, wide or tall",
        values=tuple((name, "") for name in _IS if name != "favorite"),
    ),
}
