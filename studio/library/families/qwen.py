"""Qwen-Image and Qwen-Image-Edit: a language model that sees reads the prompt; writes text well."""

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
    id="qwen",
    title="Qwen-Image",
    latent_channels=16,
    latent_scale=8,
    native=Size(1328, 1328),
    size_multiple=16,
    smallest_side=256,
    largest_side=2048,
    steps=50,
    guidance=4.0,
    sampler=Sampler(Algorithm.EULER),
    samplers=FLOW_SAMPLERS,
    abilities=_ABILITIES,
    variants=frozenset(("edit",)),
    ways=(
        Way(trait="edit", title="Edit", abilities=_ABILITIES | {Ability.INSTRUCT}),
        Way(trait="lightning", title="Lightning", steps=8, guidance=1.0),
    ),
    emphasis=False,
    brain=True,
)
