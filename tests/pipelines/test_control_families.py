"""Pictures that steer the other transformers: as diffusers' own pipelines do it, called by hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import diffusers
import numpy as np
import pytest
from PIL import Image
from safetensors.torch import load_file, save_file

from studio.library.recognition.recognise import recognise
from studio.pipelines.studio_pipeline import StudioPipeline
from studio.request.control import Control
from studio.request.errors import BadInput
from tests.pipelines import tiny, tiny_control, tiny_flow
from tests.pipelines.stock import by_diffusers

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@dataclass(frozen=True)
class Case:
    """network: the tiny control network for a transformer. module: of diffusers' pipeline, `pipeline` its class.

    given: what that takes beyond the common. ranged: it can hold for a part of the steps. apart: levels
    by which it may differ, where diffusers encodes the picture twice in one batch.
    """

    name: str
    family: str
    save: Any
    network: Any
    pipeline: str
    module: str
    given: Any = field(default=lambda request: {"guidance_scale": request.guidance, "negative_prompt": "grey"})
    ranged: bool = True
    apart: int = 0


CASES = (
    Case(
        "Stable Diffusion 3.5",
        "sd35",
        tiny_flow.save_sd35,
        tiny_control.beside_sd35,
        "StableDiffusion3ControlNetPipeline",
        "controlnet_sd3.pipeline_stable_diffusion_3_controlnet",
    ),
    Case(
        "Stable Diffusion 3.5, without words",
        "sd35",
        tiny_flow.save_sd35,
        tiny_control.beside_sd35_large,
        "StableDiffusion3ControlNetPipeline",
        "controlnet_sd3.pipeline_stable_diffusion_3_controlnet",
    ),
    Case(
        "Qwen-Image",
        "qwen",
        tiny_flow.save_qwen,
        tiny_control.beside_qwen,
        "QwenImageControlNetPipeline",
        "qwenimage.pipeline_qwenimage_controlnet",
        given=lambda request: {"true_cfg_scale": request.guidance, "negative_prompt": "grey"},
    ),
    *(
        Case(
            f"Z-Image, refined by {refined or 'blocks of its own'}",
            "zimage",
            tiny_flow.save_zimage,
            lambda network, seed=0, refined=refined: tiny_control.beside_zimage(network, refined, seed),
            "ZImageControlNetPipeline",
            "z_image.pipeline_z_image_controlnet",
            ranged=False,
        )
        for refined in (None, "control_layers", "control_noise_refiner")
    ),
    Case(
        "Sana",
        "sana",
        lambda folder: tiny_flow.save_sana(folder, layers=2),  # what is found counts from the second on
        tiny_control.beside_sana,
        "SanaControlNetPipeline",
        "sana.pipeline_sana_controlnet",
        given=lambda request: {
            "guidance_scale": request.guidance,
            "negative_prompt": "grey",
            "use_resolution_binning": False,
        },
        ranged=False,
        apart=1,
    ),
)
every = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    root = tmp_path_factory.mktemp("models")
    found = {}
    for case in CASES:
        if case.family not in found:
            found[case.family] = tiny.model(case.save(root / case.family), case.family)
    return found


@pytest.fixture
def likeliest(monkeypatch):
    """The likeliest latents of the control's picture, as here; diffusers draws some of them."""
    from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution

    real = DiagonalGaussianDistribution.sample
    monkeypatch.setattr(DiagonalGaussianDistribution, "sample", lambda found, generator=None: found.mode())
    return real


def control(name, **changes):
    return Control(**{"kind": "controlnet", "name": name, "picture": tiny.photo(seed=1), **changes})


def asked(model, **changes):
    family = model.family
    return tiny.request(model, family.sampler.name, **{"steps": 4, "guidance": 3.0, "negative": "grey", **changes})


def by_hand(case, model, networks, request, **given):
    plain = diffusers.DiffusionPipeline.from_pretrained(model.path, local_files_only=True)
    kind = getattr(__import__(f"diffusers.pipelines.{case.module}", fromlist=["x"]), case.pipeline)
    parts = {
        name: part for name, part in plain.components.items() if name not in ("image_encoder", "feature_extractor")
    }
    size = {"height": request.size.height, "width": request.size.width}
    return by_diffusers(kind(**parts, controlnet=networks), request, **size, **case.given(request), **given)


@every
def test_a_controlnet_is_as_diffusers_has_it(case, models, likeliest, tmp_path):
    model = models[case.family]
    stock = diffusers.DiffusionPipeline.from_pretrained(model.path, local_files_only=True)
    network, finder = case.network(stock.transformer), tiny.Shelf(model)
    finder.attachments["lines"] = tiny_control.save(tmp_path, network, "lines")
    pipeline = StudioPipeline(finder, tiny.PROCESSOR)
    lines = control("lines", weight=0.7, end=0.5 if case.ranged else 1.0)
    plain = asked(model)
    ours = pipeline.run(replace(plain, controls=(lines,)), tiny.Notes()).pictures[0].pixels.array
    ranged = {"control_guidance_end": lines.end} if case.ranged else {}
    expected = by_hand(
        case,
        model,
        network,
        plain,
        control_image=Image.fromarray(lines.picture.array),
        controlnet_conditioning_scale=lines.weight,
        **ranged,
    )
    assert np.abs(ours.astype(int) - expected).max() <= case.apart
    without = pipeline.run(plain, tiny.Notes()).pictures[0].pixels.array
    assert not np.array_equal(ours, without)
    fresh = tiny.pipeline_of(model).run(plain, tiny.Notes()).pictures[0].pixels.array
    assert np.array_equal(without, fresh)  # it left nothing behind


