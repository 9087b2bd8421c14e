"""diffusers' own pipelines, called by hand: what ours must equal."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from studio.request.request import GenerationRequest


def by_diffusers(pipeline: Any, request: GenerationRequest, **given: Any) -> np.ndarray:
    """The picture that a pipeline of diffusers makes of a request; (height, width, 3), 0..255.

    given: what differs between pipelines, such as height and width, a picture or a mask.
    """
    pipeline.set_progress_bar_config(disable=True)
    with torch.inference_mode():
        shares = pipeline(
            prompt=request.prompt.text,
            num_inference_steps=request.steps,
            generator=torch.Generator().manual_seed(request.seed),
            output_type="np",
            **given,
        ).images[0]
    return (shares * 255).round().astype(np.uint8)
