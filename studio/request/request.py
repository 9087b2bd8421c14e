"""One picture, or a set, to make: everything the engine needs, and nothing it has to decide or look up."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from studio import __version__
from studio.request.control import Control
from studio.request.course import Branch, Turn, Variation, check_course
from studio.request.errors import BadInput
from studio.request.family import ModelReference
from studio.request.geometry import Size
from studio.request.passes import Edit, Part
from studio.request.pixels import Pixels
from studio.request.sampling import Sampler
from studio.request.upscaling import Upscale, check_upscale

SMALLEST_SIDE = 64  # pixels
LARGEST_SIDE = 8192
LONGEST_PROMPT = 10_000  # characters
MOST_PICTURES = 16
MOST_STEPS = 1000
LARGEST_SEED = 2**64 - 1


@dataclass(frozen=True)
class Prompt:
    """Words as typed, and the text that conditions the model after styles and wildcards were applied."""

    text: str
    raw: str = ""
    style: str = ""  # name of the style that was applied, or ""

    @classmethod
    def plain(cls, text: str) -> Prompt:
        return cls(text=text, raw=text)


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """Weights laid over the model: kind is "lora", "embedding" or "vae". What looks at a picture is a `Control`."""

    kind: str
    name: str
    weight: float = 1.0
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class Region:
    """A prompt that holds only where the mask (one channel, size of the request) is not 0.

    negative: None is that of the whole picture. attachments: LoRA that are on here only, beside those of the request.
    """

    mask: Pixels
    prompt: Prompt
    negative: Prompt | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GenerationRequest:
    """Everything that makes the picture. Two equal requests make the same picture, byte for byte.

    size: of the finished picture; it need not be divisible by anything.
    guidance: classifier-free guidance scale, 0..100; 1 and below is off.
    seed: of the first picture, 0..2**64-1; picture i of a set has seed + i (wrapping).
    source, mask: same size as the request; mask has one channel, 255 is made anew, 0 is kept bit-identically,
        between is how much of the way it may change (differential diffusion, arXiv 2306.00950).
    strength: 0..1, how much of the denoising is run on the source; 1 ignores it (but for what the mask keeps).
    controls: pictures to follow, all at once; each of the request's size, but those that are only to be like.
    variation: other noise mixed in; then the pictures of a set share the seed, and picture i has variation seed + i.
    branch: begin with the latents of another picture's step. steering: what was changed on the way, in order.
    upscale: how the source, which is smaller then, is made as large as `size`; without mask and regions.
    stop_at: keep what the picture would become after so many steps; 0: make all of them.
    throughput: make the set in one batch: faster on a GPU, but a picture may differ in the last bits
        from the same picture asked for alone.
    shortcuts: a draft: the network is not asked where what it would say can be foretold; quicker, and a little off.
    origin: `Pixels.digest` of the finished picture that what is worked on came from; "" when there is none. It says
        where a picture belongs and changes nothing of it.
    part: which pass of an edit it is; for what is kept of its steps. None: it is made in a single pass.
    edit: only in records of finished pictures: what was done with the picture that this makes, to the one in the file.
        Nothing that makes pictures looks at it; see `document.editing.kept`.

    Raises BadInput, with a sentence for the artist, when a value cannot be used by any model.
    """

    model: ModelReference
    prompt: Prompt
    negative: Prompt = field(default_factory=lambda: Prompt.plain(""))
    size: Size
    steps: int
    guidance: float
    sampler: Sampler
    seed: int
    count: int = 1
    source: Pixels | None = None
    mask: Pixels | None = None
    strength: float = 1.0
    regions: tuple[Region, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    controls: tuple[Control, ...] = ()
    variation: Variation | None = None
    branch: Branch | None = None
    steering: tuple[Turn, ...] = ()
    stop_at: int = 0
    upscale: Upscale | None = None
    throughput: bool = False
    shortcuts: bool = False
    origin: str = ""
    part: Part | None = None
    edit: Edit | None = None
    version: str = __version__

    def __post_init__(self) -> None:
        self._check_words()
        self._check_size()
        self._check_numbers()
        self._check_pictures()
        check_course(self)

    @property
    def steps_taken(self) -> int:
        """Of `steps`, those that the strength leaves to do on a source; at least one."""
        strength = self.strength if self.source is not None else 1.0
        return max(1, min(int(self.steps * strength), self.steps))

    def afresh(self) -> GenerationRequest:
        """From the beginning: without variation, branch, steering and stop."""
        return replace(self, variation=None, branch=None, steering=(), stop_at=0)

    def with_model(self, model: ModelReference) -> GenerationRequest:
        """The same of other weights, with all the pictures that it is a branch of and the passes after it."""
        branch, edit = self.branch, self.edit
        if branch is not None:
            branch = replace(branch, parent=branch.parent.with_model(model))
        if edit is not None:
            edit = replace(edit, wish=edit.wish.with_model(model))
        return replace(self, model=model, branch=branch, edit=edit)

    def single(self, index: int) -> GenerationRequest:
        """The request that makes picture `index` of this set alone."""
        return replace(self.without_first(index), count=1, throughput=False)

    def without_first(self, made: int) -> GenerationRequest:
        """The set without its first pictures; those that are left come out the same."""
        count = max(1, self.count - made)
        if self.variation is not None:
            seed = (self.variation.seed + made) % (LARGEST_SEED + 1)
            return replace(self, variation=replace(self.variation, seed=seed), count=count)
        return replace(self, seed=(self.seed + made) % (LARGEST_SEED + 1), count=count)

    def _check_words(self) -> None:
        for what, prompt in (("prompt", self.prompt), ("negative prompt", self.negative)):
            length = max(len(prompt.text), len(prompt.raw))
            if length > LONGEST_PROMPT:
                raise BadInput(
                    f"The {what} has {length:,} characters; at most {LONGEST_PROMPT:,} can be used.", "Shorten it."
                )

    def _check_size(self) -> None:
        if self.upscale is not None:
            return check_upscale(self.upscale, self.source.size if self.source else None, self.size)
        for side, name in ((self.size.width, "width"), (self.size.height, "height")):
            if not SMALLEST_SIDE <= side <= LARGEST_SIDE:
                raise BadInput(
                    f"A {name} of {side} pixels cannot be made.",
                    f"Choose one from {SMALLEST_SIDE} to {LARGEST_SIDE}.",
                )
        return None

    def _check_numbers(self) -> None:
        _within("number of steps", self.steps, 1, MOST_STEPS)
        _within("guidance", self.guidance, 0, 100)
        _within("strength", self.strength, 0, 1)
        _within("number of pictures", self.count, 1, MOST_PICTURES)
        _within("seed", self.seed, 0, LARGEST_SEED)

    def _check_pictures(self) -> None:
        if self.upscale is not None:
            if self.mask is not None or self.regions or self.count != 1:
                raise BadInput("A picture is made larger as a whole, one at a time.", "Leave the mask and regions out.")
            return
        for what, picture in (("source picture", self.source), ("mask", self.mask)):
            if picture is not None and picture.size != self.size:
                raise BadInput(f"The {what} is {picture.size} pixels, the picture to make {self.size}.")
        for control in self.controls:
            if not control.refers and control.picture.size != self.size:
                raise BadInput(
                    f"The picture for {control.name} is {control.picture.size} pixels, the one to make {self.size}."
                )
        if self.mask is not None and self.mask.channels != 1:
            raise BadInput("The mask has colours; it must be grey.")
        if self.mask is not None and self.source is None:
            raise BadInput("There is a mask but no picture to use it on.", "Choose a source picture.")


def _within(name: str, value: float, low: float, high: float) -> None:
    if math.isnan(value) or not low <= value <= high:
        raise BadInput(f"A {name} of {value} cannot be used.", f"Choose one from {low} to {high}.")
