"""Stable Diffusion XL: two text encoders, sizes as conditions, a UNet on four latent channels, 1024 pixels."""

from __future__ import annotations

from studio.library.samplers import DIFFUSION_SAMPLERS
from studio.library.ways import FEW_STEPS, V_PREDICTION
from studio.request.family import Ability, Family
from studio.request.geometry import Size
from studio.request.sampling import Algorithm, Sampler, Schedule

FAMILY = Family(
    id="sdxl",
    title="Stable Diffusion XL",
    latent_channels=4,
    latent_scale=8,
    native=Size(1024, 1024),
    size_multiple=8,
    smallest_side=512,
    largest_side=4096,
    steps=30,
    guidance=6.0,
    sampler=Sampler(Algorithm.DPMPP_2M, Schedule.KARRAS),
    samplers=DIFFUSION_SAMPLERS,
    couples=True,
    abilities=frozenset(
        (
            Ability.TEXT_TO_IMAGE,
            Ability.IMAGE_TO_IMAGE,
            Ability.INPAINT,
            Ability.NEGATIVE_PROMPT,
            Ability.GUIDANCE,
            Ability.LORA,
            Ability.REGIONS,
        )
    ),
    # Linear fit of decoded pictures to latents by StAlKeR7779, as published with InvokeAI (Apache-2.0), halved and
    # moved from -1..1 to 0..1.
    preview_matrix=(
        (0.1908, 0.2465, 0.2660),
        (-0.18765, 0.08155, 0.08695),
        (0.0885, 0.1794, -0.1024),
        (-0.2175, -0.1322, -0.21445),
        (0.5, 0.5, 0.5),
    ),
    variants=frozenset(("inpaint",)),
    ways=FEW_STEPS + V_PREDICTION,
    tiny_decoder="madebyollin/taesdxl",
    controls=frozenset(("controlnet", "t2i-adapter", "control-lora", "ip-adapter")),
    controls_from="xinsir/controlnet-union-sdxl-1.0 on Hugging Face (2.5 GB, several kinds in one)",
)
