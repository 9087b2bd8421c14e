"""Families trained by flow matching: the same request by our loop and by diffusers' own pipeline, the same bytes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from PIL import Image

from studio.request.family import Model
from studio.request.geometry import Size
from tests.pipelines import tiny, tiny_flow

SIZE = Size(96, 64)


@dataclass(frozen=True)
class Case:
    """save: makes the tiny model. text, image: diffusers' pipelines. given: what they take beyond the common."""

    family: str
    save: Any
    text: str
    image: str = ""
    variant: str = ""
    given: Any = field(default=lambda request: {"guidance_scale": request.guidance})

    @property
    def id(self) -> str:
        return f"{self.family} {self.variant}".strip()


CASES = (
    Case("flux", tiny_flow.save_flux, "FluxPipeline", "FluxImg2ImgPipeline"),
    Case(
        "flux",
        lambda folder: tiny_flow.save_flux(folder, guidance_embeds=False),
        "FluxPipeline",
        "FluxImg2ImgPipeline",
        variant="schnell",
        given=lambda request: {"guidance_scale": request.guidance, "max_sequence_length": 256},
    ),
)
every = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> dict[str, Model]:
    root = tmp_path_factory.mktemp("flow")
    found = {}
    for case in CASES:
        model = tiny.model(case.save(root / case.id.replace(" ", "-")), case.family)
        found[case.id] = replace(model, family=replace(model.family.shaped((case.variant,)), smallest_side=64))
    return found


@pytest.fixture(scope="module")
def warm(shelf):
    return tiny.pipeline_of(*shelf.values())


def asked(model: Model, **changes: Any):
    return tiny.request(model, model.family.sampler.name, **{"size": SIZE, "guidance": 3.0, "steps": 3, **changes})


def made(pipeline, request):
    return pipeline.run(request, tiny.Notes()).pictures[0].pixels.array


def by_hand(case: Case, name: str, folder, request, **given: Any):
    plain = getattr(diffusers, case.text).from_pretrained(folder, local_files_only=True)
    pipeline = plain if name == case.text else getattr(diffusers, name)(**plain.components)
    pipeline.set_progress_bar_config(disable=True)
    with torch.inference_mode():
        shares = pipeline(
            prompt=request.prompt.text,
            num_inference_steps=request.steps,
            generator=torch.Generator().manual_seed(request.seed),
            height=request.size.height,
            width=request.size.width,
            output_type="np",
            **case.given(request),
            **given,
        ).images[0]
    return (shares * 255).round().astype(np.uint8)


@every
def test_text_to_image(case, shelf, warm):
    request = asked(shelf[case.id])
    assert np.array_equal(made(warm, request), by_hand(case, case.text, shelf[case.id].path, request))


@pytest.mark.parametrize("case", [case for case in CASES if case.image], ids=lambda case: case.id)
def test_image_to_image(case, shelf, warm):
    request = asked(shelf[case.id], steps=5, source=tiny.photo(SIZE), strength=0.5)
    source = Image.fromarray(request.source.array)
    expected = by_hand(case, case.image, shelf[case.id].path, request, image=source, strength=0.5)
    assert np.array_equal(made(warm, request), expected)


@every
def test_what_the_mask_keeps_is_bit_identical_and_the_rest_is_new(case, shelf, warm):
    source = tiny.photo(SIZE)
    mask = np.zeros((SIZE.height, SIZE.width, 1), np.uint8)
    mask[:, SIZE.width // 2 :] = 255
    request = asked(shelf[case.id], source=source, mask=tiny.Pixels.copy_of(mask))
    result, half = made(warm, request), SIZE.width // 2
    assert np.array_equal(result[:, :half], source.array[:, :half])
    assert (result[:, half:] != source.array[:, half:]).mean() > 0.5


@every
def test_every_step_shows_the_picture_and_the_last_one_has_its_colours(case, shelf, warm):
    notes = tiny.Notes()
    final = warm.run(asked(shelf[case.id]), notes).pictures[0].pixels.array
    assert len(notes.steps) == 3
    last = notes.steps[-1].preview.array
    assert np.abs(last.mean((0, 1)) - final.mean((0, 1))).max() < 16


@every
@pytest.mark.parametrize("sampler", ["Heun", "DPM++ 2M", "UniPC", "LCM"])
def test_other_samplers_arrive_at_clean_pictures(case, sampler, shelf, warm):
    request = replace(asked(shelf[case.id], steps=6), sampler=tiny.Sampler.named(sampler))
    first = made(warm, request)
    assert np.array_equal(made(warm, request), first)
    if sampler != "LCM":  # which draws its own noise; the others walk the same way more or less finely
        fine = made(warm, asked(shelf[case.id], steps=40)).astype(int)
        assert np.abs(first - fine).mean() < 12
