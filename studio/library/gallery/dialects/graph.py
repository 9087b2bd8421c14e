"""Walks a ComfyUI graph backwards from what was saved, to what was asked for.

A graph in "API" form: {id: {"class_type": name, "inputs": {name: value, or [id, output number]}}}. Nothing is known
of most nodes (there are thousands), so the walk goes by the names of inputs, which nearly all nodes share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from studio.library.gallery.dialects.values import mapping

MOST_NODES = 5000
_DEEPEST = 200  # nodes on the way to a text
_WORDS = ("text", "populated_text", "prompt", "positive_prompt", "string", "value", "text_positive", "wildcard_text")
_NUMBERS = ("seed", "noise_seed", "value", "int", "float", "number", "a")
_GLUES = ("delimiter", "separator")
_CONDITIONS = ("conditioning", "positive", "cond", "base_positive")
_OUTPUTS = ("SaveImage", "ImageSave", "Save Image", "SaveAnimated", "PreviewImage", "Image Save")


@dataclass(frozen=True)
class Node:
    """A step of a graph. kind: its class. inputs: plain values, or links to others."""

    id: str
    kind: str
    inputs: dict[str, Any]


class Graph:
    """Nodes by id, and walks along their links. Circles and missing nodes end a walk."""

    def __init__(self, prompt: dict[str, Any]) -> None:
        self.nodes: dict[str, Node] = {}
        for key, value in list(prompt.items())[:MOST_NODES]:
            node = mapping(value)
            if "class_type" in node:
                self.nodes[key] = Node(key, str(node["class_type"]), mapping(node.get("inputs")))

    def source(self, node: Node, name: str) -> tuple[Node, int] | None:
        """The node that feeds an input, and which of its outputs."""
        return self._linked(node.inputs.get(name))

    def upstream(self, *nodes: Node) -> Iterator[Node]:
        """All nodes before these, nearest first, each once."""
        seen = {node.id for node in nodes}
        row = list(nodes)
        while row:
            following: list[Node] = []
            for each in row:
                for value in each.inputs.values():
                    link = self._linked(value)
                    if link and link[0].id not in seen:
                        seen.add(link[0].id)
                        following.append(link[0])
            yield from following
            row = following

    def outputs(self) -> list[Node]:
        """Nodes that save pictures."""
        return [node for node in self.nodes.values() if any(name in node.kind for name in _OUTPUTS)]

    def number(self, node: Node, *names: str) -> Any:
        """The first of these inputs that is told, its links followed to the node that holds the number."""
        return self._value(node, names, _NUMBERS, lambda value: isinstance(value, int | float))

    def string(self, node: Node, *names: str) -> str | None:
        """The same for text; nodes that join texts are joined."""
        for name in names:
            value = node.inputs.get(name)
            if isinstance(value, str):
                return value
            link = self._linked(value)
            if link and (found := self._text_of(link[0], {node.id})) is not None:
                return found
        return None

    def condition(self, node: Node, name: str) -> str | None:
        """The words behind a conditioning input."""
        link = self.source(node, name)
        if link is None:
            return None
        found = list(dict.fromkeys(part for part in self._words(link[0], link[1], set()) if part))
        return ", ".join(found)

    def _words(self, node: Node, output: int, seen: set[str]) -> Iterator[str]:
        if node.id in seen or "ZeroOut" in node.kind or len(seen) > _DEEPEST:
            return
        seen.add(node.id)
        if {"positive", "negative"} <= node.inputs.keys() and output in (0, 1):  # a control on both
            link = self.source(node, ("positive", "negative")[output])
            if link:
                yield from self._words(*link, seen)
                return
        text = self._encoded(node)
        if text is not None:
            yield text
            return
        for name, value in node.inputs.items():
            link = self._linked(value)
            if link and name.startswith(_CONDITIONS):
                yield from self._words(*link, seen)

    def _encoded(self, node: Node) -> str | None:
        """What a node that turns words into conditioning encodes: one text, or one for each encoder."""
        names = ("text_g", "text_l", "clip_g", "clip_l", "t5xxl") if "text" not in node.inputs else ("text",)
        parts = [part for part in (self.string(node, name) for name in names) if part]
        if parts:
            return "\n".join(dict.fromkeys(parts))
        if "text" in node.inputs:
            return self.string(node, "text") or ""
        return self.string(node, "prompt", "positive_prompt") if "clip" in node.inputs else None

    def _text_of(self, node: Node, seen: set[str]) -> str | None:
        if node.id in seen or len(seen) > _DEEPEST:
            return None
        seen.add(node.id)
        for name in _WORDS:
            if isinstance(node.inputs.get(name), str):
                return str(node.inputs[name])
        glue = next((str(node.inputs[name]) for name in _GLUES if isinstance(node.inputs.get(name), str)), ", ")
        parts: list[str] = []
        for name, value in node.inputs.items():
            link = self._linked(value)
            if isinstance(value, str) and len(value) > 2 and name not in _GLUES:
                parts.append(value)
            elif link and (part := self._text_of(link[0], seen)):
                parts.append(part)
        return glue.join(parts) if parts else None

    def _value(self, node: Node, names: tuple[str, ...], through: tuple[str, ...], good: Callable[[Any], bool]) -> Any:
        for name in names:
            value, seen = node.inputs.get(name), {node.id}
            while (link := self._linked(value)) and link[0].id not in seen:
                seen.add(link[0].id)
                value = next((link[0].inputs[key] for key in through if key in link[0].inputs), None)
            if good(value):
                return value
        return None

    def _linked(self, value: Any) -> tuple[Node, int] | None:
        if not isinstance(value, list):
            return None
        pair = cast("list[Any]", value)
        if len(pair) != 2 or str(pair[0]) not in self.nodes or not isinstance(pair[1], int):
            return None
        return self.nodes[str(pair[0])], pair[1]
