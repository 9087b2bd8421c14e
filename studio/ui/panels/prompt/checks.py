"""What would keep a wish from being made, said before anyone presses the button."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from studio.document.recipe import Recipe
from studio.prompts.loras import timed_in
from studio.prompts.reading import weighing_in, wildcards_in
from studio.request.family import Ability, Family, Model
from studio.request.geometry import Size
from studio.request.request import LARGEST_SIDE, LONGEST_PROMPT, SMALLEST_SIDE
from studio.request.sentences import listed


class Problem(NamedTuple):
    """where: "prompt", "negative", "width" or "height". sentence: what is wrong and what would be right."""

    where: str
    sentence: str


def sides(family: Family) -> tuple[int, int]:
    """Shortest and longest side in pixels that a model of this family can make."""
    return max(SMALLEST_SIDE, family.smallest_side), min(LARGEST_SIDE, family.largest_side)


def problem_of(recipe: Recipe, model: Model, size: Size) -> Problem | None:
    """The first thing that is wrong, or None. size: what will be made, automatic or not."""
    return _words(recipe, model) or _size(size, model)


def _words(recipe: Recipe, model: Model) -> Problem | None:
    words = [("prompt", "prompt", recipe.prompt)]
    if model.family.can(Ability.NEGATIVE_PROMPT):
        words.append(("negative", "negative prompt", recipe.negative))
    for where, name, text in words:
        if len(text) > LONGEST_PROMPT:
            return Problem(where, f"The {name} has {len(text):,} characters; at most {LONGEST_PROMPT:,} can be used.")
    return None


def _size(size: Size, model: Model) -> Problem | None:
    low, high = sides(model.family)
    for name, side in (("width", size.width), ("height", size.height)):
        if not low <= side <= high:
            return Problem(
                name,
                f"A {name} of {side:,} px cannot be made with {model.title}. Choose one from {low} to {high:,} px.",
            )
    return None


def without_effect(recipe: Recipe, family: Family, wildcards: Callable[[], Collection[str]]) -> str:
    """What of the words will have no effect with such models, a sentence, or "". wildcards: those that there are."""
    texts = [recipe.prompt, *([recipe.negative] if family.can(Ability.NEGATIVE_PROMPT) else [])]
    said: list[str] = []
    if not family.emphasis and (lost := list(dict.fromkeys(each for text in texts for each in weighing_in(text)))):
        has = "have" if len(lost) > 1 or lost == ["weights"] else "has"
        said.append(f"{family.title} reads plain sentences: {listed(lost)} {has} no effect.")
    if family.can(Ability.LORA) and any(timed_in(text) for text in texts):
        said.append("A LoRA is on for the whole picture in all steps, also where its tag stands in [ ] or beside AND.")
    if named := list(dict.fromkeys(each for text in texts for each in wildcards_in(text))):
        known = wildcards()
        if missing := [f"{name}.txt" for name in named if name not in known]:
            said.append(f"There is no {listed(missing)} in your folder of wildcards.")
    return " ".join(said)
