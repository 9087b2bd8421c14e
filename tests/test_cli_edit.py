"""`generate` with a source: through the same plan as the window, whatever size, mask, border and strength."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.cli_edit import edited, refuse_impossible
from studio.cli_generate import expanded
from studio.document.editing.stitch import WIDTH
from studio.library.families import family
from studio.request.errors import BadInput
from studio.request.events import Finished, Made, Picture, Step
from studio.request.family import ModelReference
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest, Prompt
from studio.request.sampling import Algorithm, Sampler
from tests.document.editing.test_prepare import red
from tests.pipelines import tiny
from tests.pipelines.conftest import shelf as shelf

SCENES = family("scenes")


@dataclass
class RedPipeline:
    """Paints red all it may."""

    def run(self, request, report):
        report(Step(1, 1, Pixels(red(request))))
        picture = Picture(pixels=Pixels(red(request)), request=request, seconds=1.0)
        report(Made(0, picture))
        return Finished((picture,), notes=("Nothing special.",))


def wish(source: Pixels, mask: np.ndarray | None = None, **changes) -> GenerationRequest:
    return GenerationRequest(
        **{
            "model": ModelReference(family="scenes", name="scenes"),
            "prompt": Prompt.plain("a house"),
            "size": source.size,
            "steps": 3,
            "guidance": 2.0,
            "sampler": Sampler(Algorithm.EULER_A),
            "seed": 1,
            "source": source,
            "mask": None if mask is None else Pixels(mask[..., None]),
            **changes,
        }
    )


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_outside_the_mask_every_byte_stays_for_any_size_mask_and_strength(data):
    width, height = data.draw(st.integers(64, 700)), data.draw(st.integers(64, 700))
    x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    mask = np.zeros((height, width), np.uint8)
    value = data.draw(st.sampled_from([255, 128, 1]))
    mask[y : y + data.draw(st.integers(1, 400)), x : x + data.draw(st.integers(1, 400))] = value
    source = tiny.photo(Size(width, height), data.draw(st.sampled_from([3, 4])))
    strength = data.draw(st.sampled_from([1.0, 0.6, 0.2]))
    finished = edited(wish(source, mask, strength=strength), SCENES, RedPipeline(), tiny.Notes())
    made = finished.pictures[0].pixels.array
    assert made.shape == source.array.shape
    assert np.array_equal(made[mask == 0], source.array[mask == 0])


@pytest.mark.parametrize("sides", [(0, 0, 128, 0), (40, 30, 20, 10), (300, 0, 0, 0), (0, 90, 0, 90)])
def test_expanding_never_touches_the_old_picture_and_fills_all_that_is_new(sides):
    old = tiny.photo(Size(256, 200))
    source, mask, place = expanded(old, None, sides)
    (picture,) = edited(wish(source, mask.array[..., 0]), SCENES, RedPipeline(), tiny.Notes(), place).pictures
    made = picture.pixels.array
    assert np.array_equal(made[place.y : place.bottom, place.x : place.right], old.array)
    beyond = np.ones(made.shape[:2], bool)  # the first pixels go over from the old edge
    near = place.grown(WIDTH + 2).intersection(Rect.of(picture.pixels.size))
    beyond[near.y : near.bottom, near.x : near.right] = False
    assert np.abs(made[beyond].astype(int) - (255, 0, 0)).max(initial=0) <= 12
    assert (mask.array[..., 0] > 0)[beyond].all()


def test_nothing_to_expand_is_no_mask():
    old = tiny.photo()
    assert expanded(old, None, (0, 0, 0, 0)) == (old, None, None)


def test_a_set_has_its_own_seeds_and_is_told_of_as_one():
    notes = tiny.Notes()
    finished = edited(wish(tiny.photo(Size(256, 256)), count=3, strength=0.5), SCENES, RedPipeline(), notes)
    assert [picture.request.seed for picture in finished.pictures] == [1, 2, 3]
    assert [made.index for made in notes.made] == [0, 1, 2]
    assert {(step.picture, step.pictures) for step in notes.steps} == {(0, 3), (1, 3), (2, 3)}
    assert finished.notes == ("Nothing special.",)


@pytest.mark.parametrize("size", [Size(2000, 250), Size(64, 64), Size(900, 700)])
def test_any_canvas_is_made_to_its_last_pixel(size):
    (picture,) = edited(wish(tiny.photo(size), strength=0.5), SCENES, RedPipeline(), tiny.Notes()).pictures
    assert (picture.pixels.array == (255, 0, 0)).all()


def test_an_empty_mask_is_refused_before_anything_is_loaded():
    with pytest.raises(BadInput, match="empty"):
        refuse_impossible(wish(tiny.photo(), np.zeros((64, 64), np.uint8)), SCENES)


def test_a_real_pipeline_of_any_family_keeps_what_the_mask_keeps(shelf):
    mask = np.zeros((150, 190), np.uint8)
    mask[40:100, 60:140] = 255
    source = tiny.photo(Size(190, 150))
    for model in shelf.values():
        request = wish(source, mask, model=model.reference, strength=1.0)
        (picture,) = edited(request, model.family, tiny.pipeline_of(model), tiny.Notes()).pictures
        made = picture.pixels.array
        assert np.array_equal(made[mask == 0], source.array[mask == 0])
        assert (made[50:90, 70:130] != source.array[50:90, 70:130]).any(2).mean() > 0.9
        assert picture.request.size == Size(190, 150)
