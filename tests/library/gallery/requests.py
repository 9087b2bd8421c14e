"""Requests of every shape, made by hypothesis, and simple ones made by hand."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from studio.request.control import CONTROL_KINDS, Control
from studio.request.course import Branch, Turn, Variation
from studio.request.errors import BadInput
from studio.request.events import Picture
from studio.request.family import ModelReference
from studio.request.geometry import Size
from studio.request.pixels import Pixels
from studio.request.request import LARGEST_SEED, Attachment, GenerationRequest, Prompt, Region
from studio.request.sampling import Algorithm, Sampler, Schedule

MODEL = ModelReference(family="sd15", name="dream", digest="45dee52b12" + "0" * 54)


SMALL = Size(64, 64)


def request(words: str = "a lighthouse at dawn", **changes: object) -> GenerationRequest:
    plain = GenerationRequest(
        model=MODEL,
        prompt=Prompt.plain(words),
        negative=Prompt.plain("blur"),
        size=Size(64, 64),
        steps=20,
        guidance=7.0,
        sampler=Sampler(Algorithm.DPMPP_2M, Schedule.KARRAS),
        seed=42,
    )
    return replace(plain, **changes)


def pixels(seed: int = 0, channels: int = 3, size: Size = SMALL) -> Pixels:
    return Pixels(np.random.default_rng(seed).integers(0, 256, (size.height, size.width, channels), np.uint8))


def picture(words: str = "a lighthouse at dawn", seed: int = 42, **changes: object) -> Picture:
    return Picture(pixels=pixels(seed), request=request(words, seed=seed, **changes), seconds=1.5)


texts = st.text(st.characters(codec=None), max_size=60) | st.text(max_size=400)
prompts = st.builds(Prompt, text=texts, raw=texts, style=st.text(max_size=20))
references = st.builds(
    ModelReference, family=st.text(max_size=9), name=st.text(max_size=30), digest=st.text(max_size=64)
)
samplers = st.builds(Sampler, st.sampled_from(Algorithm), st.sampled_from(Schedule))
sizes = st.builds(Size, st.integers(64, 90), st.integers(64, 90))


def controls(size: Size) -> st.SearchStrategy[Control]:
    numbers = st.integers(0, 2**32 - 1)
    return st.builds(
        Control,
        kind=st.sampled_from(CONTROL_KINDS),
        name=st.text(max_size=30),
        picture=st.builds(lambda seed: pixels(seed, 3, size), numbers),
        preprocessor=st.text(max_size=9),
        weight=st.floats(0, 2),
    )


@st.composite
def requests(draw: st.DrawFn) -> GenerationRequest:
    """Any request that can be made at all, with every optional part there or not."""
    size = draw(sizes)
    numbers = st.integers(0, 2**32 - 1)
    source = draw(st.none() | st.builds(lambda seed, deep: pixels(seed, deep, size), numbers, st.sampled_from((3, 4))))
    mask = draw(st.none() | st.builds(lambda seed: pixels(seed, 1, size), numbers)) if source else None
    region = st.builds(lambda seed, prompt: Region(mask=pixels(seed, 1, size), prompt=prompt), numbers, prompts)
    attachment = st.builds(
        Attachment,
        kind=st.sampled_from(("lora", "embedding", "vae")),
        name=st.text(max_size=30),
        weight=st.floats(-2, 2),
        digest=st.text("0123456789abcdef", max_size=64),
    )
    steps = draw(st.integers(1, 1000))
    plain = GenerationRequest(
        model=draw(references),
        prompt=draw(prompts),
        negative=draw(prompts),
        size=size,
        steps=steps,
        guidance=draw(st.floats(0, 100)),
        sampler=draw(samplers),
        seed=draw(st.integers(0, LARGEST_SEED)),
        count=draw(st.integers(1, 16)),
        source=source,
        mask=mask,
        strength=draw(st.floats(0, 1)),
        regions=tuple(draw(st.lists(region, max_size=2))),
        attachments=tuple(draw(st.lists(attachment, max_size=2))),
        controls=tuple(draw(st.lists(controls(size), max_size=2))),
        throughput=draw(st.booleans()),
        version=draw(st.text(max_size=10)),
    )
    return draw(courses(plain))


@st.composite
def courses(draw: st.DrawFn, plain: GenerationRequest) -> GenerationRequest:
    """The same, perhaps as a variation or a branch, changed on its way or ended early, where that can be."""
    seeds, shares = st.integers(0, LARGEST_SEED), st.floats(0, 1)
    wishes = [
        lambda: {"variation": Variation(seed=draw(seeds), strength=draw(shares))},
        lambda: {"branch": Branch(parent=replace(plain, count=1), step=draw(st.integers(1, 3)), fresh=draw(shares))},
        lambda: {"steering": (Turn(step=draw(st.integers(1, 3)), prompt=draw(prompts), guidance=draw(shares)),)},
        lambda: {"stop_at": draw(st.integers(1, 3))},
    ]
    request = plain
    for wish in draw(st.lists(st.sampled_from(wishes), max_size=2, unique=True)):
        with contextlib.suppress(BadInput):  # what cannot be together, or is after the last step
            request = replace(request, **wish())
    return request
