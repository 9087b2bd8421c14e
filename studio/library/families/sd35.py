"""Stable Diffusion 3.5: two CLIPs and T5, a transformer on latents of sixteen channels."""

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
    id="sd35",
    title="Stable Diffusion 3.5",
    latent_channels=16,
    latent_scale=8,
    native=Size(1024, 1024),
    size_multiple=16,
    smallest_side=256,
    largest_side=2048,
    steps=28,
    guidance=4.5,
    sampler=Sampler(Algorithm.EULER),
    samplers=FLOW_SAMPLERS,
    abilities=_ABILITIES,
    tiny_decoder="madebyollin/taesd3",
    ways=(
        Way(
            trait="large-turbo",
            title="Large Turbo",
            steps=4,
            guidance=0.0,
            abilities=_ABILITIES - {Ability.GUIDANCE, Ability.NEGATIVE_PROMPT},
        ),
    ),
    emphasis=False,
    brain=True,
)
