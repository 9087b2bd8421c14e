"""Stable Diffusion 2.1: the UNet of 1.x taught to predict velocity, reading OpenCLIP-H, 768 pixels."""

from __future__ import annotations

from studio.library.samplers import DIFFUSION_SAMPLERS
from studio.library.ways import FEW_STEPS, V_PREDICTION
from studio.request.family import Ability, Family, Way
from studio.request.geometry import Size
from studio.request.sampling import Algorithm, Sampler, Schedule

FAMILY = Family(
    id="sd21",
    title="Stable Diffusion 2.1",
    latent_channels=4,
    latent_scale=8,
    native=Size(768, 768),
    size_multiple=8,
    smallest_side=256,
    largest_side=2048,
    steps=25,
    guidance=7.0,
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
            Ability.REGIONS,
            Ability.LORA,
        )
    ),
    variants=frozenset(("inpaint",)),
    formats=frozenset(("diffusers", "safetensors")),
    # the 512 pixel models have the same tensors; only their names say so
    ways=(*FEW_STEPS, *V_PREDICTION, Way(trait="base", schedule=(("prediction_type", "epsilon"),))),
    tiny_decoder="madebyollin/taesd",
    controls=frozenset(("controlnet",)),
    controls_from="thibaud/controlnet-sd21 on Hugging Face",
)
