"""Sana: linear attention on latents 32 times smaller than the picture, so that large ones are cheap."""

from __future__ import annotations

from studio.library.flow_family import flow_family
from studio.request.sampling import Algorithm, Sampler

FAMILY = flow_family(
    id="sana",
    title="Sana",
    latent_channels=32,
    latent_scale=32,
    size_multiple=32,
    smallest_side=512,
    largest_side=4096,
    steps=20,
    guidance=4.5,
    sampler=Sampler(Algorithm.DPMPP_2M),
    formats=frozenset(("diffusers",)),
    whole_from="Efficient-Large-Model/Sana_1600M_1024px_BF16_diffusers on Hugging Face, which is in the catalogue",
    controls=frozenset(("controlnet",)),
    controls_from="ishan24/Sana_600M_1024px_ControlNet_diffusers on Hugging Face",
)
