"""What a person gets: the same picture again, sets, previews, progress, sizes, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from studio.pipelines.refusals import refuse_impossible
from studio.request.errors import BadInput, Trouble
from studio.request.events import Loading, Made, Step
from studio.request.family import Ability
from studio.request.geometry import Size
from studio.request.request import Attachment, Prompt, Region
from tests.pipelines import tiny


def made(pipeline, request):
    return [picture.pixels for picture in pipeline.run(request, tiny.Notes()).pictures]


@pytest.mark.parametrize("sampler", ["DPM++ 2M Karras", "DPM++ SDE"])
def test_cold_or_warm_previews_or_not_the_bytes_are_the_same(sampler, scenes, warm):
    request = tiny.request(scenes, sampler)
    first = made(warm, request)
    assert made(warm, request) == first
    assert made(tiny.pipeline_of(scenes), request) == first
    assert made(tiny.pipeline_of(scenes, previews=False), request) == first
    assert made(warm, replace(request, seed=8)) != first


@pytest.mark.parametrize("changes", [{}, {"source": tiny.photo(), "strength": 0.7}])
def test_a_picture_of_a_set_is_the_same_picture_asked_for_alone(changes, sd15, warm):
    request = tiny.request(sd15, "DPM++ 2M SDE", count=3, seed=2**64 - 2, **changes)
    notes = tiny.Notes()
    finished = warm.run(request, notes)
    assert [picture.request for picture in finished.pictures] == [request.single(index) for index in range(3)]
    for index, picture in enumerate(finished.pictures):
        assert made(warm, request.single(index)) == [picture.pixels]
    assert len({picture.pixels.digest for picture in finished.pictures}) == 3


def test_a_set_arrives_picture_by_picture(scenes, warm):
    notes = tiny.Notes()
    warm.run(tiny.request(scenes, steps=2, count=2), notes)
    told = [(type(event), getattr(event, "picture", None)) for event in notes.events if not isinstance(event, Loading)]
    assert [kind for kind, _ in told] == [Step, Step, Made, Step, Step, Made]
    assert [(step.picture, step.pictures) for step in notes.steps] == [(0, 2), (0, 2), (1, 2), (1, 2)]
    assert [event.index for event in notes.made] == [0, 1]


def test_throughput_makes_the_set_in_one_batch_about_the_same(sd15, warm):
    request = tiny.request(sd15, "Euler a", count=3, throughput=True)
    notes = tiny.Notes()
    together = warm.run(request, notes).pictures
    assert len(notes.steps) == request.steps
    for index, picture in enumerate(together):
        alone = made(warm, request.single(index))[0].array.astype(int)
        assert np.abs(picture.pixels.array - alone).max() <= 2
        assert picture.request == request.single(index)


@pytest.mark.parametrize(("sampler", "steps"), [("Euler", 4), ("Heun", 3), ("DPM2 a", 3)])
def test_every_step_tells_how_far_it_is_and_how_long_it_will_take(sampler, steps, sd15, warm):
    notes = tiny.Notes()
    warm.run(tiny.request(sd15, sampler, steps=steps), notes)
    assert [(step.done, step.total) for step in notes.steps] == [(done + 1, steps) for done in range(steps)]
    assert all(step.seconds_left is not None and step.seconds_left >= 0 for step in notes.steps[1:])
    assert notes.steps[-2].seconds_left > notes.steps[-1].seconds_left


def test_every_step_shows_the_picture_unless_nobody_looks(scenes, warm):
    request, notes = tiny.request(scenes, size=Size(96, 64)), tiny.Notes()
    final = warm.run(request, notes).pictures[0].pixels
    previews = [step.preview for step in notes.steps]
    assert [preview.size.ratio for preview in previews] == [1.5] * 3
    assert all(max(preview.size) <= 512 and preview.channels == 3 for preview in previews)
    errors = [np.abs(preview.array.astype(float).mean((0, 1)) - final.array.mean((0, 1))).max() for preview in previews]
    assert errors[-1] < 16  # of 255: the last preview has the colours of the picture
    quiet = tiny.Notes()
    tiny.pipeline_of(scenes, previews=False).run(request, quiet)
    assert [step.preview for step in quiet.steps] == [None] * 3


@pytest.mark.parametrize("size", [Size(64, 64), Size(65, 64), Size(67, 93), Size(79, 71)])
def test_any_size_comes_out_exactly(size, sd15, warm):
    notes = tiny.Notes()
    assert made(warm, tiny.request(sd15, size=size))[0].size == size
    warm.run(tiny.request(sd15, size=size), notes)
    assert notes.steps[0].preview.size.ratio == pytest.approx(size.ratio, rel=0.2)


def test_an_odd_size_is_the_middle_of_the_next_larger_one(sd15, warm):
    whole = made(warm, tiny.request(sd15, size=Size(72, 72)))[0].array
    assert np.array_equal(made(warm, tiny.request(sd15, size=Size(68, 70)))[0].array, whole[1:71, 2:70])


def test_a_side_beyond_the_family_is_refused_in_a_sentence(sd15, warm):
    with pytest.raises(BadInput, match="at most 2048 pixels"):
        warm.run(tiny.request(sd15, size=Size(2056, 64)), tiny.Notes())


def test_strength_zero_gives_the_source_back_and_full_strength_ignores_it(sd15, warm):
    source = tiny.photo()
    assert made(warm, tiny.request(sd15, source=source, strength=0.0, count=2)) == [source, source]
    assert made(warm, tiny.request(sd15, source=source, strength=1.0)) == made(warm, tiny.request(sd15))


def test_more_strength_changes_more(sd15, warm):
    source = tiny.photo()
    runs = [made(warm, tiny.request(sd15, steps=8, source=source, strength=strength)) for strength in (0.2, 0.5, 0.9)]
    assert len({run[0].digest for run in runs}) == 3


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sources_may_be_grey_coloured_or_transparent(channels, sd15, warm):
    request = tiny.request(sd15, source=tiny.photo(channels=channels), strength=0.5)
    assert made(warm, request)[0].channels == 3


def test_nothing_asked_for_is_silently_left_out(sd15, scenes, warm):
    regions = (Region(mask=tiny.photo(channels=1), prompt=Prompt.plain("x")),)
    with pytest.raises(BadInput, match=str(Ability.REGIONS)):
        refuse_impossible(
            tiny.request(sd15, regions=regions), replace(sd15.family, abilities=frozenset((Ability.TEXT_TO_IMAGE,)))
        )
    with pytest.raises(BadInput, match=str(Ability.LORA)):
        warm.run(tiny.request(scenes, attachments=(Attachment(kind="lora", name="x"),)), tiny.Notes())
    with pytest.raises(BadInput, match="Euler a Karras"):
        warm.run(tiny.request(sd15, "Euler a Karras"), tiny.Notes())


def test_numbers_that_overflow_are_told_not_shown_as_black(sd15, warm, monkeypatch):
    broken = torch.full((1, 3, 64, 64), torch.nan)
    monkeypatch.setattr("studio.pipelines.decode.decode_latents", lambda *_: broken)
    with pytest.raises(Trouble, match="came out empty"):
        warm.run(tiny.request(sd15, steps=1), tiny.Notes())


def test_seconds_are_told_for_every_stage(sd15):
    finished = tiny.pipeline_of(sd15).run(tiny.request(sd15), tiny.Notes())
    timings = finished.timings
    assert min(timings.load, timings.encode, timings.denoise, timings.decode) > 0
    assert 0 < finished.pictures[0].seconds < timings.total


def test_a_schedule_is_one_prompt_and_then_another(sd15, warm):
    notes = [tiny.Notes() for _ in range(3)]
    prompts = ("a cat", "[a cat:a dog:2]", "a dog")
    runs = [
        warm.run(tiny.request(sd15, "Euler", steps=4, prompt=prompt), note)
        for prompt, note in zip(prompts, notes, strict=True)
    ]
    previews = [[step.preview.digest for step in note.steps] for note in notes]
    assert previews[1][:2] == previews[0][:2]
    assert previews[1][2] != previews[0][2]
    assert len({run.pictures[0].pixels.digest for run in runs}) == 3
    assert made(warm, tiny.request(sd15, "Euler", steps=2, prompt="[a cat:a dog:2]")) == made(
        warm, tiny.request(sd15, "Euler", steps=2, prompt="a cat")
    )


def test_composed_prompts_add_up(sd15, warm):
    def picture(prompt, **changes):
        return made(warm, tiny.request(sd15, "Euler", steps=2, prompt=prompt, **changes))[0].array.astype(int)

    assert np.abs(picture("a cat AND a cat:0") - picture("a cat")).max() <= 1
    assert np.abs(picture("a cat:0.5 AND a cat:0.5") - picture("a cat")).max() <= 1
    assert np.abs(picture("a cat AND a dog") - picture("a cat")).max() > 1
    assert np.abs(picture("a cat:3 AND a cat:1", guidance=1.0) - picture("a cat", guidance=1.0)).max() <= 1


def test_a_model_that_reads_plain_sentences_says_that_weights_had_no_effect(scenes, warm):
    finished = warm.run(tiny.request(scenes, prompt="a ((red)) fox"), tiny.Notes())
    assert finished.pictures[0].pixels == made(warm, tiny.request(scenes, prompt="a red fox"))[0]
    assert any("no effect" in note for note in finished.notes)
    assert not warm.run(tiny.request(scenes, prompt="a red fox"), tiny.Notes()).notes
