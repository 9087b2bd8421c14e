"""The gallery's commands do without a window what the window does."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from studio.__main__ import main
from studio.library.gallery.dialects.table import read_metadata
from studio.library.gallery.gallery import Gallery
from tests.library.gallery.requests import picture

SPECIMENS = Path(__file__).parent / "specimens"


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]):
    def run(*arguments: str) -> tuple[int, list[str], list[str]]:
        code = main(["gallery", *arguments])
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()

    return run


@pytest.fixture
def home(tmp_path: Path) -> Path:
    gallery = Gallery(tmp_path / "home" / "gallery")
    for seed, words in enumerate(("a red fox", "a blue sea", "a fox at sea")):
        gallery.keep(picture(words, seed=seed))
    gallery.mark([1], rating=4)
    gallery.close()
    return tmp_path / "home"


def test_list_and_search(said, home: Path) -> None:
    code, out, _ = said("list", "--json")
    assert code == 0
    assert [json.loads(line)["prompt"] for line in out] == ["a fox at sea", "a blue sea", "a red fox"]
    assert [json.loads(line)["id"] for line in said("search", "fox", "rating:>=4", "--json")[1]] == [1]
    assert len(said("list", "--limit", "2")[1]) == 2
    code, out, _ = said("list", "--sort", "rating", "--json")
    assert json.loads(out[0])["rating"] == 4


def test_show(said, home: Path) -> None:
    code, out, _ = said("show", "2", "--json")
    facts = json.loads(out[0])
    assert (code, facts["id"], facts["metadata"]["seed"]) == (0, 2, 1)
    code, out, _ = said("show", facts["path"])
    assert code == 0
    assert any(line.startswith("seed") for line in out)


def test_import_reindex_and_what_is_found_after(said, home: Path, tmp_path: Path) -> None:
    shutil.copytree(SPECIMENS, tmp_path / "foreign")
    code, out, _ = said("import", str(tmp_path / "foreign"), str(SPECIMENS / "novelai.png"), "--json")
    result = json.loads(out[0])
    count = len([path for path in SPECIMENS.iterdir() if path.suffix != ".json"])
    assert (code, result["added"], result["done"]) == (0, count, True)
    assert len(said("search", "source:novelai")[1]) == 3
    assert (home / "gallery" / "imported" / "novelai.png").exists()
    code, out, _ = said("reindex")
    assert code == 0
    assert "0 added" in out[0]
    assert len(said("search", "rating:4")[1]) == 1


@pytest.mark.parametrize("name", ["a1111.png", "comfyui.webp", "plain.jpg"])
def test_metadata_has_the_promised_shape(said, name: str) -> None:
    code, out, _ = said("metadata", str(SPECIMENS / name), "--json")
    facts = json.loads(out[0])
    assert code == 0
    assert list(facts) == [
        "prompt",
        "negative",
        "seed",
        "steps",
        "sampler",
        "guidance",
        "width",
        "height",
        "model",
        "source",
        "raw",
    ]
    assert (facts["width"], facts["height"]) == (16, 16)


def test_metadata_without_json_is_safe_to_print(said, tmp_path: Path) -> None:
    from tests.library.gallery.by_hand import png, text

    path = tmp_path / "a.png"
    path.write_bytes(png(text("parameters", "a\x1b[31mred\nSteps: 1, Seed: 2, CFG scale: 3")))
    _, out, _ = said("metadata", str(path))
    assert not any("\x1b" in line for line in out)


def test_what_a_file_reveals_and_a_copy_without(said, tmp_path: Path) -> None:
    _, out, _ = said("metadata", str(SPECIMENS / "a1111.jpg"), "--reveals")
    assert any("fox" in line for line in out)
    assert said("metadata", str(SPECIMENS / "a1111.jpg"), "--strip", str(tmp_path / "out" / "b.jpg"))[0] == 0
    assert said("metadata", str(tmp_path / "out" / "b.jpg"), "--reveals")[1] == ["Nothing but the picture."]


def test_export(said, home: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    code, out, _ = said("export", "fox", "--to", str(target), "--format", "jpeg", "--name", "[prompt_words]/[seed]")
    assert code == 0
    assert sorted(out) == [str(target / "a-fox-at-sea" / "2.jpg"), str(target / "a-red-fox" / "0.jpg")]
    assert read_metadata(target / "a-red-fox" / "0.jpg").prompt == "a red fox"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "99"], "no picture '99'"),
        (["show", "nowhere.png"], "no picture"),
        (["show", "9" * 30], "no picture"),
        (["search", "steps:many"], "not understood"),
        (["import", "/nowhere/at/all"], "no folder"),
        (["list", "--collection", "None"], "no collection"),
        (["list", "--limit", "-1"], "--limit"),
        (["metadata", "nowhere.png"], "no file"),
        (["metadata", "."], "folder"),
        (["export", "--to", "x", "--name", "[nothing]"], "unknown token"),
        (["export", "--to", "x", "--quality", "0"], "quality of 0"),
        (["export", "--to", "x", "--format", "gif"], "--format"),
        ([], "required"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(said, home: Path, arguments: list[str], words: str) -> None:
    code, out, err = said(*arguments)
    assert code == 2
    assert out == []
    assert len(err) == 1
    assert words in err[0]


def test_a_folder_that_is_gone_is_a_failure_that_says_so(said, home: Path, tmp_path: Path) -> None:
    shutil.copytree(SPECIMENS, tmp_path / "foreign")
    said("import", str(tmp_path / "foreign"))
    shutil.rmtree(tmp_path / "foreign")
    code, _, err = said("reindex")
    assert code == 1
    assert "foreign: The folder is not there." in err[0]
