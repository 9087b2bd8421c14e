"""Control networks of transformers: a few blocks beside the network's own look at the picture's latents at every call.

What they find is added to what the network's own blocks give. How they are asked differs by family, and is told by its
adapter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from studio.pipelines.control.controls import Likening
from studio.pipelines.control.guides import Call, Extra, Guide, Shown, Sight, of_rows, summed
from studio.pipelines.control.looks import Weights
from studio.request.errors import BadInput

if TYPE_CHECKING:
    from studio.pipelines.conditioning import Conditioning

Found = Sequence[Tensor] | Mapping[int, Tensor]
"""What is added: after each of the network's blocks in turn, or by the number of the block."""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A call of a control network.

    picture: as it sees it, one row for each of given. given: as the network's own. extra: the inputs of the network's
    own call so far. weight: how much it counts.
    """

    network: Any
    picture: Tensor
    given: Tensor
    timestep: Tensor
    extra: Extra
    inputs: Conditioning
    weight: float


@dataclass(frozen=True, kw_only=True)
class BesideSteering:
    """See `controls.Steering`. read: a file to its network. ask: calls it. name: what the network calls what was found.

    sight: what a control network looks at.
    """

    read: Callable[..., nn.Module]
    ask: Callable[[Asking], Found]
    name: str = "controlnet_block_samples"
    sight: Callable[[Any], Sight] = lambda network: Sight.LATENTS

    def sees(self, network: nn.Module) -> Sight:
        return self.sight(network)

    def readers(self) -> Mapping[str, Callable[..., Any]]:
        return {"controlnet": self.read}

    def likening(self, denoiser: Any, adapters: Sequence[Weights]) -> Likening:
        raise BadInput("Models of this family cannot be shown a picture to be like.", "Choose another model.")

    def guide_of(self, shown: Shown) -> Guide:
        return _Beside(shown, self)


@dataclass(frozen=True)
class _Beside:
    shown: Shown
    steering: BesideSteering

    def steer(self, extra: Extra, given: Tensor, timestep: Tensor, inputs: Conditioning, call: Call) -> None:
        control = self.shown.control
        if not control.weight or not control.holds(call.number, call.of):
            return
        asking = Asking(
            network=self.shown.network,
            picture=of_rows(self.shown.picture, len(given)),
            given=given,
            timestep=timestep,
            extra=extra,
            inputs=inputs,
            weight=control.weight,
        )
        found, name = self.steering.ask(asking), self.steering.name
        extra[name] = _added(extra.get(name), found)


def _added(before: Any, found: Found) -> Found:
    if not isinstance(found, Mapping):
        return summed(before, found)
    both: dict[int, Tensor] = dict(before or {})
    for block, value in found.items():
        both[block] = both[block] + value if block in both else value
    return both
