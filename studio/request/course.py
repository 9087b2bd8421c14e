"""Where a picture's denoising begins, and what was changed on its way: variations, branches, steering.

All of it is part of the request, so that whatever was made can be made again, byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio.request.errors import BadInput

if TYPE_CHECKING:
    from studio.request.pixels import Pixels
    from studio.request.request import GenerationRequest, Prompt

DEEPEST = 64  # branches of branches


@dataclass(frozen=True, kw_only=True)
class Variation:
    """Noise that lies between the picture's own and that of another seed, on the great circle between them.

    seed: of the other noise. strength: 0 is the picture's own noise, 1 the other one.
    """

    seed: int
    strength: float


@dataclass(frozen=True, kw_only=True)
class Branch:
    """Another way from one of the steps of a picture.

    parent: makes that picture (count 1). step: how many of its steps are kept. fresh: 0..1, how much of the noise
    that is left then is replaced by other noise, drawn from the seed of the branch.

    The latents of that step are those of `parent`, rounded to float16: taken from where they are kept, or made anew.
    """

    parent: GenerationRequest
    step: int
    fresh: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A change made while the picture was made: holds from when `step` steps are done. None is as it was before.

    As a wish, told to a running job, `step` is 0: the next one. mask: same size as the request, only with a mask.
    """

    step: int = 0
    prompt: Prompt | None = None
    negative: Prompt | None = None
    guidance: float | None = None
    mask: Pixels | None = None

    def applied(self, request: GenerationRequest) -> GenerationRequest:
        """The request as it would have been with this from the beginning. Raises BadInput."""
        if self.mask is not None and request.mask is None:
            raise BadInput("There is no mask that could be changed while this picture is made.")
        changes = {
            name: value
            for name in ("prompt", "negative", "guidance", "mask")
            if (value := getattr(self, name)) is not None
        }
        return replace(request, **changes)


@dataclass(frozen=True)
class Keep:
    """As a wish: stop the picture in the making after the step in hand, and keep what it would become."""


Wish = Keep | Turn


def check_course(request: GenerationRequest) -> None:
    """Raises BadInput when a request's variation, branch, steering or stop cannot be used."""
    _check_numbers(request)
    if request.branch is not None:
        _check_branch(request, request.branch)
    before = 0
    for turn in request.steering:
        if not before <= turn.step < request.steps_taken or turn.step < 1:
            raise BadInput(f"Nothing can be changed after step {turn.step} of {request.steps_taken}.")
        before = turn.step
        if turn.mask is not None and (turn.mask.size != request.size or turn.mask.channels != 1):
            raise BadInput("A mask that was painted on the way does not fit the picture.")
        if turn.mask is not None and request.mask is None:
            raise BadInput("There is no mask that could be changed on the way.")


def _check_numbers(request: GenerationRequest) -> None:
    variation, branch = request.variation, request.branch
    shares = [variation.strength if variation else 0, branch.fresh if branch else 0]
    if not all(0 <= share <= 1 for share in shares):
        raise BadInput("A variation takes a strength from 0 to 1.")
    if variation is not None and not 0 <= variation.seed < 2**64:
        raise BadInput(f"A variation seed of {variation.seed} cannot be used.")
    first = branch.step if branch else 0
    if request.stop_at and not first < request.stop_at <= request.steps_taken:
        raise BadInput(f"The picture cannot be kept after step {request.stop_at} of {request.steps_taken}.")


def _check_branch(request: GenerationRequest, branch: Branch) -> None:
    parent = branch.parent
    same = ("model", "size", "steps", "steps_taken", "sampler")
    if parent.count != 1 or any(getattr(parent, name) != getattr(request, name) for name in same):
        raise BadInput("A branch has the model, size, sampler and steps of the picture it comes from.")
    last = min(parent.stop_at or parent.steps_taken, parent.steps_taken - 1)
    first = 1 + (parent.branch.step if parent.branch else 0)
    if not first <= branch.step <= last:
        raise BadInput(f"There is no way on from step {branch.step}.", f"Choose a step from {first} to {last}.")
    depth, ancestor = 1, parent
    while ancestor.branch is not None:
        depth, ancestor = depth + 1, ancestor.branch.parent
    if depth > DEEPEST:
        raise BadInput("This picture is a branch of too many branches.", "Begin with a new one.")
