"""FLUX.1: CLIP and T5, a transformer on packed latents of sixteen channels, guidance as an input."""

from __future__ import annotations

from studio.library.flow_family import ABILITIES, DISTILLED, flow_family
from studio.request.control import BUILT_IN, SEEN
from studio.request.family import Ability, Way

_ABILITIES = ABILITIES - {Ability.NEGATIVE_PROMPT}  # it is told the guidance scale

FAMILY = flow_family(
    id="flux",
    title="FLUX.1",
    steps=28,
    guidance=3.5,
    abilities=_ABILITIES,
    tiny_decoder="madebyollin/taef1",
    variants=frozenset(("fill", "kontext", "control")),
    ways=(
        Way(
            trait="schnell",
            title="schnell",
            steps=4,
            guidance=0.0,
            abilities=DISTILLED,
            schedule=(("shift", 1.0), ("use_dynamic_shifting", False)),
        ),
        Way(trait="fill", title="Fill", guidance=30.0),
        Way(trait="control", title="Control", guidance=30.0, controls=frozenset((BUILT_IN,))),
        Way(
            trait="kontext",
            title="Kontext",
            guidance=2.5,
            abilities=_ABILITIES | {Ability.INSTRUCT},
            controls=frozenset((SEEN,)),
        ),
        Way(trait="turbo", title="Turbo", steps=8),
    ),
    controls=frozenset(("controlnet", "control-lora", "ip-adapter")),
    controls_from="Shakker-Labs/FLUX.1-dev-ControlNet-Union-Pro on Hugging Face (6.6 GB, several kinds in one)",
)
