"""Pictures that steer: as diffusers' own pipelines do it, called by hand, picture for picture."""

from __future__ import annotations

import inspect
from dataclasses import replace

import numpy as np
import pytest
import torch
from diffusers import (
    StableDiffusionAdapterPipeline,
    StableDiffusionControlNetImg2ImgPipeline,
    StableDiffusionControlNetInpaintPipeline,
    StableDiffusionControlNetPipeline,
    StableDiffusionPipeline,
    StableDiffusionXLAdapterPipeline,
    StableDiffusionXLControlNetPipeline,
    StableDiffusionXLControlNetUnionPipeline,
    StableDiffusionXLPipeline,
)
from PIL import Image

from studio.pipelines.framing import pasted
from studio.pipelines.joining import mended
from studio.pipelines.samplers import scheduler_settings
from studio.pipelines.studio_pipeline import StudioPipeline
from studio.request.control import Control
from studio.request.errors import BadInput, CancelledError, Trouble
from studio.request.geometry import Size
from studio.request.pixels import Pixels
from tests.pipelines import tiny, tiny_control
from tests.pipelines.stock import by_diffusers

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")  # diffusers by hand
CONTROLLED = {"sd15": StableDiffusionControlNetPipeline, "sdxl": StableDiffusionXLControlNetPipeline}
PLAIN = {"sd15": StableDiffusionPipeline, "sdxl": StableDiffusionXLPipeline, "high": StableDiffusionPipeline}


@pytest.fixture(scope="module")
def shelf(shelf, tmp_path_factory):
    """high: attention on the upper level, as Stable Diffusion 1.5 has it, which T2I-Adapters count on."""
    crossed = {
        "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
        "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
    }
    return {**shelf, "high": tiny.model(tiny.save_sd15(tmp_path_factory.mktemp("high") / "high", **crossed), "sd15")}


@pytest.fixture(scope="module")
def finder(shelf):
    return tiny.Shelf(*shelf.values())


@pytest.fixture(scope="module")
def pipeline(finder):
    return StudioPipeline(finder, tiny.PROCESSOR)


@pytest.fixture(scope="module")
def stock(shelf):
    found = {name: kind.from_pretrained(shelf[name].path, local_files_only=True) for name, kind in PLAIN.items()}
    for each in found.values():
        each.set_progress_bar_config(disable=True)
    return found


@pytest.fixture
def kept(finder, tmp_path):
    """Puts a network into a file of that name and has it found."""

    def keep(name, weights, config=None):
        finder.attachments[name] = tiny_control.save(tmp_path / name, weights, config=config)
        return weights

    return keep


def control(name, seed=1, kind="controlnet", **changes):
    return Control(**{"kind": kind, "name": name, "picture": tiny.photo(seed=seed), **changes})


def shown(each):
    return Image.fromarray(each.picture.array)


def made(pipeline, request):
    return pipeline.run(request, tiny.Notes()).pictures[0].pixels.array


def by_hand(kind, stock, request, parts=(), **given):
    held = inspect.signature(kind.__init__).parameters
    parts = {**{name: part for name, part in stock.components.items() if name in held}, **dict(parts)}
    if "requires_safety_checker" in stock.config:
        parts["requires_safety_checker"] = False
    by = kind(**parts)
    scheduler, settings = scheduler_settings(request.sampler)
    by.scheduler = scheduler.from_config({**tiny.BETAS}, **settings)
    sizes = {} if "strength" in given and "mask_image" not in given else {"height": 64, "width": 64}
    return by_diffusers(
        by,
        request,
        guidance_scale=request.guidance,
        **sizes,
        **given,
    )


@pytest.mark.parametrize(
    "changes", [{}, {"weight": 0.6, "start": 0.25, "end": 0.75}, {"sampler": "Heun"}, {"guidance": 1.0}], ids=str
)
@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_a_controlnet_is_as_diffusers_has_it(family, changes, shelf, stock, pipeline, kept):
    changes = dict(changes)
    network = kept("lines", tiny_control.controlnet(stock[family].unet))
    asked = {name: changes.pop(name) for name in ("sampler", "guidance") if name in changes}
    lines = control("lines", **changes)
    plain = tiny.request(shelf[family], steps=4, **asked)
    request = replace(plain, controls=(lines,))
    expected = by_hand(
        CONTROLLED[family],
        stock[family],
        request,
        {"controlnet": network},
        image=shown(lines),
        controlnet_conditioning_scale=lines.weight,
        control_guidance_start=lines.start,
        control_guidance_end=lines.end,
    )
    ours = made(pipeline, request)
    assert np.array_equal(ours, expected)
    assert not np.array_equal(ours, made(pipeline, plain))


