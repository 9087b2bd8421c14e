"""Whatever is selected, on any canvas, in any mode: outside no bit changes, and undo restores every byte."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QObject

from studio.document import layering
from studio.document.document import Document
from studio.document.editing.modes import Mode
from studio.document.images import view
from studio.document.layers import PaintLayer
from studio.document.placing import paint_layer
from studio.document.selecting import array_of, plane
from studio.prompts.history import PromptHistory
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from studio.ui.candidates import Candidates
from studio.ui.canvas.canvas import Canvas
from studio.ui.generation import Generation
from studio.ui.proposal import Proposal
from tests.ui.fakes import SCENES_MODEL, FakeEngine
from tests.ui.test_editing import red

SIDES = st.integers(64, 420)


@st.composite
def documents(draw):
    """One to three layers of noise with holes, moved about; and a coverage of some shape on or off the canvas."""
    width, height = draw(SIDES), draw(SIDES)
    random = np.random.default_rng(draw(st.integers(0, 2**16)))
    layers = []
    for _ in range(draw(st.integers(1, 3))):
        array = random.integers(0, 256, (height, width, 4), np.uint8)
        array[..., 3] = draw(st.sampled_from([255, 255, 90]))
        layers.append((Pixels(array), draw(st.integers(-40, 40)), draw(st.sampled_from([1.0, 0.5]))))
    mask = np.zeros((height, width), np.uint8)
    for _ in range(draw(st.integers(1, 3))):
        x, y = draw(st.integers(-20, width)), draw(st.integers(-20, height))
        w, h = draw(st.integers(1, width)), draw(st.integers(1, height))
        mask[max(0, y) : max(0, y + h), max(0, x) : max(0, x + w)] = draw(st.sampled_from([255, 255, 130, 1]))
    if draw(st.booleans()):  # an edge that was painted soft
        ramp = np.linspace(0, 1, width, dtype=np.float32)
        mask = np.rint(mask * ramp).astype(np.uint8)
    return Size(width, height), layers, mask


def opened(size: Size, layers: list[tuple[Pixels, int, float]], parent: QObject) -> Document:
    document = Document(SCENES_MODEL, size, parent)
    for pixels, shift, opacity in layers:
        layer = paint_layer(pixels, size, "Noise")
        layer.x, layer.opacity = shift, opacity
        document.add_layer(layer)
    return document


def looks(document: Document) -> np.ndarray:
    """Premultiplied, always with alpha: height × width × 4."""
    return view(document.image()).copy()


def bytes_of(document: Document) -> list[object]:
    """All that a document holds, as far as an edit could change it."""
    found: list[object] = [document.size, document.recipe.strength, looks(document).tobytes()]
    for layer in document.layers:
        if isinstance(layer, PaintLayer):
            bounds = layer.tiles.bounds()
            found += [layer.id, layer.x, layer.y, layer.visible, bounds]
            found += [] if bounds.empty else [view(layer.tiles.read(bounds)).tobytes()]
    selection = document.selection
    return [*found, None if selection is None else array_of(selection, Rect.of(document.size)).tobytes()]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=documents(), data=st.data())
def test_outside_no_bit_changes_and_undo_restores_every_byte(qtbot, tmp_path, made, data):
    size, layers, mask = made
    parent = QObject()
    document = opened(size, layers, parent)
    document.select(plane(mask))
    if data.draw(st.booleans(), "as a region"):
        layering.add_region(document, "a house")
    document.change(prompt="a red house", strength=data.draw(st.sampled_from([1.0, 0.5, 0.1])), seed_locked=True)
    engine, candidates = FakeEngine(), Candidates(document.undo_stack, parent)
    generation = Generation(document, engine, PromptHistory(tmp_path / "history.json"), candidates, parent)
    canvas = Canvas(document)
    qtbot.addWidget(canvas)
    proposal = Proposal(document, canvas, candidates, parent)
    mode = data.draw(st.sampled_from([mode for mode in generation.modes if not nowhere(mode, generation)]), "mode")
    generation.generate(mode)
    before, shown = bytes_of(document), looks(document)
    while engine.jobs:
        job = engine.jobs[0]
        engine.step(job, 1, Pixels(np.full((16, 16, 3), 9, np.uint8)))
        engine.make(job, pixels=red(job))
        engine.finish(job)
    assert bytes_of(document) == before  # looking changes nothing
    proposal.apply(candidates.items[0])
    after = looks(document)
    selection = np.zeros_like(mask) if document.selection is None else mask
    stays = selection == 255 if mode is Mode.REPLACE_BACKGROUND else selection == 0
    if mode is not Mode.GENERATE and selection.any():
        assert np.array_equal(after[stays], shown[stays])
    document.undo_stack.undo()
    assert bytes_of(document) == before
    document.undo_stack.clear()


def nowhere(mode: Mode, generation: Generation) -> bool:
    """Expand has to be given somewhere to go."""
    return mode is Mode.EXPAND and generation.situation.whole
