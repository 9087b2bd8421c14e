"""What nearly all families trained by flow matching have in common; their descriptors say what differs."""

from __future__ import annotations

from typing import Any

from studio.library.samplers import FLOW_SAMPLERS
from studio.request.family import Ability, Family
from studio.request.geometry import Size
from studio.request.sampling import Algorithm, Sampler

ABILITIES = frozenset(
    (
        Ability.TEXT_TO_IMAGE,
        Ability.IMAGE_TO_IMAGE,
        Ability.INPAINT,
        Ability.NEGATIVE_PROMPT,
        Ability.GUIDANCE,
        Ability.REGIONS,
        Ability.LORA,
    )
)
DISTILLED = ABILITIES - {Ability.GUIDANCE, Ability.NEGATIVE_PROMPT}
"""Of models that were taught to do without guidance."""

_COMMON: dict[str, Any] = {
    "latent_channels": 16,
    "latent_scale": 8,
    "native": Size(1024, 1024),
    "size_multiple": 16,
    "smallest_side": 256,
    "largest_side": 2048,
    "sampler": Sampler(Algorithm.EULER),
    "samplers": FLOW_SAMPLERS,
    "abilities": ABILITIES,
    "emphasis": False,  # language models read plain sentences
    "brain": True,
}


def flow_family(**facts: Any) -> Family:
    """A descriptor of a family trained by flow matching. facts: fields of `Family`, also instead of the common ones."""
    return Family(**{**_COMMON, **facts})
