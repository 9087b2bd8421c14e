"""Stable Diffusion 3.5: two CLIPs and T5, a transformer on latents of sixteen channels."""

from __future__ import annotations

from studio.library.flow_family import DISTILLED, flow_family
from studio.request.family import Way

FAMILY = flow_family(
    id="sd35",
    title="Stable Diffusion 3.5",
    steps=28,
    guidance=4.5,
    tiny_decoder="madebyollin/taesd3",
    controls=frozenset(("controlnet",)),
    controls_from="stabilityai/stable-diffusion-3.5-controlnets on Hugging Face (for Large)",
    variants=frozenset(("3-medium",)),
    ways=(
        Way(trait="3-medium", title="(3 Medium)", guidance=7.0),
        Way(
            trait="large-turbo",
            title="Large Turbo",
            steps=4,
            guidance=0.0,
            abilities=DISTILLED,
        ),
    ),
)
