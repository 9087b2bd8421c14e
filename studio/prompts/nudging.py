"""A word's weight, a little more or less: what Ctrl+Up and Ctrl+Down do to a prompt."""

from __future__ import annotations

import re
from typing import NamedTuple

from studio.prompts.grammar import STEP, parse
from studio.prompts.tree import Node, Nodes, Tag, Weighted, children

LEAST, MOST = -2.0, 4.0
_WORD = re.compile(r"[^\s,()\[\]{}|<>:#]+")


class Nudged(NamedTuple):
    """text: the prompt. start, end: what is selected in it."""

    text: str
    start: int
    end: int


def nudged(text: str, start: int, end: int, by: float) -> Nudged | None:
    """The prompt with `by` more weight on what is selected, or on the word, bracket or tag at the cursor.

    None when there is nothing there to weigh.

    >>> nudged("a red fox", 3, 3, 0.1).text
    'a (red:1.1) fox'
    """
    around = _around(parse(text), start, end)
    if around is None:
        return _bracketed(text, start, end, by)
    if isinstance(around, Tag):
        return _tag(text, around, by)
    return _weighted(text, around, by)


def _around(nodes: Nodes, start: int, end: int) -> Weighted | Tag | None:
    """The innermost bracket or tag that holds the selection."""
    for node in nodes:
        if node.start <= start and end <= node.end:
            inside = _around(children(node), start, end)
            if inside is not None or _is_round(node) or isinstance(node, Tag):
                return inside or (node if isinstance(node, Weighted | Tag) else None)
    return None


def _is_round(node: Node) -> bool:
    return isinstance(node, Weighted) and (node.written is not None or node.weight == STEP)


def _weighted(text: str, node: Weighted, by: float) -> Nudged:
    weight = _moved(node.weight, by)
    last = text[node.end - 1] == ")"
    inner_end = text.rindex(":", node.start, node.written[0]) if node.written else node.end - (1 if last else 0)
    inside = text[node.start + 1 : inner_end]
    new = inside if weight == 1 else f"({inside}:{weight:g})"
    begun = node.start + (0 if weight == 1 else 1)
    return Nudged(text[: node.start] + new + text[node.end :], begun, begun + len(inside))


def _tag(text: str, tag: Tag, by: float) -> Nudged | None:
    if tag.kind.startswith("embed"):
        return None
    weight = f"{_moved(tag.weight, by):g}"
    start, end = tag.written or (tag.end - 1, tag.end - 1)
    new = text[:start] + ("" if tag.written else ":") + weight + text[end:]
    return Nudged(new, tag.start, tag.end + len(new) - len(text))


def _bracketed(text: str, start: int, end: int, by: float) -> Nudged | None:
    if start == end:
        word = next((each for each in _WORD.finditer(text) if each.start() <= start <= each.end()), None)
        if word is None:
            return None
        start, end = word.span()
    inside = text[start:end]
    weight = _moved(1.0, by)
    return Nudged(f"{text[:start]}({inside}:{weight:g}){text[end:]}", start + 1, start + 1 + len(inside))


def _moved(weight: float, by: float) -> float:
    return max(LEAST, min(MOST, round(weight + by, 2)))
