"""Chroma: a smaller FLUX.1 schnell with real guidance, reading T5."""

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
    id="chroma",
    title="Chroma",
    latent_channels=16,
    latent_scale=8,
    native=Size(1024, 1024),
    size_multiple=16,
    smallest_side=256,
    largest_side=2048,
    steps=35,
    guidance=5.0,
    sampler=Sampler(Algorithm.EULER),
    samplers=FLOW_SAMPLERS,
    abilities=_ABILITIES,
    tiny_decoder="madebyollin/taef1",
    ways=(Way(trait="flash", title="Flash", steps=12, guidance=1.0),),
    emphasis=False,
    brain=True,
)
