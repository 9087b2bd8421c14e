"""The embedded model's family: the layout of Stable Diffusion 1.5."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from studio.pipelines.closed_form import ClosedFormUNet
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.unets import OneEncoder


class Scenes(OneEncoder):
    """The closed-form network leads what is asked for, not between two pictures: it has to be told the scale."""

    def predict(
        self, denoiser: Any, inputs: Conditioning, latents: Tensor, timestep: Tensor, guidance: float
    ) -> Tensor:
        if isinstance(denoiser, ClosedFormUNet):
            denoiser.guidance = guidance
        return super().predict(denoiser, inputs, latents, timestep, guidance)


ADAPTER = Scenes()
