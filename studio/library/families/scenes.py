"""The embedded model's family: the layout of Stable Diffusion 1.5 on eight latent channels, 256 pixels."""

from __future__ import annotations

from studio.library.samplers import DIFFUSION_SAMPLERS
from studio.request.family import Ability, Family
from studio.request.geometry import Size
from studio.request.sampling import Algorithm, Sampler

FAMILY = Family(
    id="scenes",
    title="Scenes",
    latent_channels=8,
    latent_scale=8,
    native=Size(256, 256),
    size_multiple=8,
    smallest_side=128,
    largest_side=1024,
    steps=24,
    guidance=2.0,
    sampler=Sampler(Algorithm.EULER_A),
    samplers=DIFFUSION_SAMPLERS,
    abilities=frozenset(
        (
            Ability.TEXT_TO_IMAGE,
            Ability.IMAGE_TO_IMAGE,
            Ability.INPAINT,
            Ability.NEGATIVE_PROMPT,
            Ability.GUIDANCE,
            Ability.REGIONS,
        )
    ),
    emphasis=False,  # its encoder knows words, not how much they matter
    divisible=False,  # it draws a whole scene into whatever it is given
    bytes_per_parameter=4,  # small enough to be kept and computed in full precision everywhere
)
