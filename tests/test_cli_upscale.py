"""`upscale` on the command line: any picture larger, by the weights that are in the folders of models."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from studio.cli import run
from studio.pipelines.upscaling.networks import _loader
from studio.request.geometry import Size
from tests.pipelines import tiny


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    Image.fromarray(tiny.photo(Size(80, 64)).array).save(path)
    return path


@pytest.fixture
def sharp(tmp_path):
    """An upscaler in the person's own folder of models."""
    spandrel, _ = _loader()
    from spandrel.architectures.Compact.__arch.SRVGG import SRVGGNetCompact

    torch.manual_seed(0)
    net = SRVGGNetCompact(num_in_ch=3, num_out_ch=3, num_feat=8, num_conv=3, upscale=2, act_type="prelu")
    path = tmp_path / "home" / "models" / "2x-Sharp.safetensors"
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(dict(net.state_dict()), path)
    return spandrel.load_from_state_dict(net.state_dict()).eval()


def test_without_weights_it_is_smooth_and_says_so_in_the_file(photo, tmp_path, capsys):
    assert run(["upscale", str(photo), str(tmp_path / "large.png"), "--factor", "2.5", "--json"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert events[-1]["event"] == "finished"
    assert (events[-1]["pictures"][0]["width"], events[-1]["pictures"][0]["height"]) == (200, 160)
    expected = Image.open(photo).resize((200, 160), Image.Resampling.LANCZOS)
    assert np.abs(np.asarray(Image.open(tmp_path / "large.png")).astype(int) - np.asarray(expected)).max() <= 1
    assert run(["gallery", "metadata", str(tmp_path / "large.png"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["model"] == "Lanczos"


def test_an_upscaler_of_ones_own_is_used_and_the_result_is_in_the_gallery_as_enlarged(photo, sharp, capsys):
    assert run(["upscale", str(photo), "--upscaler", "2x-sharp"]) == 0
    made = np.asarray(Image.open(capsys.readouterr().out.strip()))
    given = torch.from_numpy(np.asarray(Image.open(photo)).copy()).permute(2, 0, 1)[None].float() / 255
    assert np.abs(made - sharp(given)[0].permute(1, 2, 0).numpy() * 255).max() <= 1
    assert run(["gallery", "search", "kind:upscale", "--json"]) == 0
    assert "2x-Sharp" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--factor", "0"], "0 times as large. Choose a factor above 1, up to 16."),
        (["--factor", "100"], "100 times as large"),
        (["--factor", "two"], "not a number"),
        (["--upscaler", "none of mine"], "no upscaler called 'none of mine'. Known are: none."),
        (["--method", "upscaler"], "no upscaler chosen. Name one with --upscaler"),
        (["--method", "diffusion"], "draw whole scenes"),
        (["--model", "nobody"], "no model called"),
    ],
)
def test_what_cannot_be_is_one_line(photo, options, said, capsys):
    assert run(["upscale", str(photo), *options]) == 2
    errors = capsys.readouterr().err
    assert said in errors
    assert errors.count("\n") == 1
