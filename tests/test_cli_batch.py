"""`batch`: a folder worked over without a window; a second run goes on, one bad file stops nothing."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

import studio.cli_batch as batch
from studio.cli import run
from studio.request.events import Finished, Made, Picture, Step, Timings
from studio.request.pixels import Pixels


class Inverting:
    """Gives the source back, inverted."""

    def __init__(self) -> None:
        self.requests = []

    def run(self, request, report):
        self.requests.append(request)
        report(Step(1, 1))
        picture = Picture(pixels=Pixels(255 - request.source.array), request=request, seconds=0.5)
        report(Made(0, picture))
        return Finished((picture,), Timings(denoise=0.5))


@pytest.fixture
def pipeline(monkeypatch, tmp_path):
    monkeypatch.setenv("SFUMATO_HOME", str(tmp_path / "home"))
    made = Inverting()
    monkeypatch.setattr(batch, "pipeline_of", lambda *_, **__: made)
    return made


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(3):
        Image.fromarray(np.full((256, 256, 3), 40 + 40 * number, np.uint8)).save(folder / f"{number}.png")
    return folder


def told(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_picture_is_made_under_its_name_and_a_second_run_goes_on(pipeline, folder, tmp_path, capsys):
    typed = ["batch", str(folder), "in ink", "--strength", "0.5", "--seed", "7", "--output", str(tmp_path / "new")]
    assert run([*typed, "--json"]) == 0
    end = told(capsys)[-1]
    assert [each["path"].rsplit("/", 1)[-1] for each in end["pictures"]] == ["0.png", "1.png", "2.png"]
    assert (end["left_out"], end["seconds"]) == (0, 1.5)
    assert {(r.prompt.text, r.strength, r.seed) for r in pipeline.requests} == {("in ink", 0.5, 7)}
    (tmp_path / "new" / "1.png").unlink()  # as if it had been ended before
    assert run([*typed, "--json"]) == 0
    end = told(capsys)[-1]
    assert [each["path"] for each in end["pictures"]] == [str(tmp_path / "new" / "1.png")]
    assert end["left_out"] == 2
    assert abs(int(np.asarray(Image.open(tmp_path / "new" / "1.png"))[100, 100, 0]) - (255 - 80)) <= 2


def test_what_a_mask_leaves_out_stays_bit_for_bit(pipeline, folder, tmp_path):
    noise = np.random.default_rng(1).integers(0, 256, (256, 256, 3), np.uint8)
    Image.fromarray(noise).save(folder / "0.png")
    mask = np.zeros((256, 256), np.uint8)
    mask[:, :100] = 255
    Image.fromarray(mask).save(folder / "0-mask.png")
    assert run(["batch", str(folder), "--output", str(tmp_path / "new")]) == 0
    made = np.asarray(Image.open(tmp_path / "new" / "0.png").convert("RGB"))
    assert np.array_equal(made[:, 100:], noise[:, 100:])
    assert not np.array_equal(made[:, :60], noise[:, :60])


def test_a_broken_file_is_told_of_and_the_rest_is_made(pipeline, folder, tmp_path, capsys):
    (folder / "1.png").write_bytes(b"broken")
    assert run(["batch", str(folder), "--output", str(tmp_path / "new")]) == 1
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 2
    assert said.err.startswith("sfumato: 1.png: ")
    assert said.err.splitlines()[-1].startswith("sfumato: 1 of 3 pictures could not be worked over.")


def test_without_an_output_they_go_into_the_gallery(pipeline, folder, tmp_path, capsys):
    assert run(["batch", str(folder)]) == 0
    paths = capsys.readouterr().out.splitlines()
    assert len(paths) == 3
    assert all(path.startswith(str(tmp_path / "home" / "gallery")) for path in paths)


@pytest.mark.parametrize(
    "typed", [["--strength", "1"], ["--strength", "much"], ["--output", "."], ["--sampler", "None"], ["--steps", "x"]]
)
def test_what_cannot_be_used_is_refused_before_anything_is_made(pipeline, folder, monkeypatch, capsys, typed):
    monkeypatch.chdir(folder)
    assert run(["batch", str(folder), *typed]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert pipeline.requests == []


def test_a_folder_that_is_not_there_is_said(pipeline, tmp_path, capsys):
    assert run(["batch", str(tmp_path / "nowhere")]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_files_of_one_name_and_two_kinds_do_not_overwrite_each_other(pipeline, folder, tmp_path):
    Image.fromarray(np.zeros((256, 256, 3), np.uint8)).save(folder / "1.jpg")
    assert run(["batch", str(folder), "--output", str(tmp_path / "new")]) == 0
    names = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert names == ["0.png", "1.jpg.png", "1.png.png", "2.png"]


class Drawing(Inverting):
    """Gives back what is followed."""

    def run(self, request, report):
        self.requests.append(request)
        report(Step(1, 1))
        picture = Picture(pixels=request.controls[0].picture, request=request, seconds=0.5)
        report(Made(0, picture))
        return Finished((picture,), Timings(denoise=0.5))


def test_each_picture_is_followed_and_made_anew_at_full_strength(folder, tmp_path, monkeypatch):
    home = tmp_path / "home" / "models"
    home.mkdir(parents=True)
    save_file(
        {
            "controlnet_cond_embedding.conv_in.weight": torch.zeros(16, 3, 3, 3),
            "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight": torch.zeros(320, 768),
        },
        home / "control_canny.safetensors",
    )
    monkeypatch.setattr(batch, "pipeline_of", lambda *_, **__: Drawing())
    followed = ["--control", "model=control_canny", "--strength", "1"]
    assert run(["batch", str(folder), "in ink", *followed, "--output", str(tmp_path / "new")]) == 0
    made = [np.asarray(Image.open(tmp_path / "new" / f"{number}.png")) for number in range(3)]
    assert [int(each[9, 9, 0]) for each in made] == [40, 80, 120]
