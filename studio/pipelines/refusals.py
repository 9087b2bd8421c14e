"""What cannot be asked of a family of models is refused before anything is read."""

from __future__ import annotations

from studio.library.attached import TITLES
from studio.request.control import BUILT_IN
from studio.request.errors import BadInput
from studio.request.family import Ability, Family
from studio.request.request import Attachment, GenerationRequest


def refuse_impossible(request: GenerationRequest, family: Family) -> None:
    """Raises BadInput for what this family of models cannot be asked; nothing asked for is silently left out."""
    asked = {
        Ability.IMAGE_TO_IMAGE: request.source is not None,
        Ability.INPAINT: request.mask is not None,
        Ability.REGIONS: bool(request.regions),
        Ability.LORA: any(each.kind in ("lora", "embedding") for each in _attachments(request)),
    }
    for ability, wanted in asked.items():
        if wanted and not family.can(ability):
            raise BadInput(
                f"Models of the family {family.title} cannot be used for this: {ability.value}.",
                "Leave it out, or choose another model.",
            )
    if BUILT_IN in family.controls and not any(each.kind == BUILT_IN for each in request.controls):
        raise BadInput(
            f"{family.title} paints what lines or depth of another picture say, and was shown none.",
            'Add a control layer that is followed by "The model itself".',
        )
    for control in request.controls:
        if control.kind not in family.controls:
            raise BadInput(
                f"Models of the family {family.title} cannot be steered by {control.title} ({TITLES[control.kind]}).",
                "Take it out, or choose another model.",
            )
    if request.sampler not in family.samplers:
        names = ", ".join(dict.fromkeys(sampler.algorithm.value for sampler in family.samplers))
        raise BadInput(
            f"The sampler {request.sampler.name} does not go with {family.title}.", f"Choose one of {names}."
        )


def _attachments(request: GenerationRequest) -> list[Attachment]:
    """Of the picture and of its regions."""
    return [*request.attachments, *(each for region in request.regions for each in region.attachments)]
