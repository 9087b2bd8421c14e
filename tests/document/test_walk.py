"""A random walk of edits: undo and redo restore all bytes."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from studio.document import layering
from studio.document.blend import Blend
from studio.document.content import clear, fill
from studio.document.document import Document
from studio.document.images import view
from studio.document.layers import Layer, Plane, walk
from studio.document.selecting import plane
from studio.document.transforming import crop
from studio.request.geometry import Rect
from tests.document.making import a_document, noise


def state(document: Document) -> object:
    """Everything that can be seen or edited."""
    area = Rect(-30, -30, 240, 180)
    layers = [
        (layer.id, layer.visible, layer.opacity, layer.blend, view(layer.tiles.read(area)).tobytes())
        for layer in walk(document.layers)
        if isinstance(layer, Plane)
    ]
    order = [layer.id for layer in walk(document.layers)]
    selection = document.selection
    return layers, order, document.size, None if selection is None else view(selection.read(area)).tobytes()


def acts(document: Document, rng: random.Random) -> tuple[Callable[[Layer], object], ...]:
    return (
        lambda layer: layering.add_paint(document),
        lambda layer: layering.add_mask(document),
        lambda layer: layering.duplicate(document, layer),
        lambda layer: layering.shift(document, layer, rng.choice((-1, 1))),
        lambda layer: layering.group_up(document, layer),
        lambda layer: layering.remove(document, layer),
        lambda layer: layering.change(document, layer, "Opacity", opacity=rng.random()),
        lambda layer: layering.change(document, layer, "Blend", blend=rng.choice(list(Blend))),
        lambda layer: document.select(plane(noise((60, 50), 1, rng.randrange(99)).array[..., 0], 40, 30)),
        lambda layer: fill(document, layer, "#aabbcc") if isinstance(layer, Plane) else None,
        lambda layer: clear(document, layer) if isinstance(layer, Plane) else None,
        lambda layer: crop(document, Rect(rng.randrange(-9, 9), rng.randrange(-9, 9), 170, 110)),
        lambda layer: layering.merge_down(document, layer) if layering.can_merge_down(document, layer) else None,
        lambda layer: document.change(prompt=str(rng.random())),
    )


@pytest.mark.parametrize("seed", range(3))
def test_every_step_can_be_undone_and_redone_to_the_byte(seed: int) -> None:
    document = a_document((180, 120))
    document.set_source(noise((180, 120)))
    rng = random.Random(seed)
    states = {document.undo_stack.index(): state(document)}
    for _ in range(30):
        document.set_active(rng.choice(list(walk(document.layers))))
        rng.choice(acts(document, rng))(document.active)
        states[document.undo_stack.index()] = state(document)  # a merged edit replaces the state of its step
    for index in (*sorted(states, reverse=True), *sorted(states)):
        document.undo_stack.setIndex(index)
        assert state(document) == states[index]
