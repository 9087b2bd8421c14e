"""FLUX.2 klein: Qwen3 reads the prompt, pictures can be followed, distilled models take four steps."""

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
        Ability.INSTRUCT,
    )
)

FAMILY = Family(
    id="flux2",
    title="FLUX.2 klein",
    latent_channels=128,
    latent_scale=16,
    native=Size(1024, 1024),
    size_multiple=16,
    smallest_side=256,
    largest_side=2048,
    steps=50,
    guidance=4.0,
    sampler=Sampler(Algorithm.EULER),
    samplers=FLOW_SAMPLERS,
    abilities=_ABILITIES,
    variants=frozenset(("klein-9b", "klein-base-9b")),
    ways=tuple(
        Way(
            trait=f"klein-{size}",
            unless=f"klein-base-{size}",
            title=size.upper(),
            steps=4,
            guidance=1.0,
            abilities=_ABILITIES - {Ability.GUIDANCE, Ability.NEGATIVE_PROMPT},
        )
        for size in ("4b", "9b")
    ),
    emphasis=False,
    brain=True,
)
