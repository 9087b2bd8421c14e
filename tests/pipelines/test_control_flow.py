"""Pictures that steer FLUX.1: as diffusers' own pipeline does it, called by hand, picture for picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from diffusers import FluxControlNetPipeline, FluxPipeline, FluxPriorReduxPipeline
from PIL import Image
from safetensors.torch import load_file
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

from studio.library.recognition.recognise import recognise
from studio.pipelines.control.transformers import read_controlnet
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


def test_the_names_of_xlabs_mean_the_same(stock, tmp_path):
    shape = {"conditioning_embedding_channels": 16, "patch_size": 2, "num_layers": 2, "num_single_layers": 0}
    network = tiny_control.beside(stock.transformer, **shape)
    file = tiny_control.save(tmp_path, tiny_control.as_xlabs_names(network.state_dict()), "flux-canny-controlnet-v3")
    assert {"double_blocks.1.img_attn.qkv.weight", "pos_embed_input.weight"} <= load_file(file).keys()
    assert recognise(file).kind == "controlnet"
    found = read_controlnet(file, "lines", stock.transformer, torch.float32)
    mine, theirs = found.state_dict(), network.state_dict()
    assert mine.keys() == theirs.keys()
    assert all(torch.equal(mine[name], theirs[name]) for name in mine)
    assert all(found.config[name] == network.config[name] for name in shape)


def test_beside_a_picture_that_is_looked_at_it_counts_for_the_new_one_only(model, stock, finder, pipeline, tmp_path):
    looking = replace(model, family=model.family.shaped(("kontext",)))
    finder.attachments["lines"] = tiny_control.save(tmp_path, tiny_control.beside(stock.transformer), "lines")
    finder._models[looking.reference.name] = looking
    plain = tiny.request(looking, "Euler", source=tiny.photo(seed=4))
    followed = replace(plain, controls=(control("lines"),))
    first, second = (pipeline.run(each, tiny.Notes()).pictures[0].pixels for each in (plain, followed))
    assert first != second


def like(name, **changes):
    return Control(**{"kind": "ip-adapter", "name": name, "picture": tiny.photo(Size(80, 48), seed=3), **changes})


def words_and(stock, encoder, layers, prompt, picture):
    """What diffusers' own pipeline makes of words and a picture."""
    reads = SiglipImageProcessorPil(size={"height": tiny_control.SIDE, "width": tiny_control.SIDE})
    names = ("text_encoder", "tokenizer", "text_encoder_2", "tokenizer_2")
    parts = {name: stock.components[name] for name in names}
    pipeline = FluxPriorReduxPipeline(image_encoder=encoder, feature_extractor=reads, image_embedder=layers, **parts)
    with torch.inference_mode():
        return pipeline(Image.fromarray(picture.array), prompt=prompt, return_dict=False)


@pytest.mark.parametrize("prefix", ["vision_model.", ""])
def test_a_picture_to_be_like_is_read_as_diffusers_reads_it(prefix, model, stock, finder, pipeline, tmp_path):
    encoder, layers = tiny_control.siglip(), tiny_control.redux(stock.transformer)
    named = {f"{prefix}{name}": value for name, value in encoder.state_dict().items()}
    finder.encoder = tiny_control.save(tmp_path, named, "sigclip")
    finder.attachments["redux"] = tiny_control.save(tmp_path, layers, "redux")
    plain = tiny.request(model, "Euler", steps=3, guidance=3.5)
    request = replace(plain, controls=(like("redux"),))
    ours = pipeline.run(request, tiny.Notes()).pictures[0].pixels.array
    embeds, pooled = words_and(stock, encoder, layers, plain.prompt.text, request.controls[0].picture)
    with torch.inference_mode():
        shares = stock(
            prompt_embeds=embeds,
            pooled_prompt_embeds=pooled,
            num_inference_steps=3,
            guidance_scale=3.5,
            height=64,
            width=64,
            generator=torch.Generator().manual_seed(plain.seed),
            output_type="np",
        ).images[0]
    assert np.array_equal(ours, (shares * 255).round().astype(np.uint8))
    without = pipeline.run(plain, tiny.Notes()).pictures[0].pixels.array
    assert not np.array_equal(ours, without)
    none = pipeline.run(replace(plain, controls=(like("redux", weight=0.0),)), tiny.Notes()).pictures[0].pixels.array
    assert np.array_equal(none, without)


def test_pictures_to_be_like_and_to_follow_go_together(model, stock, finder, pipeline, tmp_path):
    finder.encoder = tiny_control.save(tmp_path, tiny_control.siglip(), "sigclip")
    finder.attachments["redux"] = tiny_control.save(tmp_path, tiny_control.redux(stock.transformer), "redux")
    finder.attachments["lines"] = tiny_control.save(tmp_path, tiny_control.beside(stock.transformer), "lines")
    plain = tiny.request(model, "Euler", steps=3, guidance=3.5)
    made = {
        pipeline.run(replace(plain, controls=controls), tiny.Notes()).pictures[0].pixels
        for controls in ((), (control("lines"),), (like("redux"),), (control("lines"), like("redux")))
    }
    assert len(made) == 4


def test_a_picture_to_be_like_for_another_network_is_refused(model, stock, finder, pipeline, tmp_path):
    layers = tiny_control.redux(stock.transformer).state_dict()
    layers["redux_down.weight"] = layers["redux_down.weight"][:-1]
    finder.encoder = tiny_control.save(tmp_path, tiny_control.siglip(), "sigclip")
    finder.attachments["redux"] = tiny_control.save(tmp_path, layers, "redux")
    with pytest.raises(BadInput, match="does not fit this model"):
        pipeline.run(tiny.request(model, "Euler", controls=(like("redux"),)), tiny.Notes())
