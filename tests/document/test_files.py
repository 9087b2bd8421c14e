from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.document.files.opening import ENDINGS, Notes, open_document, save_document, write_snapshot
from studio.document.files.snapshot import Snapshot
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
