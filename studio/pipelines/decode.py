"""Stage four: latents to pixels."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from studio.pipelines.framing import Frame, opaque, pasted
from studio.pipelines.joining import mended
from studio.pipelines.loaded import Loaded
from studio.pipelines.memory import tiling
from studio.request.errors import Trouble
from studio.request.pixels import Array, Pixels
from studio.request.request import GenerationRequest


def decode(loaded: Loaded, request: GenerationRequest, frame: Frame, latents: Tensor) -> Pixels:
    """The finished picture of one row of latents, (1, channels, h, w), cut to the asked size.

    With a mask, what it keeps is the source's own pixels, bit for bit, and the rest is joined to it.
    Raises Trouble when the numbers overflowed.
    """
    picture = decode_latents(loaded, latents)
    if not bool(torch.isfinite(picture).all()):
        raise Trouble(
            "The picture came out empty: the numbers in the model overflowed.",
            "Try another sampler, less guidance, or another model.",
        )
    if loaded.palette.learns:
        loaded.palette.learn(latents, picture)
    made = np.ascontiguousarray(frame.cropped(as_bytes(picture)))
    if request.source is not None and request.mask is not None:
        made = mended(made, opaque(request.source), request.mask.array[..., 0])
        made = pasted(made, request.source, request.mask)
    return Pixels(made)


def decode_latents(loaded: Loaded, latents: Tensor) -> Tensor:
    """(1, 3, height, width), about -1..1."""
    with loaded.visit(loaded.codec), tiling(loaded.codec, loaded.plan):
        return loaded.adapter.codec.decode(loaded.codec, latents)


def as_bytes(picture: Tensor) -> Array:
    """(height, width, 3) uint8 from (1, 3, height, width), -1..1."""
    shares = (picture * 0.5 + 0.5).clamp(0, 1)[0].permute(1, 2, 0).float().cpu().numpy()
    return (shares * 255).round().astype(np.uint8)
