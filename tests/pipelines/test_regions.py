"""Words that hold only in a part of the picture: by attention where the network has it, by mixing where it has not."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from studio.pipelines.regions import Areas, mixed
from studio.request.pixels import Pixels
from studio.request.request import Prompt, Region
from tests.pipelines import tiny


def part(left: int, right: int, words: str) -> Region:
    mask = np.zeros((64, 64, 1), np.uint8)
    mask[:, left:right] = 255
    return Region(mask=Pixels(mask), prompt=Prompt.plain(words))


def made(pipeline, model, **changes) -> np.ndarray:
    return pipeline.run(tiny.request(model, **changes), tiny.Notes()).pictures[0].pixels.array.astype(int)


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_one_region_over_everything_is_that_prompt(family, shelf, warm):
    plain = made(warm, shelf[family], prompt="a hill")
    added = {"prompt": "a hill"} if family == "sdxl" else {}  # its pooled vector is the root prompt's
    over = made(warm, shelf[family], regions=(part(0, 64, "a hill"),), **added)
    assert np.abs(over - plain).max() <= 1


def test_two_regions_with_the_same_words_are_that_prompt(sd15, warm):
    plain = made(warm, sd15, prompt="a hill")
    both = made(warm, sd15, regions=(part(0, 40, "a hill"), part(40, 64, "a hill")))
    assert np.abs(both - plain).max() <= 1


@pytest.mark.parametrize("guidance", [5.0, 1.0])
@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_each_half_is_nearer_to_its_own_prompt(family, guidance, shelf, warm):
    model, words = shelf[family], ("a hill", "QQQQQ 77777 zzzz")
    left, right = (made(warm, model, prompt=each, guidance=guidance) for each in words)
    both = made(warm, model, guidance=guidance, regions=(part(0, 32, words[0]), part(32, 64, words[1])))
    near, far = np.abs(both - left)[:, :32].mean(), np.abs(both - right)[:, :32].mean()
    assert near < far
    near, far = np.abs(both - right)[:, 32:].mean(), np.abs(both - left)[:, 32:].mean()
    assert near < far


def test_afterwards_the_network_is_as_before(sd15, warm):
    before = made(warm, sd15)
    made(warm, sd15, regions=(part(0, 30, "a hill"),))
    assert np.array_equal(made(warm, sd15), before)


def test_what_no_region_covers_has_the_root_prompt(sd15, warm):
    assert (made(warm, sd15, regions=(part(0, 8, "QQQQQ"),)) != made(warm, sd15)).any()
    shares = Areas.of(torch.zeros(1, 77, 4), [torch.ones(1, 77, 4)], torch.ones(1, 8, 8) * 0.25).shares
    assert torch.allclose(shares[0], torch.tensor(0.75))
    assert torch.allclose(shares.sum(0), torch.tensor(1.0))


def test_a_network_without_attention_is_asked_for_each_area_and_mixed():
    masks = torch.zeros(1, 4, 4)
    masks[:, :, :2] = 1
    areas = Areas.of(torch.zeros(1, 3, 2), [torch.ones(1, 5, 2)], masks)
    asked = []

    def call(states):
        asked.append(states.shape)
        return states[:, :1, :1, None].expand(-1, 1, 4, 4)

    output = mixed(object(), areas, torch.full((2, 3, 2), 9.0), call)
    assert output[1, 0, :, :2].eq(1).all()
    assert output[1, 0, :, 2:].eq(0).all()
    assert output[0].eq(9).all()
    assert asked == [(2, 3, 2), (2, 5, 2)]


@pytest.mark.parametrize("size", [(64, 64), (88, 72), (136, 64)])
def test_layers_of_any_size_find_their_shares(size, sd15, warm):
    mask = np.zeros((size[1], size[0], 1), np.uint8)
    mask[:, : size[0] // 2] = 255
    region = Region(mask=Pixels(mask), prompt=Prompt.plain("a hill"))
    assert made(warm, sd15, size=tiny.Size(*size), regions=(region,)).shape == (size[1], size[0], 3)
