"""Photoshop documents, and what only claims to be one."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from PIL import Image
from psd_tools import PSDImage
from psd_tools.constants import BlendMode, Compression

from studio.document.blend import Blend
from studio.document.files.opening import open_document
from studio.document.layers import Group, PaintLayer
from studio.library.pictures import read_picture
from studio.request.errors import BadInput
from studio.request.geometry import Rect, Size
from tests.document.making import a_model, noise


@pytest.fixture
def file(tmp_path: Path) -> Path:
    psd = PSDImage.new("RGB", (60, 40))
    psd.create_pixel_layer(Image.new("RGBA", (60, 40), (10, 20, 30, 255)), name="Below")
    top = psd.create_pixel_layer(
        Image.new("RGBA", (10, 8), (200, 0, 0, 128)), "a/b", 5, 7, opacity=51, blend_mode=BlendMode.MULTIPLY
    )
    psd.create_group([top], "Group").visible = False
    path = tmp_path / "fox.psd"
    psd.save(path)
    return path


def opened(path: Path):
    return open_document(path, a_model(), read_picture)


def test_groups_layers_and_their_looks_are_there(file):
    document = opened(file)
    below, group = document.layers
    assert document.size == Size(60, 40)
    assert isinstance(below, PaintLayer)
    assert isinstance(group, Group)
    assert (below.name, group.name, group.visible) == ("Below", "Group", False)
    (top,) = group.children
    assert isinstance(top, PaintLayer)
    assert (top.name, top.opacity, top.blend, top.bounds()) == ("a/b", 0.2, Blend.MULTIPLY, Rect(7, 5, 10, 8))
    assert document.picture().array[39, 59].tolist() == [10, 20, 30]
    assert document.path is None  # it is saved as something else


def test_one_without_layers_is_a_picture(tmp_path):
    path = tmp_path / "flat.psd"
    PSDImage.frompil(Image.new("RGB", (20, 10), (9, 8, 7))).save(path)
    assert opened(path).picture().array[5, 5].tolist() == [9, 8, 7]


def test_damaged_and_hostile_ones_are_refused_in_a_sentence(file, tmp_path):
    data = file.read_bytes()
    huge = bytearray(data)
    huge[14:22] = (2**31).to_bytes(4, "big") * 2
    bad = {"cut": data[: len(data) // 8], "text": b"hello", "empty": b"", "huge": bytes(huge), "head": data[:26]}
    for name, content in bad.items():
        path = tmp_path / f"{name}.psd"
        path.write_bytes(content)
        with pytest.raises(BadInput) as refusal:
            opened(path)
        assert refusal.value.message.endswith("."), name


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.8, 0.95, 0.99])
def test_one_that_is_cut_short_is_never_opened_as_if_it_were_whole(tmp_path, share):
    for compression in (Compression.RAW, Compression.RLE, Compression.ZIP):
        path = tmp_path / f"{compression.name}.psd"
        PSDImage.frompil(Image.fromarray(noise((90, 70)).array), compression).save(path)
        assert opened(path).picture() == noise((90, 70))
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
        with pytest.raises(BadInput, match=path.name):
            opened(path)


@pytest.mark.parametrize("share", [0.1, 0.4, 0.7])
def test_layers_that_are_cut_short_say_so(tmp_path, share):
    psd = PSDImage.new("RGB", (90, 70))
    for seed in range(3):
        psd.create_pixel_layer(Image.fromarray(noise((90, 70), 4, seed).array), name=str(seed))
    path = tmp_path / "fox.psd"
    psd.save(path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(BadInput, match="not whole: the file ends in the middle of its layers"):
        opened(path)


def test_layers_are_whole_without_the_picture_of_all_together(file):
    whole = opened(file).picture()
    file.write_bytes(file.read_bytes()[:-600])
    assert opened(file).picture() == whole


@pytest.mark.parametrize("place", range(30, 600, 37))
def test_whatever_byte_is_wrong_it_opens_or_is_refused(file, tmp_path, place):
    data = bytearray(file.read_bytes())
    data[place % len(data)] ^= 0xFF
    path = tmp_path / "odd.psd"
    path.write_bytes(data)
    with contextlib.suppress(BadInput):  # anything else fails the test
        opened(path)
