from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.document.files.opening import ENDINGS, open_document, save_document, write_snapshot
from studio.document.files.pictures import Colours, Kind, Notes, PictureOptions, encoded, estimated
from studio.document.files.snapshot import Snapshot
from studio.library.gallery.formats.exif import write_comment
from studio.library.pictures import read_picture
from studio.request.errors import BadInput
from studio.request.geometry import Size
from studio.request.pixels import Pixels
from tests.document.making import a_document, a_model, noise, plain


@pytest.mark.parametrize("ending", [".ora", ".png", ".tif", ".tiff"])
def test_exact_kinds_are_opened_as_they_were_saved(tmp_path: Path, ending: str) -> None:
    document = a_document()
    alpha = noise((70, 50), 4).array.copy()
    alpha[..., 3] = np.maximum(alpha[..., 3], 1)
    document.set_source(Pixels(alpha))
    path = tmp_path / f"picture{ending}"
    save_document(document, path)
    opened = open_document(path, a_model(), read_picture)
    assert opened.size == (70, 50)
    assert opened.path == path
    assert not opened.undo_stack.canUndo()
    assert opened.picture() == document.picture()


@pytest.mark.parametrize("ending", [".jpg", ".jpeg", ".webp"])
def test_lossy_kinds_look_the_same(tmp_path: Path, ending: str) -> None:
    document = a_document()
    y, x = np.mgrid[:64, :96]
    smooth = np.stack([x * 2, y * 3, x + y], -1).astype(np.uint8)
    document.set_source(Pixels(smooth))
    save_document(document, tmp_path / f"picture{ending}")
    opened = open_document(tmp_path / f"picture{ending}", a_model(), read_picture)
    assert abs(opened.picture().array.astype(int) - smooth).mean() < 3


def test_what_a_jpeg_cannot_hold_lies_on_white_paper(tmp_path: Path) -> None:
    document = a_document((32, 32))
    document.set_source(plain((16, 16), 0, 0, 0))
    document.set_size(Size(32, 32))
    save_document(document, tmp_path / "p.jpg")
    assert np.asarray(Image.open(tmp_path / "p.jpg"))[28, 28].min() > 250


def test_pictures_carry_their_profile_and_texts(tmp_path: Path) -> None:
    document = a_document()
    document.set_source(noise((32, 32)))
    write_snapshot(Snapshot.of(document), tmp_path / "p.png", notes=Notes({"Title": "Füchse 🦊"}))
    with Image.open(tmp_path / "p.png") as image:
        image.load()
        assert image.info["icc_profile"]
        assert image.info["Title"] == "Füchse 🦊"


def test_another_ending_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refusal:
        save_document(a_document((8, 8)), tmp_path / "p.docx")
    assert all(ending in str(refusal.value) for ending in ENDINGS)
    assert not list(tmp_path.iterdir())


def test_a_picture_too_wide_for_its_kind_is_refused(tmp_path: Path) -> None:
    document = a_document()
    document.set_source(plain((17_000, 1), 1, 2, 3))
    with pytest.raises(BadInput, match="WEBP"):
        save_document(document, tmp_path / "p.webp")
    assert not list(tmp_path.iterdir())


def smooth(size: tuple[int, int], channels: int = 3) -> Pixels:
    y, x = np.mgrid[: size[1], : size[0]]
    return Pixels(np.stack([x, y, (x + y) // 2, 255 - x][:channels], -1).astype(np.uint8))


def reopened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


NOTES = Notes({"parameters": "a fox 🦊"}, write_comment("a fox 🦊", "Sfumato"))


@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_said_of_a_picture_is_written_or_left_out(kind: Kind) -> None:
    with_all = encoded(smooth((64, 48)), kind, NOTES)
    bare = encoded(smooth((64, 48)), kind, NOTES, PictureOptions(profile=False, notes=False))
    assert "icc_profile" in reopened(with_all).info
    assert not reopened(bare).info.get("icc_profile")
    said = with_all.replace(b"\0", b"")
    assert b"a fox" in said
    assert b"a fox" not in bare.replace(b"\0", b"")


@pytest.mark.parametrize("kind", [Kind.JPEG, Kind.WEBP])
def test_less_quality_makes_a_smaller_file(kind: Kind) -> None:
    sizes = [len(encoded(noise((64, 64)), kind, Notes(), PictureOptions(quality=each))) for each in (10, 60, 95)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2] / 2


@pytest.mark.parametrize(("kind", "packing"), [(kind, packing) for kind in Kind for packing in kind.packings])
def test_every_packing_keeps_every_pixel(kind: Kind, packing: str) -> None:
    pixels = smooth((64, 48), 4)
    found = reopened(encoded(pixels, kind, Notes(), PictureOptions(packing=packing)))
    assert (np.asarray(found) == pixels.array).all()


def test_lossless_webp_keeps_every_pixel() -> None:
    pixels = noise((50, 40))
    assert (
        np.asarray(reopened(encoded(pixels, Kind.WEBP, Notes(), PictureOptions(lossless=True)))) == pixels.array
    ).all()


def test_a_packing_of_another_kind_is_refused() -> None:
    with pytest.raises(BadInput, match="lzw"):
        encoded(noise((9, 9)), Kind.PNG, Notes(), PictureOptions(packing="lzw"))


@pytest.mark.parametrize("kind", list(Kind))
def test_grey_is_grey_and_paper_shows_through(kind: Kind) -> None:
    clear = plain((32, 32), 255, 0, 0, 0)
    grey = reopened(encoded(smooth((64, 48)), kind, Notes(), PictureOptions(colours=Colours.GREY))).convert("RGB")
    assert np.ptp(np.asarray(grey).astype(int), axis=2).max() <= 2
    on_blue = reopened(encoded(clear, kind, Notes(), PictureOptions(paper="#0000ff", lossless=True))).convert("RGBA")
    assert np.abs(np.asarray(on_blue)[16, 16].astype(int) - (0, 0, 255, 255)).max() <= 2


@pytest.mark.parametrize("channels", [3, 4])
def test_256_colours_look_alike_and_keep_what_is_clear(channels: int) -> None:
    pixels = smooth((100, 80), channels)
    found = reopened(encoded(pixels, Kind.PNG, Notes(), PictureOptions(colours=Colours.FEW)))
    assert found.mode == "P"
    back = np.asarray(found.convert("RGBA")).astype(int)[..., :channels]
    assert np.abs(back - pixels.array).mean() < 12


@pytest.mark.parametrize("kind", list(Kind))
def test_the_size_is_known_before_it_is_written(kind: Kind, tmp_path: Path, monkeypatch) -> None:
    document = a_document()
    document.set_source(noise((300, 400)))
    snapshot, options = Snapshot.of(document), PictureOptions(quality=80)
    path = tmp_path / f"p{kind.ending}"
    write_snapshot(snapshot, path, notes=NOTES, options=options)
    assert estimated(snapshot.layers, snapshot.size, kind, NOTES, options) == (path.stat().st_size, True)
    monkeypatch.setattr("studio.document.files.pictures.JUDGED", 40_000)
    about, exact = estimated(snapshot.layers, snapshot.size, kind, NOTES, options)
    assert not exact
    assert about == pytest.approx(path.stat().st_size, rel=0.1)
