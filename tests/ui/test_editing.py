"""Select a part, say what should be there, watch it in its place, take it: with an engine that a test plays."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QObject

from studio.document.document import Document
from studio.document.editing.modes import Mode
from studio.document.selecting import plane
from studio.prompts.history import PromptHistory
from studio.request.errors import BadInput
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from studio.ui.candidates import Candidates
from studio.ui.generation import Generation
from tests.ui.fakes import SCENES_MODEL, FakeEngine


def hills(width: int = 256, height: int = 256) -> Pixels:
    rng = np.random.default_rng(1)
    array = rng.integers(90, 120, (height, width, 3), np.uint8)
    array[: height // 2] += np.uint8(80)
    return Pixels(array)


@pytest.fixture
def studio(qtbot, tmp_path):
    """document, engine, candidates, generation."""
    parent = QObject()
    document = Document(SCENES_MODEL, parent=parent)
    document.set_source(hills())
    document.change(prompt="a red house", strength=1.0, seed=4, seed_locked=True)
    engine = FakeEngine()
    candidates = Candidates(document.undo_stack, parent)
    generation = Generation(document, engine, PromptHistory(tmp_path / "history.json"), candidates, parent)
    yield document, engine, candidates, generation
    document.undo_stack.clear()


def select(document: Document, area: Rect) -> np.ndarray:
    mask = np.zeros((document.size.height, document.size.width), np.uint8)
    mask[max(0, area.y) : max(0, area.bottom), max(0, area.x) : max(0, area.right)] = 255
    document.select(plane(mask))
    return mask


def red(job) -> Pixels:
    """What a model gives back: red where it may, the source where it must not."""
    request = job.request
    array = np.full((request.size.height, request.size.width, 3), (230, 20, 20), np.uint8)
    if request.mask is not None:
        array = np.where(request.mask.array > 0, array, request.source.array)
    return Pixels(array)


def canvas(document: Document) -> np.ndarray:
    return document.picture().array[..., :3].astype(int)


def test_the_button_follows_the_selection(studio):
    document, _, _, generation = studio
    assert generation.modes[0] is Mode.GENERATE
    select(document, Rect(80, 80, 60, 60))
    assert generation.modes[0] is Mode.FILL
    assert {Mode.ADD, Mode.REMOVE, Mode.REPLACE_BACKGROUND} <= set(generation.modes)
    document.change(strength=0.5)
    assert generation.modes[0] is Mode.REFINE
    document.change(strength=1.0)
    select(document, Rect(0, 0, 60, 256))
    assert generation.modes[0] is Mode.EXPAND


@pytest.mark.parametrize("mode", [Mode.FILL, Mode.ADD, Mode.REMOVE, Mode.REFINE])
def test_only_the_selection_changes_and_undo_restores_every_byte(studio, mode):
    document, engine, candidates, generation = studio
    selection = select(document, Rect(80, 90, 70, 60))
    if mode is Mode.REFINE:
        document.change(strength=0.5)
    before = canvas(document)
    job = generation.generate(mode)
    assert job.request.mask is not None
    engine.make(job, pixels=red(job))
    (candidate,) = candidates.items
    assert np.array_equal(canvas(document), before)
    document.apply_picture(candidate.picture, candidate.place.area)
    after = canvas(document)
    inner = np.zeros_like(selection)
    inner[110:130, 100:130] = 1
    assert np.abs(after[inner > 0] - (230, 20, 20)).max() <= 12
    far = np.ones_like(selection, bool)
    area = candidate.place.area
    far[area.y : area.bottom, area.x : area.right] = False
    assert np.array_equal(after[far], before[far])
    document.undo_stack.undo()
    assert np.array_equal(canvas(document), before)


def test_each_step_is_shown_in_its_place(studio):
    document, engine, candidates, generation = studio
    select(document, Rect(80, 90, 70, 60))
    job = generation.generate(Mode.FILL)
    engine.step(job, 3, Pixels(np.full((24, 24, 3), 200, np.uint8)))
    (candidate,) = candidates.items
    assert candidate.place.area.contains(Rect(80, 90, 70, 60))
    assert candidate.pixels.size == candidate.place.area.size
    assert candidate.pixels.array[0, 0, 3] < 10
    middle = candidate.pixels.array[candidate.place.area.height // 2, candidate.place.area.width // 2]
    assert (middle == (200, 200, 200, 255)).all()


def test_the_result_lands_where_it_was_asked_for(studio):
    document, engine, candidates, generation = studio
    select(document, Rect(80, 90, 70, 60))
    job = generation.generate(Mode.FILL)
    document.select(None)
    engine.make(job, pixels=red(job))
    (candidate,) = candidates.items
    document.apply_picture(candidate.picture, candidate.place.area)
    assert np.abs(canvas(document)[120, 115] - (230, 20, 20)).max() <= 12


def test_a_large_area_is_made_in_two_passes(studio):
    document, engine, candidates, generation = studio
    document.select(None)
    document.set_source(hills(700, 600))
    document.become(Document(SCENES_MODEL, Size(700, 600)))
    document.set_source(hills(700, 600))
    document.change(strength=0.5, seed_locked=True, seed=4)
    job = generation.generate(Mode.REFINE)
    passes = 0
    while engine.jobs:
        passes += 1
        job = engine.jobs[0]
        engine.make(job, pixels=red(job))
        engine.finish(job)
    assert passes > 1
    (candidate,) = candidates.items
    assert candidate.pixels.size == Size(700, 600)
    document.apply_picture(candidate.picture, candidate.place.area)
    assert np.abs(canvas(document) - (230, 20, 20)).max() <= 12


@pytest.mark.parametrize("area", [Rect(-50, -50, 60, 60), Rect(255, 255, 1, 1), Rect(0, 0, 256, 256)])
def test_odd_selections_are_worked_or_mean_everything(studio, area):
    document, engine, candidates, generation = studio
    select(document, area)
    job = generation.generate()
    engine.make(job, pixels=red(job))
    assert len(candidates.items) == 1


def test_hundreds_of_clicks_queue_hundreds_of_jobs_and_no_more(studio):
    document, engine, _, generation = studio
    select(document, Rect(80, 90, 70, 60))
    document.change(seed_locked=False)
    jobs = [generation.generate() for _ in range(200)]
    assert len({job.request.seed for job in jobs}) == 200
    with pytest.raises(BadInput, match="200 wishes wait in the queue"):
        generation.generate()
    assert len(engine.jobs) == 200
    engine.cancel(jobs[-1])
    assert generation.generate() in engine.jobs


def test_wishes_of_one_canvas_share_what_they_remember_and_take_bounded_memory(studio, monkeypatch):
    document, engine, _, generation = studio
    select(document, Rect(80, 90, 70, 60))
    generation.generate()
    first = generation._edits.held
    generation.generate()
    assert generation._edits.held < 1.6 * first
    monkeypatch.setattr("studio.ui.generation.MOST_HELD", first)
    with pytest.raises(BadInput, match="2 wishes wait in the queue, and there is no room"):
        generation.generate()
    assert len(engine.jobs) == 2
