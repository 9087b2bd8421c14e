"""A random walk of edits: undo and redo restore all bytes, and so do saving and opening."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QTransform

from studio.document import layering
from studio.document.blend import Blend
from studio.document.brush import Brush, Stamps
from studio.document.content import clear, fill
from studio.document.document import Document
from studio.document.edits import TilesEdit
from studio.document.files.cache import BandCache
from studio.document.files.opening import save_document
from studio.document.files.ora_read import read_ora
from studio.document.floating import turn_layer
from studio.document.generated import choose, take_in
from studio.document.guides import Guide, add_guide
from studio.document.images import view
from studio.document.layers import AreaLayer, GeneratedLayer, Group, Layer, Plane, walk
from studio.document.placing import Making
from studio.document.selecting import plane
from studio.document.stroke import Ink, Stroke
from studio.document.transforming import Turn, crop, transform_layer
from studio.request.geometry import Rect
from tests.document.making import a_document, a_model, a_picture, noise


def state(document: Document) -> object:
    """Everything that can be seen or edited."""
    area = Rect(-30, -30, 240, 180)
    layers = [seen(layer, area) for layer in walk(document.layers)]
    selection = None if document.selection is None else view(document.selection.read(area)).tobytes()
    return layers, document.size, document.guides, selection


def seen(layer: Layer, area: Rect) -> object:
    look = (type(layer).__name__, layer.id, layer.name, layer.visible, layer.opacity, layer.blend)
    if isinstance(layer, Group):
        return look, layer.isolate, [child.id for child in layer.children]
    assert isinstance(layer, Plane)
    pixels = view(layer.tiles.read(layer.inside(area))).tobytes()
    if isinstance(layer, GeneratedLayer):
        return look, pixels, [each.digest for each in layer.candidates], layer.chosen, layer.area
    return look, pixels


def acts(document: Document, rng: random.Random) -> tuple[Callable[[Layer], object], ...]:
    return (
        lambda layer: layering.add_paint(document),
        lambda layer: layering.add_mask(document),
        lambda layer: layering.duplicate(document, layer),
        lambda layer: layering.shift(document, layer, rng.choice((-1, 1))),
        lambda layer: layering.group_up(document, layer),
        lambda layer: layering.remove(document, layer),
        lambda layer: layering.change(document, layer, "Opacity", opacity=rng.random()),
        lambda layer: blend(document, layer, rng),
        lambda layer: document.select(plane(noise((60, 50), 1, rng.randrange(99)).array[..., 0], 40, 30)),
        lambda layer: fill(document, layer, "#aabbcc") if isinstance(layer, Plane) else None,
        lambda layer: clear(document, layer) if isinstance(layer, Plane) else None,
        lambda layer: crop(document, Rect(rng.randrange(-9, 9), rng.randrange(-9, 9), 170, 110)),
        lambda layer: layering.merge_down(document, layer) if layering.can_merge_down(document, layer) else None,
        lambda layer: document.change(prompt=str(rng.random())),
        lambda layer: paint(document, layer, rng),
        lambda layer: layering.add_region(document, "a boat"),
        lambda layer: turn_layer(document, layer, rng.choice(list(Turn))),
        lambda layer: transform_layer(document, layer, turned(rng), "Transform"),
        lambda layer: document.apply_picture(a_picture(document, noise((64, 64), seed=rng.randrange(99))), NEAR),
        lambda layer: again(document, layer, rng),
        lambda layer: add_guide(document, Guide(rng.random() < 0.5, rng.randrange(99))),
    )


NEAR = Rect(20, 30, 64, 64)


def paint(document: Document, layer: Layer, rng: random.Random) -> None:
    if not isinstance(layer, Plane):
        return
    brush = Brush(size=rng.uniform(2, 40), hardness=rng.random(), opacity=rng.random(), blend=rng.choice(list(Blend)))
    stroke = Stroke(layer, brush, Ink("#2277aa", erase=rng.random() < 0.3), Stamps(), document.selection)
    for _ in range(5):
        stroke.add(QPointF(rng.uniform(-10, 190), rng.uniform(-10, 130)), rng.random())
    stroke.finish()
    versions = stroke.versions()
    if versions:
        document.push(TilesEdit(document, "Stroke", layer, versions, applied=True))


def blend(document: Document, layer: Layer, rng: random.Random) -> None:
    if not isinstance(layer, AreaLayer):
        layering.change(document, layer, "Blend", blend=rng.choice(list(Blend)))


def turned(rng: random.Random) -> QTransform:
    back, there = QTransform.fromTranslate(-90, -60), QTransform.fromTranslate(90, 60)
    return back * QTransform().rotate(rng.uniform(0, 360)).scale(rng.uniform(0.7, 1.1), rng.uniform(0.7, 1.1)) * there


def again(document: Document, layer: Layer, rng: random.Random) -> None:
    """Another candidate of a generated layer, or a new one."""
    if not isinstance(layer, GeneratedLayer) or layer.request is None:
        return
    if rng.random() < 0.5:
        choose(document, layer, rng.randrange(len(layer.candidates)))
    else:
        take_in(document, layer, Making(candidates=(noise((64, 64), seed=rng.randrange(99)),)), layer.request)


@pytest.mark.parametrize("seed", range(4))
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


@pytest.mark.parametrize("seed", range(10, 14))
def test_saving_and_opening_changes_nothing_wherever_one_is(seed: int, tmp_path: Path) -> None:
    document = a_document((180, 120))
    document.set_source(noise((180, 120)))
    rng, cache, path = random.Random(seed), BandCache(), tmp_path / "walk.ora"
    for number in range(24):
        document.set_active(rng.choice(list(walk(document.layers))))
        rng.choice(acts(document, rng))(document.active)
        if number % 4 == 3:
            save_document(document, path, cache)
            opened = read_ora(path, a_model())
            assert state(opened) == state(document)
            assert opened.recipe == document.recipe
