"""Which regions count for a picture, and where each of them holds."""

from __future__ import annotations

import numpy as np
import pytest

from studio.document.regioning import Sketch, applied
from studio.request.request import Prompt

ROOT, NONE = Prompt.plain("oil painting"), Prompt.plain("")


def area(x: int, y: int, w: int, h: int, value: int = 255) -> np.ndarray:
    coverage = np.zeros((100, 100), np.uint8)
    coverage[y : y + h, x : x + w] = value
    return coverage


def test_two_halves_each_with_its_words_and_the_root():
    sketches = [Sketch(area(0, 0, 50, 100), "a lake"), Sketch(area(50, 0, 50, 100), "hills")]
    prompt, _, (left, right) = applied(sketches, ROOT, NONE)
    assert prompt == ROOT
    assert (left.prompt.text, right.prompt.text) == ("a lake, oil painting", "hills, oil painting")
    assert left.mask.array[:, :50].min() == right.mask.array[:, 50:].min() == 255


def test_upper_regions_cover_lower_ones():
    sketches = [Sketch(area(0, 0, 60, 100), "a lake"), Sketch(area(30, 0, 60, 100), "hills")]
    upper, lower = applied(sketches, ROOT, NONE).regions
    assert upper.mask.array[:, 30:60].min() == 255
    assert lower.mask.array[:, 30:60].max() == 0
    assert lower.mask.array[:, 60:90].min() == 255


@pytest.mark.parametrize(
    ("sketch", "words"),
    [
        (area(0, 0, 99, 99), "a lake, oil painting"),  # covers nearly everything: it is the prompt
        (area(10, 10, 19, 19), "oil painting"),  # its bounds are tiny: left out
        (area(0, 0, 100, 100, 4), "oil painting"),  # hardly there: left out
        (area(0, 0, 0, 0), "oil painting"),
    ],
)
def test_covering_and_tiny_ones(sketch, words):
    prompt, _, regions = applied([Sketch(sketch, "a lake")], ROOT, NONE)
    assert prompt.text == words
    assert regions == ()


def test_one_that_is_hidden_by_those_above_is_left_out():
    sketches = [Sketch(area(0, 0, 70, 100), "a lake"), Sketch(area(10, 10, 50, 50), "hills")]
    regions = applied(sketches, ROOT, NONE).regions
    assert [region.prompt.raw for region in regions] == ["a lake, oil painting"]


def test_without_a_root_prompt_its_own_words_are_all():
    (only,) = applied([Sketch(area(0, 0, 40, 100), " a lake ")], NONE, NONE).regions
    assert only.prompt.text == "a lake"


def test_its_negative_prompt_is_joined_to_that_of_the_whole():
    """Where it has none that of the whole holds; one that covers nearly everything gives its own to the picture."""
    root = Prompt.plain("blurred")
    sketches = [Sketch(area(0, 0, 50, 100), "a lake", "boats"), Sketch(area(50, 0, 50, 100), "hills")]
    found = applied(sketches, ROOT, root)
    assert found.negative == root
    assert [region.negative and region.negative.text for region in found.regions] == ["boats, blurred", None]
    assert applied([Sketch(area(0, 0, 99, 99), "a lake", "boats")], ROOT, root).negative.text == "boats, blurred"


def test_it_may_say_only_what_should_not_be_there():
    (region,) = applied([Sketch(area(0, 0, 50, 100), "", "boats")], ROOT, NONE).regions
    assert (region.prompt, region.negative.text) == (ROOT, "boats")
