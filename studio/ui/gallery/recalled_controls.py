"""The pictures that a picture of the gallery followed, brought back as control layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from studio.document.control_layers import control_layer_of, controls_in, guiding_of_layer
from studio.document.controlling import Steer
from studio.document.document import Document
from studio.document.layers import ControlLayer
from studio.library.gallery.dialects.values import objects
from studio.library.gallery.gallery import Gallery
from studio.library.gallery.metadata import Metadata
from studio.request.control import Control
from studio.request.errors import BadInput
from studio.request.geometry import Rect


def wanted(metadata: Metadata, gallery: Gallery) -> tuple[tuple[Control, ...], tuple[str, ...]]:
    """What it followed, and why that cannot be brought back, if a picture that it needed is gone."""
    if metadata.own is None or not objects(metadata.own.request.get("controls")):
        return (), ()
    try:
        return gallery.request(metadata).controls, ()
    except BadInput as problem:
        return (), (f"What the picture followed cannot be brought back. {problem}",)


def bring_back(document: Document, controls: Sequence[Control]) -> tuple[bool, tuple[str, ...]]:
    """A layer for each that the document's model can follow and that is not there yet.

    What the network saw is the layer's picture, so it is taken as it is. Returns whether all that can be followed is
    there now, and a sentence for each that cannot. The active layer stays active. To be called inside of a step.
    """
    family, problems, there = document.model.family, list[str](), False
    for control in controls:
        steer = replace(Steer.of(control), preprocessor="", settings=())
        if not steer.goes_with(family):
            problems.append(f"{family.title} cannot follow a picture by {control.title}.")
            continue
        there = True
        layer = control_layer_of(control.picture, document.size, f"Followed by {control.title}", steer)
        layer.overlay = not steer.refers
        if not any(_alike(document, layer, other) for other in controls_in(document.layers)):
            active = document.active
            document.add_layer(layer)
            document.activate(active)
    return there, tuple(problems)


def _bare(steer: Steer) -> Steer:
    """Without what does not decide how it steers."""
    return replace(steer, family="", origin="")


def _alike(document: Document, layer: ControlLayer, other: ControlLayer) -> bool:
    if not other.visible or _bare(other.steer) != _bare(layer.steer):
        return False
    whole = Rect.of(document.size)
    ours = guiding_of_layer(layer, document.layers, document.size, whole)
    theirs = guiding_of_layer(other, document.layers, document.size, whole)
    return ours is not None and theirs is not None and np.array_equal(ours.picture, theirs.picture)
