"""FLUX.2 klein: Qwen3 reads the prompt, pictures can be followed, distilled models take four steps."""

from __future__ import annotations

from studio.library.flow_family import ABILITIES, DISTILLED, flow_family
from studio.request.control import SEEN
from studio.request.family import Ability, Way

_ABILITIES = ABILITIES | {Ability.INSTRUCT}

FAMILY = flow_family(
    id="flux2",
    title="FLUX.2 klein",
    latent_channels=128,
    latent_scale=16,
    steps=50,
    guidance=4.0,
    abilities=_ABILITIES,
    controls=frozenset((SEEN,)),
    variants=frozenset(("klein-9b", "klein-base-9b")),
    ways=tuple(
        Way(
            trait=f"klein-{size}",
            unless=f"klein-base-{size}",
            title=size.upper(),
            steps=4,
            guidance=1.0,
            abilities=DISTILLED | {Ability.INSTRUCT},
        )
        for size in ("4b", "9b")
    ),
)
