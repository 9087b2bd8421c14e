"""What a network is shown of the source picture besides what it paints over: a hole to fill, or a picture to follow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from studio.pipelines.framing import Frame, opaque, resized
from studio.pipelines.loaded import Loaded
from studio.pipelines.source import Source, as_input, encode_picture, latents_of
from studio.request.control import BUILT_IN, SEEN
from studio.request.family import Ability
from studio.request.geometry import Size
from studio.request.pixels import Array, Pixels
from studio.request.request import GenerationRequest

HALF = 128  # of 255: from here on a place of the mask is a hole


def shown(
    loaded: Loaded,
    request: GenerationRequest,
    frame: Frame,
    source: Source | None,
    generators: Sequence[torch.Generator],
) -> dict[str, Tensor]:
    """By name, a row for each generator:

    hole: (1, height, width), 1 where something is to be made; filled: latents of the picture, grey in the hole. For
        networks made for inpainting; without a mask all is a hole.
    reference, reference 2, ...: latents of the source, for networks that edit by instruction, and of further pictures.
    followed: latents of a picture that the network itself follows place by place.
    """
    device = loaded.device.torch_device
    if loaded.adapter.fills_holes(loaded.denoiser):
        hole = _hole(request, frame)
        picture = _blank(frame) if request.source is None else as_input(frame.padded(opaque(request.source)))
        encoded = encode_picture(loaded, picture * (1 - hole))
        filled = torch.cat([encoded.latents(generator) for generator in generators])
        return {
            "filled": filled.to(device, loaded.latents_dtype),
            "hole": hole.to(device, loaded.latents_dtype).repeat(len(generators), 1, 1, 1),
        }
    found: list[Tensor] = []
    if source is not None and loaded.family.can(Ability.INSTRUCT):
        found.append(_followed(loaded, request, frame, source).latents())
    found += [_looked_at(loaded, opaque(each)) for each in further(request)]
    named = {"reference" if not at else f"reference {at + 1}": each for at, each in enumerate(found)}
    if built_in := [each.picture for each in request.controls if each.kind == BUILT_IN]:
        named["followed"] = latents_of(loaded, as_input(frame.padded(opaque(built_in[-1]))))
    return {
        name: each.to(device, loaded.latents_dtype).repeat(len(generators), 1, 1, 1) for name, each in named.items()
    }


def further(request: GenerationRequest) -> tuple[Pixels, ...]:
    """Pictures that the model itself looks at besides the source, in order."""
    return tuple(each.picture for each in request.controls if each.kind == SEEN and each.weight)


def _looked_at(loaded: Loaded, array: Array) -> Tensor:
    own = Size(array.shape[1], array.shape[0])
    size = loaded.adapter.reference_size(own)
    return latents_of(loaded, as_input(array if size == own else resized(array, size)))


def _followed(loaded: Loaded, request: GenerationRequest, frame: Frame, source: Source) -> Source:
    size = loaded.adapter.reference_size(frame.canvas)
    if request.source is None or size == frame.canvas:
        return source
    return encode_picture(loaded, as_input(resized(frame.padded(opaque(request.source)), size)))


def _blank(frame: Frame) -> Tensor:
    return torch.zeros(1, 3, frame.canvas.height, frame.canvas.width)


def _hole(request: GenerationRequest, frame: Frame) -> Tensor:
    if request.mask is None:
        return torch.ones(1, 1, frame.canvas.height, frame.canvas.width)
    array = frame.padded(request.mask.array)[..., 0] >= HALF
    return torch.tensor(array.astype(np.float32))[None, None]