def test_two_at_once_add_up(models, likeliest, tmp_path):
    case, model = CASES[0], models["sd35"]
    stock = diffusers.DiffusionPipeline.from_pretrained(model.path, local_files_only=True)
    finder, networks = tiny.Shelf(model), [case.network(stock.transformer, seed) for seed in range(2)]
    for name, network in zip("ab", networks, strict=True):
        finder.attachments[name] = tiny_control.save(tmp_path, network, name)
    both = control("a", weight=0.4), control("b", weight=0.3, picture=tiny.photo(seed=2))
    request = asked(model, controls=both)
    expected = by_hand(
        case,
        model,
        networks,
        request,
        control_image=[Image.fromarray(each.picture.array) for each in both],
        controlnet_conditioning_scale=[0.4, 0.3],
    )
    assert np.array_equal(
        StudioPipeline(finder, tiny.PROCESSOR).run(request, tiny.Notes()).pictures[0].pixels.array, expected
    )


def test_two_of_z_image_add_up_block_by_block(models, tmp_path):
    model = models["zimage"]
    stock = diffusers.DiffusionPipeline.from_pretrained(model.path, local_files_only=True)
    finder = tiny.Shelf(model)
    for seed, name in enumerate("ab"):
        network = tiny_control.beside_zimage(stock.transformer, None, seed)
        finder.attachments[name] = tiny_control.save(tmp_path, network, name)
    pipeline = StudioPipeline(finder, tiny.PROCESSOR)
    one, other = control("a", weight=0.5), control("b", weight=0.5)
    pictures = {
        pipeline.run(asked(model, controls=controls), tiny.Notes()).pictures[0].pixels
        for controls in ((one,), (other,), (one, other))
    }
    assert len(pictures) == 3
    twice = pipeline.run(asked(model, controls=(one, replace(one, picture=one.picture))), tiny.Notes())
    once = pipeline.run(asked(model, controls=(replace(one, weight=1.0),)), tiny.Notes())
    both = [each.pictures[0].pixels.array.astype(int) for each in (twice, once)]
    assert np.abs(both[0] - both[1]).max() <= 1


@every
def test_one_for_another_network_is_refused(case, models, tmp_path):
    model = models[case.family]
    stock = diffusers.DiffusionPipeline.from_pretrained(model.path, local_files_only=True)
    weights = dict(case.network(stock.transformer).state_dict())
    name = next(
        each
        for each in sorted(weights)
        if weights[each].ndim == 2 and ("transformer_blocks" in each or "layers" in each)
    )
    weights[name] = weights[name].new_zeros(3, *weights[name].shape)
    finder = tiny.Shelf(model)
    finder.attachments["other"] = tmp_path / "other.safetensors"
    save_file({each: value.contiguous() for each, value in weights.items()}, finder.attachments["other"])
    with pytest.raises(BadInput, match="'other' does not fit this model"):
        StudioPipeline(finder, tiny.PROCESSOR).run(asked(model, controls=(control("other"),)), tiny.Notes())


def test_stability_s_own_names_are_read_as_diffusers_converts_them(models, likeliest, tmp_path):
    model = models["sd35"]
    stock = diffusers.DiffusionPipeline.from_pretrained(model.path, local_files_only=True)
    network = tiny_control.beside_sd35_large(stock.transformer)
    theirs = tiny_control.as_stability_names(network.state_dict())
    assert not {each for each in theirs if "to_q" in each or ".ff." in each}
    finder, request = tiny.Shelf(model), asked(model, controls=(control("lines"),))
    found = []
    for number, weights in enumerate((network, theirs)):
        finder.attachments["lines"] = tiny_control.save(tmp_path / str(number), weights, "lines")
        found.append(StudioPipeline(finder, tiny.PROCESSOR).run(request, tiny.Notes()).pictures[0].pixels)
    assert found[0] == found[1]
    assert load_file(finder.attachments["lines"]).keys() == theirs.keys()


def test_beside_a_picture_that_is_looked_at_it_counts_for_the_new_one_only(models, tmp_path):
    model = tiny.model(tiny_flow.save_qwen(tmp_path / "edit", edits=True), "qwen")
    model = replace(model, family=model.family.shaped(("edit",)))
    stock = diffusers.QwenImagePipeline.from_pretrained(models["qwen"].path, local_files_only=True)
    finder = tiny.Shelf(model)
    finder.attachments["lines"] = tiny_control.save(tmp_path, tiny_control.beside_qwen(stock.transformer), "lines")
    pipeline = StudioPipeline(finder, tiny.PROCESSOR)
    plain = asked(model, steps=2, source=tiny.photo(seed=4))
    first, second = (
        pipeline.run(each, tiny.Notes()).pictures[0].pixels
        for each in (plain, replace(plain, controls=(control("lines"),)))
    )
    assert first != second


@pytest.mark.parametrize("name", ["Stable Diffusion 3.5", "Stable Diffusion 3.5, without words", "Sana"])
def test_its_file_is_recognised_as_a_controlnet_of_its_family(name, models, tmp_path):
    case = next(each for each in CASES if each.name == name)
    stock = diffusers.DiffusionPipeline.from_pretrained(models[case.family].path, local_files_only=True)
    found = recognise(tiny_control.save(tmp_path, case.network(stock.transformer), "lines"))
    assert (found.kind, found.family) == ("controlnet", case.family)
