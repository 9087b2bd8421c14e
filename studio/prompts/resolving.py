"""From what was typed to what conditions the model: comments go, choices and wildcards are drawn, tags become weights.

Emphasis, BREAK, AND and schedules stay in the text: what they mean depends on the model and on the steps.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

from studio.prompts.grammar import parse
from studio.prompts.tree import Choice, Comment, Node, Nodes, Tag, Text, Wildcard, children

DEEPEST = 10  # wildcards within wildcards
MOST_DRAWN = 1000  # lines in a prompt: those that name several wildcards each would never end
LARGEST = 4_000_000  # bytes of a file of wildcards
WORN = ("lora", "lyco", "embed", "embedding")

Lines = Callable[[str], Sequence[str]]
"""The lines of a wildcard by its name; none when there is no such file."""


@dataclass(frozen=True)
class Resolved:
    """text: what conditions the model. tags: of weights to lay over it, in order. unknown: wildcards without a file."""

    text: str
    tags: tuple[Tag, ...] = ()
    unknown: tuple[str, ...] = ()


def resolve(text: str, seed: int, lines: Lines = lambda _: ()) -> Resolved:
    """The same text, seed and wildcards make the same prompt, on every machine.

    >>> resolve("a {red|red} fox # mine", 1).text
    'a red fox'
    """
    work = _Work(random.Random(seed), lines)
    nodes = parse(text)
    found = work.written(text, nodes, 0)
    changed = any(not isinstance(node, Text) for node in nodes)
    return Resolved(_tidied(found) if changed else text, tuple(work.tags), tuple(dict.fromkeys(work.unknown)))


def wildcard_lines(folder: Path) -> Lines:
    """Lines of `folder/name.txt`, subfolders included ("animals/cats"); empty ones and comments are left out."""

    def lines(name: str) -> Sequence[str]:
        try:
            file = (folder / f"{name}.txt").resolve()
            if not file.is_relative_to(folder.resolve()) or not file.is_file() or file.stat().st_size > LARGEST:
                return ()
            text = file.read_text(encoding="utf-8-sig", errors="replace")
        except (OSError, ValueError):  # a name that no file can have, or a file that may not be read
            return ()
        return [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]

    return lines


def wildcard_names(folder: Path) -> tuple[str, ...]:
    """All that are there, as they are written between underscores."""
    return tuple(sorted(file.relative_to(folder).with_suffix("").as_posix() for file in folder.rglob("*.txt")))


class _Work:
    def __init__(self, chance: random.Random, lines: Lines) -> None:
        self._chance, self._lines = chance, lru_cache(maxsize=64)(lines)
        self.tags: list[Tag] = []
        self.unknown: list[str] = []
        self._drawn_yet = 0

    def written(self, text: str, nodes: Nodes, depth: int) -> str:
        return "".join(self._node(text, node, depth) for node in nodes)

    def _node(self, text: str, node: Node, depth: int) -> str:
        match node:
            case Comment():
                return ""
            case Tag() if node.kind in WORN and not node.on:
                return ""
            case Tag() if node.kind in WORN:
                self.tags.append(node)
                return node.name if node.kind.startswith("embed") else ""
            case Choice():
                return self._chosen(text, node, depth)
            case Wildcard():
                return self._drawn(node, text[node.start : node.end], depth)
            case _:
                return self._with_inside(text, node, depth)

    def _with_inside(self, text: str, node: Node, depth: int) -> str:
        """As typed, but for what is inside of it."""
        parts: list[str] = []
        at = node.start
        for child in children(node):
            parts += [text[at : child.start], self._node(text, child, depth)]
            at = child.end
        return "".join((*parts, text[at : node.end]))

    def _chosen(self, text: str, node: Choice, depth: int) -> str:
        options = node.options
        if node.most != 1 and len(options) == 1 and (lines := self._lines_of_only(options[0], depth)):
            options = tuple((line,) for line in lines)
        most = len(options) if node.most is None else min(node.most, len(options))
        least = min(node.least, most)
        count = least if least == most else self._chance.randint(least, most)
        chosen = self._places(len(options), node.shares, count)
        written = (self._option(text, options[index], depth).strip() for index in chosen)
        return node.between.join(written)

    def _lines_of_only(self, option: Nodes, depth: int) -> Sequence[str]:
        """Those of a wildcard that is all there is in an option."""
        solid = [each for each in option if not (isinstance(each, Text) and not each.text.strip())]
        only = solid[0] if len(solid) == 1 else None
        return self._lines(only.name) if isinstance(only, Wildcard) and self._may_draw(depth) else ()

    def _option(self, text: str, option: Nodes | tuple[str], depth: int) -> str:
        """A line of a wildcard, or what was typed."""
        if len(option) == 1 and isinstance(line := option[0], str):
            self._drawn_yet += 1
            return self.written(line, parse(line), depth + 1)
        return self.written(text, cast("Nodes", option), depth)

    def _places(self, size: int, shares: Sequence[float], count: int) -> list[int]:
        """Which options, each once at most. One that is never to be drawn is drawn only where all are."""
        if len(shares) != size or not any(shares) or len(set(shares)) == 1:
            return self._chance.sample(range(size), count)
        left, found = dict(enumerate(shares)), list[int]()
        while left and len(found) < count:
            if not any(left.values()):
                break
            place = self._chance.choices(tuple(left), tuple(left.values()))[0]
            found.append(place)
            del left[place]
        return found

    def _may_draw(self, depth: int) -> bool:
        return depth < DEEPEST and self._drawn_yet < MOST_DRAWN

    def _drawn(self, node: Wildcard, typed: str, depth: int) -> str:
        lines = self._lines(node.name) if self._may_draw(depth) else ()
        if not lines:
            self.unknown.append(node.name)
            return typed
        self._drawn_yet += 1
        line = lines[self._chance.randrange(len(lines))]
        return self.written(line, parse(line), depth + 1)


def _tidied(text: str) -> str:
    """Without the holes that tags and comments leave."""
    text = re.sub(r"[ \t]*\n\s*", "\n", text)
    text = re.sub(r"[ \t]{2,}", " ", text)
    text = re.sub(r"[ \t]+,", ",", text)
    text = re.sub(r"(,\s*){2,}", ", ", text)
    return text.strip().strip(",").strip()
