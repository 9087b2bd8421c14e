"""The language of prompts, as artists know it from the common interfaces (A1111's web UI, Forge, dynamic prompts).

Every text is a prompt: what does not follow the grammar is words. A bracket that is never closed holds to the end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from studio.prompts.tree import (
    Alternating,
    And,
    Break,
    Choice,
    Comment,
    Node,
    Nodes,
    Scheduled,
    Tag,
    Text,
    Weighted,
    Wildcard,
)

STEP = 1.1  # weight of a bare pair of brackets
DEEPEST = 50  # brackets within brackets; deeper ones are words
ESCAPED = "()[]{}\\#<|"

_WEIGHT = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*\)")
_WHEN = re.compile(r"\s*(\d+\.?\d*|\.\d+)\s*\]")
_TAG = re.compile(r"<(\w+):([^<>:\n]+)((?::[^<>:\n]*)*)>")
_WILDCARD = re.compile(r"__([\w\-./]+?)__")
_BREAK = re.compile(r"\bBREAK\b")
_AND = re.compile(r"\bAND\b")
_COUNT = re.compile(r"(?:(\d+)|(\d*)-(\d*))\$\$(?:([^${}|]*)\$\$)?")
_OFTEN = re.compile(r"\s*(\d+\.?\d*|\.\d+)::")
_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b")
_SPECIAL = re.compile(r"[\\()\[\]{}<#|:_BA]")


def parse(text: str) -> Nodes:
    """The tree of a prompt. Never raises; takes time in proportion to the text."""
    return _Parser(text).sequence("", 0)


@dataclass
class _Parser:
    text: str
    at: int = 0

    def sequence(self, stops: str, depth: int) -> Nodes:
        """Nodes until one of `stops` or the end; what stopped it is not consumed."""
        found: list[Node] = []
        begun, words = self.at, ""
        while self.at < len(self.text) and self.text[self.at] not in stops:
            start = self.at
            node = self._node(depth) if _SPECIAL.match(self.text, start) else None
            if isinstance(node, str):
                words += node
                continue
            if node is None:
                self.at = start + 1
                words += self.text[start]
                continue
            if words:
                found.append(Text(begun, start, words))
            found.append(node)
            begun, words = self.at, ""
        if words:
            found.append(Text(begun, self.at, words))
        return tuple(found)

    def _node(self, depth: int) -> Node | str | None:
        """What begins here; a string for an escaped letter; None (and nothing consumed) for a plain one."""
        letter = self.text[self.at]
        if letter == "\\":
            return self._escaped()
        if letter in "([{" and depth < DEEPEST:
            return {"(": self._round, "[": self._square, "{": self._choice}[letter](depth)
        matched = self._matched(letter)
        if matched is not None:
            self.at = matched.end
        return matched

    def _escaped(self) -> str | None:
        following = self.text[self.at + 1 : self.at + 2]
        if not following or following not in ESCAPED:
            return None
        self.at += 2
        return following

    def _matched(self, letter: str) -> Node | None:
        text, at = self.text, self.at
        if letter == "<" and (tag := _TAG.match(text, at)):
            values = tuple(tag[3].split(":")[1:])
            written = (tag.start(3) + 1, tag.start(3) + 1 + len(values[0])) if values else None
            return Tag(at, tag.end(), tag[1].lower(), tag[2].strip(), values, written)
        if letter == "_" and (wildcard := _WILDCARD.match(text, at)):
            return Wildcard(at, wildcard.end(), wildcard[1].strip())
        if letter == "#" and not _COLOUR.match(text, at):
            end = text.find("\n", at)
            return Comment(at, len(text) if end < 0 else end)
        if letter == "B" and (word := _BREAK.match(text, at)):
            return Break(at, word.end())
        if letter == "A" and (word := _AND.match(text, at)):
            return And(at, word.end())
        return None

    def _round(self, depth: int) -> Node:
        start = self.at
        self.at += 1
        inside: list[Node] = []
        while True:
            inside += self.sequence(":)", depth + 1)
            rest = self.text[self.at : self.at + 1]
            if rest == ":":
                if weight := _WEIGHT.match(self.text, self.at + 1):
                    self.at = weight.end()
                    return Weighted(start, self.at, _joined(inside), float(weight[1]), weight.span(1))
                inside.append(Text(self.at, self.at + 1, ":"))
                self.at += 1
                continue
            self.at += len(rest)
            return Weighted(start, self.at, _joined(inside), STEP)

    def _square(self, depth: int) -> Node:
        """[x], [a|b], [a:b:when] or [b:when], told apart by what is found on the way."""
        start = self.at
        self.at += 1
        parts: list[list[Node]] = [[]]
        marks: list[str] = []
        while True:
            parts[-1] += self.sequence("|:]", depth + 1)
            rest = self.text[self.at : self.at + 1]
            if rest == ":" and len(parts) <= 2 and "|" not in marks and (when := _WHEN.match(self.text, self.at + 1)):
                self.at = when.end()
                before, after = (parts[0], parts[1]) if len(parts) == 2 else ([], parts[0])
                is_share = "." in when[1] or float(when[1]) < 1
                return Scheduled(start, self.at, _joined(before), _joined(after), float(when[1]), is_share)
            if rest in ("|", ":"):
                marks.append(rest)
                parts.append([])
                self.at += 1
                continue
            self.at += len(rest)
            break
        if "|" in marks and ":" not in marks:
            return Alternating(start, self.at, tuple(_joined(part) for part in parts))
        inside = parts[0]
        for mark, part in zip(marks, parts[1:], strict=True):
            inside += [Text(self.at, self.at, mark), *part]
        return Weighted(start, self.at, _joined(inside), 1 / STEP)

    def _choice(self, depth: int) -> Node:
        start = self.at
        self.at += 1
        least, most, between = 1, 1, ", "
        if many := _COUNT.match(self.text, self.at):
            least, most = (int(many[1]), int(many[1])) if many[1] else (int(many[2] or 1), int(many[3] or 0) or None)
            between, self.at = ", " if many[4] is None else many[4], many.end()
        shares, options = [self._share()], [self.sequence("|}", depth + 1)]
        while self.text[self.at : self.at + 1] == "|":
            self.at += 1
            shares.append(self._share())
            options.append(self.sequence("|}", depth + 1))
        self.at += len(self.text[self.at : self.at + 1])
        return Choice(start, self.at, tuple(options), least, most, between, tuple(shares))

    def _share(self) -> float:
        """What is written before an option: how often it is drawn."""
        found = _OFTEN.match(self.text, self.at)
        if found is None:
            return 1.0
        self.at = found.end()
        return float(found[1])


def _joined(nodes: list[Node]) -> Nodes:
    """Neighbouring words as one."""
    found: list[Node] = []
    for node in nodes:
        if isinstance(node, Text) and found and isinstance(last := found[-1], Text):
            found[-1] = Text(last.start, node.end, last.text + node.text)
        else:
            found.append(node)
    return tuple(found)
