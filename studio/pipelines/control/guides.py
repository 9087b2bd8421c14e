"""What steers the network at each of its calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Protocol

from torch import Tensor, nn
from torch.nn import functional

from studio.request.control import Control

if TYPE_CHECKING:
    from studio.pipelines.conditioning import Conditioning

Extra = dict[str, Any]
"""Further inputs of the network, by name."""


class Sight(Enum):
    """What a control network looks at: the picture, its latents as the denoiser sees them, or those only scaled."""

    PICTURE = auto()
    LATENTS = auto()
    UNSHIFTED = auto()


@dataclass(frozen=True)
class Call:
    """A call of the network, of so many; the first is 1."""

    number: int
    of: int


class Guide(Protocol):
    """One or several controls on one picture, ready for the calls."""

    def steer(self, extra: Extra, given: Tensor, timestep: Tensor, inputs: Conditioning, call: Call) -> None:
        """Adds to the inputs of a call.

        given: latents (rows, channels, h, w) as the network sees them, negative rows first where it is guided.
        inputs: what else the network gets.
        """
        ...


@dataclass(frozen=True)
class Guides:
    """Those of a call."""

    guides: Sequence[Guide]
    call: Call

    def added(self, extra: Extra, given: Tensor, timestep: Tensor, inputs: Conditioning) -> Extra:
        """The inputs with what all of them add."""
        for guide in self.guides:
            guide.steer(extra, given, timestep, inputs, self.call)
        return extra


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A control with what there is to work with.

    network: as it was read. picture: (1, 3, height, width) of the canvas, 0..1, on the device; or its latents, where
    the family's networks look at those.
    """

    control: Control
    network: nn.Module
    picture: Tensor


def of_rows(value: Tensor, rows: int) -> Tensor:
    """One row for all."""
    return value.expand(rows, *value.shape[1:])


def summed(before: Sequence[Tensor] | None, more: Sequence[Tensor]) -> list[Tensor]:
    """Residuals of several controls add up, in their order."""
    return list(more) if before is None else [one + other for one, other in zip(before, more, strict=True)]


def only_on_own(extra: Extra, length: int) -> None:
    """What pictures that steer add counts for the picture's own tokens, not for those of one that is looked at.

    length: of all of them.
    """
    for name in ("controlnet_block_samples", "controlnet_single_block_samples"):
        if name in extra:
            extra[name] = [functional.pad(each, (0, 0, 0, length - each.shape[1])) for each in extra[name]]
