from __future__ import annotations

import json
import math
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.request.control import CONTROL_KINDS, Control
from studio.request.errors import BadInput, Trouble
from studio.request.family import ModelReference
from studio.request.geometry import Size
from studio.request.pixels import Pixels
from studio.request.record import from_record, pixels_of, to_record
from studio.request.request import LARGEST_SEED, Attachment, GenerationRequest, Prompt, Region
from studio.request.sampling import Algorithm, Sampler, Schedule
from studio.request.upscaling import Method, Upscale


def a_request(**changes) -> GenerationRequest:
    base = GenerationRequest(
        model=ModelReference(family="scenes", name="scenes"),
        prompt=Prompt.plain("a lighthouse"),
        size=Size(256, 256),
        steps=12,
        guidance=3.0,
        sampler=Sampler(Algorithm.EULER),
        seed=7,
    )
    return replace(base, **changes)


def noise(channels: int, seed: int = 0, size: int = 256) -> Pixels:
    return Pixels(np.random.default_rng(seed).integers(0, 256, (size, size, channels), np.uint8))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"prompt": Prompt.plain("x" * 100_000)}, "100,000 characters"),
        ({"size": Size(0, 256)}, "width of 0"),
        ({"size": Size(256, -3)}, "height of -3"),
        ({"size": Size(7, 9)}, "width of 7"),
        ({"size": Size(100_000, 100_000)}, "width of 100000"),
        ({"guidance": math.nan}, "guidance of nan"),
        ({"guidance": math.inf}, "guidance of inf"),
        ({"steps": 0}, "number of steps of 0"),
        ({"seed": 2**64}, "seed of 18446744073709551616"),
        ({"seed": -1}, "seed of -1"),
        ({"count": 17}, "number of pictures of 17"),
        ({"strength": 1.5}, "strength of 1.5"),
        ({"source": noise(3, size=128)}, "source picture is 128 × 128"),
        ({"mask": noise(1)}, "no picture to use it on"),
        ({"source": noise(3), "mask": noise(3)}, "mask has colours"),
    ],
)
def test_what_no_model_can_use_is_refused_in_one_sentence(changes, words):
    with pytest.raises(BadInput) as caught:
        a_request(**changes)
    assert words in caught.value.message
    assert "\n" not in str(caught.value)


def test_an_empty_prompt_and_the_limits_are_allowed():
    a_request(prompt=Prompt.plain(""), seed=LARGEST_SEED, count=16, guidance=0, strength=0, size=Size(64, 8192))


def test_a_picture_of_a_set_is_asked_for_alone_with_its_own_seed():
    alone = a_request(seed=LARGEST_SEED, count=3, throughput=True).single(2)
    assert (alone.seed, alone.count, alone.throughput) == (1, 1, False)


def test_pixels_cannot_be_changed_and_equal_by_content():
    one, same, other = noise(4), noise(4), noise(4, seed=1)
    assert one == same != other
    assert hash(one) == hash(same)
    with pytest.raises(ValueError, match="read-only"):
        one.array[0, 0] = 1


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 2), (0, 4, 3)])
def test_what_is_not_a_picture_is_not_taken(shape):
    with pytest.raises(ValueError, match="not a picture"):
        Pixels(np.zeros(shape, np.uint8))


prompts = st.builds(Prompt, st.text(max_size=200), st.text(max_size=200), st.text(max_size=20))
PICTURES = [noise(3), noise(4, 1), noise(3, 2)]
MASKS = [noise(1, 3), noise(1, 4)]
attached = st.lists(
    st.builds(
        Attachment, kind=st.sampled_from(["lora", "embedding"]), name=st.text(max_size=9), weight=st.floats(-2, 2)
    ),
    max_size=2,
)
regions = st.builds(
    Region,
    mask=st.sampled_from(MASKS),
    prompt=prompts,
    negative=st.none() | prompts,
    attachments=attached.map(tuple),
)


controls = st.builds(
    Control,
    kind=st.sampled_from(CONTROL_KINDS),
    name=st.text(max_size=9),
    picture=st.sampled_from(PICTURES),
    preprocessor=st.sampled_from(["", "canny"]),
    settings=st.lists(st.tuples(st.text(max_size=5), st.floats(0, 9)), max_size=2, unique_by=lambda pair: pair[0]).map(
        tuple
    ),
    weight=st.floats(0, 2),
    start=st.floats(0, 0.4),
    end=st.floats(0.5, 1),
)


