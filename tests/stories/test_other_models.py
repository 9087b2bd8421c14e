"""Tiny models of other kinds through the window: taught to fill holes, and to edit by instruction.

What they make is noise: looked at is what the button says, what is asked for, and what stays as it was.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from studio.document.editing.modes import Mode
from studio.document.editing.plan import Fill
from studio.document.images import image_of
from studio.request.family import Ability
from studio.request.geometry import Rect, Size
from tests.pipelines import tiny, tiny_flow
from tests.stories.artist import CONTROL, Artist, same

pytestmark = [
    pytest.mark.model,
    pytest.mark.qt_log_ignore("This plugin does not support"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
]
HOUSE = Rect(60, 40, 80, 70)


@pytest.fixture
def artist_with(open_artist, home, tmp_path, monkeypatch):
    """Before a picture of 192 × 160 pixels, with a model of this person's folder."""

    def start(save, name: str, smallest: int = 64) -> Artist:
        save(home.models / name)
        artist = open_artist()
        studio = artist.studio
        model = next(each for each in studio.models.all() if each.path.name == name)
        model = replace(model, family=replace(model.family, smallest_side=smallest, native=Size(128, 128)))
        pipeline = tiny.pipeline_of(model)
        monkeypatch.setattr("studio.app.pipeline_of", lambda *_: pipeline)
        studio.document.set_model(model)
        image_of(tiny.photo(Size(192, 160))).save(str(tmp_path / "photo.png"))
        studio.open(tmp_path / "photo.png")
        studio.document.change(strength=1.0, steps=2, guidance=2.0)
        studio.document.undo_stack.clear()
        return artist

    return start


def run_of(artist: Artist):
    return artist.window.generation._edits.run(artist.studio.engine.jobs[0].id)


@pytest.mark.parametrize(("mode", "strength"), [("Fill", 1.0), ("Add", 1.0), ("Remove", 0.25)])
def test_a_model_that_was_taught_to_fill_holes(artist_with, mode, strength):
    """Nine channels: the same button, the same plan; around the selection not a bit is changed."""
    artist = artist_with(lambda folder: tiny.save_sd15(folder, channels=9), "filler")
    assert "inpaint" in artist.document.model.traits
    before = artist.picture()
    chosen = artist.select(HOUSE)
    assert artist.says == "Fill"
    artist.say("a red house")
    artist.choose(mode)
    request = run_of(artist).request
    assert (request.strength, request.mask is not None) == (strength, True)
    assert request.prompt.text == ("" if mode == "Remove" else "a red house")
    artist.until_made()
    artist.go_to_canvas()
    artist.key(Qt.Key.Key_Return)
    after = artist.picture()
    assert same(after, before, ~chosen)
    assert (after != before).any(2)[60:90, 80:120].mean() > 0.8
    artist.key(Qt.Key.Key_Z, CONTROL)
    assert same(artist.picture(), before)


def test_a_model_that_edits_by_instruction(artist_with):
    """The button says Edit; the model looks at the picture, once, at its own size; a new picture is another choice."""
    artist = artist_with(lambda folder: tiny_flow.save_flux(folder, "FluxKontextPipeline"), "kontext")
    assert artist.document.model.family.can(Ability.INSTRUCT)
    before = artist.picture()
    assert artist.says == "Edit"
    artist.say("make it night")
    assert artist.offered[:2] == ["Edit", "Generate"]
    artist.click(artist.button.main)
    run = run_of(artist)
    assert (run.plan.mode, run.plan.fill, len(run.plan.passes)) == (Mode.EDIT, Fill.KEEP, 1)
    assert run.request.source is not None
    assert (run.request.mask, run.request.strength, run.request.origin != "") == (None, 1.0, True)
    artist.until_made()
    artist.shot("edit")
    artist.go_to_canvas()
    artist.key(Qt.Key.Key_Return)
    assert not same(artist.picture(), before)
    artist.key(Qt.Key.Key_Z, CONTROL)
    assert same(artist.picture(), before)
    artist.choose("Generate")
    (job,) = artist.studio.engine.jobs
    assert (job.request.source, job.request.origin) == (None, "")
    artist.until_made()


def test_an_instruction_for_a_part(artist_with):
    """What is selected may change; the model sees what is there, not a hole."""
    artist = artist_with(lambda folder: tiny_flow.save_flux(folder, "FluxKontextPipeline"), "kontext")
    before = artist.picture()
    chosen = artist.select(HOUSE)
    assert artist.says == "Edit"
    artist.say("make it red")
    artist.click(artist.button.main)
    run = run_of(artist)
    assert np.array_equal(run.request.source.array.shape[:2], run.request.mask.array.shape[:2])
    assert run.plan.fill is Fill.KEEP
    artist.until_made()
    artist.go_to_canvas()
    artist.key(Qt.Key.Key_Return)
    after = artist.picture()
    assert same(after, before, ~chosen)
    assert not same(after, before)
