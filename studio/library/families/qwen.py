"""Qwen-Image and Qwen-Image-Edit: a language model that sees reads the prompt; writes text well."""

from __future__ import annotations

from studio.library.flow_family import ABILITIES, flow_family
from studio.request.control import SEEN
from studio.request.family import Ability, Way
from studio.request.geometry import Size

FAMILY = flow_family(
    id="qwen",
    title="Qwen-Image",
    native=Size(1328, 1328),
    steps=50,
    guidance=4.0,
    variants=frozenset(("edit", "edit-plus")),
    controls=frozenset(("controlnet",)),
    controls_from="InstantX/Qwen-Image-ControlNet-Union on Hugging Face (3.5 GB, several kinds in one)",
    ways=(
        Way(trait="edit", unless="edit-plus", title="Edit", abilities=ABILITIES | {Ability.INSTRUCT}),
        Way(
            trait="edit-plus",
            title="Edit Plus",
            abilities=ABILITIES | {Ability.INSTRUCT},
            controls=frozenset((SEEN,)),
        ),
        Way(trait="edit-2511", layout=(("zero_cond_t", True),)),  # what is followed is clean to it at every step
        Way(trait="lightning", title="Lightning", steps=8, guidance=1.0),
    ),
)
