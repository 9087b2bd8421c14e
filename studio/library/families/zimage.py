"""Z-Image: one transformer of six billion numbers, reading Qwen3; the turbo model takes eight steps."""

from __future__ import annotations

from studio.library.flow_family import DISTILLED, flow_family
from studio.request.family import Way

FAMILY = flow_family(
    id="zimage",
    title="Z-Image",
    steps=50,
    guidance=4.0,
    tiny_decoder="madebyollin/taef1",
    controls=frozenset(("controlnet",)),
    controls_from="alibaba-pai/Z-Image-Turbo-Fun-Controlnet-Union on Hugging Face (several kinds in one)",
    ways=(
        Way(
            trait="turbo",
            unless="base",  # nothing in a file tells that it is the turbo model
            title="Turbo",
            steps=9,
            guidance=0.0,
            abilities=DISTILLED,
        ),
    ),
)
