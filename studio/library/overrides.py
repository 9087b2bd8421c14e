"""What a person may say instead of what was recognised: only what headers cannot tell, so that nothing breaks.

A LoRA of an unknown model may be said to be for any family; the prediction of a network for noise may be said to be
"v"; variants that differ in their numbers only ("turbo", "kontext") may be said. Tensors and shapes are facts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from studio.library.entry import UNSURE
from studio.library.notes import Notes
from studio.library.recognition.recognised import MODELS, Recognised
from studio.library.recognition.verdict import judged
from studio.library.signs import BY_FAMILY, SIGNS


@dataclass(frozen=True)
class Choices:
    """What may be chosen; an empty tuple: nothing."""

    families: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    predictions: tuple[str, ...] = ()


def choices_for(found: Recognised) -> Choices:
    """What the person may say about it."""
    if found.kind in MODELS and found.family in BY_FAMILY:
        signs = BY_FAMILY[found.family]
        variants = tuple(dict.fromkeys(each.name for each in signs.variants if each.sign.named and not each.sign.has))
        return Choices((), variants, ("epsilon", "v") if signs.prediction in ("epsilon", "v") else ())
    if found.kind == "vae":
        of_shape = (each for each in SIGNS if any(part.variant == found.variant for part in each.parts))
        families = tuple(each.family for each in of_shape)
        return Choices(families if len(families) > 1 else ())
    return Choices(tuple(each.family for each in SIGNS)) if found.kind in UNSURE else Choices()


def overridden(found: Recognised, notes: Notes) -> Recognised:
    """With what the person said, as far as it may be said."""
    may = choices_for(found)
    family = notes.family if notes.family in may.families else found.family
    traits = found.traits
    if notes.variant in may.variants:
        traits = (notes.variant, *(trait for trait in traits if trait not in may.variants))
    prediction = found.prediction
    if notes.prediction in may.predictions:
        prediction = notes.prediction
        traits = tuple(trait for trait in traits if trait != "v-prediction")
        traits = (*traits, "v-prediction") if prediction == "v" else traits
    if (family, traits, prediction) == (found.family, found.traits, found.prediction):
        return found
    variant = found.variant if found.kind not in MODELS else traits[0] if traits else ""
    changed = replace(found, family=family, traits=traits, variant=variant, prediction=prediction)
    return judged(replace(changed, reason="")) if found.kind in MODELS else changed
