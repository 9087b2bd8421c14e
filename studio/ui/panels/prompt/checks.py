"""What would keep a wish from being made, said before anyone presses the button."""

from __future__ import annotations

from typing import NamedTuple

from studio.document.recipe import Recipe
from studio.request.family import Ability, Family, Model
from studio.request.geometry import Size
from studio.request.request import LARGEST_SIDE, LONGEST_PROMPT, SMALLEST_SIDE


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
