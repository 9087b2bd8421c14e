"""What torch needs to run a family: the parts of its folder, how words condition its denoiser, how that is called.

A new family is a descriptor in `library/families/` and an adapter of the same name in `pipelines/families/`. Both are
found by their file's name: no other file knows it.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor

from studio.pipelines.codecs import Codec
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.control.controls import Steering
from studio.pipelines.flow import Flow
from studio.request.family import Family
from studio.request.geometry import Size
from studio.request.pixels import Array

Classes = tuple[tuple[str, str, str], ...]
"""Library and class as model_index.json names them, and the module that the class is in."""

Shapes = Mapping[str, tuple[int, ...]]
"""Of the tensors in a file, by name."""


class Reader(Protocol):
    """Words to vectors. encoders: its networks, which have to be on their device to read something new."""

    @property
    def encoders(self) -> tuple[Any, ...]: ...

    def knows(self, text: str) -> bool:
        """True when this prompt costs nothing."""
        ...

    def forget(self) -> None:
        """What was read is no longer true: the encoders changed."""
        ...


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What there is to condition on.

    negative: None runs without guidance. canvas: what the network makes. options: see `Loaded.options`.
    pictures: RGB, height × width × 3, for models that look at them: the source on its canvas, if there is one, then
    further ones.
    """

    prompt: str
    negative: str | None
    canvas: Size
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    pictures: tuple[Array, ...] = ()


class Adapter(Protocol):
    """One per layout of pipelines.

    words: folder names of each tokenizer and its text encoder, in order.
    optional: further folders, read where the index names them.
    network: folder name of the denoiser. classes: what its index may name beyond the common ones.
    stock: diffusers' own pipeline of the family, module and class; it converts LoRA files and may encode prompts.
    codec: how its picture codec scales latents.
    codec_overflows: the picture codec must not run in half precision if its configuration says so.
    flow: how steps are laid out if it was trained by flow matching; None for diffusion.
    steering: how its network follows pictures; None if it cannot.
    """

    @property
    def words(self) -> tuple[tuple[str, str], ...]: ...

    @property
    def optional(self) -> tuple[str, ...]: ...

    @property
    def network(self) -> str: ...

    @property
    def classes(self) -> Classes: ...

    @property
    def stock(self) -> tuple[str, str]: ...

    @property
    def codec(self) -> Codec: ...

    @property
    def codec_overflows(self) -> bool: ...

    @property
    def flow(self) -> Flow | None: ...

    @property
    def steering(self) -> Steering | None: ...

    def layout(self, shapes: Shapes) -> dict[str, Any]:
        """What the tensors of a denoiser's own file tell of its configuration, where models of the family differ."""
        ...

    def as_published(self, weights: dict[str, Tensor]) -> dict[str, Tensor]:
        """A denoiser's tensors under the names that diffusers' converter of the family expects."""
        ...

    def readers(self, parts: Mapping[str, Any]) -> tuple[Reader, ...]:
        """The text encoders among the loaded parts, ready to read."""
        ...

    def guided(self, denoiser: Any, guidance: float, options: Mapping[str, Any]) -> bool:
        """Whether this guidance scale takes a second look with the negative prompt."""
        ...

    def fills_holes(self, denoiser: Any) -> bool:
        """Whether these weights were made for inpainting: they want to see the hole and what is around it."""
        ...

    def reference_size(self, canvas: Size) -> Size:
        """At what size the network looks at a picture of this one."""
        ...

    def condition(self, readers: tuple[Any, ...], asked: Asked) -> Conditioning:
        """What the denoiser gets. The text encoders are on their device."""
        ...

    def predict(
        self, denoiser: Any, inputs: Conditioning, latents: Tensor, timestep: Tensor, guidance: float
    ) -> Tensor:
        """What the network predicts for latents (pictures, channels, h, w), guidance applied: the same shape."""
        ...


def adapter_of(family: Family) -> Adapter:
    """How this family is run."""
    return importlib.import_module(f"studio.pipelines.families.{family.id}").ADAPTER


def stock_pipeline(adapter: Adapter, which: tuple[str, str] | None = None) -> type[Any]:
    """diffusers' own pipeline of a family, or another one: module and class."""
    module, name = which or adapter.stock
    return getattr(importlib.import_module(f"diffusers.pipelines.{module}"), name)


def led(toward: Tensor, against: Tensor, guidance: float) -> Tensor:
    """Classifier-free guidance (arXiv 2207.12598): away from `against`, beyond `toward` where guidance is over 1."""
    return against + guidance * (toward - against)


def stacked(latents: Tensor, inputs: Conditioning) -> Tensor:
    """Latents once for each of the negative and positive rows."""
    return torch.cat([latents, latents]) if inputs.guided else latents
