"""Pictures leave the gallery as somebody needs them: another format, size or name, with or without their settings."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from studio.library.gallery.contact_sheet import Layout, write_contact_sheet
from studio.library.gallery.dialects.table import read_metadata
from studio.library.gallery.export import Export, export, name_for
from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.store import Item
from studio.library.gallery.metadata import Metadata
from studio.library.gallery.strip import reveals, stripped
from studio.library.pictures import read_picture
from studio.request.errors import BadInput
from studio.request.geometry import Size
from tests.library.gallery.by_hand import exif, saved
from tests.library.gallery.requests import picture, pixels

SPECIMENS = Path(__file__).parent / "specimens"
PICTURES = sorted(path.name for path in SPECIMENS.iterdir() if path.suffix != ".json")


@pytest.fixture
def items(tmp_path: Path) -> list[Item]:
    gallery = Gallery(tmp_path / "gallery")
    for seed in range(3):
        gallery.keep(picture(f"a red fox {seed}", seed=seed))
    found = list(gallery.recent(10))
    gallery.close()
    return found


@pytest.mark.parametrize("name", PICTURES)
def test_a_stripped_file_looks_the_same_and_says_nothing(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(stripped(SPECIMENS / name))
    assert reveals(path) == []
    assert read_metadata(path).source == "plain"
    before, after = read_picture(SPECIMENS / name).array, read_picture(path).array
    assert before.shape == after.shape
    if path.suffix == ".avif":
        assert np.abs(before.astype(int) - after.astype(int)).max() < 12
    elif "stealth" in name:
        assert np.abs(before.astype(int) - after.astype(int)).max() <= 1
    else:
        assert np.array_equal(before, after)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WebP", "AVIF"])
def test_our_own_files_are_stripped_of_everything(kind: str, tmp_path: Path) -> None:
    from studio.library.gallery.writing import encoded

    path = tmp_path / "a"
    path.write_bytes(encoded(picture("a secret"), kind, 0.0, {"device": "mine"}))
    assert any("a secret" in line for line in reveals(path))
    path.write_bytes(stripped(path))
    assert reveals(path) == []
    assert b"secret" not in path.read_bytes()


def test_a_turned_photograph_stays_turned_and_forgets_where_it_was_taken(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    image = Image.fromarray(pixels(1, 3, Size(20, 10)).array)
    data = Image.Exif()
    data[0x0112] = 6
    data[0x010F] = "Maker"
    data[0x8825] = {1: "N", 2: (52.0, 30.0, 0.0)}
    image.save(path, "JPEG", exif=data)
    assert "Where it was taken." in reveals(path)
    assert "The camera: Maker." in reveals(path)
    path.write_bytes(stripped(path))
    assert reveals(path) == []
    assert read_picture(path).size == Size(10, 20)


def test_what_a_file_reveals_is_said() -> None:
    told = reveals(SPECIMENS / "forge-stealth.png")
    assert "It was made with Forge." in told
    assert "Settings hidden in its pixels." in told
    assert any("workflow" in line for line in reveals(SPECIMENS / "comfyui.png"))
    assert reveals(SPECIMENS / "plain.png") == []


def test_texts_of_any_kind_are_said_and_go(tmp_path: Path) -> None:
    information = PngInfo()
    information.add_text("Author", "Ada of Example Street")
    information.add_itxt("Comment", "for grandmother")
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png", pnginfo=information)
    assert reveals(tmp_path / "a.png") == [
        "Its text “Author”: Ada of Example Street",
        "Its text “Comment”: for grandmother",
    ]
    exif = Image.Exif()
    exif[0x013B], exif[0x8298], exif[0x010E] = "Ada", "(c) Ada", "the garden"
    Image.new("RGB", (8, 8)).save(tmp_path / "b.jpg", exif=exif, comment="a secret")
    told = reveals(tmp_path / "b.jpg")
    for words in ("author: Ada", "copyright: (c) Ada", "the garden", "a secret"):
        assert any(words in line for line in told), (words, told)
    for name in ("a.png", "b.jpg"):
        (tmp_path / f"clean-{name}").write_bytes(stripped(tmp_path / name))
        assert reveals(tmp_path / f"clean-{name}") == []


@pytest.mark.parametrize(
    "name", ["a1111.png", "comfyui.png", "invokeai.png", "novelai.png", "airunner.png", "swarmui.png"]
)
def test_settings_are_told_once_under_their_names(name: str) -> None:
    assert not any("text “" in line for line in reveals(SPECIMENS / name))


def test_a_plain_export_is_the_file_byte_for_byte(items: list[Item], tmp_path: Path) -> None:
    results = export(items, Export(folder=tmp_path / "out"))
    assert [result.path.read_bytes() for result in results if result.path] == [item.path.read_bytes() for item in items]
    again = export(items[:1], Export(folder=tmp_path / "out"))
    assert again[0].path == tmp_path / "out" / f"{items[0].path.stem}-2.png", "nothing is written over"


@pytest.mark.parametrize("kind", ["JPEG", "WebP", "AVIF", "PNG"])
def test_other_formats_keep_the_settings_unless_they_are_to_go(items: list[Item], kind: str, tmp_path: Path) -> None:
    [kept] = export(items[:1], Export(folder=tmp_path, format=kind, longest=32, template="kept"))
    assert kept.path is not None
    found = read_metadata(kept.path)
    assert (found.source, found.prompt, found.width) == ("sfumato", items[0].prompt, 32)
    [bare] = export(items[:1], Export(folder=tmp_path, format=kind, longest=32, template="bare", strip=True))
    assert bare.path is not None
    assert reveals(bare.path) == []


def test_other_programs_pictures_take_their_settings_along(tmp_path: Path) -> None:
    gallery = Gallery(tmp_path / "gallery")
    for name in ("a1111.png", "comfyui.png", "plain.png"):
        gallery.bring_in(SPECIMENS / name)
    results = export(list(gallery.recent(5)), Export(folder=tmp_path / "out", format="WebP"))
    gallery.close()
    found = {result.path.stem: read_metadata(result.path) for result in results if result.path}
    assert found["a1111"].prompt == read_metadata(SPECIMENS / "a1111.png").prompt
    assert found["comfyui"].seed == 156680208700286
    assert found["plain"].source == "plain"


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("[name]", "x"),
        ("[seed] [prompt_words]", "7 a-red-fox-in-snow"),
        ("[date]/[model_name]-[model_hash]", "2001-09-09/a-b-0123"),
        ("[datetime<%Y.%m>]", "2001.09"),
        ("[steps]x[cfg] [sampler] [width]x[height] [number]", "20x7.5 Euler a 64x32 3"),
        ("[prompt_hash]", hashlib.sha256(b"a red fox, in snow").hexdigest()[:8]),
        ("../../../etc/[seed]", "etc/7"),
        ("///", "x"),
        ('a:b*c?"d"<e>|f', "a-b-c--d--e--f"),
        ("x" * 400, "x" * 200),
        ("[rating] stars", "4 stars"),
    ],
)
def test_names_by_template(template: str, name: str) -> None:
    item = Item(
        id=1,
        path=Path("/somewhere/x.png"),
        name="x.png",
        width=64,
        height=32,
        bytes=1,
        format="PNG",
        created=1e9,
        state=0,
        away=False,
        source="a1111",
        kind="",
        prompt="",
        model="",
        rating=4,
        label="",
        favourite=False,
        tags=(),
        problem="",
        print=b"",
    )
    metadata = Metadata(
        source="a1111",
        prompt="a red fox, in snow",
        seed=7,
        steps=20,
        guidance=7.5,
        sampler="Euler a",
        model="a/b",
        model_hash="0123",
    )
    assert name_for(item, metadata, template, 3) == name


def test_one_that_cannot_be_exported_does_not_stop_the_others(items: list[Item], tmp_path: Path) -> None:
    items[1].path.unlink()
    results = export(items, Export(folder=tmp_path / "out", format="JPEG"))
    assert [bool(result.path) for result in results] == [True, False, True]
    assert "no file" in results[1].problem


def test_an_export_can_be_ended(items: list[Item], tmp_path: Path) -> None:
    assert len(export(items, Export(folder=tmp_path / "out"), lambda done: done < 2)) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"format": "GIF"}, "as GIF"), ({"quality": 0}, "quality of 0"), ({"template": "[what]"}, r"\[what\]")],
)
def test_what_cannot_be_used_is_said(changes: dict[str, object], words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=words):
        export([], Export(folder=tmp_path, **changes))


def test_contact_sheets(items: list[Item], tmp_path: Path) -> None:
    jpeg = saved("JPEG")
    many = items * 40
    write_contact_sheet(many, lambda item: jpeg if item.id != 2 else None, tmp_path / "sheet.pdf", Layout(columns=4))
    assert (tmp_path / "sheet.pdf").read_bytes().count(b"/Type /Page\n") == -(-len(many) // (4 * Layout(4).rows))
    write_contact_sheet(items, lambda _item: jpeg, tmp_path / "sheet.png")
    sheet = Image.open(tmp_path / "sheet.png")
    assert sheet.width == 2480
    assert sheet.getpixel((300, 300)) != (255, 255, 255)
    with pytest.raises(BadInput, match="no pictures"):
        write_contact_sheet([], lambda _item: None, tmp_path / "x.png")
    with pytest.raises(BadInput, match="PNG or a PDF"):
        write_contact_sheet(items, lambda _item: None, tmp_path / "x.gif")


def test_exif_of_other_programs_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(saved("JPEG", exif(first={0x0131: b"Painter 3\0"}, detail={0x9003: b"2020:01:02 03:04:05\0"})))
    assert reveals(path) == ["When it was taken: 2020:01:02 03:04:05.", "The program that wrote it: Painter 3."]