@st.composite
def requests(draw):
    source = draw(st.none() | st.sampled_from(PICTURES))
    return a_request(
        model=draw(st.builds(ModelReference, family=st.text(max_size=9), name=st.text(max_size=9), digest=st.text())),
        prompt=draw(prompts),
        negative=draw(prompts),
        steps=draw(st.integers(1, 1000)),
        guidance=draw(st.floats(0, 100)),
        sampler=Sampler(draw(st.sampled_from(Algorithm)), draw(st.sampled_from(Schedule))),
        seed=draw(st.integers(0, LARGEST_SEED)),
        count=draw(st.integers(1, 16)),
        source=source,
        mask=draw(st.none() | st.sampled_from(MASKS)) if source else None,
        strength=draw(st.floats(0, 1)),
        regions=tuple(draw(st.lists(regions, max_size=2))),
        attachments=tuple(draw(attached)),
        origin=draw(st.text(max_size=9)),
        controls=tuple(draw(st.lists(controls, max_size=2))),
        throughput=draw(st.booleans()),
    )


@given(requests())
def test_a_request_survives_json(request):
    text = json.dumps(to_record(request))
    assert from_record(json.loads(text), pixels_of(request).get) == request


@given(requests())
def test_a_request_survives_the_way_to_another_process(request):
    assert pickle.loads(pickle.dumps(request)) == request


@pytest.mark.parametrize(
    "upscale", [Upscale(method=Method.LANCZOS), Upscale(method=Method.NETWORK, network="x", digest="d")]
)
def test_how_a_picture_was_enlarged_survives_json(upscale):
    request = a_request(source=noise(3), size=Size(512, 600), upscale=upscale)
    assert from_record(json.loads(json.dumps(to_record(request))), pixels_of(request).get) == request
    assert "upscale" not in to_record(a_request())


def test_a_record_of_a_later_version_is_read():
    record = to_record(a_request())
    record["weather"] = "fine"
    record["model"]["colour"] = "blue"
    assert from_record(record, {}.get) == a_request()


@pytest.mark.parametrize(
    "damage", [{"size": "big"}, {"seed": None}, {"sampler": {}}, {"model": 3}, {"sampler": None}, {"steps": 0}]
)
def test_a_damaged_record_is_refused(damage):
    with pytest.raises(BadInput):
        from_record({**to_record(a_request()), **damage}, {}.get)


def test_a_record_whose_picture_is_gone_says_so():
    with pytest.raises(BadInput, match="is gone"):
        from_record(to_record(a_request(source=noise(3))), {}.get)


def test_trouble_crosses_processes():
    trouble = pickle.loads(pickle.dumps(BadInput("The disk is full.", "Free some room.", "errno 28")))
    assert (str(trouble), trouble.details) == ("The disk is full. Free some room.", "errno 28")
    assert isinstance(trouble, Trouble)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "wand"}, "no control of the kind 'wand'"),
        ({"weight": 2.5}, "weight of 2.5"),
        ({"weight": float("nan")}, "weight of nan"),
        ({"start": 0.5, "end": 0.5}, "from 50% to 50%"),
        ({"end": 1.5}, "from 0% to 150%"),
    ],
)
def test_a_control_that_cannot_be_is_refused_in_a_sentence(changes, said):
    with pytest.raises(BadInput, match=said):
        Control(**{"kind": "controlnet", "name": "canny", "picture": PICTURES[0], **changes})


def test_a_control_looks_at_a_picture_of_the_same_size_but_a_reference_may_have_any():
    small = Pixels(np.zeros((9, 7, 3), np.uint8))
    with pytest.raises(BadInput, match="picture for canny is 7 × 9 pixels"):
        a_request(controls=(Control(kind="controlnet", name="canny", picture=small),))
    assert a_request(controls=(Control(kind="ip-adapter", name="plus", picture=small),)).controls


@pytest.mark.parametrize(
    ("start", "end", "holding"),
    [(0, 1, [1, 2, 3, 4]), (0.25, 1, [2, 3, 4]), (0, 0.5, [1, 2]), (0.3, 0.7, []), (0.25, 0.75, [2, 3])],
)
def test_a_control_holds_for_whole_steps_within_its_range(start, end, holding):
    control = Control(kind="controlnet", name="canny", picture=PICTURES[0], start=start, end=end)
    assert [call for call in range(1, 5) if control.holds(call, 4)] == holding


@pytest.mark.parametrize(
    ("typed", "sampler"),
    [
        ("euler A", Sampler(Algorithm.EULER_A)),
        ("DPM++ 2M SDE Karras", Sampler(Algorithm.DPMPP_2M_SDE, Schedule.KARRAS)),
        ("dpm++2msgmuniform", Sampler(Algorithm.DPMPP_2M, Schedule.SGM_UNIFORM)),
        ("DDIM normal", Sampler(Algorithm.DDIM)),
    ],
)
def test_samplers_are_known_by_their_names(typed, sampler):
    assert Sampler.named(typed) == sampler
    assert Sampler.named(sampler.name) == sampler


def test_an_unknown_sampler_names_the_known_ones():
    with pytest.raises(BadInput, match="DPM\\+\\+ 2M"):
        Sampler.named("foo")
