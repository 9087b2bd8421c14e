"""OpenRaster: ours there and back, those of others, and hostile ones."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QImage

import studio.document.files.cache
from studio.document import layering
from studio.document.blend import Blend
from studio.document.content import fill
from studio.document.document import Document
from studio.document.edits import TilesEdit
from studio.document.files.cache import BandCache
from studio.document.files.ora_read import _Reader, read_ora
from studio.document.files.ora_write import write_ora
from studio.document.files.snapshot import Snapshot
from studio.document.images import SOURCE, image_of, view
from studio.document.layers import GeneratedLayer, Group, Layer, MaskLayer, PaintLayer, Plane, RegionLayer, walk
from studio.document.selecting import plane
from studio.document.tiles import Tiles
from studio.prompts.styles import Style
from studio.request.errors import BadInput, Trouble
from studio.request.geometry import Rect, Size
from studio.request.sampling import Algorithm, Sampler
from tests.document.making import a_document, a_model, a_picture, noise

SIZE = Size(300, 200)


def saved(document: Document, path: Path, cache: BandCache | None = None) -> Document:
    write_ora(Snapshot.of(document), path, cache)
    return read_ora(path, a_model())


def described(layer: Layer) -> object:
    """Everything of a layer that a file has to keep."""
    common = (type(layer), layer.id, layer.name, layer.visible, layer.locked, layer.opacity, layer.blend)
    if isinstance(layer, Group):
        return *common, layer.isolate, [described(child) for child in layer.children]
    assert isinstance(layer, Plane)
    own = {
        name: getattr(layer, name, None)
        for name in (
            "alpha_locked",
            "request",
            "area",
            "candidates",
            "chosen",
            "mode",
            "selection",
            "colour",
            "noise",
            "limit",
            "prompt",
        )
    }
    return *common, own, view(layer.tiles.read(layer.inside(Rect(-99, -99, 500, 400)))).tobytes()


def everything() -> Document:
    """A document with all kinds of layers, all blend modes and odd names."""
    document = a_document(SIZE)
    document.set_source(noise(SIZE, 4))
    for number, blend in enumerate(Blend):
        layer = layering.add_paint(document)
        layer.tiles = plane_of(number)
        layer.x, layer.y = -number * 3, number
        layering.change(document, layer, "Blend", blend=blend, opacity=round(0.3 + number / 40, 3))
    for name in ("a/b", "🎨 émoji", "", "x" * 300, "<&\"'>"):
        layering.change(document, layering.add_paint(document), "Rename", name=name)
    document.apply_picture(a_picture(document, noise(SIZE)))
    mask = layering.add_mask(document)
    fill(document, mask, "#000000")
    layering.change(document, mask, "Limit", limit=0.4, noise=0.25)
    group = layering.group_up(document, mask)
    inner = layering.group_up(document, group.children[0])
    inner.isolate = True
    layering.add_region(document, "a red boat")
    layering.change(document, document.layers[2], "Lock", locked=True, visible=False, alpha_locked=True)
    soft = np.tile(np.linspace(0, 255, 100).astype(np.uint8), (40, 1))
    document.select(plane(soft, 50, 60))
    document.change(
        prompt="a fox\nin snow", negative="blur", style=Style("Ink", "{prompt}, ink"), size=Size(512, 384), steps=7,
        sampler=Sampler(Algorithm.DDIM), guidance=3.5, seed=2**63 + 5, seed_locked=True, count=4, strength=0.35,
    )  # fmt: skip
    return document


def plane_of(seed: int) -> Tiles:
    return Tiles.of_image(image_of(noise((60 + seed, 40), 4, seed)), seed * 5, 30)


def test_what_is_saved_is_opened_again_the_same(tmp_path: Path) -> None:
    document = everything()
    opened = saved(document, tmp_path / "all.ora")
    assert [described(layer) for layer in opened.layers] == [described(layer) for layer in document.layers]
    assert opened.recipe == document.recipe
    assert opened.size == document.size
    assert opened.active.id == document.active.id
    assert opened.selection is not None
    assert document.selection is not None
    assert opened.selection.same_as(document.selection)
    assert opened.picture() == document.picture()
    assert opened.request().source == document.request().source
    again = tmp_path / "again.ora"
    write_ora(Snapshot.of(opened), again)
    assert again.read_bytes() == (tmp_path / "all.ora").read_bytes()


def test_the_file_is_what_the_specification_says(tmp_path: Path) -> None:
    document = everything()
    path = tmp_path / "all.ora"
    saved(document, path)
    assert path.read_bytes()[30:54] == b"mimetypeimage/openraster"
    with zipfile.ZipFile(path) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert not archive.testzip()
        merged = Image.open(io.BytesIO(archive.read("mergedimage.png")))
        assert merged.size == SIZE
        assert np.array_equal(np.asarray(merged), document_rgba(document))
        assert max(Image.open(io.BytesIO(archive.read("Thumbnails/thumbnail.png"))).size) <= 256
        text = archive.read("stack.xml").decode()
    for blend in Blend:
        assert f'composite-op="{blend.value}"' in text


def document_rgba(document: Document) -> np.ndarray:
    return view(document.image().convertToFormat(QImage.Format.Format_RGBA8888)).copy()


def test_only_what_changed_is_compressed_again(tmp_path: Path, monkeypatch) -> None:
    document = a_document((700, 1400))
    document.set_source(noise((700, 1400)))
    cache, path = BandCache(), tmp_path / "a.ora"
    write_ora(Snapshot.of(document), path, cache)
    layer = document.active
    assert isinstance(layer, PaintLayer)
    dab = layer.tiles.drawn(document.image(Rect(0, 0, 9, 9)), 50, 50, SOURCE)
    document.push(TilesEdit(document, "Dab", layer, dab))
    done: list[int] = []
    module = studio.document.files.cache

    def counting(rows):
        done.append(1)
        return band(rows)

    band = module.band_of
    monkeypatch.setattr(module, "band_of", counting)
    write_ora(Snapshot.of(document), path, cache)
    assert len(done) == 2  # one band of the layer, one of the merged picture
    assert read_ora(path, a_model()).picture() == document.picture()


def test_an_empty_mask_is_no_empty_layer_when_it_is_saved_again(tmp_path: Path) -> None:
    document = a_document(SIZE)
    document.set_source(noise(SIZE))
    layering.add_mask(document)
    cache, path = BandCache(), tmp_path / "a.ora"
    saved(document, path, cache)
    layering.add_paint(document)
    assert saved(document, path, cache).picture() == document.picture()


def by_hand(path: Path, stack: str, entries: dict[str, bytes] | None = None, mime: str = "image/openraster") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", mime)
        archive.writestr("stack.xml", stack)
        for name, data in (entries or {}).items():
            archive.writestr(name, data)
    return path


def png(size: tuple[int, int], colour: tuple[int, ...], mode: str = "RGBA") -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, "PNG")
    return file.getvalue()


OTHERS = """<?xml version='1.0' encoding='UTF-8'?>
<image version="0.0.3" w="40" h="30" xres="600" yres="600" some-program="yes">
 <stack>
  <layer name="a/b" src="data/top.png" x="5" y="-3" opacity="0.5" composite-op="svg:multiply"
    odd:thing="1" xmlns:odd="urn:odd"/>
  <unknown/>
  <stack name="🎨" visibility="hidden" isolation="isolate" x="0" y="0">
   <layer src="data/grey.png" composite-op="krita:dodge" name="NAME"/>
  </stack>
  <layer name="" src="data/rgb.png" edit-locked="true" selected="true" x="1.0" opacity="nonsense"/>
 </stack>