def test_two_at_once_add_up_each_in_its_range(shelf, stock, pipeline, kept):
    networks = [kept(name, tiny_control.controlnet(stock["sd15"].unet, seed)) for seed, name in enumerate("ab")]
    first, second = control("a", weight=0.7, end=0.5), control("b", seed=2, weight=0.4, start=0.25)
    request = tiny.request(shelf["sd15"], "DPM++ 2M Karras", steps=4, controls=(first, second))
    expected = by_hand(
        CONTROLLED["sd15"],
        stock["sd15"],
        request,
        {"controlnet": networks},
        image=[shown(first), shown(second)],
        controlnet_conditioning_scale=[0.7, 0.4],
        control_guidance_start=[0.0, 0.25],
        control_guidance_end=[0.5, 1.0],
    )
    assert np.array_equal(made(pipeline, request), expected)


def test_over_a_picture_the_range_counts_the_steps_that_are_taken(shelf, stock, pipeline, kept):
    network = kept("lines", tiny_control.controlnet(stock["sd15"].unet))
    lines = control("lines", end=0.5)
    request = tiny.request(shelf["sd15"], steps=8, source=tiny.photo(), strength=0.5, controls=(lines,))
    expected = by_hand(
        StableDiffusionControlNetImg2ImgPipeline,
        stock["sd15"],
        request,
        {"controlnet": network},
        image=Image.fromarray(request.source.array),
        control_image=shown(lines),
        strength=0.5,
        control_guidance_end=0.5,
        controlnet_conditioning_scale=1.0,
    )
    assert np.array_equal(made(pipeline, request), expected)


def test_in_a_hole_it_is_as_diffusers_has_it(tmp_path):
    filler = tiny.model(tiny.save_sd15(tmp_path / "filler", channels=9), "sd15")
    plain = StableDiffusionPipeline.from_pretrained(filler.path, local_files_only=True)
    network = tiny_control.controlnet(plain.unet)
    finder = tiny.Shelf(filler)
    finder.attachments["lines"] = tiny_control.save(tmp_path / "lines", network)
    mask = np.zeros((64, 64, 1), np.uint8)
    mask[16:48, 8:40] = 255
    lines = control("lines", weight=0.8)
    request = tiny.request(filler, steps=4, source=tiny.photo(), mask=Pixels(mask), controls=(lines,))
    expected = by_hand(
        StableDiffusionControlNetInpaintPipeline,
        plain,
        request,
        {"controlnet": network},
        image=Image.fromarray(request.source.array),
        mask_image=Image.fromarray(mask[..., 0]),
        control_image=shown(lines),
        strength=1.0,
        controlnet_conditioning_scale=0.8,
    )
    joined = pasted(mended(expected, request.source.array, mask[..., 0]), request.source, request.mask)
    assert np.array_equal(made(StudioPipeline(finder, tiny.PROCESSOR), request), joined)


def test_a_size_that_has_to_grow_shows_the_network_the_same_place(shelf, stock, pipeline, kept):
    """The control's picture lies on the canvas where the picture does: cropped together, they fit."""
    kept("lines", tiny_control.controlnet(stock["sd15"].unet))
    size = Size(67, 93)
    inside = tiny.photo(size)
    around = Pixels(np.pad(inside.array, ((1, 2), (2, 3), (0, 0)), mode="edge"))
    small = tiny.request(shelf["sd15"], size=size, controls=(control("lines", picture=inside),))
    large = tiny.request(shelf["sd15"], size=around.size, controls=(control("lines", picture=around),))
    assert np.array_equal(made(pipeline, small), made(pipeline, large)[1:94, 2:69])


