"""What differs between families of models, as data, and the models offered to the artist.

The descriptors themselves are in `library/families/`, one file each; what torch needs to run a family is an
adapter in `pipelines/`. Controls shown, validation, metadata and recognition are derived from these values.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from studio.request.geometry import Size
from studio.request.sampling import Sampler


class Ability(StrEnum):
    """What a model of a family can be asked for."""

    TEXT_TO_IMAGE = "text to image"
    IMAGE_TO_IMAGE = "image to image"
    INPAINT = "inpaint"
    NEGATIVE_PROMPT = "negative prompt"
    GUIDANCE = "guidance"
    REGIONS = "regions"
    LORA = "lora"
    INSTRUCT = "edit by instruction"  # the source picture is looked at, not painted over


@dataclass(frozen=True, kw_only=True)
class Way:
    """How models with a trait want to be used.

    trait: as they are recognised ("lightning", "v-prediction"). unless: a trait that speaks against it.
    title: what to add to the family's.
    steps, guidance, sampler, abilities: instead of the family's. schedule: settings of the noise schedule.
    layout: settings of the network that its tensors do not show. controls: besides those of the family.
    """

    trait: str
    unless: str = ""
    title: str = ""
    steps: int | None = None
    guidance: float | None = None
    sampler: Sampler | None = None
    abilities: frozenset[Ability] | None = None
    schedule: tuple[tuple[str, str | float | bool], ...] = ()
    layout: tuple[tuple[str, bool], ...] = ()
    controls: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Family:
    """Facts shared by all models of a family.

    latent_channels, latent_scale: a latent is (latent_channels, height / latent_scale, width / latent_scale).
    size_multiple: the network takes sides divisible by this; other sizes are made a little larger and cropped.
    preview_matrix: (r, g, b) per latent channel plus a bias row, mapping x0 latents to 0..1; empty: self-calibrated.
    tiny_decoder: repository name of an AutoencoderTiny that decodes x0 latents of this family, or "".
    variants: those with inputs of their own ("inpaint", "fill") that the adapter can run (see `library/signs`).
    formats: how its models may be stored: also "gguf", "nf4", or "parts" for a denoiser in a file of its own with
    encoders and codec in others (`Model.parts`).
    ways: how models with certain traits want to be used.
    emphasis: weights in prompts, like (this:1.2), have an effect; language models read plain sentences only.
    brain: half precision is bfloat16, because numbers of this family are too large for float16.
    schedule: settings of the noise schedule beyond the model's own. layout: of the network, in single files.
    divisible: a part of a picture is a picture to it, so that larger ones can be painted over in tiles.
    controls: kinds of `Control` that its models can be steered by; by one that is "built-in" they must be.
    controls_from: where weights for it are to be had.
    whole_from: where a complete model is to be had, of families that are not put together from files.
    couples: words for a part of the picture are kept there by the network's cross-attention, in one call; otherwise
    it is called for each part, and what it says is mixed.
    """

    id: str
    title: str
    latent_channels: int
    latent_scale: int
    native: Size
    size_multiple: int
    smallest_side: int
    largest_side: int
    steps: int
    guidance: float
    sampler: Sampler
    samplers: tuple[Sampler, ...]
    abilities: frozenset[Ability]
    preview_matrix: tuple[tuple[float, float, float], ...] = ()
    tiny_decoder: str = ""
    bytes_per_parameter: int = 2
    variants: frozenset[str] = frozenset()
    formats: frozenset[str] = frozenset(("diffusers", "safetensors", "parts", "gguf"))
    pixels: tuple[int, int] = (0, 0)  # fewest and most of one pass; 0: 0.6 and 1.5 times the native area
    ways: tuple[Way, ...] = ()
    emphasis: bool = True
    brain: bool = False
    schedule: tuple[tuple[str, str | float | bool], ...] = ()
    layout: tuple[tuple[str, bool], ...] = ()
    controls: frozenset[str] = frozenset()
    divisible: bool = True
    controls_from: str = ""
    whole_from: str = ""
    couples: bool = False

    @property
    def fewest_pixels(self) -> int:
        """Below this many pixels pictures get poor."""
        return self.pixels[0] or round(0.6 * self.native.area)

    @property
    def most_pixels(self) -> int:
        """Above this many pixels things double."""
        return self.pixels[1] or round(1.5 * self.native.area)

    def can(self, ability: Ability) -> bool:
        return ability in self.abilities

    def shaped(self, traits: Sequence[str], name: str = "") -> Family:
        """What holds for models with these traits.

        name: of the file; "4steps" in the name of one that takes few steps says how many it was taught.
        """
        shaped = self
        for way in (way for way in self.ways if way.trait in traits and way.unless not in traits):
            told = re.search(r"(\d{1,2})[-_ ]?steps?(?![a-z])", name.lower()) if way.steps is not None else None
            shaped = replace(
                shaped,
                title=f"{shaped.title} {way.title}".strip(),
                steps=int(told[1]) if told and int(told[1]) else way.steps or shaped.steps,
                guidance=shaped.guidance if way.guidance is None else way.guidance,
                sampler=way.sampler or shaped.sampler,
                abilities=shaped.abilities if way.abilities is None else way.abilities,
                schedule=shaped.schedule + way.schedule,
                layout=shaped.layout + way.layout,
                controls=shaped.controls | way.controls,
            )
        return shaped


@dataclass(frozen=True, kw_only=True)
class ModelReference:
    """Names the weights in a request: enough to find them again, nothing about this machine's folders."""

    family: str
    name: str
    digest: str = ""  # SHA-256 of the weights, or "" when unknown


@dataclass(frozen=True, kw_only=True)
class Defaults:
    """What "automatic" means for one model."""

    size: Size
    steps: int
    guidance: float
    sampler: Sampler


@dataclass(frozen=True, kw_only=True)
class Model:
    """Weights on this machine, as offered to the artist."""

    reference: ModelReference
    title: str
    family: Family
    defaults: Defaults
    path: Path = field(compare=False)  # a diffusers folder or a single file
    traits: tuple[str, ...] = ()  # as its files are recognised: "inpaint", "turbo", "v-prediction"…
    parts: tuple[tuple[str, Path], ...] = field(default=(), compare=False)  # role → file, of what `path` lacks
    about: str = ""  # one honest paragraph: what it is and what its world is
    examples: tuple[str, ...] = ()  # prompts that show what it does well
