"""A story: sketch on the canvas, let a ControlNet follow it in a part, find all of it in the file, make it again.

The window and the pipeline are the real ones, the weights tiny and random; the test carries the request between them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from PIL import Image

from studio.document.selecting import plane
from studio.library.gallery.again import compare
from studio.library.gallery.gallery import Gallery
from studio.library.models import Models
from studio.pipelines.studio_pipeline import StudioPipeline
from studio.ui.panels.layers_rows import _second
from tests.pipelines import tiny, tiny_control, tiny_flow
from tests.ui.canvas.hands import drag


@pytest.fixture
def models(tmp_path):
    """A tiny Stable Diffusion 1.5 and a ControlNet for it, as a person would have them in a folder."""
    folder = tmp_path / "models"
    model = tiny.save_sd15(folder / "houses")
    unet = UNet2DConditionModel.from_pretrained(model / "unet")
    tiny_control.save(folder, tiny_control.controlnet(unet), "control_scribble_sd15")
    return Models([folder])


def test_sketch_follow_keep_and_make_again(desk_of, models, tmp_path):
    desk = desk_of(models=models)
    window, document = desk.window, desk.document
    document.set_source(tiny.photo(tiny.Size(256, 256)))
    document.set_model(models.named("houses"))
    document.change(prompt="a house", steps=2, strength=1.0, seed=5, seed_locked=True)
    window.table.run("layer.control_draw")
    layer = document.active
    assert (layer.steer.name, layer.steer.preprocessor) == ("control_scribble_sd15", "scribble")
    window.page.canvas.tools.choose("brush")
    window.page.canvas.actual_size()
    drag(window.page.canvas, (60, 120), (120, 70), (180, 120))
    window.panels.layers.control.end.setValue(50)
    document.select(plane(np.full((120, 160), 255, np.uint8), 48, 48))

    window.table.run("picture.generate")
    request = desk.job.request
    (control,) = request.controls
    assert (control.end, control.preprocessor) == (0.5, "scribble")
    assert 0.002 < (control.picture.array > 0).mean() < 0.2

    pipeline = StudioPipeline(models, tiny.PROCESSOR)
    (made,) = pipeline.run(request, tiny.Notes()).pictures
    without = pipeline.run(replace(request, controls=()), tiny.Notes()).pictures[0]
    assert made.pixels != without.pixels  # it was followed
    gallery = Gallery(tmp_path / "gallery")
    gallery.keep(made)
    kept = gallery.metadata(gallery.recent(1)[0])
    again = gallery.request(kept)
    assert again.controls == (control,)
    (second,) = pipeline.run(again, tiny.Notes()).pictures
    assert compare(kept.own, second.pixels).identical
    gallery.close()


def test_several_pictures_for_a_model_that_looks_at_them(desk_of, tmp_path):
    """Add two references from files, edit by instruction, find them in the file, bring them back."""
    folder = tmp_path / "models"
    tiny_flow.save_flux2(folder / "klein")
    models = Models([folder])
    desk = desk_of(models=models)
    window, document = desk.window, desk.document
    document.set_source(tiny.photo(tiny.Size(256, 256)))
    document.set_model(models.named("klein"))
    document.change(prompt="the hat of picture 2 on the head of picture 1", steps=1, seed=5, seed_locked=True)
    options = window.panels.layers.control
    for number in range(2):
        file = tmp_path / f"reference {number}.png"
        Image.fromarray(tiny.photo(tiny.Size(96, 64), seed=number).array).save(file)
        window.incoming.open(file, "reference")
        assert options.weights.currentText() == "The model itself"
        assert not options.weight.isVisibleTo(options)  # it looks at them in full, all the way
        assert options.note.text() == ""
    assert "reference 0" in window.controls.words
    assert _second(document.active) == "By the model itself"
    window.table.run("picture.generate")
    request = desk.job.request
    assert [(each.kind, each.picture.size) for each in request.controls] == [("seen", tiny.Size(96, 64))] * 2

    pipeline = StudioPipeline(models, tiny.PROCESSOR)
    (made,) = pipeline.run(request, tiny.Notes()).pictures
    for fewer in ((), request.controls[:1], request.controls[::-1]):
        other = pipeline.run(replace(request, controls=fewer), tiny.Notes()).pictures[0]
        assert made.pixels != other.pixels  # each was looked at, in its order
    gallery = Gallery(tmp_path / "gallery")
    gallery.keep(made)
    kept = gallery.metadata(gallery.recent(1)[0])
    assert gallery.request(kept).controls == request.controls
    again = pipeline.run(gallery.request(kept), tiny.Notes()).pictures[0]
    assert again.pixels == made.pixels


def test_a_model_that_looks_at_pictures_follows_no_lines_and_says_so(desk_of, tmp_path):
    folder = tmp_path / "models"
    tiny_flow.save_flux2(folder / "klein")
    models = Models([folder])
    desk = desk_of(models=models)
    desk.document.set_source(tiny.photo(tiny.Size(256, 256)))
    desk.document.set_model(models.named("klein"))
    before = len(desk.document.layers)
    desk.window.table.run("layer.control_canvas")
    assert len(desk.document.layers) == before
    assert "cannot be given such a picture" in " ".join(each.sentence for each in desk.window.page.notices.shown)


def test_flux_control_follows_the_canvas_itself(desk_of, tmp_path):
    folder = tmp_path / "models"
    tiny_flow.save_flux(folder / "FLUX.1-Depth-dev", "FluxControlPipeline", in_channels=128, out_channels=64)
    models = Models([folder])
    desk = desk_of(models=models)
    window, document = desk.window, desk.document
    document.set_source(tiny.photo(tiny.Size(256, 256)))
    document.set_model(models.named("FLUX.1-Depth-dev"))
    document.change(prompt="a house", steps=1, strength=1.0, seed=5, seed_locked=True)
    window.table.run("layer.control_canvas")
    steer = document.active.steer
    assert (steer.kind, steer.preprocessor) == ("built-in", "depth")  # which its name says
    window.table.run("picture.generate")
    (control,) = desk.job.request.controls
    assert control.picture.size == desk.job.request.size
    (made,) = StudioPipeline(models, tiny.PROCESSOR).run(desk.job.request, tiny.Notes()).pictures
    assert made.pixels.size == desk.job.request.size
