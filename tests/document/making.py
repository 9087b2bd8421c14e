"""A model and pictures for tests of the document."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from studio.document.document import Document
from studio.request.events import Picture
from studio.request.family import Ability, Defaults, Family, Model, ModelReference
from studio.request.geometry import Size
from studio.request.pixels import Pixels
from studio.request.sampling import Algorithm, Sampler

EULER = Sampler(Algorithm.EULER)
FAMILY = Family(
    id="test",
    title="Test",
    latent_channels=4,
    latent_scale=8,
    native=Size(256, 256),
    size_multiple=8,
    smallest_side=64,
    largest_side=1024,
    steps=12,
    guidance=5.0,
    sampler=EULER,
    samplers=(EULER, Sampler(Algorithm.DDIM)),
    abilities=frozenset(Ability) - {Ability.INSTRUCT},
)


def a_model(name: str = "test", size: tuple[int, int] = (320, 256), **family: object) -> Model:
    return Model(
        reference=ModelReference(family="test", name=name),
        title=name.title(),
        family=replace(FAMILY, **family),
        defaults=Defaults(size=Size(*size), steps=12, guidance=5.0, sampler=EULER),
        path=Path(name),
    )


def a_document(size: tuple[int, int] | None = None) -> Document:
    return Document(a_model(), None if size is None else Size(*size))


def noise(size: tuple[int, int], channels: int = 3, seed: int = 0) -> Pixels:
    shape = (size[1], size[0], channels)
    return Pixels(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8))


def plain(size: tuple[int, int], *colour: int) -> Pixels:
    return Pixels(np.full((size[1], size[0], len(colour)), colour, np.uint8))


def a_picture(document: Document, pixels: Pixels | None = None) -> Picture:
    request = replace(document.request(), count=1)
    return Picture(pixels=pixels or noise(request.size), request=request)
