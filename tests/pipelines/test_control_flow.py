"""Pictures that steer FLUX.1: as diffusers' own pipeline does it, called by hand, picture for picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from diffusers import FluxControlNetPipeline, FluxPipeline
from PIL import Image

from studio.pipelines.control.transformers import read_controlnet
from studio.pipelines.studio_pipeline import StudioPipeline
from studio.request.control import Control
from studio.request.errors import BadInput
from tests.pipelines import tiny, tiny_control, tiny_flow
from tests.pipelines.stock import by_diffusers

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return tiny.model(tiny_flow.save_flux(tmp_path_factory.mktemp("flux") / "flux"), "flux")


@pytest.fixture(scope="module")
def stock(model):
    found = FluxPipeline.from_pretrained(model.path, local_files_only=True)
    found.set_progress_bar_config(disable=True)
    return found


@pytest.fixture
def finder(model):
    return tiny.Shelf(model)


@pytest.fixture
def pipeline(finder):
    return StudioPipeline(finder, tiny.PROCESSOR)


def by_hand(stock, network, request, monkeypatch, **given):
    """The likeliest latents of the control's picture, as here; diffusers draws them from the picture's own noise."""
    monkeypatch.setattr(
        "diffusers.pipelines.flux.pipeline_flux_controlnet.retrieve_latents",
        lambda encoded, generator=None: encoded.latent_dist.mode(),
    )
    by = FluxControlNetPipeline(**stock.components, controlnet=network)
    return by_diffusers(
        by,
        request,
        height=64,
        width=64,
        guidance_scale=request.guidance,
        max_sequence_length=512,
        **given,
    )


def control(name, seed=1, **changes):
    return Control(**{"kind": "controlnet", "name": name, "picture": tiny.photo(seed=seed), **changes})


@pytest.mark.parametrize(
    ("shape", "asked"),
    [
        ({"guidance_embeds": True}, {"weight": 0.7, "end": 0.5}),
        ({"guidance_embeds": False}, {}),
        ({"num_mode": 5}, {"preprocessor": "depth"}),
        ({"conditioning_embedding_channels": 16, "patch_size": 2}, {}),
    ],
    ids=["taught the scale", "not taught it", "several kinds", "looks at the picture"],
)
def test_a_controlnet_is_as_diffusers_has_it(shape, asked, model, stock, finder, pipeline, tmp_path, monkeypatch):
    network = tiny_control.beside(stock.transformer, **shape)
    finder.attachments["lines"] = tiny_control.save(tmp_path, network, "lines")
    lines = control("lines", **asked)
    plain = tiny.request(model, "Euler", steps=4, guidance=3.5)
    ours = pipeline.run(replace(plain, controls=(lines,)), tiny.Notes()).pictures[0].pixels.array
    expected = by_hand(
        stock,
        network,
        plain,
        monkeypatch,
        control_image=Image.fromarray(lines.picture.array),
        controlnet_conditioning_scale=lines.weight,
        control_guidance_end=lines.end,
        control_mode=2 if "num_mode" in shape else None,
    )
    assert np.array_equal(ours, expected)
    assert not np.array_equal(ours, pipeline.run(plain, tiny.Notes()).pictures[0].pixels.array)


def test_two_at_once_add_up(model, stock, finder, pipeline, tmp_path, monkeypatch):
    networks = [tiny_control.beside(stock.transformer, seed) for seed in range(2)]
    for name, network in zip("ab", networks, strict=True):
        finder.attachments[name] = tiny_control.save(tmp_path, network, name)
    first, second = control("a", weight=0.4), control("b", seed=2, weight=0.3)
    request = tiny.request(model, "Euler", steps=3, guidance=3.5, controls=(first, second))
    expected = by_hand(
        stock,
        networks,
        request,
        monkeypatch,
        control_image=[Image.fromarray(each.picture.array) for each in (first, second)],
        controlnet_conditioning_scale=[0.4, 0.3],
    )
    assert np.array_equal(pipeline.run(request, tiny.Notes()).pictures[0].pixels.array, expected)


def test_what_is_none_of_the_kinds_it_was_taught_is_refused(model, stock, finder, pipeline, tmp_path):
    network = tiny_control.beside(stock.transformer, num_mode=5)
    finder.attachments["all"] = tiny_control.save(tmp_path, network, "all")
    with pytest.raises(BadInput, match="taught several kinds of picture"):
        pipeline.run(tiny.request(model, "Euler", controls=(control("all"),)), tiny.Notes())


def test_one_for_another_network_is_refused(model, stock, finder, pipeline, tmp_path):
    network = tiny_control.beside(stock.transformer, num_attention_heads=1)
    finder.attachments["small"] = tiny_control.save(tmp_path, network, "small")
    with pytest.raises(BadInput, match="'small' does not fit this model"):
        pipeline.run(tiny.request(model, "Euler", controls=(control("small"),)), tiny.Notes())


def test_its_layout_is_told_by_its_shapes(stock, tmp_path):
    network = tiny_control.beside(stock.transformer, num_layers=2, num_single_layers=0, num_mode=3)
    file = tiny_control.save(tmp_path, network, "lines")
    found = read_controlnet(file, "lines", stock.transformer, torch.float32)
    assert (found.config.num_layers, found.config.num_single_layers, found.config.num_mode) == (2, 0, 3)


def test_beside_a_picture_that_is_looked_at_it_counts_for_the_new_one_only(model, stock, finder, pipeline, tmp_path):
    looking = replace(model, family=model.family.shaped(("kontext",)))
    finder.attachments["lines"] = tiny_control.save(tmp_path, tiny_control.beside(stock.transformer), "lines")
    finder._models[looking.reference.name] = looking
    plain = tiny.request(looking, "Euler", source=tiny.photo(seed=4))
    followed = replace(plain, controls=(control("lines"),))
    first, second = (pipeline.run(each, tiny.Notes()).pictures[0].pixels for each in (plain, followed))
    assert first != second
