"""How UNets of the Stable Diffusion line are steered.

ControlNet (arXiv 2302.05543): a copy of the UNet's first half that looks at the picture at every call; what it finds
is added to the UNet's own. T2I-Adapter (arXiv 2302.08453): a small network that looks once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.pipelines.control.controls import Likening
from studio.pipelines.control.files import read_control_lora, read_controlnet, read_t2i_adapter
from studio.pipelines.control.guides import Call, Extra, Guide, Shown, Sight, of_rows, summed
from studio.pipelines.control.looks import Eyes, Weights
from studio.request.control import Control
from studio.request.errors import BadInput

if TYPE_CHECKING:
    from studio.pipelines.conditioning import Conditioning

SHOWS: Mapping[str, int] = {  # preprocessor: which of a union's kinds of picture it makes (xinsir's order)
    "depth": 1,
    "scribble": 2,
    "canny": 3,
    "lineart": 3,
    "tile": 6,
    "blur": 6,
}


class UNetSteering:
    """See `controls.Steering`."""

    def sees(self, network: nn.Module) -> Sight:
        return Sight.PICTURE

    def readers(self) -> Mapping[str, Callable[..., Any]]:
        return {
            "controlnet": read_controlnet,
            "control-lora": read_control_lora,
            "t2i-adapter": read_t2i_adapter,
        }

    def likening(self, denoiser: Any, adapters: Sequence[Weights]) -> Likening:
        return Eyes.of(denoiser, adapters)

    def guide_of(self, shown: Shown) -> Guide:
        """Raises BadInput when the network cannot look at such a picture."""
        if shown.control.kind == "t2i-adapter":
            return _Adapted.of(shown)
        config: Any = shown.network.config
        return _Controlled(shown, _union(shown.control, config) if "num_control_type" in config else None)


@dataclass(frozen=True)
class _Controlled:
    """shows: which kind of picture it is, for a network that was taught several."""

    shown: Shown
    shows: int | None

    def steer(self, extra: Extra, given: Tensor, timestep: Tensor, inputs: Conditioning, call: Call) -> None:
        control, network = self.shown.control, self.shown.network
        if not control.weight or not control.holds(call.number, call.of):
            return
        picture: Any = of_rows(self.shown.picture, len(given))
        more: Extra = {"added_cond_kwargs": inputs.added} if inputs.added else {}
        if self.shows is not None:
            kinds = torch.zeros(len(given), network.config["num_control_type"]).to(given)  # pyright: ignore
            kinds[:, self.shows] = 1
            picture, more = [picture], {**more, "control_type": kinds, "control_type_idx": [self.shows]}
        dtype = next(network.parameters()).dtype
        down, middle = network(
            given.to(dtype),
            timestep,
            encoder_hidden_states=inputs.hidden_states.to(dtype),
            controlnet_cond=picture,
            conditioning_scale=control.weight,
            return_dict=False,
            **more,
        )
        extra["down_block_additional_residuals"] = summed(extra.get("down_block_additional_residuals"), down)
        before = extra.get("mid_block_additional_residual")
        extra["mid_block_additional_residual"] = middle if before is None else before + middle


@dataclass(frozen=True)
class _Adapted:
    """found: what the adapter sees at each level, times its weight."""

    control: Control
    found: tuple[Tensor, ...]

    @classmethod
    def of(cls, shown: Shown) -> _Adapted:
        network: Any = shown.network
        picture, scale = shown.picture, int(network.downscale_factor)
        if network.config.in_channels == 1:
            picture = picture.mean(1, keepdim=True)
        right, below = -picture.shape[-1] % scale, -picture.shape[-2] % scale
        if right or below:
            picture = functional.pad(picture, (0, right, 0, below), mode="replicate")
        return cls(shown.control, tuple(each * shown.control.weight for each in network(picture)))

    def steer(self, extra: Extra, given: Tensor, timestep: Tensor, inputs: Conditioning, call: Call) -> None:
        if not self.control.weight or not self.control.holds(call.number, call.of):
            return
        now = [of_rows(each, len(given)) for each in self.found]
        before = extra.get("down_intrablock_additional_residuals")
        extra["down_intrablock_additional_residuals"] = summed(before, now)


def _union(control: Control, config: Any) -> int:
    shows = SHOWS.get(control.preprocessor)
    if shows is None or shows >= config.num_control_type:
        known = ", ".join(SHOWS)
        raise BadInput(
            f"{control.name} was taught several kinds of picture, and this is none of them.", f"Choose one of {known}."
        )
    return shows
