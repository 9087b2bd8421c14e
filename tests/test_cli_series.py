"""`generate --grid` and `--variation`: what is typed, what is made, where it goes."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.cli_generate import Teller, request_from
from studio.cli_series import add_options, axes_of, drawn, make_grid, run_grid, write_sheet
from studio.document.grids import Kind
from studio.library.gallery.gallery import Gallery
from studio.request.course import Variation
from studio.request.errors import BadInput
from studio.request.events import Finished, Made, Picture, Step
from tests.ui.fakes import SCENES_MODEL, colour


class Shelf:
    def all(self):
        return (SCENES_MODEL,)

    def find(self, reference):
        return SCENES_MODEL

    def default(self):
        return SCENES_MODEL


class ColourPipeline:
    """Paints in the colour of the seed."""

    def run(self, request, report):
        report(Step(1, 1))
        picture = Picture(pixels=colour(request.size, 40 * request.seed), request=request)
        report(Made(0, picture))
        return Finished((picture,))


def options(*typed: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_options(parser)
    plain = dict.fromkeys(("model", "size", "steps", "guidance", "sampler", "image", "strength", "mask", "expand"))
    return argparse.Namespace(
        **{
            **plain,
            "control": [],
            "prompt": "a house at dawn",
            "negative": "",
            "seed": "3",
            "count": "1",
            "draft": False,
        },
        **vars(parser.parse_args(list(typed))),
    )


def test_a_variation_is_a_seed_and_a_strength():
    request, _ = request_from(options("--variation", "42:0.25"), Shelf())
    assert request.variation == Variation(seed=42, strength=0.25)
    for bad in ("0.25", "42:much", "42:7"):
        with pytest.raises(BadInput):
            request_from(options("--variation", bad), Shelf())


@pytest.mark.parametrize("bad", ["steps", "weather=fine", "seed=,"])
def test_a_grid_that_cannot_be_read_is_refused(bad):
    with pytest.raises(BadInput):
        axes_of(options("--grid", bad))


def test_all_cells_are_made_and_told_of_as_one_set(tmp_path, capsys):
    typed = options("--grid", "seed=1-3", "--grid", "prompt=dawn, night")
    axes = axes_of(typed)
    assert [axis.kind for axis in axes] == [Kind.SEED, Kind.PROMPT]
    found = make_grid(request_from(typed, Shelf())[0], axes, Shelf())
    teller = Teller(lambda picture: tmp_path / f"{picture.request.seed}.png", as_json=True, previews=None)
    finished = run_grid(found, Shelf(), ColourPipeline(), teller)
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["index"] for each in told if each["event"] == "made"] == [0, 1, 2, 3, 4, 5]
    assert [picture.request.prompt.text for picture in finished.pictures[2:4]] == [
        "a house at dawn",
        "a house at night",
    ]
    data = drawn("a house", axes, found, finished)
    file = write_sheet(data, str(tmp_path / "sheet.png"), Gallery(tmp_path / "gallery"))
    assert file == tmp_path / "sheet.png"
    pixels = np.asarray(Image.open(file).convert("RGB"))
    for seed in (1, 2, 3):
        assert (pixels == (40 * seed, 90, 200 - 20 * seed)).all(2).sum() == 2 * 256 * 256


def test_without_a_place_the_sheet_goes_into_the_gallery(tmp_path):
    gallery = Gallery(tmp_path / "gallery")
    typed = options("--grid", "seed=1-2")
    axes = axes_of(typed)
    found = make_grid(request_from(typed, Shelf())[0], axes, Shelf())
    teller = Teller(lambda picture: Path("kept.png"), as_json=False, previews=None)
    finished = run_grid(found, Shelf(), ColourPipeline(), teller)
    path = write_sheet(drawn("a house", axes, found, finished), None, gallery)
    assert path.is_relative_to(gallery.folder)
    assert [item.path for item in gallery.recent(5)] == [path]
    gallery.close()
