"""What tells one family of weights from another, as values. One file a family beside this one; no code differs.

Names are written as in the denoiser's own file, without the prefix that a whole checkpoint puts before them
("model.diffusion_model."). A family usually has two spellings: that of its authors and that of diffusers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import NamedTuple

Shape = tuple[int | None, ...]  # None: any length


class Tensor(NamedTuple):
    """An entry of a header. dtype: as the format writes it ("F16", "Q4_K")."""

    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Look:
    """What signs are looked for in. named: the file's name and what its metadata calls it, in lower case."""

    tensors: Mapping[str, Tensor]
    named: str = ""


@dataclass(frozen=True, kw_only=True)
class Sign:
    """Holds when all of it holds.

    has: tensors that are there; None for any shape. lacks: tensors that are not. named: a pattern in the file's name.
    """

    has: Mapping[str, Shape | None] = field(default_factory=dict[str, "Shape | None"])
    lacks: tuple[str, ...] = ()
    named: str = ""

    def holds(self, look: Look) -> bool:
        """Whether all that it asks for is there."""
        return (
            all(fits(look.tensors.get(name), shape) for name, shape in self.has.items())
            and not any(name in look.tensors for name in self.lacks)
            and (not self.named or re.search(self.named, look.named) is not None)
        )


def fits(tensor: Tensor | None, shape: Shape | None) -> bool:
    """Whether a tensor is there and of that shape. Of weights packed two a byte only the number is left."""
    if tensor is None or shape is None:
        return tensor is not None
    if tensor.dtype == "U8" and len(tensor.shape) == 2 and tensor.shape[-1] == 1:
        return None in shape or prod(side or 0 for side in shape) == 2 * tensor.shape[0]
    return len(tensor.shape) == len(shape) and all(
        wanted is None or wanted == side for wanted, side in zip(shape, tensor.shape, strict=True)
    )


@dataclass(frozen=True, kw_only=True)
class Part:
    """Something that a model needs besides its denoiser.

    role: the folder it has in a diffusers model. kind, variant: what a file of it is recognised as. title: in a
    sentence. inside: how the names of its tensors begin in a whole checkpoint. repository, file: where one is to be
    had; size: of that file in bytes, 0 when unknown.
    """

    role: str
    kind: str
    variant: str
    title: str
    inside: tuple[str, ...]
    repository: str = ""
    file: str = ""
    size: int = 0


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A kind of model within a family; the first whose sign holds names the file, all that hold are its traits.

    own: it takes other inputs than the family's plain models, so the family's adapter has to know it
    (`Family.variants`). prediction: what its network predicts, where that differs from the family. parts: what it
    needs instead of the family's parts of the same role.
    """

    name: str
    sign: Sign
    own: bool = False
    prediction: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Adapted:
    """A module that a LoRA changes. module: pattern in its name with "_" for ".", after "unet/", "te/", "te1/"...

    widths: lengths of its input that prove the family; none: the name alone does.
    """

    module: str
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Signs:
    """How all files of one family are told.

    title: for people, also when nothing here can run the family. rank: families are asked in ascending order; those
    that are told only by what others lack have higher ones. networks: any of them proves its denoiser.
    prediction: "epsilon", "v" or "flow". pipelines: classes that a diffusers folder may name, and the variant.
    adapted: modules of its LoRAs, any of them proves it; likely: modules that families of a higher rank
    have as well, asked when nothing is proven. bases: pattern in what training metadata calls the base model.
    controls: ControlNets, adapters and image prompts. embeddings: widths of its learnt words, by encoder.
    called: pattern in a file's name, asked where headers cannot tell. flavours: pattern in names → what people call
    such models.
    """

    family: str
    title: str
    rank: int = 0
    networks: tuple[Sign, ...]
    prediction: str
    pipelines: Mapping[str, str]
    variants: tuple[Variant, ...] = ()
    adapted: tuple[Adapted, ...] = ()
    likely: tuple[Adapted, ...] = ()
    bases: str = ""
    controls: tuple[Sign, ...] = ()
    embeddings: tuple[tuple[int, ...], ...] = ()
    parts: tuple[Part, ...] = ()
    called: str = ""
    flavours: Mapping[str, str] = field(default_factory=dict[str, str])

    def parts_of(self, traits: Sequence[str]) -> tuple[Part, ...]:
        """What a model with these traits needs besides its denoiser."""
        own = {part.role: part for each in self.variants if each.name in traits for part in each.parts}
        return tuple(own.get(part.role, part) for part in self.parts)


FEW_STEPS = (  # models distilled to a few steps say so only in their name
    Variant(name="turbo", sign=Sign(named=r"turbo")),
    Variant(name="lightning", sign=Sign(named=r"lightning")),
    Variant(name="hyper", sign=Sign(named=r"hyper")),
    Variant(name="lcm", sign=Sign(named=r"\blcm|lcm\b|_lcm")),
    Variant(name="dmd", sign=Sign(named=r"dmd2?(?![a-z])")),
)
