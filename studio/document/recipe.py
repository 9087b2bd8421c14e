"""The wish: words and parameters as the artist left them. What is None is decided when a request is made of it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from studio.prompts.styles import Style
from studio.request.geometry import Size
from studio.request.sampling import Sampler


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """size, steps, guidance, sampler: None means "as the model does it best".

    style: laid around the words, or None.
    seed: of the first picture, 0..2**64-1; seed_locked: keep it for the next generation.
    count: pictures to make, 1..16.
    codec: name of another picture codec (VAE) to be used, or "" for the model's own.
    strength: 0..1, how much of what is on the canvas may change; 1 starts from nothing.
    fill, context, seamless: of edits in the mode Custom: what the hole holds before, how much of the surroundings is
        looked at (a name of `editing.plan`, or the id of a mask layer), whether edges fade into what is around.
    shortcuts: make drafts, quicker and a little off.
    """

    prompt: str = ""
    negative: str = ""
    style: Style | None = None
    size: Size | None = None
    steps: int | None = None
    guidance: float | None = None
    sampler: Sampler | None = None
    seed: int = 0
    seed_locked: bool = False
    count: int = 1
    strength: float = 1.0
    codec: str = ""
    fill: str = "blur"
    context: str = "automatic"
    seamless: bool = True
    shortcuts: bool = False


def fresh_seed() -> int:
    """A random seed of 63 bits, which every tool that reads metadata can hold."""
    return secrets.randbits(63)
