"""A document as it is at one moment, to be written in another thread while the artist goes on.

Tiles are never painted on, so a snapshot only holds references; it costs nothing to take.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from studio.document.document import Document
from studio.document.guides import Guide
from studio.document.layers import Layer, Plane, settled, walk
from studio.document.recipe import Recipe
from studio.document.tiles import Tiles
from studio.request.family import ModelReference
from studio.request.geometry import Size


@dataclass(frozen=True)
class Snapshot:
    """active: the id of the active layer. foreign: entries of another program's file, to be written back."""

    size: Size
    layers: tuple[Layer, ...]
    active: str
    selection: Tiles | None
    recipe: Recipe
    model: ModelReference
    foreign: Mapping[str, bytes]
    guides: tuple[Guide, ...] = ()

    @classmethod
    def of(cls, document: Document) -> Snapshot:
        """To be called in the window's thread."""
        return cls(
            size=document.size,
            layers=tuple(settled(layer, document.held) for layer in document.layers),
            active=document.active.id,
            selection=document.selection,
            recipe=document.recipe,
            model=document.model.reference,
            foreign=document.foreign,
            guides=document.guides,
        )

    @property
    def planes(self) -> tuple[Plane, ...]:
        """All layers with content, in painting order."""
        return tuple(layer for layer in walk(self.layers) if isinstance(layer, Plane))
