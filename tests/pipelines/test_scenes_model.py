"""The model that comes along, as a person meets it: one word changes the right thing, a seed is a promise."""

from __future__ import annotations

import numpy as np
import pytest

from studio.library.models import Models
from studio.request.pixels import Pixels
from tests.pipelines.tiny import Notes, pipeline_of, request

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def paint():
    model = Models([]).default()
    pipeline = pipeline_of(model, previews=False)

    def painted(prompt: str, seed: int = 1, **changes) -> np.ndarray:
        defaults = {"size": model.defaults.size, "steps": 12, "guidance": model.defaults.guidance}
        wanted = request(model, prompt=prompt, seed=seed, **{**defaults, **changes})
        return pipeline.run(wanted, Notes()).pictures[0].pixels.array[..., :3].astype(np.int16)

    return painted


def test_night_is_darker_than_day(paint):
    day, night = (paint(f"a meadow at {time}").mean() for time in ("noon", "night"))
    assert night < day - 60


def reddish(picture):
    """The number of pixels that are clearly red."""
    return int((picture[..., 0] - picture[..., 1:].max(2) > 60).sum())


def bluish_below(picture):
    """The number of clearly blue pixels below the sky."""
    ground = picture[140:]
    return int((ground[..., 2] - ground[..., :2].max(2) > 40).sum())


def test_a_house_has_the_colour_that_was_asked_for(paint):
    red, blue = (paint(f"a {colour} house on green hills at noon", steps=24) for colour in ("red", "blue"))
    assert reddish(red) > 2 * reddish(blue) + 300
    assert bluish_below(blue) > bluish_below(red) + 300


def test_a_seed_is_a_promise(paint):
    first, again, other = (paint("a lake at dawn", seed=seed) for seed in (5, 5, 6))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_guidance_counts(paint):
    """It leads what is asked for; most prompts are clear enough at any scale, so that not every picture differs."""
    prompt = "a red house on hills, pixel art"
    mild, strong = ([paint(prompt, seed=seed, guidance=guidance) for seed in range(5)] for guidance in (2.0, 9.0))
    assert any((one != other).any() for one, other in zip(mild, strong, strict=True))


def test_a_masked_edit_leaves_the_rest_as_it_was(paint):
    before = paint("a lake at dawn", seed=5).astype(np.uint8)
    mask = np.zeros((256, 256, 1), np.uint8)
    mask[70:190, 60:180] = 255
    after = paint("a red house", source=Pixels(before), mask=Pixels(mask), strength=1.0).astype(np.uint8)
    kept = mask[..., 0] == 0
    assert np.array_equal(before[kept], after[kept])
    assert (before[~kept] != after[~kept]).any(1).mean() > 0.5


def portrait() -> np.ndarray:
    """A face as in a photograph, 256×256: nothing that the model's library holds."""
    down, across = np.mgrid[:256, :256]
    grain = np.random.default_rng(3).normal(0, 1, (256, 256, 1))
    picture = np.full((256, 256, 3), (96, 104, 88.0))
    for top, left, high, wide, colour in (
        (250, 128, 70, 90, (60, 70, 120)),
        (110, 128, 62, 48, (205, 165, 140)),
        (98, 108, 5, 9, (40, 40, 45)),
        (98, 148, 5, 9, (40, 40, 45)),
        (142, 128, 6, 17, (160, 70, 75)),
    ):
        picture[((down - top) / high) ** 2 + ((across - left) / wide) ** 2 < 1] = colour
    return (picture + grain).clip(0, 255).astype(np.uint8)


def test_what_is_refined_stays_itself_the_more_the_less_the_strength(paint):
    before = portrait()
    mask = np.zeros((256, 256, 1), np.uint8)
    mask[60:170, 74:182] = 255
    face = mask[..., 0] > 0

    def strays(strength: float) -> float:
        after = paint("", source=Pixels(before), mask=Pixels(mask), strength=strength)
        return float(np.abs(after - before)[face].mean())

    little, half, much, anew = (strays(strength) for strength in (0.2, 0.5, 0.7, 1.0))
    assert little < half < much < anew
    assert half < 10 < anew
