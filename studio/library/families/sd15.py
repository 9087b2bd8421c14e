"""Stable Diffusion 1.x: one CLIP text encoder, a UNet on four latent channels, 512 pixels."""

from __future__ import annotations

from studio.library.samplers import DIFFUSION_SAMPLERS
from studio.library.ways import FEW_STEPS, V_PREDICTION
from studio.request.family import Ability, Family
from studio.request.geometry import Size
from studio.request.sampling import Algorithm, Sampler, Schedule

FAMILY = Family(
    id="sd15",
    title="Stable Diffusion 1.5",
    latent_channels=4,
    latent_scale=8,
    native=Size(512, 512),
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
            Ability.LORA,
            Ability.REGIONS,
        )
    ),
    # Linear fit of decoded pictures to latents by torridgristle, published in the thread "Decoding latents to RGB
    # without upscaling" (discuss.huggingface.co/t/23204), halved and moved from -1..1 to 0..1.
    preview_matrix=(
        (0.1722, 0.0693, 0.0335),
        (0.0624, 0.2014, 0.0747),
        (-0.1596, 0.1257, 0.1052),
        (-0.0654, -0.0937, -0.3723),
        (0.5, 0.5, 0.5),
    ),
    variants=frozenset(("inpaint",)),
    ways=FEW_STEPS + V_PREDICTION,
    tiny_decoder="madebyollin/taesd",
    controls=frozenset(("controlnet", "t2i-adapter", "control-lora", "ip-adapter")),
    controls_from="comfyanonymous/ControlNet-v1-1_fp16_safetensors on Hugging Face (about 700 MB each)",
)
