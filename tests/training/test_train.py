"""`train scenes`, whole, at the size of a toy: what a person gets, and that nothing of a run is ever lost."""

from __future__ import annotations

import hashlib
import json

import pytest
import torch
from PIL import Image

from studio.__main__ import main
from studio.library.models import Models
from studio.training import train
from tests.pipelines.tiny import Notes, pipeline_of, request


class Pulled(Exception):
    """The plug."""


def digests(folder):
    weights = sorted((folder / "model").rglob("*.safetensors"))
    assert len(weights) == 3
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in weights]


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """On small tensors a second one only waits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "run"
    assert train.train_scenes("tiny", folder, seed=3) == 0
    return folder


def test_the_folder_is_a_model_that_paints(whole):
    model = next(model for model in Models([whole]).all() if model.path == whole / "model")
    notes = Notes()
    finished = pipeline_of(model).run(request(model, prompt="the sea", size=model.defaults.size), notes)
    assert finished.pictures[0].pixels.array.std() > 5
    assert len(notes.steps) == 3


def test_the_run_tells_how_good_it_is(whole):
    figures = json.loads((whole / "figures.json").read_text())
    assert figures["codec_psnr_scenes"] > 20
    with Image.open(whole / "samples.png") as sheet:
        assert sheet.size[0] == 512


def test_a_run_that_was_ended_goes_on_to_the_same_model(whole, tmp_path, monkeypatch, capsys):
    def pull(*_args, **_options):
        raise Pulled

    folder = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr(train, "train_decoder", pull)
        with pytest.raises(Pulled):
            train.train_scenes("tiny", folder, seed=3)
    capsys.readouterr()
    assert main(["train", "scenes", "--out", str(folder), "--resume"]) == 0
    assert digests(folder) == digests(whole)
    assert "Grounds and things: 0" not in capsys.readouterr().out  # they were there


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--preset", "huge"], "no preset called 'huge'"),
        (["--seed", "many"], "invalid int"),
        (["--out", "HERE"], "a run in"),
        (["--out", "HERE", "--resume", "--preset", "cpu"], "begun with the preset tiny"),
        (["--out", "HERE", "--resume", "--seed", "4"], "the seed 3"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(whole, tmp_path, monkeypatch, capsys, options, words):
    monkeypatch.chdir(tmp_path)
    before = digests(whole)
    code = main(["train", "scenes", *(str(whole) if option == "HERE" else option for option in options)])
    out, err = capsys.readouterr()
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert words in err
    assert digests(whole) == before
