"""Words that hold only in a part of the picture: by attention where the network has it, by mixing where it has not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from studio.pipelines.regions import Areas
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


@pytest.mark.parametrize("family", ["sd15", "sdxl", "scenes"])
def test_a_negative_prompt_holds_in_its_region_only(family, shelf, warm):
    """The half that has one changes, the other stays nearly as it was; where it is the whole's nothing does."""
    model, against = shelf[family], Prompt.plain("QQQQQ 77777 zzzz" if family != "scenes" else "a hill, night")
    halves = tuple(replace(part(*at, "a hill"), negative=Prompt.plain("")) for at in ((0, 32), (32, 64)))
    plain = made(warm, model, guidance=6.0, regions=halves, negative="")
    own = made(warm, model, guidance=6.0, regions=(halves[0], replace(halves[1], negative=against)), negative="")
    changed = np.abs(own - plain)
    assert changed[:, 36:].mean() > 1.5 * changed[:, :28].mean()
    assert changed[:, 36:].mean() > 0.1


def test_a_negative_prompt_that_is_the_wholes_changes_nothing(sd15, warm):
    both = part(0, 32, "a hill"), part(32, 64, "a hill")
    same = tuple(replace(each, negative=Prompt.plain("")) for each in both)
    plain = made(warm, sd15, guidance=6.0, regions=both, negative="")
    assert np.abs(made(warm, sd15, guidance=6.0, regions=same, negative="") - plain).max() <= 2


def test_without_guidance_a_negative_prompt_of_a_region_changes_nothing(sd15, warm):
    halves = (part(0, 32, "a hill"), part(32, 64, "a hill"))
    plain = made(warm, sd15, guidance=1.0, regions=halves)
    own = made(warm, sd15, guidance=1.0, regions=(halves[0], replace(halves[1], negative=Prompt.plain("QQQ"))))
    assert np.array_equal(own, plain)


@pytest.mark.parametrize("size", [(64, 64), (88, 72), (136, 64)])
def test_layers_of_any_size_find_their_shares(size, sd15, warm):
    mask = np.zeros((size[1], size[0], 1), np.uint8)
    mask[:, : size[0] // 2] = 255
    region = Region(mask=Pixels(mask), prompt=Prompt.plain("a hill"))
    assert made(warm, sd15, size=tiny.Size(*size), regions=(region,)).shape == (size[1], size[0], 3)
