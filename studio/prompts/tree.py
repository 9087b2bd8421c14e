"""What a prompt means, as a tree. Places (`start`, `end`) count characters of the typed text, so that an editor can
colour it and change a part of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

Nodes = tuple["Node", ...]
OFF = "off"  # as a value of a tag: it is kept, and has no effect


@dataclass(frozen=True)
class Text:
    """Words. text: without backslashes before brackets that are meant as such."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Weighted:
    """(x), (x:1.3) or [x]. weight: of this bracket alone; nested ones multiply. written: the place of the number after
    the colon, or None.
    """

    start: int
    end: int
    inside: Nodes
    weight: float
    written: tuple[int, int] | None = None


@dataclass(frozen=True)
class Scheduled:
    """[before:after:when]: `before` until `when`, then `after`. when: a share of the way if under 1 or with a point,
    else a number of steps. Each side may be empty.
    """

    start: int
    end: int
    before: Nodes
    after: Nodes
    when: float
    is_share: bool

    def reached(self, step: int, steps: int) -> bool:
        """Whether step number `step`, 1..steps, already sees `after`."""
        return step > (self.when * steps if self.is_share else self.when)


@dataclass(frozen=True)
class Alternating:
    """[a|b|c]: another one at each step."""

    start: int
    end: int
    options: tuple[Nodes, ...]


@dataclass(frozen=True)
class Choice:
    """{a|b|c}: one of them, drawn from the seed; {2$$a|b|c}: two of them; {1-2$$ and $$a|b|c}: one or two, with " and "
    between; {3::a|b}: a three times as often as b.

    least, most: how many; None: all. shares: how often each is drawn, 1 where nothing is said. A single option that is
    a wildcard stands for all its lines.
    """

    start: int
    end: int
    options: tuple[Nodes, ...]
    least: int = 1
    most: int | None = 1
    between: str = ", "
    shares: tuple[float, ...] = ()


@dataclass(frozen=True)
class Wildcard:
    """__name__: a line of a file of that name, drawn from the seed."""

    start: int
    end: int
    name: str


@dataclass(frozen=True)
class Tag:
    """<lora:name:0.8>. kind: lower case. values: what stands between further colons."""

    start: int
    end: int
    kind: str
    name: str
    values: tuple[str, ...] = ()
    written: tuple[int, int] | None = None  # the place of the first value

    @property
    def on(self) -> bool:
        """Whether it has an effect."""
        return not any(value.strip() == OFF for value in self.values)

    @property
    def weight(self) -> float:
        """The first value as a number, or that of unet= or te=; 1 when there is none."""
        written = self.values[0] if self.values else "1"
        if "=" in written:
            parts = [value.strip().partition("=") for value in self.values]
            written = next((number for key in ("unet", "te") for name, _, number in parts if name == key), "1")
        try:
            found = float(written)
        except ValueError:
            return 1.0
        return found if math.isfinite(found) else 1.0


@dataclass(frozen=True)
class Comment:
    """# to the end of the line."""

    start: int
    end: int


@dataclass(frozen=True)
class Break:
    """BREAK: what follows begins a new chunk of 75 tokens."""

    start: int
    end: int


@dataclass(frozen=True)
class And:
    """AND: what follows is a prompt of its own, composed with the others; each may end with its share (":0.8")."""

    start: int
    end: int


Node = Text | Weighted | Scheduled | Alternating | Choice | Wildcard | Tag | Comment | Break | And


def children(node: Node) -> Nodes:
    """What is inside of a node, in the order in which it was typed."""
    match node:
        case Weighted():
            return node.inside
        case Scheduled():
            return node.before + node.after
        case Alternating() | Choice():
            return tuple(each for option in node.options for each in option)
        case _:
            return ()


def everywhere(nodes: Nodes) -> Iterator[Node]:
    """All nodes, those inside of others after them."""
    for node in nodes:
        yield node
        yield from everywhere(children(node))
