"""What steers a denoiser: the encoded words, and, for denoisers that can look at it, what is already on the canvas."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from studio.pipelines.control.guides import Guides
from studio.pipelines.regions import Areas

Adapters = tuple[tuple[str, float], ...]
"""LoRA that are on at a time, by the names of their adapters, and how much of each."""


@dataclass(frozen=True, kw_only=True)
class Conditioning:
    """What the network gets besides the noisy latents.

    hidden_states: (rows, tokens, width), the encoded words. Two rows, negative before positive, when guided in one
        call; else one row.
    added: further inputs by name (SDXL: text_embeds (rows, width) and time_ids (rows, 6)), each with as many rows.
    guided: whether to run classifier-free guidance (arXiv 2207.12598).
    shown: pictures that the network looks at besides, one row for each picture to make: see `looking`.
    against: the negative prompt's, for networks that are called twice because its length differs; else None.
    guides: what pictures that steer add to a call of the network, or None.
    areas: words that hold only in parts of the picture, or None.
    composed: prompts whose predictions are added, each times its share, instead of this one's; none for a plain one.
        A share is a number, or (1, 1, h, w) of the latents where a prompt holds in a part of the picture.
    worn: LoRA that are on for this one, as `Overlays.set_of` names them; None: those of the whole picture.
    mute: only the negative prompt counts, whatever the guidance.
    later: (step from which on, what takes over then), for prompts that change on the way.
    """

    hidden_states: Tensor
    added: dict[str, Tensor] = field(default_factory=dict[str, Tensor])
    guided: bool
    shown: dict[str, Tensor] = field(default_factory=dict[str, Tensor])
    against: Conditioning | None = None
    guides: Guides | None = None
    areas: Areas | None = None
    composed: tuple[tuple[float | Tensor, Conditioning], ...] = ()
    worn: Adapters | None = None
    mute: bool = False
    later: tuple[tuple[int, Conditioning], ...] = ()

    @property
    def references(self) -> tuple[Tensor, ...]:
        """Latents of the pictures that the network looks at as a whole, in order."""
        return tuple(value for name, value in self.shown.items() if name.startswith("reference"))

    def at(self, step: int) -> Conditioning:
        """What holds at a step, 1 or more."""
        return next((found for begun, found in reversed(self.later) if begun <= step), self)

    def repeated(self, pictures: int) -> Conditioning:
        """For a batch of `pictures`: all negative rows first, then all positive ones."""
        if pictures == 1:
            return self
        return self._each(lambda value: value.repeat_interleave(pictures, 0))

    def to(self, device: torch.device) -> Conditioning:
        """The same on a device."""
        return self._each(lambda value: value.to(device))

    def _each(self, change: Callable[[Tensor], Tensor]) -> Conditioning:
        return replace(
            self,
            hidden_states=change(self.hidden_states),
            added={name: change(value) for name, value in self.added.items()},
            against=None if self.against is None else self.against._each(change),
            composed=tuple((share, each._each(change)) for share, each in self.composed),
            later=tuple((begun, each._each(change)) for begun, each in self.later),
        )


@runtime_checkable
class AttentiveDenoiser(Protocol):
    """A denoiser that wants to see the known surroundings when it fills a hole.

    Optional: a network with the UNet's call alone works, its mistakes outside of the mask being replaced after
    each step. One that has this method is told once a picture, around the whole denoising loop.
    """

    def attend(self, known: Tensor, mask: Tensor, hidden: float) -> AbstractContextManager[None]:
        """While the context is open, calls of `forward` belong to this picture.

        known: (1, channels, height, width), clean latents of the source, scaled as the network sees them.
        mask: (1, 1, height, width), 0..1: 0 is kept as known, 1 is made anew, between changes only in late steps.
        hidden: how loud the noise over the source is in the picture's first step, as a multiple of it; inf at full
        strength, where nothing of the source can be seen in what is made anew.
        `forward` may get two rows (guidance): both share this context. Leaving it, by an exception too, must
        forget everything.
        """
        ...


def attending(
    denoiser: object, known: Tensor | None, mask: Tensor | None, hidden: float = math.inf
) -> AbstractContextManager[None]:
    """The denoiser's own context for a picture with a mask; nothing for text alone or for one that cannot look."""
    if known is None or mask is None or not isinstance(denoiser, AttentiveDenoiser):
        return nullcontext()
    return denoiser.attend(known, mask, hidden)
