"""Stage one: words to conditions."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import torch

from studio.pipelines.adapters import Asked
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.framing import Frame, opaque
from studio.pipelines.loaded import Loaded
from studio.pipelines.prepare import change_map, latent_shape
from studio.pipelines.regions import Areas
from studio.request.events import Loading
from studio.request.family import Ability
from studio.request.pipeline import Report
from studio.request.request import GenerationRequest


def encode(loaded: Loaded, request: GenerationRequest, frame: Frame, report: Report) -> Conditioning:
    """What the denoiser gets of the prompts, and of the source picture where the model looks at it."""
    guided = loaded.adapter.guided(loaded.denoiser, request.guidance, loaded.options)
    looks = request.source is not None and loaded.family.can(Ability.INSTRUCT)
    asked = Asked(
        prompt=request.prompt.text,
        negative=request.negative.text if guided else None,
        canvas=frame.canvas,
        options=loaded.options,
        picture=frame.padded(opaque(request.source)) if looks and request.source is not None else None,
    )
    others = [replace(asked, prompt=region.prompt.text, picture=None) for region in request.regions]
    texts = (asked.prompt, asked.negative or "", *(each.prompt for each in others))
    with ExitStack() as stack:
        known = all(reader.knows(text) for reader in loaded.readers for text in texts)
        if not known or looks:
            report(Loading("Reading the prompt"))
            for encoder in loaded.encoders:
                stack.enter_context(loaded.visit(encoder))
        found, *parts = (
            loaded.adapter.condition(loaded.readers, each).to(loaded.device.torch_device) for each in (asked, *others)
        )
    if not parts:
        return found
    shape = latent_shape(loaded, frame)
    masks = torch.cat([change_map(region.mask, frame, shape)[0] for region in request.regions])
    words = [each.hidden_states[-1:] for each in parts]
    return replace(found, areas=Areas.of(found.hidden_states[-1:], words, masks.to(words[0].device)))
