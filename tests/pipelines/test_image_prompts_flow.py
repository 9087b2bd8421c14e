"""FLUX.1 with image prompt adapters (XLabs): as diffusers' own pipeline does it, called by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from diffusers import FluxPipeline
from PIL import Image
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from studio.library.models import Models
from studio.library.recognition.recognise import recognise
from studio.pipelines.studio_pipeline import StudioPipeline
from studio.request.control import Control
from studio.request.errors import BadInput
from studio.request.geometry import Size
from tests.pipelines import tiny, tiny_control, tiny_flow
from tests.pipelines.stock import by_diffusers

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return tiny.model(tiny_flow.save_flux(tmp_path_factory.mktemp("flux") / "flux"), "flux")


@pytest.fixture
def stock(model):
    return FluxPipeline.from_pretrained(model.path, local_files_only=True)


@pytest.fixture
def finder(model, stock, tmp_path):
    found = tiny.Shelf(model)
    found.encoder = tiny_control.save(tmp_path / "clip", tiny_control.image_encoder(), "clip_vision")
    for seed, name in enumerate("ab"):
        weights = tiny_control.image_prompt_flow(stock.transformer, seed)
        found.attachments[name] = tiny_control.save(tmp_path, weights, name)
    return found


@pytest.fixture
def pipeline(finder):
    return StudioPipeline(finder, tiny.PROCESSOR)


def like(name, seed=1, **changes):
    picture = tiny.photo(Size(48, 40), seed=seed)
    return Control(**{"kind": "ip-adapter", "name": name, "picture": picture, **changes})


def made(pipeline, request):
    return pipeline.run(request, tiny.Notes()).pictures[0].pixels.array


def test_pictures_to_be_like_are_looked_at_as_diffusers_has_it(model, stock, finder, pipeline, tmp_path):
    plain = tiny.request(model, "Euler", steps=3, guidance=3.5)
    before = made(pipeline, plain)
    controls = like("a", weight=0.8), like("b", seed=2, weight=0.5)
    ours = made(pipeline, replace(plain, controls=controls))
    side = tiny_control.SIDE
    clip = CLIPImageProcessorPil(size={"shortest_edge": side}, crop_size={"height": side, "width": side})
    parts = {**stock.components, "image_encoder": tiny_control.image_encoder(), "feature_extractor": clip}
    by = FluxPipeline(**parts)
    by.load_ip_adapter(
        [tmp_path] * 2,
        weight_name=["a.safetensors", "b.safetensors"],
        subfolder=["", ""],
        image_encoder_pretrained_model_name_or_path=None,
    )
    by.set_ip_adapter_scale([0.8, 0.5])
    pictures = [Image.fromarray(each.picture.array) for each in controls]
    expected = by_diffusers(by, plain, ip_adapter_image=pictures, height=64, width=64, guidance_scale=3.5)
    assert np.abs(ours.astype(int) - expected).max() <= 1
    assert np.abs(ours.astype(int) - before).max() > 8
    assert np.array_equal(made(pipeline, plain), before)  # it left nothing behind


def test_they_count_for_a_part_of_the_steps(model, pipeline):
    plain = tiny.request(model, "Euler", steps=4, guidance=3.5)
    whole, early, none = (
        made(pipeline, replace(plain, controls=(like("a", **each),))) for each in ({}, {"end": 0.5}, {"weight": 0.0})
    )
    assert not np.array_equal(whole, early)
    assert not np.array_equal(early, none)


def test_one_for_another_network_is_refused(model, stock, finder, pipeline, tmp_path):
    weights = tiny_control.image_prompt_flow(stock.transformer)
    finder.attachments["a"] = tiny_control.save(
        tmp_path, {name: value[:-1] if "_k_proj" in name else value for name, value in weights.items()}, "a"
    )
    with pytest.raises(BadInput, match="does not fit this model"):
        made(pipeline, tiny.request(model, "Euler", controls=(like("a"),)))


def test_beside_redux_it_is_refused_in_a_sentence(model, stock, finder, pipeline, tmp_path):
    finder.attachments["redux"] = tiny_control.save(tmp_path, tiny_control.redux(stock.transformer), "redux")
    with pytest.raises(BadInput, match="do not go together"):
        made(pipeline, tiny.request(model, "Euler", controls=(like("a"), like("redux"))))


def test_its_file_is_recognised_and_its_image_encoder_is_found_by_its_width(finder, tmp_path):
    found = recognise(finder.attachments["a"])
    assert (found.kind, found.family) == ("ip-adapter", "flux")
    assert Models([tmp_path]).image_encoder(finder.attachments["a"], "a") == finder.encoder
