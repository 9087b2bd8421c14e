"""Z-Image: one transformer of six billion numbers, reading Qwen3; the turbo model takes eight steps."""

from __future__ import annotations

from studio.library.samplers import FLOW_SAMPLERS
from studio.request.family import Ability, Family, Way
from studio.request.geometry import Size
from studio.request.sampling import Algorithm, Sampler

_ABILITIES = frozenset(
    (
        Ability.TEXT_TO_IMAGE,
        Ability.IMAGE_TO_IMAGE,
        Ability.INPAINT,
        Ability.NEGATIVE_PROMPT,
        Ability.GUIDANCE,
        Ability.LORA,
    )
)

FAMILY = Family(
    id="zimage",
    title="Z-Image",
    latent_channels=16,
    latent_scale=8,
    native=Size(1024, 1024),
    size_multiple=16,
    smallest_side=256,
    largest_side=2048,
    steps=50,
    guidance=4.0,
    sampler=Sampler(Algorithm.EULER),
    samplers=FLOW_SAMPLERS,
    abilities=_ABILITIES,
    tiny_decoder="madebyollin/taef1",
    ways=(
        Way(
            trait="turbo",
            unless="base",  # nothing in a file tells that it is the turbo model
            title="Turbo",
            steps=9,
            guidance=0.0,
            abilities=_ABILITIES - {Ability.GUIDANCE, Ability.NEGATIVE_PROMPT},
        ),
    ),
    emphasis=False,
    brain=True,
)
