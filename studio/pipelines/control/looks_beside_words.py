"""Image prompt adapters for FLUX.1 (XLabs): beside the attention of each block on two streams one to the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from torch import Tensor

from studio.pipelines.control.files import refuse_unless
from studio.pipelines.control.guides import Call, Extra
from studio.pipelines.control.looks import Eyes, Looks, Pair, Weights
from studio.request.control import Control

if TYPE_CHECKING:
    from studio.pipelines.conditioning import Conditioning


@dataclass(frozen=True)
class TransformerLooks(Looks):
    """See `looks.Looks`."""

    def steer(self, extra: Extra, given: Tensor, timestep: Tensor, inputs: Conditioning, call: Call) -> None:
        self.weigh(call)
        seen = [pair.rows(len(given), guided=False).to(given) for pair in self.pairs]
        extra["joint_attention_kwargs"] = {"ip_adapter_image_embeds": seen}


@dataclass(frozen=True)
class TransformerEyes(Eyes):
    """See `looks.Eyes`."""

    @classmethod
    def of(cls, unet: Any, files: Sequence[Weights]) -> TransformerEyes:
        """Raises BadInput when one is for another transformer."""
        shape = (unet.inner_dim, unet.config.joint_attention_dim)
        for each in files:
            keys = {name: value for name, value in each["ip_adapter"].items() if name.endswith("to_k_ip.weight")}
            fits = len(keys) == unet.config.num_layers and all(value.shape == shape for value in keys.values())
            refuse_unless(fits and "proj.weight" in each["image_proj"], "image prompt")
        found = super().of(unet, files)
        return cls(found.attention, found.projection)

    def guide(self, controls: Sequence[Control], pairs: Sequence[Pair]) -> Looks:
        return TransformerLooks(tuple(controls), tuple(pairs), self.looking)
