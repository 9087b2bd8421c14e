"""FLUX.1 with small changes that look at a picture (Control-LoRA): as diffusers' own pipeline does it, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from diffusers import FluxControlPipeline, FluxPipeline
from PIL import Image

from studio.library.recognition.recognise import recognise
from studio.pipelines.memory import Plan
from studio.pipelines.studio_pipeline import StudioPipeline
from studio.request.control import Control
from studio.request.errors import BadInput
from studio.request.request import Attachment
from tests.pipelines import tiny, tiny_control, tiny_flow
from tests.pipelines.stock import by_diffusers

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return tiny.model(tiny_flow.save_flux(tmp_path_factory.mktemp("flux") / "flux"), "flux")


@pytest.fixture
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


def control(name="lines", **changes):
    return Control(**{"kind": "control-lora", "name": name, "picture": tiny.photo(seed=1), **changes})


def made(pipeline, request):
    return pipeline.run(request, tiny.Notes()).pictures[0].pixels.array


def prefixed(weights):
    return {f"transformer.{name}": value for name, value in weights.items()}


@pytest.mark.parametrize("weight", [1.0, 0.6])
def test_it_is_as_diffusers_has_it(weight, model, stock, finder, pipeline, tmp_path, monkeypatch):
    weights = tiny_control.control_lora(stock.transformer)
    finder.attachments["lines"] = tiny_control.save(tmp_path, prefixed(weights), "lines")
    plain = tiny.request(model, "Euler", steps=4, guidance=3.5)
    before = made(pipeline, plain)
    ours = made(pipeline, replace(plain, controls=(control(weight=weight),)))
    monkeypatch.setattr(  # the likeliest latents of the picture, as here; diffusers draws them
        "diffusers.models.autoencoders.vae.DiagonalGaussianDistribution.sample",
        lambda found, generator=None: found.mode(),
    )
    by = FluxControlPipeline(
        **{name: stock.components[name] for name in FluxControlPipeline._get_signature_keys(FluxControlPipeline)[0]}
    )
    by.load_lora_weights(prefixed(weights), adapter_name="lines")
    by.set_adapters(["lines"], [weight])
    picture = Image.fromarray(control().picture.array)
    expected = by_diffusers(by, plain, control_image=picture, height=64, width=64, guidance_scale=3.5)
    assert np.abs(ours.astype(int) - expected).max() <= 1  # diffusers adds zeros where the picture would be
    assert np.abs(ours.astype(int) - before).max() > 8
    assert np.array_equal(made(pipeline, plain), before)  # it left nothing behind


def test_its_authors_names_mean_the_same(model, stock, finder, pipeline, tmp_path):
    weights = tiny_control.control_lora(stock.transformer)
    for name in [each for each in weights if ".lora_A." in each]:  # in theirs one matrix looks for several
        for first, *others in (("to_q", "to_k", "to_v"), ("add_q_proj", "add_k_proj", "add_v_proj")):
            for other in others if f".{first}." in name else ():
                weights[name.replace(first, other)] = weights[name]
        if name.startswith("single_") and ".to_q." in name:
            weights[name.replace("attn.to_q", "proj_mlp")] = weights[name]
    theirs = tiny_control.as_authors_names(weights)
    assert "single_blocks.0.linear1.lora_B.weight" in theirs
    request = tiny.request(model, "Euler", steps=3, guidance=3.5, controls=(control(),))
    pictures = []
    for number, each in enumerate((prefixed(weights), theirs)):
        finder.attachments["lines"] = tiny_control.save(tmp_path / str(number), each, "lines")
        pictures.append(made(pipeline, request))
    assert np.array_equal(*pictures)


def test_it_counts_for_the_steps_that_it_is_on_for(model, stock, finder, pipeline, tmp_path):
    weights = prefixed(tiny_control.control_lora(stock.transformer))
    finder.attachments["lines"] = tiny_control.save(tmp_path, weights, "lines")
    plain = tiny.request(model, "Euler", steps=4, guidance=3.5)
    whole, early, none = (
        made(pipeline, replace(plain, controls=(control(**each),))) for each in ({}, {"end": 0.5}, {"weight": 0.0})
    )
    assert np.array_equal(none, made(pipeline, plain))
    assert not np.array_equal(whole, early)
    assert not np.array_equal(early, none)


def test_on_the_leanest_plan_it_counts_as_much(model, stock, finder, pipeline, tmp_path, monkeypatch):
    weights = prefixed(tiny_control.control_lora(stock.transformer))
    finder.attachments["lines"] = tiny_control.save(tmp_path, weights, "lines")
    request, carried = tiny.request(model, "Euler", steps=3, guidance=3.5, controls=(control(),)), []
    expected = made(pipeline, request).astype(int)
    for module in ("studio.pipelines.visiting", "studio.pipelines.memory"):
        monkeypatch.setattr(f"{module}.LARGEST_UNIT", 2_000)
    monkeypatch.setattr(
        "studio.pipelines.visiting.carried", lambda home, device: carried.append(home.numel()) or home.clone()
    )
    lean = Plan(tiles=False, readers=True, turns=True, layers=True)
    monkeypatch.setattr("studio.pipelines.studio_pipeline.ladder", lambda device: (lean, lean))
    found = made(StudioPipeline(finder, tiny.PROCESSOR), request)
    assert np.abs(found - expected).max() <= 1
    assert carried


def test_two_at_once_and_a_lora_beside_them_all_count(model, stock, finder, pipeline, tmp_path):
    for seed, name in enumerate("ab"):
        weights = prefixed(tiny_control.control_lora(stock.transformer, seed))
        finder.attachments[name] = tiny_control.save(tmp_path, weights, name)
    finder.attachments["ink"] = tiny_control.save(tmp_path, tiny.lora_of(stock.transformer, "transformer"), "ink")
    plain = tiny.request(model, "Euler", steps=3, guidance=3.5)
    a, b = control("a", weight=0.5), control("b", weight=0.5, picture=tiny.photo(seed=2))
    ink = (Attachment(kind="lora", name="ink", weight=0.7),)
    pictures = {
        made(pipeline, replace(plain, controls=controls, attachments=worn)).tobytes()
        for controls, worn in (((a,), ()), ((b,), ()), ((a, b), ()), ((a, b), ink), ((), ink))
    }
    assert len(pictures) == 5


def test_one_for_another_network_is_refused(model, stock, finder, pipeline, tmp_path):
    weights = prefixed(tiny_control.control_lora(stock.transformer))
    weights["transformer.x_embedder.lora_A.weight"] = weights["transformer.x_embedder.lora_A.weight"][:, :64]
    finder.attachments["lines"] = tiny_control.save(tmp_path, weights, "lines")
    with pytest.raises(BadInput, match="'lines' does not fit this model"):
        made(pipeline, tiny.request(model, "Euler", controls=(control(),)))


def test_its_file_is_recognised(stock, tmp_path):
    weights = tiny_control.control_lora(stock.transformer)
    for number, each in enumerate((prefixed(weights), tiny_control.as_authors_names(weights))):
        found = recognise(tiny_control.save(tmp_path / str(number), each, "flux1-canny-dev-lora"))
        assert (found.kind, found.family) == ("control-lora", "flux")
