"""A picture that steers: what it is looked at by, how much, and for which part of the way."""

from __future__ import annotations

import math
from dataclasses import dataclass

from studio.request.errors import BadInput
from studio.request.pixels import Pixels

REFERENCE = "ip-adapter"
SEEN, BUILT_IN = "seen", "built-in"
WITH_WEIGHTS = ("controlnet", "t2i-adapter", "control-lora", REFERENCE)
ITSELF = (SEEN, BUILT_IN)  # the model does so itself, without weights beside it
BY_ITSELF = "the model itself"
CONTROL_KINDS = (*WITH_WEIGHTS, *ITSELF)
MOST_WEIGHT = 2.0


class ByKind:
    """What follows from the kind of a control."""

    kind: str

    @property
    def refers(self) -> bool:
        """It is shown a picture to be like, rather than lines or surfaces to follow place by place."""
        return self.kind in (REFERENCE, SEEN)

    @property
    def itself(self) -> bool:
        """The model does it without weights beside it, always in full."""
        return self.kind in ITSELF


@dataclass(frozen=True, kw_only=True)
class Control(ByKind):
    """kind: one of `CONTROL_KINDS`, as files are recognised; or "seen", a further picture that the model itself looks
    at, and "built-in", one that it was taught to follow.
    name, digest: of its weights, as in an attachment; "" where there are none beside the model.

    picture: as the network gets it, of the request's size; of any size for an image prompt adapter ("ip-adapter") and
    a further picture, as the whole of it is looked at.
    preprocessor, settings: what the picture was made by, "" for one that is taken as it is; they tell what it shows.
    weight: 0..2. start, end: the share of the steps taken between which it steers, 0..1.
    origin: `Pixels.digest` of the finished picture that it was made of, "" when there is none; it changes nothing.

    Raises BadInput, with a sentence for the artist, for values that cannot be used.
    """

    kind: str
    name: str = ""
    digest: str = ""
    picture: Pixels
    preprocessor: str = ""
    settings: tuple[tuple[str, float], ...] = ()
    weight: float = 1.0
    start: float = 0.0
    end: float = 1.0
    origin: str = ""

    def __post_init__(self) -> None:
        if self.kind not in CONTROL_KINDS:
            raise BadInput(f"There is no control of the kind {self.kind!r}.", f"Choose {_either(CONTROL_KINDS)}.")
        if math.isnan(self.weight) or not 0 <= self.weight <= MOST_WEIGHT:
            raise BadInput(f"A control's weight of {self.weight} cannot be used.", "Choose one from 0 to 2.")
        if not 0 <= self.start < self.end <= 1:
            raise BadInput(
                f"A control cannot hold from {self.start:.0%} to {self.end:.0%} of the steps.",
                "Choose a start below the end, both from 0 to 100 %.",
            )

    @property
    def title(self) -> str:
        """Of its weights, in a sentence."""
        return self.name or BY_ITSELF

    def holds(self, call: int, calls: int) -> bool:
        """Whether it steers call 1..calls of the network."""
        return self.start <= (call - 1) / calls and call / calls <= self.end


def _either(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
