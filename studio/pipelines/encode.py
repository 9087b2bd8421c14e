"""Stage one: words to conditions."""

from __future__ import annotations

from contextlib import ExitStack

from studio.pipelines.adapters import Asked
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.framing import Frame, opaque
from studio.pipelines.loaded import Loaded
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
    with ExitStack() as stack:
        known = all(reader.knows(text) for reader in loaded.readers for text in (asked.prompt, asked.negative or ""))
        if not known or looks:
            report(Loading("Reading the prompt"))
            for encoder in loaded.encoders:
                stack.enter_context(loaded.visit(encoder))
        found = loaded.adapter.condition(loaded.readers, asked)
    return found.to(loaded.device.torch_device)
