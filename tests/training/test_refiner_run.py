"""The refiner's run, whole, at the size of a toy, and the network that it teaches."""

from __future__ import annotations

import json

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from studio.library.models import Models
from studio.pipelines.closed_form_refiner import Refiner
from studio.training import refiner_run
from studio.training.train import train_scenes
from tests.pipelines.tiny import Notes, pipeline_of, request


class Pulled(Exception):
    """The plug."""


@pytest.fixture(autouse=True)
def one_thread():
    """On small tensors a second one only waits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def refiner_of(out):
    weights = {}
    for path in (out / "model" / "unet").glob("*.safetensors"):
        weights |= {name: tensor for name, tensor in load_file(path).items() if name.startswith("refiner.")}
    return weights


def test_a_run_leaves_a_model_that_paints_and_goes_on_where_it_was(tmp_path):
    out = tmp_path / "run"
    assert train_scenes("refiner-tiny", out) == 0
    model = next(model for model in Models([out]).all() if model.path == out / "model")
    made = pipeline_of(model).run(request(model, prompt="the sea", size=model.defaults.size), Notes())
    assert made.pictures[0].pixels.array.std() > 5
    before, taught = json.loads((out / "figures.json").read_text()), refiner_of(out)
    assert before["steps"] == 6
    with Image.open(out / "samples.png") as sheet:
        assert sheet.width == 4 * 256
    assert train_scenes(None, out, resume=True) == 0  # nothing is left to be learned
    assert json.loads((out / "figures.json").read_text()) == before
    after = refiner_of(out)
    assert same(taught, after)


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_a_run_that_was_ended_makes_the_same_network(tmp_path, monkeypatch):
    assert train_scenes("refiner-tiny", tmp_path / "whole") == 0
    step = refiner_run.RefinerRun._step

    def pull(run, network, pool):
        if run.trainee.step == 4:
            raise Pulled
        return step(run, network, pool)

    monkeypatch.setattr(refiner_run, "_SAVE_EVERY", 0.0)
    monkeypatch.setattr(refiner_run.RefinerRun, "_step", pull)
    with pytest.raises(Pulled):
        train_scenes("refiner-tiny", tmp_path / "ended")
    monkeypatch.setattr(refiner_run.RefinerRun, "_step", step)
    assert train_scenes(None, tmp_path / "ended", resume=True) == 0
    assert same(refiner_of(tmp_path / "whole"), refiner_of(tmp_path / "ended"))


def pictures(height, width):
    """An estimate, its level, the surroundings, and the hole."""
    torch.manual_seed(0)
    estimate, known = torch.randn(2, 2, 8, height, width)
    hole = torch.zeros(2, 1, height, width)
    hole[:, :, 3:9, 2:7] = 1
    return estimate, torch.full((2,), 0.3), known, hole


def test_an_untaught_refiner_leaves_the_estimate_as_it_is():
    given = pictures(13, 10)
    assert torch.equal(Refiner((8, 8, 8))(*given), given[0])


def test_a_taught_refiner_changes_the_hole_and_nothing_else_at_any_size():
    refiner = Refiner((8, 8, 8))
    with torch.no_grad():
        for parameter in refiner.parameters():
            parameter.add_(0.05)
        for size in ((13, 10), (32, 48)):
            given = pictures(*size)
            mended = refiner(*given)
            changed = (mended != given[0]).any(1, keepdim=True)
            assert torch.equal(changed, given[-1] > 0)
