"""Descriptors with the numbers of known families, so that plans are tested without weights."""

from __future__ import annotations

from studio.request.family import Family
from studio.request.geometry import Size
from studio.request.sampling import Algorithm, Sampler


def family(native: int, smallest: int, largest: int, multiple: int = 8, pixels: tuple[int, int] = (0, 0)) -> Family:
    return Family(
        id="test",
        title="Test",
        latent_channels=4,
        latent_scale=8,
        native=Size(native, native),
        size_multiple=multiple,
        smallest_side=smallest,
        largest_side=largest,
        pixels=pixels,
        steps=20,
        guidance=7,
        sampler=Sampler(Algorithm.EULER),
        samplers=(Sampler(Algorithm.EULER),),
        abilities=frozenset(),
    )


SD15 = family(512, 512, 768, pixels=(512 * 512, 512 * 768))
SDXL = family(1024, 640, 1280, pixels=(800 * 800, 1024 * 1024))
SCENES = family(256, 192, 512)
