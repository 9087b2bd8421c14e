"""What a text encoder reads of a prompt at a step: pieces with weights, chunks, prompts to compose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from studio.prompts.grammar import parse
from studio.prompts.tree import (
    Alternating,
    And,
    Break,
    Choice,
    Comment,
    Nodes,
    Scheduled,
    Tag,
    Text,
    Weighted,
    Wildcard,
    everywhere,
)

_SHARE = re.compile(r":\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*$")


@dataclass(frozen=True)
class Piece:
    """text: words. weight: how much they count; 1 is plain."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True)
class Prompted:
    """One prompt to condition on. chunks: at least one, each begins a new window of the encoder."""

    chunks: tuple[tuple[Piece, ...], ...]

    @property
    def plain(self) -> str:
        """Words alone, for encoders that know no weights."""
        return " ".join("".join(piece.text for piece in chunk).strip() for chunk in self.chunks).strip()

    @property
    def weighted(self) -> bool:
        """Whether it asks for more than plain words."""
        return len(self.chunks) > 1 or any(piece.weight != 1 for chunk in self.chunks for piece in chunk)


def read(text: str) -> Prompted:
    """What a prompt without schedules says.

    >>> [piece.weight for piece in read("a (red:1.5) fox").chunks[0]]
    [1.0, 1.5, 1.0]
    """
    chunks: list[list[Piece]] = [[]]
    for each in _pieces(parse(text), 1.0):
        if isinstance(each, Break):
            chunks.append([])
        else:
            _add(chunks[-1], each)
    several = len(chunks) > 1  # spaces around BREAK belong to it
    return Prompted(tuple(tuple(_stripped(chunk) if several else chunk) for chunk in chunks))


def plain(text: str) -> str:
    """A prompt's words alone.

    >>> plain("a ((red)) fox")
    'a red fox'
    """
    return read(text).plain


def weighing_in(text: str) -> tuple[str, ...]:
    """What a prompt asks for that encoders of plain sentences cannot do: "weights", "BREAK", "AND".

    >>> weighing_in("a (red:1.2) fox BREAK snow"), weighing_in("a fox")
    (('weights', 'BREAK'), ())
    """
    nodes = tuple(everywhere(parse(text)))
    asked = (
        ("weights", any(isinstance(node, Weighted) and node.weight != 1 for node in nodes)),
        ("BREAK", any(isinstance(node, Break) for node in nodes)),
        ("AND", any(isinstance(node, And) for node in nodes)),
    )
    return tuple(name for name, there in asked if there)


def wildcards_in(text: str) -> tuple[str, ...]:
    """Wildcards that nothing was put in the place of."""
    return tuple(node.name for node in everywhere(parse(text)) if isinstance(node, Wildcard))


def composed(text: str) -> tuple[tuple[str, float], ...]:
    """The prompts that AND composes, each with its share; a single one without AND.

    >>> composed("a cat:0.7 AND a dog")
    (('a cat', 0.7), ('a dog', 1.0))
    """
    places = [node for node in parse(text) if isinstance(node, And)]
    if not places:
        return ((text, 1.0),)
    starts, ends = [0, *(node.end for node in places)], [*(node.start for node in places), len(text)]
    return tuple(_shared(text[start:end]) for start, end in zip(starts, ends, strict=True))


def variants(text: str, steps: int) -> tuple[tuple[int, str], ...]:
    """The prompt at each step without its schedules and alternations: (step from which on, text), from step 1.

    >>> variants("a [cat:dog:0.5]", 4)
    ((1, 'a cat'), (3, 'a dog'))
    """
    nodes = parse(text)
    if not _changes(nodes):
        return ((1, text),)
    found: list[tuple[int, str]] = []
    for step in range(1, steps + 1):
        now = _at(text, nodes, step, steps)
        if not found or found[-1][1] != now:
            found.append((step, now))
    return tuple(found)


def _pieces(nodes: Nodes, weight: float) -> Iterator[Piece | Break]:
    for node in nodes:
        match node:
            case Text():
                yield Piece(node.text, weight)
            case Weighted():
                yield from _pieces(node.inside, weight * node.weight)
            case Break():
                yield node
            case And():
                yield Piece(",", weight)
            case Scheduled():
                yield from _pieces(node.before, weight)
            case Alternating() | Choice():
                yield from _pieces(node.options[0], weight)
            case Tag() | Wildcard() | Comment():
                pass


def _add(chunk: list[Piece], piece: Piece) -> None:
    if chunk and chunk[-1].weight == piece.weight:
        chunk[-1] = Piece(chunk[-1].text + piece.text, piece.weight)
    else:
        chunk.append(piece)


def _shared(text: str) -> tuple[str, float]:
    if found := _SHARE.search(text):
        return text[: found.start()].strip(), float(found[1])
    return text.strip(), 1.0


def _stripped(chunk: list[Piece]) -> list[Piece]:
    if not chunk:
        return chunk
    chunk = [Piece(chunk[0].text.lstrip(), chunk[0].weight), *chunk[1:]]
    return [*chunk[:-1], Piece(chunk[-1].text.rstrip(), chunk[-1].weight)]


def _changes(nodes: Nodes) -> bool:
    return any(
        isinstance(node, Scheduled | Alternating) or (isinstance(node, Weighted) and _changes(node.inside))
        for node in nodes
    )


def _at(text: str, nodes: Nodes, step: int, steps: int) -> str:
    """The text with each schedule replaced by what it is at a step; everything else as it was typed."""
    parts: list[str] = []
    for node in nodes:
        match node:
            case Scheduled():
                parts.append(_at(text, node.after if node.reached(step, steps) else node.before, step, steps))
            case Alternating():
                parts.append(_at(text, node.options[(step - 1) % len(node.options)], step, steps))
            case Weighted() if _changes(node.inside):
                parts.append(f"({_at(text, node.inside, step, steps)}:{node.weight:.4g})")
            case _:
                parts.append(text[node.start : node.end])
    return "".join(parts)
