"""Stage one: words to conditions."""

from __future__ import annotations

from contextlib import ExitStack

from studio.pipelines.adapters import distilled_guidance
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.framing import Frame
from studio.pipelines.loaded import Loaded
from studio.request.events import Loading
from studio.request.pipeline import Report
from studio.request.request import GenerationRequest


def encode(loaded: Loaded, request: GenerationRequest, frame: Frame, report: Report) -> Conditioning:
    """What the denoiser gets of the prompts. A guidance of 1 and below makes no negative pass."""
    taught = loaded.denoiser.config.get("time_cond_proj_dim")  # the model was taught the scale itself
    guided = request.guidance > 1 and taught is None
    prompt, negative = request.prompt.text, request.negative.text if guided else None
    with ExitStack() as stack:
        if not all(reader.knows(text) for reader in loaded.readers for text in (prompt, negative or "")):
            report(Loading("Reading the prompt"))
            for reader in loaded.readers:
                stack.enter_context(loaded.visit(reader.encoder))
        found = loaded.adapter.condition(loaded.readers, prompt, negative, frame.canvas, loaded.options)
    device = loaded.device.torch_device
    return Conditioning(
        hidden_states=found.hidden_states.to(device),
        added={name: value.to(device) for name, value in found.added.items()},
        guided=guided,
        scale=distilled_guidance(request.guidance, int(taught), found.hidden_states) if taught else None,
    )
