"""Sana: linear attention on latents 32 times smaller than the picture, so that large ones are cheap."""

from __future__ import annotations

from studio.library.samplers import FLOW_SAMPLERS
from studio.request.family import Ability, Family
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
    id="sana",
    title="Sana",
    latent_channels=32,
    latent_scale=32,
    native=Size(1024, 1024),
    size_multiple=32,
    smallest_side=512,
    largest_side=4096,
    steps=20,
    guidance=4.5,
    sampler=Sampler(Algorithm.DPMPP_2M),
    samplers=FLOW_SAMPLERS,
    abilities=_ABILITIES,
    formats=frozenset(("diffusers",)),
    emphasis=False,
    brain=True,
)
