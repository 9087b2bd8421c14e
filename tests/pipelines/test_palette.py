"""Previews by matrix: a codec that is linear is met exactly, others nearly."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from studio.library.families import family
from studio.pipelines.chart import chart
from studio.pipelines.framing import Frame
from studio.pipelines.palette import LEARNED, LONGEST, Palette
from studio.pipelines.preview import framed
from studio.request.geometry import Size

SCENES = family("scenes")


def linear_codec(latents):
    """Each latent paints its eight by eight pixels, linearly: (1, 3, 8h, 8w) within -1..1."""
    brush = torch.rand(8, 3 * 64, generator=torch.Generator().manual_seed(0)) * 0.1
    tiles = (latents[0].flatten(1).T @ brush).T[None]
    return torch.nn.functional.fold(tiles, [8 * side for side in latents.shape[-2:]], 8, stride=8)


def latents(seed, side=16):
    return torch.randn(1, 8, side, side, generator=torch.Generator().manual_seed(seed))


def test_it_learns_a_linear_codec_down_to_the_pixel():
    palette = Palette(SCENES)
    assert palette.learns
    assert not palette.ready
    for seed in range(3):
        palette.learn(latents(seed), linear_codec(latents(seed)))
    assert palette.ready
    seen = palette.colours(latents(9)).int()
    wanted = (linear_codec(latents(9))[0].permute(1, 2, 0) * 127.5 + 127.5).round().int()
    assert seen.shape == (128, 128, 3)
    assert (seen - wanted).abs().float().mean() < 3


def test_large_pictures_get_smaller_previews_of_the_same():
    palette = Palette(SCENES)
    palette.learn(latents(0), linear_codec(latents(0)))
    large = palette.colours(latents(1, side=100))
    assert max(large.shape) <= LONGEST
    assert large.shape[0] % 100 == 0


def test_a_published_matrix_gives_one_colour_a_latent():
    palette = Palette(family("sd15"))
    assert palette.ready
    assert not palette.learns
    assert palette.colours(torch.zeros(1, 4, 6, 9)).tolist() == [[[128, 128, 128]] * 9] * 6


def test_it_stops_learning_after_some_pictures():
    palette = Palette(SCENES)
    for seed in range(LEARNED):
        palette.learn(latents(seed), linear_codec(latents(seed)))
    assert not palette.learns


def test_the_chart_is_always_the_same_and_has_all_kinds_of_colours():
    first = chart(Size(64, 32))
    assert first.shape == (1, 3, 32, 64)
    assert torch.equal(first, chart(Size(64, 32)))
    assert first.min() < -0.5
    assert first.max() > 0.5


@pytest.mark.parametrize("size", [Size(256, 256), Size(250, 131), Size(129, 128)])
def test_a_preview_has_the_shape_of_the_picture_and_at_most_its_size(size):
    frame = Frame.of(size, SCENES)
    for pixels in (1, 8):
        colours = np.zeros((frame.canvas.height // 8 * pixels, frame.canvas.width // 8 * pixels, 3), np.uint8)
        preview = framed(colours, frame)
        assert preview.size.width <= size.width
        assert preview.size.height <= size.height
        assert preview.size.ratio == pytest.approx(size.ratio, rel=0.06)
