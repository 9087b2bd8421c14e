"""Whatever was asked for comes back from the file exactly, in every format."""

from __future__ import annotations

import contextlib
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from studio.library.gallery.again import compare
from studio.library.gallery.formats.read import contents_of, read_contents
from studio.library.gallery.gallery import Gallery
from studio.library.gallery.record import Sources, machine_of, read_own, write_own
from studio.library.gallery.writing import encoded, write_picture
from studio.library.pictures import read_picture
from studio.request.errors import BadInput, Trouble
from studio.request.events import Picture
from studio.request.geometry import Size
from studio.request.request import GenerationRequest
from tests.library.gallery.requests import picture, pixels, request, requests

FORMATS = ("PNG", "JPEG", "WebP", "AVIF")
RELAXED = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("kind", FORMATS)
@RELAXED
@given(wanted=requests())
def test_a_request_is_the_same_after_its_picture_was_written(
    kind: str, wanted: GenerationRequest, tmp_path: Path
) -> None:
    sources = Sources(tmp_path / "sources")
    sources.keep(wanted)
    made = Picture(pixels=pixels(1, 3, Size(64, 64)), request=wanted, seconds=2.0)
    contents = contents_of(io.BytesIO(encoded(made, kind, 1234.5, {"device": "cpu"})), "file")
    own = read_own(contents.own)
    assert own is not None
    assert (contents.format, contents.size, own.created, own.digest) == (kind, (64, 64), 1234.5, made.pixels.digest)
    assert own.machine == {"device": "cpu"}
    assert sources.request(own) == wanted


def test_the_longest_prompts_fit_into_every_format() -> None:
    long = "".join(chr(0x1F300 + index % 700) for index in range(10_000))
    made = picture(long)
    for kind in FORMATS:
        contents = contents_of(io.BytesIO(encoded(made, kind, 0.0, {})), "file")
        own = read_own(contents.own)
        assert own is not None
        assert own.request["prompt"]["text"] == long


@pytest.mark.parametrize("kind", FORMATS)
def test_other_programs_find_the_settings_where_they_look(kind: str) -> None:
    data = encoded(picture("ein schöner Fuchs, 狐"), kind, 0.0, {})
    contents = contents_of(io.BytesIO(data), "file")
    text = contents.texts["parameters"] if kind == "PNG" else contents.exif.text(0x9286)
    assert text == (
        "ein schöner Fuchs, 狐\nNegative prompt: blur\nSteps: 20, Sampler: DPM++ 2M, Schedule type: Karras, "
        "CFG scale: 7, Seed: 42, Size: 64x64, Model hash: 45dee52b12, Model: dream, RNG: CPU, Version: Sfumato 0.1.0"
    )
    image = Image.open(io.BytesIO(data))
    image.load()
    if kind == "PNG":
        assert image.text["parameters"] == text
        assert next(iter(image.text)) == "sfumato", "ours comes first"
    else:
        comment = image.getexif().get_ifd(0x8769)[0x9286]
        assert comment[:8] == b"UNICODE\0"
        assert comment[8:].decode("utf-16-be") == text


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_png_keeps_every_pixel(channels: int, tmp_path: Path) -> None:
    made = Picture(pixels=pixels(3, channels), request=request())
    found = read_picture(write_picture(made, tmp_path / "a.png"))
    assert np.array_equal(found.array[..., :channels], made.pixels.array)


def test_webp_of_quality_100_keeps_every_pixel_even_under_transparency() -> None:
    from studio.library.gallery.formats.write import encode

    made = pixels(3, 4)
    assert read_picture(encode(made, "WebP", quality=100)) == made


def test_a_format_that_is_too_small_says_so() -> None:
    from studio.library.gallery.formats.write import encode

    with pytest.raises(BadInput, match="WebP cannot hold a picture with a side of 16384"):
        encode(pixels(0, 3, Size(16_384, 1)), "WebP")
    with pytest.raises(BadInput, match=r"\.gif"):
        write_picture(picture(), Path("x.gif"))


@RELAXED
@given(data=st.data(), kind=st.sampled_from(FORMATS))
def test_damaged_files_are_refused_or_read_and_never_crash(data: st.DataObject, kind: str) -> None:
    whole = bytearray(encoded(picture(), kind, 0.0, {}))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    with contextlib.suppress(BadInput):
        read_own(contents_of(io.BytesIO(bytes(whole[:cut])), "file").own)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_cut_off_is_still_listed_with_the_reason(kind: str, tmp_path: Path) -> None:
    data = encoded(picture(), kind, 0.0, {})
    path = tmp_path / "cut"
    path.write_bytes(data[: len(data) * 9 // 10])
    assert "ends too early" in read_contents(path).problem


def test_kept_pictures_have_names_that_never_collide(tmp_path: Path) -> None:
    gallery = Gallery(tmp_path)
    made = picture("A Lighthouse, at dawn! " + "very " * 40)
    paths = {gallery.keep(made) for _ in range(20)}
    assert len(paths) == 20
    assert all("a-lighthouse-at-dawn" in path.name and len(path.name) < 80 for path in paths)
    assert {item.path for item in gallery.recent(100)} == paths
    assert not list((tmp_path / ".sfumato" / "incoming").iterdir())


@pytest.mark.parametrize("words", ["", "../../etc/passwd", "a\nb\0c", "\ud800", "CON", "狐" * 300, "/", "."])
def test_hostile_prompts_make_harmless_names(words: str, tmp_path: Path) -> None:
    path = Gallery(tmp_path).keep(picture(words))
    assert path.parent.parent == tmp_path
    assert len(path.name.encode()) < 200


def test_a_full_disk_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gallery = Gallery(tmp_path)
    gallery.keep(picture())

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("studio.library.gallery.writing.os.fsync", full)
    with pytest.raises(Trouble, match="No space left on device") as caught:
        gallery.keep(picture())
    assert "Free some space" in caught.value.remedy
    assert len(gallery.recent(10)) == 1
    assert not list((tmp_path / ".sfumato" / "incoming").iterdir())


def test_what_computed_a_picture_is_noted_and_told_when_it_changed() -> None:
    first = Picture(pixels=pixels(1), request=request(), kernels="cuDNN attention")
    own = read_own(write_own(first, 0.0, {"torch": "2"}))
    assert own is not None
    assert own.machine == {"torch": "2", "kernels": "cuDNN attention"}
    second = replace(first, pixels=pixels(2), kernels="torch's own attention")
    verdict = compare(own, second.pixels, machine=machine_of(second, {"torch": "2"}))
    assert verdict.sentence == "It came out different: kernels was cuDNN attention, now torch's own attention."