@pytest.mark.parametrize("named", ["canny", "depth"])
def test_one_for_many_kinds_of_picture_is_told_which_it_is(named, shelf, stock, pipeline, kept):
    network = kept(
        "all", tiny_control.union(stock["sdxl"].unet), {"_class_name": "ControlNetUnionModel", "num_trans_head": 2}
    )
    lines = control("all", preprocessor=named)
    request = tiny.request(shelf["sdxl"], steps=3, controls=(lines,))
    expected = by_hand(
        StableDiffusionXLControlNetUnionPipeline,
        stock["sdxl"],
        request,
        {"controlnet": network},
        control_image=[shown(lines)],
        control_mode=[{"depth": 1, "canny": 3}[named]],
    )
    assert np.array_equal(made(pipeline, request), expected)
    with pytest.raises(BadInput, match="taught several kinds of picture"):
        made(pipeline, replace(request, controls=(replace(lines, preprocessor="colour"),)))


@pytest.mark.parametrize(
    ("family", "kind", "channels"),
    [
        ("high", "full_adapter", 3),
        ("high", "full_adapter", 1),
        ("high", "light_adapter", 3),
        ("sdxl", "full_adapter_xl", 3),
    ],
)
def test_a_t2i_adapter_is_as_diffusers_has_it(family, kind, channels, shelf, stock, pipeline, kept):
    network = kept("sketch", tiny_control.adapter(kind, channels))
    sketch = control("sketch", kind="t2i-adapter", weight=0.7)
    grey = Pixels(np.repeat(sketch.picture.array[..., :1], 3, axis=2))
    sketch = replace(sketch, picture=grey) if channels == 1 else sketch
    request = tiny.request(shelf[family], steps=3, controls=(sketch,))
    expected = by_hand(
        StableDiffusionXLAdapterPipeline if family == "sdxl" else StableDiffusionAdapterPipeline,
        stock[family],
        request,
        {"adapter": network},
        image=shown(sketch).convert("L") if channels == 1 else shown(sketch),
        adapter_conditioning_scale=0.7,
    )
    ours = made(pipeline, request)
    assert np.abs(ours.astype(int) - expected).max() <= (kind == "full_adapter_xl" or channels == 1)  # in the last bit


@pytest.mark.parametrize("plus", [False, True])
@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_an_image_prompt_is_as_diffusers_has_it(family, plus, shelf, stock, finder, pipeline, tmp_path):
    weights, encoder = tiny_control.image_prompt(stock[family].unet, plus=plus), tiny_control.image_encoder()
    finder.attachments["look"] = tiny_control.save(tmp_path, weights, "look")
    encoder.save_pretrained(tmp_path / "encoder")
    finder.encoder = tmp_path / "encoder" / "model.safetensors"
    look = control("look", kind="ip-adapter", weight=0.6, picture=tiny.photo(Size(90, 70)))
    plain = tiny.request(shelf[family], steps=3)
    before = made(pipeline, plain)
    ours = made(pipeline, replace(plain, controls=(look,)))
    by = PLAIN[family].from_pretrained(shelf[family].path, image_encoder=encoder, local_files_only=True)
    halves = {"image_proj": {}, "ip_adapter": {}}
    for name, value in weights.items():
        half, _, rest = name.partition(".")
        halves[half][rest] = value
    by.unet._load_ip_adapter_weights([halves])
    by.set_ip_adapter_scale(0.6)
    seen = pipeline._store.get(shelf[family], tiny.Notes()).controls
    pair = next(reversed(seen._pairs.values()))
    assert np.array_equal(ours, by_hand(type(by), by, plain, ip_adapter_image_embeds=[pair.rows(1, guided=True)]))
    assert not np.array_equal(ours, before)
    assert np.array_equal(made(pipeline, plain), before)  # taken off again


def test_what_the_image_encoder_sees_is_what_transformers_sees(tmp_path):
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    from studio.pipelines.control.looks import image_encoder

    network = tiny_control.image_encoder()
    network.save_pretrained(tmp_path)
    ours = image_encoder(tmp_path / "model.safetensors", torch.float32)
    reads = CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    picture = tiny.photo(Size(90, 70))
    with torch.inference_mode():
        given = reads(Image.fromarray(picture.array), return_tensors="pt").pixel_values
        torch.testing.assert_close(ours.see(picture, patches=False).toward[0], network(given).image_embeds)
        states = network(given, output_hidden_states=True).hidden_states[-2]
        torch.testing.assert_close(ours.see(picture, patches=True).toward[0], states)


