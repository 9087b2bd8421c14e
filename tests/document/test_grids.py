"""Grids: what is typed becomes requests, and what cannot be is said in a sentence."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from studio.document.grids import Axis, Kind, cells
from studio.library.gallery.grid_sheet import sheet
from studio.request.errors import BadInput
from studio.request.geometry import Size
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest, Prompt
from tests.ui.fakes import OTHER_MODEL, SCENES_MODEL, colour


def a_request(model, **changes):
    values = {
        "model": model.reference,
        "prompt": Prompt.plain("a house"),
        "size": Size(256, 256),
        "steps": 20,
        "guidance": 2.0,
        "sampler": model.defaults.sampler,
        "seed": 1,
    }
    return GenerationRequest(**{**values, **changes})


MODELS = (SCENES_MODEL, OTHER_MODEL)


@pytest.fixture
def base():
    return a_request(SCENES_MODEL, prompt=Prompt.plain("a house at dawn"), seed=5)


def made(base, *axes):
    return cells(base, [Axis.typed(kind, text) for kind, text in axes], MODELS)


@pytest.mark.parametrize(
    ("kind", "text", "values"),
    [
        (Kind.SEED, "1, 2,3", ("1", "2", "3")),
        (Kind.SEED, "3-6", ("3", "4", "5", "6")),
        (Kind.STEPS, "5-6, 20", ("5", "6", "20")),
        (Kind.GUIDANCE, "1.5", ("1.5",)),
        (Kind.PROMPT, "dawn, a-b", ("dawn", "a-b")),
    ],
)
def test_values_are_read_as_they_are_typed(kind, text, values):
    assert Axis.typed(kind, text).values == values


def test_every_combination_once_with_x_running_fastest(base):
    found = made(base, (Kind.SEED, "1-3"), (Kind.STEPS, "10, 20"), (Kind.GUIDANCE, "1, 2"))
    assert len(found) == 12
    assert [cell.place for cell in found[:4]] == [(0, 0, 0), (1, 0, 0), (2, 0, 0), (0, 1, 0)]
    last = found[-1].request
    assert (last.seed, last.steps, last.guidance, last.count) == (3, 20, 2.0, 1)
    assert len({cell.place for cell in found}) == 12


def test_words_are_replaced_models_bring_a_sampler_that_they_can_use(base):
    prompts = [cell.request.prompt.text for cell in made(base, (Kind.PROMPT, "dawn, noon"))]
    assert prompts == ["a house at dawn", "a house at noon"]
    models = [cell.request.model.name for cell in made(base, (Kind.MODEL, "scenes, SDXL Base 1.0"))]
    assert models == ["scenes", "sd_xl_base_1.0"]
    assert made(base, (Kind.SIZE, "128x256"))[0].request.size == Size(128, 256)
    assert made(base, (Kind.SAMPLER, "euler, ddim"))[1].request.sampler.name == "DDIM"
    source = a_request(SCENES_MODEL, source=colour(Size(256, 256)), strength=0.5)
    assert made(source, (Kind.STRENGTH, "30, 70 %"))[1].request.strength == 0.7


@pytest.mark.parametrize(
    ("axes", "words"),
    [
        ([(Kind.SEED, " , ")], "no values"),
        ([(Kind.SEED, "one")], "no whole number"),
        ([(Kind.GUIDANCE, "much")], "no number"),
        ([(Kind.STRENGTH, "50")], "without a picture"),
        ([(Kind.PROMPT, "fox, wolf")], "not in the prompt"),
        ([(Kind.MODEL, "unknown")], "no model called"),
        ([(Kind.SAMPLER, "foo")], "no sampler called"),
        ([(Kind.SIZE, "big")], "no whole number"),
        ([(Kind.SIZE, "9x9")], "width of 9"),
        ([(Kind.SEED, "1-90"), (Kind.STEPS, "1-9")], "810 pictures"),
        ([(Kind.SEED, "1"), (Kind.SEED, "2")], "the same"),
        ([(Kind.SEED, "5-2")], "range"),
    ],
)
def test_what_cannot_be_is_said(base, axes, words):
    with pytest.raises(BadInput, match=words):
        made(base, *axes)


def test_the_sheet_has_every_picture_in_its_place_at_full_size():
    pictures = {(x, y): colour(Size(64, 48), 40 + 90 * x + 30 * y) for x in range(2) for y in range(3)}
    del pictures[1, 2]
    data = sheet("a house", [["Seed 1", "Seed 2"], ["Steps 1", "Steps 2", "Steps 3"]], pictures)
    image = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    for picture in pictures.values():
        here = (image == picture.array[0, 0]).all(2)
        rows, columns = np.nonzero(here)
        assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (48, 64)
        assert here.sum() == 48 * 64
    assert Image.open(io.BytesIO(data)).text["Description"] == "a house"


def test_a_sheet_of_large_pictures_stays_of_a_size_that_can_be_opened():
    pictures = {(x,): Pixels(np.zeros((1024, 1024, 3), np.uint8)) for x in range(30)}
    data = sheet("", [[str(x) for x in range(30)]], pictures)
    assert max(Image.open(io.BytesIO(data)).size) < 13_000
