"""Larger pictures: upscalers as they are without the studio, diffusion in tiles without a seam, stopped at once."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from safetensors.torch import load_file, save_file

from studio.pipelines.upscaling import enlarge, networks
from studio.pipelines.upscaling.diffuse import InTiles, Layout
from studio.pipelines.upscaling.tiles import Grid, put_together, spans
from studio.request.errors import BadInput, CancelledError, Trouble
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from studio.request.upscaling import Method, Upscale, upscaled
from tests.pipelines import tiny

networks._loader()  # spandrel itself, whose parts are built below
SMALL = Size(96, 80)


@given(st.integers(1, 700), st.integers(8, 200), st.data())
def test_shares_of_tiles_sum_to_one_and_all_tiles_are_whole(length, tile, data):
    overlap = data.draw(st.integers(0, tile // 2))
    margin = data.draw(st.integers(0, max(0, overlap // 2 - 1)))
    found = spans(length, tile, overlap, margin)
    total = np.zeros(length)
    for each in found:
        assert each.length == min(tile, length)
        assert each.start >= 0
        assert each.stop <= length
        total[each.start : each.stop] += each.shares
    np.testing.assert_allclose(total, 1, atol=1e-5)
    assert all(after.start <= before.stop - min(overlap, 1) for before, after in pairwise(found))


@pytest.mark.parametrize("factor", [1, 3])
def test_tiles_of_a_picture_make_that_picture(factor):
    picture = np.random.default_rng(0).integers(0, 256, (130, 211, 3), dtype=np.uint8)
    large = picture.repeat(factor, 0).repeat(factor, 1)

    def make(place: Rect):
        rows = slice(place.y * factor, place.bottom * factor)
        return large[rows, place.x * factor : place.right * factor].astype(np.float32)

    grid = Grid.of(Size(211, 130), Size(48, 40), 16, 4)
    assert len(grid) > 20
    np.testing.assert_array_equal(put_together(grid, factor, make), large)


def test_putting_together_takes_little_more_memory_than_the_picture():
    grid = Grid.of(Size(1024, 1024), Size(128, 128), 16)
    tracemalloc.start()
    put_together(grid, 2, lambda place: np.zeros((place.height * 2, place.width * 2, 3), np.float32))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    picture, row = 2048 * 2048 * 3, 256 * 2048 * 3 * 4
    assert peak < picture + 2 * row


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_lanczos_in_bands_is_lanczos(channels, monkeypatch):
    monkeypatch.setattr(enlarge, "BAND", 37)
    array = tiny.photo(SMALL, channels).array
    image = Image.fromarray(array[..., 0] if channels == 1 else array)
    whole = np.asarray(image.resize((250, 190), Image.Resampling.LANCZOS)).reshape(190, 250, channels)
    found = enlarge.resampled(array, Size(250, 190), enlarge.Progress(lambda done, total: None, lambda: None))
    assert np.abs(found.astype(int) - whole).max() <= 1


# upscalers


def esrgan():
    from spandrel.architectures.ESRGAN.__arch.RRDB import RRDBNet

    return RRDBNet(in_nc=3, out_nc=3, num_filters=8, num_blocks=1, scale=4)


def compact():
    from spandrel.architectures.Compact.__arch.SRVGG import SRVGGNetCompact

    return SRVGGNetCompact(num_in_ch=3, num_out_ch=3, num_feat=8, num_conv=3, upscale=2, act_type="prelu")


def span():
    from spandrel.architectures.SPAN.__arch.span import SPAN

    return SPAN(num_in_ch=3, num_out_ch=3, feature_channels=8, upscale=2)


@pytest.fixture(params=[esrgan, compact, span])
def upscaler(request, tmp_path):
    torch.manual_seed(0)
    path = tmp_path / "sharp.safetensors"
    save_file({name: weight.contiguous() for name, weight in request.param().state_dict().items()}, path)
    return path


def pipeline_with(path, *models, **options):
    pipeline = tiny.pipeline_of(*models, **options)
    pipeline._models.attachments["sharp"] = path
    return pipeline


def enlarging(model, source, factor, method=Method.NETWORK, network="sharp", **changes):
    return tiny.request(
        model,
        source=source,
        size=source.size.scaled(factor),
        upscale=Upscale(method=method, network=network),
        **changes,
    )


def test_an_upscaler_makes_what_spandrel_makes(upscaler, sd15, monkeypatch):
    import spandrel

    monkeypatch.setattr(enlarge, "TILES", (64,))
    bare = spandrel.ModelLoader().load_from_state_dict(load_file(upscaler)).eval()
    source = tiny.photo(SMALL)
    given_ = torch.from_numpy(source.array.copy()).permute(2, 0, 1)[None].float() / 255
    expected = bare(given_)[0].permute(1, 2, 0).numpy() * 255
    notes = tiny.Notes()
    picture = pipeline_with(upscaler, sd15).run(enlarging(sd15, source, bare.scale), notes).pictures[0]
    assert picture.pixels.size == source.size.scaled(bare.scale)
    assert expected.std() > 5  # or there would be nothing to compare
    assert np.abs(picture.pixels.array - expected).max() <= 1.01
    assert [(step.done, step.total) for step in notes.steps] == [(done, 4) for done in range(1, 5)]


def test_another_factor_than_the_upscalers_own_is_met_and_alpha_stays(upscaler, sd15):
    array = tiny.photo(SMALL, 4).array.copy()
    array[:, :48, 3], array[:, 48:, 3] = 0, 255
    picture = pipeline_with(upscaler, sd15).run(enlarging(sd15, Pixels(array), 3), tiny.Notes()).pictures[0].pixels
    assert (picture.size, picture.channels) == (Size(288, 240), 4)
    assert picture.array[:, :120, 3].max() == 0
    assert picture.array[:, 168:, 3].min() == 255


def test_an_upscaler_is_stopped_inside_of_a_tile(upscaler, sd15):
    pipeline = pipeline_with(upscaler, sd15)
    request = enlarging(sd15, tiny.photo(SMALL), 2)
    pipeline.run(request, tiny.Notes())
    pipeline.run(request, whole := tiny.Notes())
    assert len(whole.steps) == 1  # one tile
    notes = tiny.Notes(stop=lambda notes: notes.checks > whole.checks // 2)
    with pytest.raises(CancelledError):
        pipeline.run(request, notes)
    assert not notes.steps


def test_smaller_tiles_are_taken_when_memory_is_short(sd15, monkeypatch, tmp_path):
    torch.manual_seed(0)
    save_file(dict(compact().state_dict()), tmp_path / "sharp.safetensors")
    pipeline, asked = pipeline_with(tmp_path / "sharp.safetensors", sd15), []
    whole = pipeline.run(enlarging(sd15, tiny.photo(SMALL), 2), tiny.Notes()).pictures[0].pixels
    plain = networks.Network.__call__

    def short(self, picture, check):
        asked.append(picture.shape[:2])
        if picture.shape[0] > 64:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return plain(self, picture, check)

    monkeypatch.setattr(networks.Network, "__call__", short)
    found = pipeline.run(enlarging(sd15, tiny.photo(SMALL), 2), tiny.Notes()).pictures[0].pixels
    assert asked[:3] == [(80, 96), (80, 96), (64, 64)]
    assert np.abs(found.array.astype(int) - whole.array).max() <= 1


@pytest.mark.parametrize("weights", [{"nothing": torch.zeros(3)}, {"model.0.weight": torch.zeros(4, 3, 3, 3)}])
def test_a_file_that_is_no_upscaler_is_named(weights, sd15, tmp_path):
    save_file(weights, tmp_path / "x.safetensors")
    with pytest.raises(BadInput, match="'sharp' is of a kind"):
        pipeline_with(tmp_path / "x.safetensors", sd15).run(enlarging(sd15, tiny.photo(SMALL), 2), tiny.Notes())


# diffusion


def divided(model, side=64):
    """The same weights, made for small pictures."""
    return replace(model, family=replace(model.family, native=Size(side, side), divisible=True))


def painting(model, source, factor, **changes):
    changes = {"steps": 4, "strength": 0.5, "sampler": "Euler", **changes}
    return enlarging(model, source, factor, Method.DIFFUSION, "", **changes)


def test_one_tile_is_a_picture_painted_over_as_ever(scenes):
    scenes = divided(scenes, 128)
    warm = tiny.pipeline_of(scenes)
    source = tiny.photo(Size(64, 64))
    found = warm.run(painting(scenes, source, 2), tiny.Notes()).pictures[0].pixels
    large = Pixels(enlarge.resampled(source.array, Size(128, 128), enlarge.Progress(lambda d, t: None, lambda: None)))
    plain = tiny.request(scenes, "Euler", source=large, size=Size(128, 128), steps=4, strength=0.5)
    assert np.abs(found.array.astype(int) - warm.run(plain, tiny.Notes()).pictures[0].pixels.array).max() <= 1


class Stubborn:
    """Every tile means something else: black or white, in turns."""

    def __init__(self):
        self.turns = 0

    def predict(self, denoiser, inputs, latents, timestep, guidance):
        self.turns += 1
        return torch.full_like(latents, float(self.turns % 2))


@pytest.mark.parametrize(("overlap", "steepest"), [(16, 0.12), (0, 1.0)])
def test_tiles_that_disagree_are_mixed_little_by_little(overlap, steepest):
    grid = Grid.of(Size(112, 64), Size(64, 64) if overlap else Size(56, 64), overlap)
    found = InTiles(Stubborn(), grid, lambda done: None).predict(None, None, torch.zeros(1, 4, 64, 112), None, 1)
    row = found[0, 0, 0].numpy()
    assert (row[0], row[-1]) == (1, 0)
    assert np.abs(np.diff(row)).max() == pytest.approx(steepest, abs=0.03)


@pytest.mark.parametrize("sampler", ["Euler a", "DPM++ 2M Karras"])
def test_tiles_leave_no_seam(sampler, sd15):
    model, source = divided(sd15), tiny.photo(Size(120, 96))
    request = painting(model, source, 2, sampler=sampler, strength=0.9, guidance=12.0)
    found = tiny.pipeline_of(model).run(request, tiny.Notes()).pictures[0].pixels
    layout = Layout.of(request.size, model.family)
    assert (len(layout.grid.columns), len(layout.grid.rows)) == (5, 4)
    assert ratio_at_edges(found, layout) < 1.1


def ratio_at_edges(pixels, layout):
    """Mean change from column to column where tiles begin, over what it is elsewhere."""
    change = np.abs(np.diff(pixels.array.astype(float), axis=1)).mean((0, 2))
    edges = {span.start * 8 - 1 for span in layout.grid.columns[1:]}
    at = [change[edge] for edge in edges]
    elsewhere = [change[edge] for edge in range(7, len(change), 8) if edge not in edges]  # between latents, too
    return np.mean(at) / np.mean(elsewhere)


def test_the_network_never_sees_more_than_a_tile_and_progress_counts_tiles(sd15, monkeypatch):
    model, seen = divided(sd15), set()
    plain = InTiles.predict

    def watched(self, denoiser, inputs, latents, timestep, guidance):
        whole = self.adapter
        self.adapter = Spy(whole, seen)
        try:
            return plain(self, denoiser, inputs, latents, timestep, guidance)
        finally:
            self.adapter = whole

    monkeypatch.setattr(InTiles, "predict", watched)
    notes = tiny.Notes()
    finished = tiny.pipeline_of(model).run(painting(model, tiny.photo(Size(64, 64)), 3), notes)
    assert seen == {(8, 8)}
    assert finished.pictures[0].pixels.size == Size(192, 192)
    assert [(step.done, step.total) for step in notes.steps] == [(done, 32) for done in range(1, 33)]
    assert notes.steps[-1].preview.size == Size(24, 24)
    assert notes.steps[4].seconds_left > 0


class Spy:
    def __init__(self, adapter, seen):
        self._adapter, self._seen = adapter, seen

    def predict(self, denoiser, inputs, latents, *rest):
        self._seen.add(tuple(latents.shape[-2:]))
        return self._adapter.predict(denoiser, inputs, latents, *rest)


def test_painting_over_is_stopped_between_and_inside_of_tiles_and_leaves_nothing_behind(sd15):
    model = divided(sd15)
    pipeline, request = tiny.pipeline_of(model), painting(model, tiny.photo(Size(64, 64)), 2)
    first = pipeline.run(request, tiny.Notes()).pictures[0].pixels
    pipeline.run(request, whole := tiny.Notes())
    for share in (0.1, 0.5, 0.9):
        notes = tiny.Notes(stop=lambda notes, share=share: notes.checks > whole.checks * share)
        with pytest.raises(CancelledError):
            pipeline.run(request, notes)
    assert pipeline.run(request, tiny.Notes()).pictures[0].pixels == first


@pytest.mark.logs
def test_the_leaner_plan_is_taken_when_memory_runs_out(sd15, monkeypatch):
    model, calls = divided(sd15), []
    pipeline, request = tiny.pipeline_of(model), painting(model, tiny.photo(Size(64, 64)), 2)
    plain = InTiles.predict

    def short(self, *given):
        calls.append(given)
        if len(calls) == 1:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return plain(self, *given)

    monkeypatch.setattr(InTiles, "predict", short)
    finished = pipeline.run(request, tiny.Notes())
    assert finished.notes == ("Memory was short: the picture was decoded in tiles.",)

    def never(self, *given):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(InTiles, "predict", never)
    with pytest.raises(Trouble, match="not enough memory to paint over tiles of 64 × 64"):
        pipeline.run(request, tiny.Notes())


def test_a_family_that_draws_whole_scenes_is_refused(scenes, warm):
    with pytest.raises(BadInput, match="draw whole scenes"):
        warm.run(painting(scenes, tiny.photo(Size(64, 64)), 2), tiny.Notes())


# what cannot be


@pytest.mark.parametrize("factor", [0, 1, 0.5, -2, 100, float("nan"), float("inf")])
def test_senseless_factors_are_refused(factor):
    with pytest.raises(BadInput, match="times as large"):
        upscaled(Size(64, 64), factor)


def test_what_would_be_too_large_says_what_is_possible(sd15):
    with pytest.raises(BadInput, match=r"would be 32000 × 16000 pixels, .* Choose a factor above 1, up to 3.33"):
        upscaled(Size(4000, 2000), 8)
    assert upscaled(Size(4000, 2000), 3.33) == Size(13320, 6660)
    assert upscaled(Size(1024, 1024), 8) == Size(8192, 8192)
    with pytest.raises(BadInput, match="cannot be made larger to 32"):
        tiny.request(sd15, source=tiny.photo(), size=Size(32, 32), upscale=Upscale(method=Method.LANCZOS))
    with pytest.raises(BadInput, match="no picture"):
        tiny.request(sd15, upscale=Upscale(method=Method.LANCZOS))


def test_too_little_memory_says_what_would_fit(sd15, warm, monkeypatch):
    monkeypatch.setattr(enlarge, "free_main_memory", lambda: 1_000_000)
    with pytest.raises(Trouble, match=r"for a picture of 512 × 512. About 3\d\d × 3\d\d would fit"):
        warm.run(enlarging(sd15, tiny.photo(), 8, Method.LANCZOS, ""), tiny.Notes())
