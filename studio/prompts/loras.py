"""LoRA tags of a prompt as rows: what is chosen, how much of it, on or off. The tags themselves are the only truth."""

from __future__ import annotations

from dataclasses import dataclass

from studio.prompts.grammar import parse
from studio.prompts.tree import OFF, Alternating, And, Choice, Scheduled, Tag, everywhere

KINDS = ("lora", "lyco")


@dataclass(frozen=True)
class Chosen:
    """A tag. weight: of it when it is on. by_chance: it stands in a choice, and counts where that is drawn."""

    name: str
    weight: float
    on: bool
    tag: Tag
    by_chance: bool = False


def chosen_in(text: str) -> tuple[Chosen, ...]:
    """All LoRA that a prompt names, in the order in which they stand there.

    >>> [(each.name, each.weight, each.on) for each in chosen_in("a fox <lora:ink:0.8> <lora:oil:1:off>")]
    [('ink', 0.8, True), ('oil', 1.0, False)]
    """
    nodes = tuple(everywhere(parse(text)))
    tags = [node for node in nodes if isinstance(node, Tag) and node.kind in KINDS]
    tags.sort(key=lambda tag: tag.start)
    choices = [node for node in nodes if isinstance(node, Choice)]
    drawn = {tag.start for tag in tags if any(each.start < tag.start < each.end for each in choices)}
    return tuple(Chosen(tag.name, tag.weight, tag.on, tag, tag.start in drawn) for tag in tags)


def timed_in(text: str) -> bool:
    """Whether a LoRA stands where only some steps, or one of the prompts of AND, would have it.

    >>> timed_in("a [fox <lora:ink:1>::0.5]"), timed_in("a fox <lora:ink:1>")
    (True, False)
    """
    nodes = parse(text)
    several = any(isinstance(node, And) for node in nodes)
    parts = [node for node in everywhere(nodes) if isinstance(node, Scheduled | Alternating)]
    return any(
        several or any(part.start < each.tag.start < part.end for part in parts) for each in chosen_in(text) if each.on
    )


def changed(text: str, index: int, *, weight: float | None = None, on: bool | None = None) -> str:
    """The prompt with another weight of a LoRA, or switched; what else its tag says stays.

    >>> changed("a fox <lora:ink:0.8>", 0, on=False)
    'a fox <lora:ink:0.8:off>'
    """
    found = chosen_in(text)[index]
    tag, rest = found.tag, [value for value in found.tag.values[1:] if value.strip() != OFF]
    number = f"{round(found.weight if weight is None else weight, 2):g}"
    ending = [] if (found.on if on is None else on) else [OFF]
    written = ":".join((tag.kind, tag.name, number, *rest, *ending))
    return f"{text[: tag.start]}<{written}>{text[tag.end :]}"


def without(text: str, index: int) -> str:
    """The prompt without a LoRA, and without the gap that it leaves.

    >>> without("a fox <lora:ink:0.8>, red", 0)
    'a fox, red'
    """
    tag = chosen_in(text)[index].tag
    before, after = text[: tag.start], text[tag.end :]
    if before.endswith((" ", "\n")) and (not after or after[0] in " ,\n"):
        before = before[:-1]
    elif not before:
        after = after.lstrip(" ")
    return before + after


def added(text: str, name: str, weight: float = 1.0) -> str:
    """The prompt with another LoRA at its end.

    >>> added("a fox", "ink")
    'a fox <lora:ink:1>'
    """
    gap = "" if not text or text.endswith((" ", "\n")) else " "
    return f"{text}{gap}<lora:{name}:{weight:g}>"


def with_words(text: str, words: str) -> str:
    """The prompt with words that call up what a LoRA has learnt: after the other words, before the tags at the end.

    >>> with_words("a fox <lora:ink:1>", "ink style")
    'a fox, ink style <lora:ink:1>'
    """
    end = len(text.rstrip())
    for each in reversed(chosen_in(text)):
        if text[each.tag.end : end].strip():
            break
        end = len(text[: each.tag.start].rstrip())
    before, after = text[:end], text[end:]
    comma = "" if not before else " " if before.endswith(",") else ", "
    return f"{before}{comma}{words}{after}"
