"""FLUX.1: CLIP and T5, a transformer on packed latents of sixteen channels, guidance as an input."""

from __future__ import annotations

from studio.library.samplers import FLOW_SAMPLERS
from studio.request.family import Ability, Family, Way
from studio.request.geometry import Size
from studio.request.sampling import Algorithm, Sampler

_ABILITIES = frozenset((Ability.TEXT_TO_IMAGE, Ability.IMAGE_TO_IMAGE, Ability.INPAINT, Ability.GUIDANCE, Ability.LORA))

FAMILY = Family(
    id="flux",
    title="FLUX.1",
    latent_channels=16,
    latent_scale=8,
    native=Size(1024, 1024),
    size_multiple=16,
    smallest_side=256,
    largest_side=2048,
    steps=28,
    guidance=3.5,
    sampler=Sampler(Algorithm.EULER),
    samplers=FLOW_SAMPLERS,
    abilities=_ABILITIES,
    tiny_decoder="madebyollin/taef1",
    variants=frozenset(("fill", "kontext")),
    ways=(
        Way(
            trait="schnell",
            title="schnell",
            steps=4,
            guidance=0.0,
            abilities=_ABILITIES - {Ability.GUIDANCE},
            schedule=(("shift", 1.0), ("use_dynamic_shifting", False)),
        ),
        Way(trait="fill", title="Fill", guidance=30.0),
        Way(trait="kontext", title="Kontext", guidance=2.5, abilities=_ABILITIES | {Ability.INSTRUCT}),
        Way(trait="turbo", title="Turbo", steps=8),
    ),
    emphasis=False,
    brain=True,
    controls=frozenset(("controlnet",)),
    controls_from="Shakker-Labs/FLUX.1-dev-ControlNet-Union-Pro on Hugging Face (6.6 GB, several kinds in one)",
)
