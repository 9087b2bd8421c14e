"""From a picture that was made to requests for others like it: branches of its steps, kept steps, variations."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from studio.document.recipe import Recipe, fresh_seed
from studio.prompts.styles import apply_style
from studio.request.course import Branch, Turn, Variation
from studio.request.errors import BadInput
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest, Prompt

SUBTLE, LIKE, STRONG = 0.15, 0.3, 0.5  # shares of other noise


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the artist wants now: what a branch goes on with, and what a running picture is steered to."""

    prompt: Prompt
    negative: Prompt
    guidance: float

    @classmethod
    def of(cls, recipe: Recipe, request: GenerationRequest) -> Words:
        """As the recipe says; what it leaves to the model is as in `request`."""
        prompt, negative = apply_style(recipe.prompt, recipe.negative, recipe.style)
        guidance = request.guidance if recipe.guidance is None else recipe.guidance
        return cls(prompt=prompt, negative=negative, guidance=guidance)

    def turn(self, request: GenerationRequest) -> Turn | None:
        """What has to change in a request; None: nothing."""
        changes = {name: getattr(self, name) for name in ("prompt", "negative", "guidance")}
        changes = {name: value for name, value in changes.items() if getattr(request, name) != value}
        return Turn(**changes) if changes else None


def branched(
    parent: GenerationRequest,
    step: int,
    words: Words,
    *,
    fresh: float = 0.0,
    seed: int | None = None,
    hole: tuple[Pixels, Pixels] | None = None,
    strength: float = 1.0,
) -> GenerationRequest:
    """Goes on from a step of a picture. parent: makes it (count 1).

    fresh: 0..1, how much of the noise that is left is replaced. seed: None keeps the parent's, or draws one for fresh
    noise. hole: the finished picture and the mask (255: anew) that confines what is different.
    strength: 0..1, of the way that is left from the step on; only so much at its end may stray from the finished
    picture, or with an edit from what it was made of. Without a mask to lower it does nothing.
    Raises BadInput when it would be the same picture, and for a step that has no way on.
    """
    origin = rooted(parent, step)
    if seed is None:
        seed = fresh_seed() if fresh else origin.seed
    request = replace(
        origin,
        prompt=words.prompt,
        negative=words.negative,
        guidance=words.guidance,
        seed=seed,
        steering=(),
        stop_at=0,
        branch=Branch(parent=origin, step=step, fresh=fresh),
    )
    if hole is not None:
        request = replace(request, source=hole[0], mask=hole[1])
    request = _held(request, strength * (1 - step / request.steps_taken)) if strength < 1 else request
    if not fresh and hole is None and _same_way(origin, request, step):
        raise BadInput(
            "From here on nothing would be different.",
            "Change the prompt or the guidance, select a part, or add fresh noise.",
        )
    return request


def _held(request: GenerationRequest, share: float) -> GenerationRequest:
    """What may change by its mask may do so for this share of the way only."""
    if request.mask is None:
        return request
    return replace(request, mask=Pixels(np.rint(request.mask.array * share).astype(np.uint8)))


def kept(parent: GenerationRequest, step: int) -> GenerationRequest:
    """Makes what a picture would have become when it was stopped after a step."""
    origin = rooted(parent, step)
    return replace(origin, steering=tuple(turn for turn in origin.steering if turn.step < step), stop_at=step)


def varied(parent: GenerationRequest, strength: float, count: int) -> GenerationRequest:
    """Pictures like one: the same seed, with other noise mixed in. strength: 0..1.

    A branch with fresh noise, or a picture that was steered, is varied from its beginning, too.
    """
    variation = Variation(seed=fresh_seed(), strength=strength)
    return replace(parent, variation=variation, count=count, stop_at=0)


def rooted(request: GenerationRequest, step: int) -> GenerationRequest:
    """The picture to which a step belongs: of a branch, the steps before it are its parent's."""
    while request.branch is not None and step <= request.branch.step:
        request = request.branch.parent
    return request


def _same_way(origin: GenerationRequest, request: GenerationRequest, step: int) -> bool:
    """Nothing is changed from that step on."""
    held = replace(origin, steering=())
    for turn in origin.steering:
        if turn.step > step:
            return False
        held = turn.applied(held)
    return replace(request, branch=None) == replace(held, branch=None, stop_at=0) and not origin.stop_at