def test_lines_and_a_reference_work_together_in_a_set(shelf, stock, finder, pipeline, kept, tmp_path):
    kept("lines", tiny_control.controlnet(stock["sd15"].unet))
    kept("sketch", tiny_control.adapter("full_adapter_xl"))
    finder.attachments["look"] = tiny_control.save(tmp_path, tiny_control.image_prompt(stock["sd15"].unet), "look")
    tiny_control.image_encoder().save_pretrained(tmp_path / "encoder")
    finder.encoder = tmp_path / "encoder" / "model.safetensors"
    all_three = (
        control("lines", end=0.5),
        control("sketch", kind="t2i-adapter", start=0.5),
        control("look", kind="ip-adapter", end=0.5),
    )
    request = tiny.request(shelf["sd15"], steps=4, count=2, throughput=True, controls=all_three)
    together = pipeline.run(request, tiny.Notes()).pictures
    alone = pipeline.run(request.single(1), tiny.Notes()).pictures[0].pixels.array
    assert np.abs(together[1].pixels.array.astype(int) - alone).max() <= 1
    for index in range(3):
        fewer = replace(request.single(1), controls=all_three[:index] + all_three[index + 1 :])
        assert not np.array_equal(made(pipeline, fewer), alone)


def test_a_control_of_no_weight_changes_nothing(shelf, stock, pipeline, kept):
    kept("lines", tiny_control.controlnet(stock["sd15"].unet))
    plain = tiny.request(shelf["sd15"])
    silent = replace(plain, controls=(control("lines", weight=0.0),))
    assert np.array_equal(made(pipeline, silent), made(pipeline, plain))


def test_it_can_be_cancelled_within_the_control_network(shelf, stock, pipeline, kept):
    network = tiny_control.controlnet(stock["sd15"].unet)
    kept("lines", network)
    request = tiny.request(shelf["sd15"], controls=(control("lines"),))
    before = made(pipeline, request)
    kinds = []
    seen = pipeline._store.get(shelf["sd15"], tiny.Notes()).controls
    middle = list(next(reversed(seen._networks.values())).mid_block.modules())
    for block in middle:
        block.register_forward_hook(lambda module, *_: kinds.append(module))

    class Stop(tiny.Notes):
        def check(self):
            super().check()
            if kinds:
                raise CancelledError

    with pytest.raises(CancelledError):
        pipeline.run(request, Stop())
    assert len(kinds) < len(middle) / 2  # not even the middle block was finished
    kinds.clear()
    assert np.array_equal(made(pipeline, request), before)


def test_one_for_another_model_is_refused_in_a_sentence(shelf, stock, pipeline, kept):
    kept("large", tiny_control.controlnet(stock["sdxl"].unet))
    with pytest.raises(BadInput, match="'large' does not fit this model"):
        made(pipeline, tiny.request(shelf["sd15"], controls=(control("large"),)))


@pytest.mark.logs
def test_a_damaged_one_is_named(shelf, finder, pipeline, tmp_path):
    finder.attachments["broken"] = tmp_path / "broken.safetensors"
    finder.attachments["broken"].write_bytes(b"nothing")
    with pytest.raises(Trouble, match="control broken cannot be read"):
        made(pipeline, tiny.request(shelf["sd15"], controls=(control("broken"),)))


def test_an_incomplete_one_is_refused(shelf, stock, pipeline, kept):
    weights = tiny_control.controlnet(stock["sd15"].unet).state_dict()
    kept("half", dict(list(weights.items())[:-4]))
    with pytest.raises(Trouble, match="control half is incomplete: 4"):
        made(pipeline, tiny.request(shelf["sd15"], controls=(control("half"),)))


def test_a_family_without_controls_says_so(shelf, pipeline):
    with pytest.raises(BadInput, match="cannot be steered by lines \\(ControlNet\\)"):
        made(pipeline, tiny.request(shelf["scenes"], controls=(control("lines"),)))