</image>""".replace("NAME", "x" * 300)


def test_files_of_others_are_opened_and_what_is_theirs_is_kept(tmp_path: Path) -> None:
    entries = {
        "data/top.png": png((10, 10), (255, 0, 0, 128)),
        "data/grey.png": png((4, 4), (77,), "L"),
        "data/rgb.png": png((40, 30), (1, 2, 3), "RGB"),
        "other/settings.xml": b"<theirs/>",
    }
    document = read_ora(by_hand(tmp_path / "theirs.ora", OTHERS, entries), a_model())
    bottom, group, top = document.layers
    assert (document.size, document.active) == ((40, 30), bottom)
    assert isinstance(top, PaintLayer)
    assert isinstance(group, Group)
    assert (top.name, top.opacity, top.blend, top.bounds()) == ("a/b", 0.5, Blend.MULTIPLY, Rect(5, -3, 10, 10))
    assert (group.name, group.visible, group.isolate) == ("🎨", False, True)
    assert (bottom.locked, bottom.opacity) == (True, 1.0)
    assert group.children[0].blend is Blend.NORMAL
    assert group.children[0].name == "x" * 300
    assert document.picture().array[29, 39].tolist() == [1, 2, 3, 255]
    write_ora(Snapshot.of(document), tmp_path / "ours.ora")
    with zipfile.ZipFile(tmp_path / "ours.ora") as archive:
        assert archive.read("other/settings.xml") == b"<theirs/>"
        assert b"thing" in archive.read("stack.xml")


ONE = '<image w="{w}" h="{h}"><stack><layer src="{src}"/></stack></image>'


def hostile(folder: Path) -> dict[str, Path]:
    """Files that mean harm, or were harmed."""
    bomb = bytearray(png((1, 1), (0, 0, 0, 0)))
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    deep = "<stack>" * 500 + "</stack>" * 500
    laughs = '<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + ONE.format(w=9, h=9, src="&b;")
    good = {"data/a.png": png((9, 9), (0, 0, 0, 0))}
    files = {
        "huge canvas": by_hand(folder / "1.ora", ONE.format(w=10**9, h=10**9, src="data/a.png"), good),
        "no size": by_hand(folder / "2.ora", ONE.format(w="x", h=-5, src="data/a.png"), good),
        "outside": by_hand(folder / "3.ora", ONE.format(w=9, h=9, src="../../etc/passwd")),
        "missing": by_hand(folder / "4.ora", ONE.format(w=9, h=9, src="data/none.png")),
        "png bomb": by_hand(folder / "5.ora", ONE.format(w=9, h=9, src="data/a.png"), {"data/a.png": bytes(bomb)}),
        "not a png": by_hand(folder / "6.ora", ONE.format(w=9, h=9, src="data/a.png"), {"data/a.png": b"GIF89a"}),
        "deep": by_hand(folder / "7.ora", f'<image w="9" h="9"><stack>{deep}</stack></image>'),
        "entities": by_hand(folder / "8.ora", laughs, good),
        "no xml": by_hand(folder / "9.ora", "<image"),
        "another kind": by_hand(folder / "10.ora", ONE.format(w=9, h=9, src="data/a.png"), good, "application/zip"),
        "cut": folder / "11.ora",
        "text": folder / "12.ora",
        "zip bomb": folder / "13.ora",
    }
    whole = files["huge canvas"].read_bytes()
    files["cut"].write_bytes(whole[: len(whole) // 2])
    files["text"].write_text("hello")
    with zipfile.ZipFile(files["zip bomb"], "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "image/openraster")
        archive.writestr("stack.xml", b" " * (64 << 20))
    return files


def test_hostile_files_are_refused_in_a_sentence(tmp_path: Path) -> None:
    for name, path in hostile(tmp_path).items():
        with pytest.raises(BadInput) as refusal:
            read_ora(path, a_model())
        assert refusal.value.message.endswith("."), name
        assert len(refusal.value.message) < 300, name
    with pytest.raises(BadInput):
        read_ora(tmp_path / "none.ora", a_model())


def test_a_picture_that_is_used_again_and_again_counts_each_time(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("studio.document.files.decoding.MOST_PIXELS", 1_000_000)
    stack = '<image w="9" h="9"><stack>' + '<layer src="data/a.png"/>' * 5000 + "</stack></image>"
    path = by_hand(tmp_path / "again.ora", stack, {"data/a.png": png((300, 300), (0, 0, 0, 0))})
    read: list[str] = []
    bytes_of = _Reader._bytes

    def counting(self, name, *most):
        read.append(name)
        return bytes_of(self, name, *most)

    monkeypatch.setattr(_Reader, "_bytes", counting)
    with pytest.raises(BadInput):
        read_ora(path, a_model())
    assert len(read) < 40


def test_our_own_part_may_be_damaged_without_losing_the_picture(tmp_path: Path) -> None:
    document = a_document(SIZE)
    document.set_source(noise(SIZE))
    path = tmp_path / "a.ora"
    write_ora(Snapshot.of(document), path)
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    for damage in (b"{", b"[]", b"null", json.dumps({"recipe": 5, "areas": 7, "layers": [1]}).encode()):
        entries["sfumato/document.json"] = damage
        broken = tmp_path / "b.ora"
        with zipfile.ZipFile(broken, "w") as archive:
            for name, data in entries.items():
                archive.writestr(name, data)
        assert read_ora(broken, a_model()).picture() == document.picture()


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch) -> None:
    document = a_document(SIZE)
    document.set_source(noise(SIZE))
    path = tmp_path / "a.ora"
    write_ora(Snapshot.of(document), path)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Trouble, match="no space left"):
        write_ora(Snapshot.of(document), path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.ora"]


def test_kinds_are_told_apart(tmp_path: Path) -> None:
    kinds = {type(layer) for layer in walk(saved(everything(), tmp_path / "k.ora").layers)}
    assert kinds == {PaintLayer, GeneratedLayer, Group, MaskLayer, RegionLayer}
